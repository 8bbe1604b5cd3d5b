import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, createServer as createH2, type Http2Server, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { prepareGateway } from "../../dev/engines/gateway.js";
import { freePort } from "../../dev/processes/free-port.js";
import { ManagedProcess } from "../../dev/processes/managed-process.js";
import type { Instance, Pool } from "./gateway.js";

/** A service that says who it is and how it was asked; not ready when told so. */
class Echo {
  ready = true;
  readonly #http: Server;
  readonly #grpc: Http2Server;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    this.#http = createServer((request, response) => this.#answer(request, response));
    this.#grpc = createH2((request, response) => {
      request.resume();
      request.on("end", () => {
        response.writeHead(200, {
          "content-type": "application/grpc",
          "x-by": `${name} grpc ${request.url}`,
        });
        response.stream.end();
      });
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === "/readyz") {
      response.writeHead(this.ready ? 200 : 503).end();
      return;
    }
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => {
      const forwarded = String(request.headers["x-forwarded-for"]);
      response.setHeader("x-by", `${this.name} http`).end(JSON.stringify({ bytes, forwarded }));
    });
  }

  async listen(): Promise<Instance> {
    await Promise.all(
      [this.#http, this.#grpc].map((server) => new Promise<void>((go) => server.listen(0, "127.0.0.1", go))),
    );
    const port = (server: Server | Http2Server) => (server.address() as AddressInfo).port;
    return { host: "127.0.0.1", grpcPort: port(this.#grpc), httpPort: port(this.#http) };
  }

  close(): void {
    this.#http.close();
    this.#http.closeAllConnections();
    this.#grpc.close();
  }
}

function callGrpc(port: number, path: string, headers: Record<string, string>): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on("error", reject);
    const stream = session.request({ ":method": "POST", ":path": path, ...headers });
    stream.on("error", reject);
    stream.on("response", (answer) => {
      resolve(answer);
      stream.resume();
    });
    stream.on("close", () => session.close());
    stream.end(Buffer.alloc(5));
  });
}

describe("the gateway", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "tideline-gateway-"));
  const echoes = {
    ingestion: [new Echo("ingestion-1"), new Echo("ingestion-2")],
    query: [new Echo("query")],
  };
  const ports = { http: 0, grpc: 0, registry: 0 };
  let gateway: ManagedProcess;

  before(async () => {
    const pool = async (list: Echo[]): Promise<Pool> => ({
      kind: "fixed",
      instances: await Promise.all(list.map((echo) => echo.listen())),
    });
    for (const name of ["http", "grpc", "registry"] as const) ports[name] = await freePort();
    const none: Pool = { kind: "fixed", instances: [] };
    const pools = {
      ingestion: await pool(echoes.ingestion),
      query: await pool(echoes.query),
      admin: none,
      registry: none,
    };
    const prepared = prepareGateway({ folder, ports, pools });
    gateway = new ManagedProcess(prepared, {
      logFile: join(folder, "gateway.log"),
      restarts: false,
      tell: () => undefined,
    });
    await gateway.start();
  });

  after(async () => {
    await gateway?.stop();
    for (const echo of Object.values(echoes).flat()) echo.close();
    rmSync(folder, { recursive: true });
  });

  const grpc = { "content-type": "application/grpc" };
  const publish = "/tideline.ingest.v1.IngestService/PublishEvents";

  it("routes gRPC by path, on both ports, over all instances", async () => {
    const seen = new Set<string>();
    for (let call = 0; call < 8; call += 1) {
      const answer = await callGrpc(call % 2 === 0 ? ports.http : ports.grpc, publish, grpc);
      seen.add(String(answer["x-by"]));
    }
    expect([...seen].sort()).to.deep.equal([`ingestion-1 grpc ${publish}`, `ingestion-2 grpc ${publish}`]);
    const reflection = await callGrpc(
      ports.grpc,
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      grpc,
    );
    expect(reflection["x-by"]).to.match(/^query grpc/);
  });

  it("routes Connect, gRPC-Web and plain HTTP to the other face, over HTTP/1.1 and HTTP/2", async () => {
    const web = await callGrpc(ports.http, publish, { "content-type": "application/grpc-web+proto" });
    expect(web["x-by"]).to.match(/^ingestion-. http$/);
    for (const [path, by] of [
      ["/v1/events", /^ingestion-. http$/],
      [publish, /^ingestion-. http$/],
      ["/", /^query http$/],
      ["/tideline.query.v1.QueryService/ListEvents", /^query http$/],
    ] as const) {
      const body = Buffer.alloc(5 * 1024 * 1024);
      const answer = await fetch(`http://127.0.0.1:${ports.http}${path}`, { method: "POST", body });
      expect(answer.headers.get("x-by"), path).to.match(by);
      expect(await answer.json()).to.deep.equal({ bytes: body.length, forwarded: "127.0.0.1" });
    }
  });

  it("tells in the caller's own terms that a service is not there", async () => {
    const answer = await callGrpc(ports.http, "/tideline.admin.v1.AdminService/GetProject", grpc);
    expect(answer).to.include({ ":status": 200, "grpc-status": "14", "content-type": "application/grpc" });
    const plain = await fetch(`http://127.0.0.1:${ports.http}/tideline.admin.v1.AdminService/GetProject`);
    expect(plain.status).to.equal(503);
    expect(plain.headers.get("retry-after")).to.equal("1");
    expect(await plain.json()).to.deep.equal({ code: "unavailable", message: "admin is not available" });
    expect((await fetch(`http://127.0.0.1:${ports.registry}/subjects`)).status).to.equal(503);
  });

  it("leaves out an instance that is not ready", async () => {
    const [first] = echoes.ingestion;
    if (first) first.ready = false;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (let call = 0; call < 6; call += 1) {
      expect((await callGrpc(ports.grpc, publish, grpc))["x-by"]).to.equal(`ingestion-2 grpc ${publish}`);
    }
  });
});
