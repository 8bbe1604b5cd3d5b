import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { KeyRing } from "../control/keys.js";
import type { Log } from "../log.js";
import type { CommonSettings } from "../settings.js";
import { admit } from "./access.js";
import type { Access } from "./call.js";
import { addToGrpc, incomingOfMetadata, messageBytesMax, statusOf } from "./grpc.js";
import { listenGrpc } from "./grpc-port.js";
import { gatedReading } from "./grpc-reading.js";
import type { Health } from "./health.js";
import { createHttpFace } from "./http.js";
import { createInvoker, type Invoker } from "./invoke.js";
import { accessOf, type Mount } from "./mount.js";
import type { HttpRoute } from "./plain-routes.js";
import { ReadBudget } from "./read-budget.js";
import { addReflection } from "./reflection.js";
import { serveTwoProtocols } from "./two-protocols.js";

export interface ServeOptions {
  readonly service: string;
  readonly settings: CommonSettings;
  readonly log: Log;
  readonly keys: KeyRing;
  readonly health: Health;
  /** None for a worker: it has health only. */
  readonly mounts?: readonly Mount[];
  readonly routes?: readonly HttpRoute[];
  /** Bytes of bodies that may be being read at once, over all calls; then callers are told to come back. */
  readonly readingBytesMax?: number;
  /** Undefined when it can serve, else why not. */
  readonly notReady?: () => string | undefined;
}

export interface Serving {
  readonly grpcPort: number;
  readonly httpPort: number;
  /**
   * Says "not ready" for `drainMs` so that the gateway sends nothing more, then lets running calls end within
   * `limitMs`.
   */
  stop(options?: { drainMs?: number; limitMs?: number }): Promise<void>;
}

const readingBytesDefault = 64 * 1024 * 1024;

interface ReadingOptions {
  readonly mounts: readonly Mount[];
  readonly keys: KeyRing;
  readonly invoker: Invoker;
  readonly budget: ReadBudget;
}

/** Before a message of gRPC is read: who may not send is not read; and what is read is counted. */
function readingOf({ mounts, keys, invoker, budget }: ReadingOptions): grpc.ServerInterceptor {
  const accesses = new Map<string, Access>();
  for (const mounted of mounts) {
    for (const method of mounted.service.methods)
      accesses.set(`/${mounted.service.typeName}/${method.name}`, accessOf(mounted, method));
  }
  return gatedReading({
    budget,
    ownerOf: (path, metadata) => {
      const access = accesses.get(path);
      if (access === undefined) return undefined;
      return admit(keys, access, incomingOfMetadata(metadata)).then(({ principal }) => principal.keyId);
    },
    statusOf: (cause, path) => statusOf(invoker.wireError(cause, path)),
  });
}

/** Serves mounted services on gRPC and on HTTP (Connect, gRPC-Web, plain routes), with health and reflection. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { settings, log, keys, health } = options;
  const mounts = options.mounts ?? [];
  let stopping = false;
  const notReady = (): string | undefined => (stopping ? "stopping" : options.notReady?.());

  const invoker = createInvoker({ keys, log });
  const rpcHealth = new HealthImplementation({ "": "SERVING" });
  const budget = new ReadBudget(options.readingBytesMax ?? readingBytesDefault);
  const server = new grpc.Server({
    interceptors: [readingOf({ mounts, keys, invoker, budget })],
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.max_send_message_length": 64 * 1024 * 1024,
    "grpc.keepalive_time_ms": 30_000,
  });
  for (const mounted of mounts) {
    addToGrpc(server, mounted, invoker);
    rpcHealth.setStatus(mounted.service.typeName, "SERVING");
  }
  rpcHealth.addToServer(server);
  addReflection(server);

  const face = createHttpFace({
    mounts,
    routes: options.routes ?? [],
    invoker,
    budget,
    admit: (access, incoming) => admit(keys, access, incoming),
    healthz: () => ({
      service: options.service,
      instance: settings.instance,
      ready: notReady() === undefined,
      engines: health.engines(),
      notes: health.notes(),
    }),
    notReady,
  });

  const grpcPort = await listenGrpc(server, { host: settings.bind, port: settings.grpcPort });
  const http = serveTwoProtocols(face);
  const httpPort = await bindHttp(http.server, settings);
  log.info({ grpcPort: grpcPort.port, httpPort, instance: settings.instance }, "serving");

  return {
    grpcPort: grpcPort.port,
    httpPort,
    async stop({ drainMs = 0, limitMs = 8_000 } = {}) {
      stopping = true;
      for (const name of ["", ...mounts.map(({ service }) => service.typeName)])
        rpcHealth.setStatus(name, "NOT_SERVING");
      await new Promise((resolve) => setTimeout(resolve, drainMs));
      await Promise.all([grpcPort.stop(limitMs), http.stop(limitMs)]);
    },
  };
}

async function bindHttp(http: Server, settings: CommonSettings): Promise<number> {
  http.listen(settings.httpPort, settings.bind);
  await once(http, "listening");
  return (http.address() as AddressInfo).port;
}
