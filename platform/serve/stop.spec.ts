import { connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { createLog } from "../log.js";
import type { CommonSettings } from "../settings.js";
import { watchHealth } from "./health.js";
import { type Serving, serve } from "./serve.js";
import { mountSome } from "./testing/mount-some.js";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const settings = { bind: "127.0.0.1", grpcPort: 0, httpPort: 0, instance: "test" } as CommonSettings;
const none = (): never => expect.fail("is not called");

/** A server whose method takes a moment. */
async function start(): Promise<Serving & { end(): Promise<void> }> {
  const methods = {
    listEvents: async () => {
      await sleep(5);
      return { nextPageToken: "answered" };
    },
  };
  const health = watchHealth({});
  const keys = { authenticate: none, flushUses: async () => undefined };
  const serving = await serve({
    service: "test",
    settings,
    log: createLog("test", "silent"),
    keys,
    health,
    mounts: [mountSome(QueryService, methods, "public")],
  });
  return { ...serving, end: async () => health.stop() };
}

interface Way {
  readonly port: number;
  /** Lets nobody new in. */
  close(): void;
  end(): void;
}

/** A way to a port on which every byte takes `delayMs`: a request is long on its way when its session is closed. */
async function farAway(port: number, delayMs: number): Promise<Way> {
  const sockets = new Set<Socket>();
  const later = (): Transform =>
    new Transform({
      transform: (bytes, _encoding, done) => void setTimeout(() => done(null, bytes), delayMs),
    });
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    near.pipe(later()).pipe(far).pipe(later()).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") return expect.fail("has no port");
  return {
    port: address.port,
    close: () => void server.close(),
    end: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe("a graceful stop", () => {
  const ways = {
    gRPC: (serving: Serving) => ({ port: serving.grpcPort, transport: createGrpcTransport }),
    "Connect over HTTP/1.1": (serving: Serving) => ({
      port: serving.httpPort,
      transport: ({ baseUrl }: { baseUrl: string }) =>
        createConnectTransport({ baseUrl, httpVersion: "1.1" }),
    }),
    "Connect over HTTP/2": (serving: Serving) => ({
      port: serving.httpPort,
      transport: ({ baseUrl }: { baseUrl: string }) => createConnectTransport({ baseUrl, httpVersion: "2" }),
    }),
  };

  for (const [name, way] of Object.entries(ways)) {
    it(`answers what is on its way over ${name}, and refuses nothing but new connections`, async function () {
      this.timeout(20_000);
      const serving = await start();
      const { port, transport } = way(serving);
      const far = await farAway(port, 20);
      const said = new Map<string, number>();
      let isOver = false;
      const caller = async (): Promise<void> => {
        const client = createClient(QueryService, transport({ baseUrl: `http://127.0.0.1:${far.port}` }));
        while (!isOver) {
          const one = await client.listEvents({}).then(
            ({ nextPageToken }) => nextPageToken,
            (error: unknown) => {
              const { code, message } = ConnectError.from(error);
              return message.includes("ECONNREFUSED") ? "no connection" : `${Code[code]}: ${message}`;
            },
          );
          said.set(one, (said.get(one) ?? 0) + 1);
          if (one !== "answered") return;
        }
      };
      const callers = Array.from({ length: 8 }, caller);
      while ((said.get("answered") ?? 0) < 32) await sleep(10);
      const began = performance.now();
      far.close();
      await serving.stop({ limitMs: 4_000 });
      const tookMs = performance.now() - began;
      isOver = true;
      await Promise.all(callers);
      far.end();
      await serving.end();
      expect([...said.keys()].filter((one) => !["answered", "no connection"].includes(one))).to.deep.equal(
        [],
      );
      expect(tookMs).to.be.below(3_500);
    });
  }

  it("does not wait for who says nothing", async () => {
    const serving = await start();
    const silent = connect(serving.httpPort, "127.0.0.1");
    silent.on("error", () => undefined);
    await new Promise((resolve) => silent.once("connect", resolve));
    await sleep(50);
    const began = performance.now();
    await serving.stop({ limitMs: 4_000 });
    expect(performance.now() - began).to.be.below(3_000);
    silent.destroy();
    await serving.end();
  });
});
