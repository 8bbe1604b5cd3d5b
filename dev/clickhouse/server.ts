import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { ChdbResult } from "chdb";
import { bodyOf, joined, readBody, withDataFile } from "./body.js";
import type { Engine } from "./engine.js";
import { EngineError, engineErrorOf, httpStatusOf } from "./engine-error.js";
import { type QueryRequest, readQueryRequest, takeArgument } from "./request.js";
import { quoted } from "./settings-sql.js";
import { readStatement, type Statement } from "./statement.js";

/** Bytes of a result that are handed to the socket at once. */
const chunkBytes = 256 * 1024;
const newline = Buffer.from("\n");

/** The ClickHouse HTTP interface over an engine. Bodies of inserts pass through files in `bodyFolder`. */
export function createFace(engine: Engine, bodyFolder: string): Server {
  const face = new Face(engine, bodyFolder);
  const server = createServer(
    { maxHeaderSize: 8 * 1024 * 1024, keepAliveTimeout: 30_000 },
    (request, response) => {
      face.handle(request, response).catch((error: unknown) => face.fail(response, error));
    },
  );
  server.requestTimeout = 0; // An import's body may take its time; the engine has limits of its own.
  return server;
}

class Face {
  readonly #engine: Engine;
  readonly #bodyFolder: string;

  constructor(engine: Engine, bodyFolder: string) {
    this.#engine = engine;
    this.#bodyFolder = bodyFolder;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = request.url ?? "/";
    const cut = address.indexOf("?");
    const path = cut < 0 ? address : address.slice(0, cut);
    const search = cut < 0 ? "" : address.slice(cut);
    if (path === "/ping") return plainText(response, 200, "Ok.\n");
    if (path === "/healthz") return this.#health(response);
    if (path !== "/") return plainText(response, 404, `There is no handle ${path}\n`);
    if (search === "" && request.method === "GET") return plainText(response, 200, "Ok.\n");
    if (request.method !== "GET" && request.method !== "POST")
      return plainText(response, 405, "GET or POST\n");
    await this.#query(readQueryRequest(search), request, response);
  }

  async #query(asked: QueryRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished)
        gone.abort(new EngineError(394, "The client went away", "QUERY_WAS_CANCELLED"));
    });
    if (asked.queryId !== undefined) response.setHeader("X-ClickHouse-Query-Id", headerText(asked.queryId));
    const { text, body } = await textOf(asked, request);
    const statement = readStatement(text);
    const result =
      statement.kind === "insert"
        ? await this.#insert({ asked, statement, text, body, signal: gone.signal })
        : await this.#plain({ asked, statement, text, body, signal: gone.signal });
    const format = asked.defaultFormat ?? "TabSeparated";
    response.setHeader("X-ClickHouse-Format", format);
    response.setHeader("X-ClickHouse-Summary", summaryOf(result, statement));
    response.setHeader("Content-Type", contentTypeOf(format));
    await sendResult(request, response, result.bytes(), asked.compressedAnswer);
  }

  async #plain(call: Call & { statement: Statement & { kind: "plain" } }): Promise<ChdbResult> {
    // What came in the body beside a statement in the address is its continuation, as on a server.
    let { statement } = call;
    const rest = call.body ? await readBody(call.body) : Buffer.alloc(0);
    if (rest.length > 0) {
      const whole = readStatement(Buffer.concat([call.text, newline, rest]));
      if (whole.kind === "insert")
        throw new EngineError(62, "Syntax error: a statement in two parts", "SYNTAX_ERROR");
      statement = whole;
    }
    return this.#engine.run({ ...engineCall(call), sql: statement.sql, reads: statement.reads });
  }

  async #insert(call: Call & { statement: Statement & { kind: "insert" } }): Promise<ChdbResult> {
    const { statement, text, body } = call;
    return withDataFile(this.#bodyFolder, joined(text.subarray(statement.dataAt), body), (path) => {
      const from = `FROM INFILE ${quoted(Buffer.from(path))} COMPRESSION 'none'`;
      const sql = `${statement.target} ${from} ${statement.settings} FORMAT ${statement.format}`;
      return this.#engine.run({ ...engineCall(call), sql, reads: false });
    });
  }

  #health(response: ServerResponse): void {
    response.setHeader("Content-Type", "application/json");
    const { bootId, startedAt, repaired, load } = this.#engine;
    const health = {
      status: "ok",
      boot_id: bootId,
      engine_started_at: startedAt,
      repaired_log_records: repaired,
      load,
    };
    response.end(`${JSON.stringify(health)}\n`);
  }

  /** Answers an error in ClickHouse's form; what began to be sent can only be broken off. */
  fail(response: ServerResponse, error: unknown): void {
    const { code, text } = engineErrorOf(error);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    response.setHeader("X-ClickHouse-Exception-Code", String(code));
    // The rest of a body that nobody will read would hold the connection up.
    if (!response.req.complete) response.setHeader("Connection", "close");
    plainText(response, httpStatusOf(code), `${text} (version 26.7 (local stack))\n`);
  }
}

