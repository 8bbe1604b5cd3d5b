import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  IngestService,
  PublishEventsRequestSchema,
  PublishEventsResponseSchema,
} from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { KeyRing } from "../control/keys.js";
import { Fault } from "../fault.js";
import { createLog } from "../log.js";
import type { CommonSettings } from "../settings.js";
import { watchHealth } from "./health.js";
import { mount } from "./mount.js";
import { type Serving, serve } from "./serve.js";
import { mountSome } from "./testing/mount-some.js";

const revoked = new Set<string>();
const keys: KeyRing = {
  async authenticate(bearer) {
    if (revoked.has(bearer ?? "") || !["good", "ending"].includes(bearer ?? ""))
      throw new Fault(FaultReason.KEY_INVALID, "unknown key");
    const limits = { eventsPerSecond: 1, burst: 1, isOperator: false };
    return { keyId: "k1", projectId: "p1", scopes: new Set([Scope.QUERY, Scope.INGEST]), ...limits };
  },
  flushUses: async () => undefined,
};

const settings = { bind: "127.0.0.1", grpcPort: 0, httpPort: 0, instance: "test" } as CommonSettings;

const someQueries = mountSome(
  QueryService,
  {
    listEvents: async (request, call) => ({ nextPageToken: `${call.projectId}:${request.type}` }),
    getUser: async () => {
      throw new Error("password=hunter2");
    },
    async *subscribe(request) {
      while (request.services) {
        yield {};
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      for (let index = 0; index < 3; index++)
        yield { eventsLastHour: BigInt(index + request.historyMinutes) };
      if (request.verdicts) throw new Fault(FaultReason.OVERLOADED, "too slow", { retry_after_ms: "1500" });
    },
  },
  "query",
);
const query = { ...someQueries, access: { ...someQueries.access, queryMetrics: "admin" as const } };

const ingest = mount(
  IngestService,
  {
    publishEvents: async ({ events }) => ({ verdicts: events.map(() => ({})) }),
    async *publishStream(requests) {
      for await (const { batchId } of requests) yield { batchId };
    },
  },
  { publishEvents: "ingest", publishStream: "ingest" },
  {
    publishEvents: async (body, encoding) => {
      if (encoding === "json") return Buffer.from(`{"verdicts":[{}]}`);
      const { events } = fromBinary(PublishEventsRequestSchema, body);
      const response = create(PublishEventsResponseSchema, { verdicts: events.map(() => ({})) });
      return toBinary(PublishEventsResponseSchema, response);
    },
  },
);

describe("serve", () => {
  let serving: Serving;
  const health = watchHealth({ nats: async () => false });

  before(async () => {
    const log = createLog("test", "silent");
    serving = await serve({ service: "test", settings, log, keys, health, mounts: [query, ingest] });
  });
  after(async () => {
    health.stop();
    await serving.stop({ limitMs: 200 });
  });

  const http = (): string => `http://127.0.0.1:${serving.httpPort}`;
  const transports = () => ({
    grpc: createGrpcTransport({ baseUrl: `http://127.0.0.1:${serving.grpcPort}` }),
    connect: createConnectTransport({ baseUrl: http(), httpVersion: "1.1" }),
    connectGet: createConnectTransport({ baseUrl: http(), httpVersion: "1.1", useHttpGet: true }),
    grpcWeb: createGrpcWebTransport({ baseUrl: http(), httpVersion: "1.1" }),
  });
  const headers = { authorization: "Bearer good" };
  const failure = (call: Promise<unknown>): Promise<ConnectError> =>
    call.then(
      () => expect.fail("was not refused"),
      (error: unknown) => ConnectError.from(error),
    );

  for (const name of ["grpc", "connect", "connectGet", "grpcWeb"] as const) {
    describe(`over ${name}`, () => {
      const client = () => createClient(QueryService, transports()[name]);

      it("answers a unary call with the key's project", async () => {
        expect((await client().listEvents({ type: "a" }, { headers })).nextPageToken).to.equal("p1:a");
      });

      it("refuses a missing key, a missing scope and a broken limit, with reason and facts", async () => {
        const missing = await failure(client().listEvents({}));
        expect(missing.code).to.equal(Code.Unauthenticated);
        const scope = await failure(client().queryMetrics({ aggregation: 1 }, { headers }));
        expect(scope.code).to.equal(Code.PermissionDenied);
        expect(scope.findDetails(FaultDetailSchema)[0]?.facts).to.deep.equal({ scope: "admin" });
        const limit = await failure(client().listEvents({ pageSize: 1_001 }, { headers }));
        expect(limit.findDetails(FaultDetailSchema)[0]).to.deep.include({
          reason: FaultReason.REQUEST_INVALID,
          facts: { field: "page_size", rule: "uint32.lte" },
        });
      });

      it("hides the cause of a bug", async () => {
        const error = await failure(client().getUser({ userId: "u" }, { headers }));
        expect(error).to.include({ code: Code.Internal, rawMessage: "internal error" });
      });

      it("streams, and turns a fault after the first message into a wire error", async () => {
        const seen: bigint[] = [];
        const read = async (): Promise<void> => {
          const request = { historyMinutes: 5, verdicts: true };
          for await (const item of client().subscribe(request, { headers })) seen.push(item.eventsLastHour);
        };
        const error = await failure(read());
        expect(seen).to.deep.equal([5n, 6n, 7n]);
        expect(error.code).to.equal(Code.Unavailable);
        expect(error.findDetails(FaultDetailSchema)[0]?.reason).to.equal(FaultReason.OVERLOADED);
      });

      it("takes the raw form of a method where it has one", async () => {
        const response = await createClient(IngestService, transports()[name]).publishEvents(
          { events: [{ type: "a" }, { type: "b" }] },
          { headers },
        );
        expect(response.verdicts).to.have.length(2);
      });
    });
  }

  it("ends a stream whose key is revoked", async function () {
    this.timeout(10_000);
    let messages = 0;
    const read = async (): Promise<void> => {
      const options = { headers: { authorization: "Bearer ending" } };
      const stream = createClient(QueryService, transports().grpc).subscribe({ services: true }, options);
      for await (const _message of stream) {
        if (++messages === 3) revoked.add("ending");
      }
    };
    expect((await failure(read())).code).to.equal(Code.Unauthenticated);
    expect(messages).to.be.within(3, 30);
  });

  it("streams both ways over gRPC", async () => {
    const client = createClient(IngestService, transports().grpc);
    async function* batches() {
      for (let index = 1n; index <= 50n; index++) yield { batchId: index };
    }
    const answered: bigint[] = [];
    for await (const { batchId } of client.publishStream(batches(), { headers })) answered.push(batchId);
    expect(answered).to.have.length(50);
  });

  it("streams both ways over Connect, by HTTP/2 on the same port", async () => {
    const transport = createConnectTransport({ baseUrl: http(), httpVersion: "2" });
    const client = createClient(IngestService, transport);
    let answers = 0;
    async function* batches() {
      for (let index = 1n; index <= 20n; index++) {
        yield { batchId: index };
        // Each answer comes before the next batch is sent: the stream runs both ways at once.
        while (answers < index) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    for await (const { batchId } of client.publishStream(batches(), { headers })) answers = Number(batchId);
    expect(answers).to.equal(20);
    const query = createClient(QueryService, transport);
    expect((await query.listEvents({ type: "h2" }, { headers })).nextPageToken).to.equal("p1:h2");
  });

  it("tells the protocols apart however slowly the first bytes come", async () => {
    const { connect } = await import("node:net");
    const socket = connect(serving.httpPort, "127.0.0.1");
    const answer: Buffer[] = [];
    socket.on("data", (chunk) => answer.push(chunk));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    for (const part of [
      "P",
      "O",
      "ST /nowhere HTTP/1.1\r\nhost: a\r\n",
      "content-length: 0\r\nconnection: close\r\n\r\n",
    ]) {
      socket.write(part);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await closed;
    expect(Buffer.concat(answer).toString()).to.match(/^HTTP\/1\.1 404/);
  });

  it("answers preflight requests and browsers' JSON", async () => {
    const path = `${http()}/tideline.ingest.v1.IngestService/PublishEvents`;
    const preflight = await fetch(path, { method: "OPTIONS", headers: { origin: "https://shop.example" } });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get("access-control-allow-headers")).to.include("authorization");
    const post = { method: "POST", body: "{}", headers: { ...headers, "content-type": "application/json" } };
    expect(await (await fetch(path, post)).json()).to.deep.equal({ verdicts: [{}] });
    const anonymous = await fetch(path, { ...post, headers: { "content-type": "application/json" } });
    expect(anonymous.status).to.equal(401);
    expect(await anonymous.json()).to.deep.include({ code: "unauthenticated" });
  });

  it("answers an unknown method and path in the protocol that asked", async () => {
    const path = `${http()}/tideline.query.v1.QueryService/Nonsense`;
    for (const type of ["application/json", "application/proto"]) {
      const post = { method: "POST", body: "{}", headers: { ...headers, "content-type": type } };
      const answer = await fetch(path, post);
      expect(answer.status).to.equal(404);
      expect(await answer.json()).to.deep.include({ code: "unimplemented" });
    }
    const web = {
      method: "POST",
      body: "",
      headers: { ...headers, "content-type": "application/grpc-web+proto" },
    };
    const trailers = await (await fetch(path, web)).text();
    expect(trailers).to.include("grpc-status: 12");
    const page = await fetch(`${http()}/nowhere`);
    expect(page.status).to.equal(404);
    expect(await page.json()).to.deep.include({
      code: "unimplemented",
      message: "/nowhere is not offered here",
    });
  });

  it("names the field of a request in JSON that is wrong", async () => {
    const ask = async (body: string, type = "application/json"): Promise<unknown> => {
      const path = `${http()}/tideline.query.v1.QueryService/ListEvents`;
      const post = { method: "POST", body, headers: { ...headers, "content-type": type } };
      const answer = (await (await fetch(path, post)).json()) as { message?: string };
      return answer.message ?? answer;
    };
    expect(await ask('{"type":"a"}')).to.deep.equal({ nextPageToken: "p1:a" });
    expect(await ask('{"pageSize":"many"}')).to.equal("page_size: not the JSON form of this field");
    expect(await ask('{"range":{"from":"noon"}}')).to.match(/^range\.from: not the JSON form/);
    expect(await ask('{"tpye":"a"}')).to.equal("tpye: ListEventsRequest has no such field");
    expect(await ask("[]")).to.equal("not the JSON form of ListEventsRequest");
    const get = `${http()}/tideline.query.v1.QueryService/ListEvents?encoding=json&connect=v1&message=`;
    const bad = await fetch(get + encodeURIComponent('{"pageSize":"x"}'), { headers });
    expect(await bad.json()).to.have.property("message", "page_size: not the JSON form of this field");
  });

  it("says how it and its engines are", async () => {
    expect((await fetch(`${http()}/readyz`)).status).to.equal(200);
    const state = (await (await fetch(`${http()}/healthz`)).json()) as { engines: unknown };
    expect(state.engines).to.deep.equal([{ engine: "nats", ok: false, reason: "not connected" }]);
  });

  it("reflects every contract, whichever service is asked", async () => {
    const { services, file } = await reflect(serving.grpcPort);
    expect(services).to.include.members([
      "tideline.ingest.v1.IngestService",
      "tideline.admin.v1.AdminService",
    ]);
    expect(file).to.be.greaterThan(100);
  });
});

/** Lists services and fetches one file through grpc.reflection.v1. */
async function reflect(port: number): Promise<{ services: string[]; file: number }> {
  const { loadSync } = await import("@grpc/proto-loader");
  const root = new URL(
    "../../../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/",
    import.meta.url,
  );
  const loaded = grpc.loadPackageDefinition(
    loadSync(new URL("reflection.proto", root).pathname, { keepCase: true }),
  );
  const at = (path: readonly string[]): unknown =>
    path.reduce<unknown>((node, key) => Reflect.get(node as object, key), loaded);
  const Client = at(["grpc", "reflection", "v1", "ServerReflection"]) as grpc.ServiceClientConstructor;
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const open = Reflect.get(client, "ServerReflectionInfo") as () => grpc.ClientDuplexStream<
    object,
    ReflectionAnswer
  >;
  const stream = open.call(client);
  stream.write({ list_services: "" });
  stream.write({ file_containing_symbol: "tideline.ingest.v1.IngestService" });
  stream.end();
  const answers: ReflectionAnswer[] = [];
  for await (const answer of stream as AsyncIterable<ReflectionAnswer>) answers.push(answer);
  client.close();
  return {
    services: answers[0]?.list_services_response?.service.map(({ name }) => name) ?? [],
    file: answers[1]?.file_descriptor_response?.file_descriptor_proto[0]?.length ?? 0,
  };
}

interface ReflectionAnswer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
}
