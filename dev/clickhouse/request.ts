import { EngineError } from "./engine-error.js";

/** What the address of a request asks for; values are bytes, since a parameter may hold any. */
export interface QueryRequest {
  /** The statement, or its beginning; the body follows it. */
  query: Buffer | undefined;
  database: string | undefined;
  defaultFormat: string | undefined;
  queryId: string | undefined;
  compressedAnswer: boolean;
  readonly settings: Map<string, Buffer>;
  readonly parameters: Map<string, Buffer>;
}

/** Arguments of the HTTP interface that are no settings and mean nothing here. */
const ignored = new Set([
  "user",
  "password",
  "quota_key",
  "role",
  "wait_end_of_query",
  "buffer_size",
  "stacktrace",
]);

/** Arguments that would need what is not there; they are refused, so that nobody counts on them. */
const unsupported = new Set(["session_id", "session_timeout", "session_check", "decompress", "compress"]);

/** Reads `?query=...&database=...&param_x=...&max_threads=...`. */
export function readQueryRequest(search: string): QueryRequest {
  const request: QueryRequest = {
    query: undefined,
    database: undefined,
    defaultFormat: undefined,
    queryId: undefined,
    compressedAnswer: false,
    settings: new Map(),
    parameters: new Map(),
  };
  for (const pair of search.replace(/^\?/, "").split("&")) {
    if (pair === "") continue;
    const cut = pair.indexOf("=");
    const name = decoded(cut < 0 ? pair : pair.slice(0, cut)).toString("utf8");
    takeArgument(request, name, decoded(cut < 0 ? "" : pair.slice(cut + 1)));
  }
  return request;
}

/** Puts one argument, of the address or of a form, where it belongs. */
export function takeArgument(request: QueryRequest, name: string, value: Buffer): void {
  if (name === "query") request.query = value;
  else if (name === "database") request.database = value.toString("utf8") || undefined;
  else if (name === "default_format") request.defaultFormat = formatName(value.toString("utf8"));
  else if (name === "query_id") request.queryId = value.toString("utf8").slice(0, 128) || undefined;
  else if (name.startsWith("param_")) request.parameters.set(name.slice("param_".length), value);
  else if (unsupported.has(name)) {
    throw new EngineError(
      48,
      `The argument ${name} is not supported by the local ClickHouse`,
      "NOT_IMPLEMENTED",
    );
  } else if (!ignored.has(name)) {
    if (name === "enable_http_compression") request.compressedAnswer = value.toString("latin1") === "1";
    request.settings.set(name, value);
  }
}

function formatName(name: string): string {
  if (/^\w{1,64}$/.test(name)) return name;
  throw new EngineError(73, "Unknown format: not a name", "UNKNOWN_FORMAT");
}

/** Percent and plus decoded into bytes; a percent sign that begins no pair of digits stands for itself. */
function decoded(text: string): Buffer {
  if (!/[%+]/.test(text)) return Buffer.from(text);
  const plain = Buffer.from(text);
  const bytes = Buffer.alloc(plain.length);
  let length = 0;
  for (let at = 0; at < plain.length; at += 1) {
    const byte = plain[at] ?? 0;
    const pair = byte === 0x25 ? plain.toString("latin1", at + 1, at + 3) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
      bytes[length] = Number.parseInt(pair, 16);
      at += 2;
    } else bytes[length] = byte === 0x2b ? 0x20 : byte;
    length += 1;
  }
  return bytes.subarray(0, length);
}
