import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { Target } from "./target.js";

/** What the commands take for one call, streams aside. */
const TIMEOUT_MS = 60_000;

/** A client of one service over gRPC, by the target's key. */
export function openClient<S extends DescService>(service: S, target: Target): Client<S> {
  const { grpc, key, headers } = target;
  const withKey: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${key}`);
    for (const [name, value] of Object.entries(headers)) request.header.set(name, value);
    return next(request);
  };
  const transport = createGrpcTransport({
    baseUrl: `${grpc.isSecure ? "https" : "http"}://${grpc.hostPort}`,
    interceptors: [withKey],
  });
  return createClient(service, transport);
}

/** Options of a unary call. */
export const unary = { timeoutMs: TIMEOUT_MS } as const;
