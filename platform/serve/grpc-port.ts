import { once } from "node:events";
import type { ServerHttp2Session } from "node:http2";
import { type AddressInfo, createServer } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { sayGoodbye } from "./goodbye.js";

/** A gRPC server that listens. */
export interface GrpcPort {
  readonly port: number;
  /** Takes no more connections, lets running calls and those on their way end, and cuts what is left at the limit. */
  stop(limitMs: number): Promise<void>;
}

/** Listens for a gRPC server: with a listener of its own, it can be closed before the sessions are. */
export async function listenGrpc(
  server: grpc.Server,
  address: { host: string; port: number },
): Promise<GrpcPort> {
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    // Until the session listens: a client may be gone at once.
    socket.on("error", () => socket.destroy());
    injector.injectConnection(socket);
  });
  listener.listen(address.port, address.host);
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    async stop(limitMs) {
      let late: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        late = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, limitMs);
      });
      await Promise.race([limit, end()]);
      clearTimeout(late);
    },
  };

  async function end(): Promise<void> {
    listener.close();
    await sayGoodbye(sessionsOf(server));
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  }
}

/** grpc-js gives its sessions to nobody; the version is pinned, and a spec fails where they are not found. */
function sessionsOf(server: grpc.Server): ServerHttp2Session[] {
  const sessions: unknown = Reflect.get(server, "sessions");
  return sessions instanceof Map ? [...(sessions.keys() as Iterable<ServerHttp2Session>)] : [];
}
