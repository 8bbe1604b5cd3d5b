import { once } from "node:events";
import { request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { KeyRing, Principal } from "../../platform/control/keys.js";
import { Fault } from "../../platform/fault.js";
import type { Log } from "../../platform/log.js";
import type { Registry } from "../registry.js";
import { createRestFace } from "./face.js";

const v1 = "application/vnd.schemaregistry.v1+json";

const principal: Principal = {
  keyId: "k",
  projectId: "p",
  scopes: new Set([Scope.ADMIN]),
  eventsPerSecond: 0,
  burst: 0,
  isOperator: false,
};

const keys: Pick<KeyRing, "authenticate"> = {
  authenticate: async (secret) => {
    if (secret === "good") return principal;
    throw new Fault(FaultReason.KEY_INVALID, "no such key");
  },
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

describe("the REST face over HTTP", () => {
  let server: Server;
  let port: number;
  const bugs: unknown[] = [];
  const registry: Partial<Registry> = {
    listSubjects: async () => ["a"],
    listVersions: async () => {
      throw new Error("a secret of the house");
    },
    setConfig: async () => ({}),
  };

  before(async () => {
    const log: Partial<Log> = { error: (bug: unknown) => bugs.push(bug) };
    server = createRestFace({ registry: registry as Registry, keys: keys as KeyRing, log: log as Log });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });

  after(() => {
    server.close();
    server.closeAllConnections();
  });

  function send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const authorization = "Bearer good";
      const sent = request({ port, method, path, headers: { authorization, ...headers } });
      sent.once("error", reject);
      sent.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      sent.end(body);
    });
  }

  const codeOf = ({ status, text }: Answer) => [status, JSON.parse(text).error_code];

  it("answers GET and HEAD alike, the latter without a body", async () => {
    const got = await send("GET", "/subjects");
    expect([got.status, got.text, got.headers["content-type"]]).to.deep.equal([200, '["a"]', v1]);
    const head = await send("HEAD", "/subjects");
    expect([head.status, head.text, head.headers["content-length"]]).to.deep.equal([200, "", "5"]);
  });

  it("says which methods a path has", async () => {
    const options = await send("OPTIONS", "/config", { headers: { authorization: "" } });
    expect([options.status, options.headers["allow"]]).to.deep.equal([
      204,
      "GET, HEAD, PUT, DELETE, OPTIONS",
    ]);
    const patch = await send("PATCH", "/config");
    expect(codeOf(patch)).to.deep.equal([405, 405]);
    expect(patch.headers["allow"]).to.equal("GET, HEAD, PUT, DELETE, OPTIONS");
    expect(codeOf(await send("OPTIONS", "/nothing"))).to.deep.equal([404, 404]);
  });

  it("answers mistakes with 4xx in the type that it speaks", async () => {
    const json = { "content-type": "application/json" };
    const mistakes: readonly (readonly [Promise<Answer>, number, number])[] = [
      [send("GET", "/subjects", { headers: { authorization: "Basic !!!" } }), 401, 40_101],
      [send("GET", "/subjects", { headers: { authorization: "Digest x" } }), 401, 40_101],
      [send("GET", "/subjects", { headers: { accept: "text/html" } }), 406, 406],
      [send("PUT", "/config", { headers: { "content-type": "text/html" }, body: "{}" }), 415, 415],
      [send("PUT", "/config", { headers: json, body: "{" }), 422, 422],
      [send("PUT", "/config", { headers: json, body: "" }), 422, 422],
      [send("PUT", "/config", { headers: json, body: "null" }), 422, 422],
      [send("PUT", "/config", { headers: json, body: Buffer.from([0xff, 0xfe]) }), 422, 422],
      [send("PUT", "/config", { headers: { ...json, "content-encoding": "br" }, body: "{}" }), 400, 400],
      [send("GET", "/%"), 404, 404],
      [send("GET", `/${"a/".repeat(2_000)}`), 404, 404],
      [send("GET", "/subjects/s/versions/x"), 422, 42_202],
      [send("GET", "/schemas/ids/x"), 404, 404],
      [send("GET", "/subjects?limit=x"), 400, 400],
    ];
    for (const [answer, status, code] of mistakes) {
      const got = await answer;
      expect([...codeOf(got), got.headers["content-type"]]).to.deep.equal([status, code, v1]);
    }
  });

  it("refuses a huge body without reading it all, and serves on", async () => {
    const headers = { "content-type": "application/json" };
    for (const bytes of [1_048_577, 32 * 1_048_576]) {
      const got = await send("PUT", "/config", { headers, body: Buffer.alloc(bytes, 0x20) });
      expect(codeOf(got)).to.deep.equal([413, 413]);
    }
    expect((await send("PUT", "/config", { headers, body: "{}" })).status).to.equal(200);
  });

  it("keeps a bug to itself", async () => {
    const got = await send("GET", "/subjects/s/versions");
    expect(codeOf(got)).to.deep.equal([500, 50_001]);
    expect(got.text).to.not.include("secret");
    expect(bugs).to.have.length(1);
  });
});
