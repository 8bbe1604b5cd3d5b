import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { KeyRing } from "../control/keys.js";
import type { Log } from "../log.js";
import type { CommonSettings } from "../settings.js";
import { admit } from "./access.js";
import { addToGrpc, messageBytesMax } from "./grpc.js";
import { listenGrpc } from "./grpc-port.js";
import type { Health } from "./health.js";
import { createHttpFace, type HttpRoute } from "./http.js";
import { createInvoker } from "./invoke.js";
import type { Mount } from "./mount.js";
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

/** Serves mounted services on gRPC and on HTTP (Connect, gRPC-Web, plain routes), with health and reflection. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { settings, log, keys, health } = options;
  const mounts = options.mounts ?? [];
  let stopping = false;
  const notReady = (): string | undefined => (stopping ? "stopping" : options.notReady?.());

  const invoker = createInvoker({ keys, log });
  const rpcHealth = new HealthImplementation({ "": "SERVING" });
  const server = new grpc.Server({
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