interface Call {
  readonly asked: QueryRequest;
  readonly text: Buffer;
  readonly body: Readable | undefined;
  readonly signal: AbortSignal;
}

function engineCall({ asked, signal }: Call) {
  const { queryId, database, settings, parameters } = asked;
  return { queryId, database, settings, parameters, signal, format: asked.defaultFormat ?? "TabSeparated" };
}

/** The text that begins with the statement, and the body where it is not yet part of that text. */
async function textOf(
  asked: QueryRequest,
  request: IncomingMessage,
): Promise<{ text: Buffer; body: Readable | undefined }> {
  if (request.method === "GET") {
    if (asked.query === undefined) throw new EngineError(62, "Syntax error: empty query", "SYNTAX_ERROR");
    return { text: asked.query, body: undefined };
  }
  const body = bodyOf(request);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("multipart/form-data")) {
    await takeForm(asked, await readBody(body), type);
    if (asked.query === undefined) throw new EngineError(62, "Syntax error: empty query", "SYNTAX_ERROR");
    return { text: asked.query, body: undefined };
  }
  return asked.query === undefined
    ? { text: await readBody(body), body: undefined }
    : { text: asked.query, body };
}

/** Long parameters come as a form: `query` and `param_*` as its fields. */
async function takeForm(asked: QueryRequest, body: Buffer, type: string): Promise<void> {
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  for (const [name, value] of form) {
    takeArgument(
      asked,
      name,
      typeof value === "string" ? Buffer.from(value) : Buffer.from(await value.arrayBuffer()),
    );
  }
}

/** Sends a result in pieces, waiting for the socket, so that a large one takes no turn of the loop for long. */
async function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  compressed: boolean,
): Promise<void> {
  const gzip = compressed && (request.headers["accept-encoding"] ?? "").includes("gzip");
  const target = gzip ? createGzip({ level: 1 }) : response;
  if (gzip) {
    response.setHeader("Content-Encoding", "gzip");
    target.pipe(response);
  } else response.setHeader("Content-Length", bytes.length);
  for (let at = 0; at < bytes.length && !response.destroyed; at += chunkBytes) {
    if (target.write(bytes.subarray(at, at + chunkBytes))) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        target.off("drain", go);
        response.off("close", go);
        resolve();
      };
      target.on("drain", go);
      response.on("close", go);
    });
  }
  target.end();
}

/** The counts of ClickHouse's summary header, as far as the embedded engine tells them. */
function summaryOf(result: ChdbResult, statement: Statement): string {
  const written = statement.kind === "insert";
  const counts = {
    read_rows: result.rowsRead,
    read_bytes: result.bytesRead,
    written_rows: written ? result.rowsRead : 0,
    written_bytes: written ? result.bytesRead : 0,
    total_rows_to_read: 0,
    result_rows: written ? 0 : result.rowsRead,
    result_bytes: written ? 0 : result.bytesRead,
    elapsed_ns: Math.round(result.elapsed * 1e9),
  };
  return JSON.stringify(
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])),
  );
}

function contentTypeOf(format: string): string {
  if (/^JSON$|^JSON(Compact|Strings|Objects|Columns)/.test(format)) return "application/json; charset=UTF-8";
  if (format.startsWith("JSON")) return "application/x-ndjson; charset=UTF-8";
  if (format.startsWith("CSV")) return "text/csv; charset=UTF-8";
  if (format.startsWith("T")) return "text/tab-separated-values; charset=UTF-8";
  return "application/octet-stream";
}

function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

function plainText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=UTF-8");
  response.end(text);
}
