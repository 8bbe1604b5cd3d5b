import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  IngestService,
  PublishEventsResponseSchema,
} from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import type { KeyRing } from "../control/keys.js";
import { Fault } from "../fault.js";
import { createLog } from "../log.js";
import type { CommonSettings } from "../settings.js";
import { watchHealth } from "./health.js";
import { mount } from "./mount.js";
import { type Serving, serve } from "./serve.js";

const mebibyte = 1024 * 1024;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const keys: KeyRing = {
  async authenticate(bearer = "") {
    if (!/^[a-z]$/.test(bearer)) throw new Fault(FaultReason.KEY_INVALID, "unknown key");
    const limits = { eventsPerSecond: 1, burst: 1, isOperator: false };
    return { keyId: bearer, projectId: "p1", scopes: new Set([Scope.INGEST]), ...limits };
  },
  flushUses: async () => undefined,
};

const ingest = mount(
  IngestService,
  {
    publishEvents: async () => ({}),
    async *publishStream(requests) {
      for await (const { batchId } of requests) yield { batchId };
    },
  },
  { publishEvents: "ingest", publishStream: "ingest" },
  { publishEvents: async () => toBinary(PublishEventsResponseSchema, create(PublishEventsResponseSchema)) },
);

describe("bodies that are being read", function () {
  this.timeout(20_000);
  let serving: Serving;
  const health = watchHealth({});
  const settings = { bind: "127.0.0.1", grpcPort: 0, httpPort: 0, instance: "test" } as CommonSettings;
  const open = new Set<{ destroy(): void }>();

  before(async () => {
    const log = createLog("test", "silent");
    const options = { service: "test", settings, log, keys, health, mounts: [ingest] };
    serving = await serve({ ...options, readingBytesMax: 10 * mebibyte });
  });
  afterEach(async () => {
    for (const one of open) one.destroy();
    open.clear();
    await sleep(100);
  });
  after(async () => {
    health.stop();
    await serving.stop({ limitMs: 200 });
  });

  const path = "/tideline.ingest.v1.IngestService/PublishEvents";

  /** Sends the most of a body of 4 MiB and lets the rest wait; what is answered, if anything is. */
  const trickleHttp = async (key: string, type: string): Promise<() => string> => {
    const socket: Socket = connect(serving.httpPort, "127.0.0.1");
    open.add(socket);
    let said = "";
    socket.on("data", (bytes) => {
      said += bytes.toString("latin1");
    });
    socket.on("error", () => undefined);
    const body = Buffer.alloc(4 * mebibyte - 100);
    // A head of gRPC-Web's that announces 4 MiB.
    if (type.includes("web")) body.set([0, 0, 0x40, 0, 0]);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\ncontent-type: application/${type}\r\n` +
        `content-length: ${4 * mebibyte + 5}\r\n\r\n`,
    );
    socket.write(body);
    await sleep(250);
    return () => said;
  };

  /** The same over gRPC; the status, if there is one. */
  const trickleGrpc = async (key: string): Promise<() => string> => {
    const session = connectHttp2(`http://127.0.0.1:${serving.grpcPort}`);
    open.add(session);
    const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
    const stream = session.request({ ...headers, authorization: `Bearer ${key}` });
    let said = "";
    const hear = (some: Record<string, unknown>): void => {
      if (some["grpc-status"] !== undefined)
        said = `${some["grpc-status"]} ${some["retry-after"] ?? ""}`.trim();
    };
    stream.on("response", hear);
    stream.on("trailers", hear);
    for (const one of [session, stream]) one.on("error", () => undefined);
    const body = Buffer.alloc(4 * mebibyte - 100);
    body.set([0, 0, 0x40, 0, 0]);
    stream.write(body);
    await sleep(300);
    return () => said;
  };

  const call = async (key: string): Promise<string> => {
    const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${serving.grpcPort}` });
    const headers = { authorization: `Bearer ${key}` };
    return createClient(IngestService, transport)
      .publishEvents({ events: [{ type: "t" }] }, { headers })
      .then(
        () => "answered",
        (error: unknown) => Code[ConnectError.from(error).code] ?? "",
      );
  };

  const ways = [
    ["Connect's unary protocol", "proto"],
    ["JSON", "json"],
    ["gRPC-Web", "grpc-web+proto"],
  ] as const;
  for (const [name, type] of ways) {
    it(`are bounded for a key and over all of them, over ${name}`, async () => {
      const first = await trickleHttp("a", type);
      expect(first()).to.equal("");
      // Ten MiB for all: a second of four is over the half that one key may hold; another key has less left.
      const second = await trickleHttp("a", type);
      // A caller of HTTP/1.1 hears it once its body is over.
      for (const socket of [...open].slice(-1)) (socket as Socket).write(Buffer.alloc(105));
      await sleep(200);
      expect(second())
        .to.match(/OVERLOADED|grpc-status: 14/)
        .and.match(/retry-after: 1/i);
      expect(await call("a")).to.equal("answered");
      expect(await call("b")).to.equal("answered");
    });
  }

  it("are bounded over gRPC, whose messages are read after admission alone", async () => {
    const first = await trickleGrpc("a");
    const second = await trickleGrpc("a");
    expect([first(), second()]).to.deep.equal(["", "14 1"]);
    expect([await call("a"), await call("b")]).to.deep.equal(["answered", "answered"]);
    const stranger = await trickleGrpc("nobody");
    expect(stranger()).to.equal("16");
  });

  it("are counted no more when their callers are gone", async () => {
    for (const trickle of [trickleGrpc, trickleHttp]) {
      for (const type of ["json", "proto", "grpc-web+proto"]) {
        expect((await trickle("a", type))()).to.equal("");
        for (const one of open) one.destroy();
        open.clear();
        await sleep(100);
      }
    }
    const next = await trickleGrpc("a");
    expect(next()).to.equal("");
  });
});
