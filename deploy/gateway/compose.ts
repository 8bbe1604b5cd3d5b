import { type Pool, renderGateway } from "./gateway.js";

/** Instances of one service in compose.yaml: as many as are scaled to, up to a bound. */
const slots = 8;

/** In compose every service listens on the same ports, since each container has its own address. */
const composePool = (host: string): Pool => ({
  kind: "name",
  instance: { host, grpcPort: 9000, httpPort: 8000, restPort: 8001 },
  slots,
});

/** The gateway's configuration in compose: services by their names, asked of Docker's name server. */
export function composeGateway(): string {
  return renderGateway({
    listen: { http: ["*:8080"], grpc: ["*:9090"], registry: ["*:8081"] },
    pools: {
      ingestion: composePool("ingestion"),
      query: composePool("query"),
      admin: composePool("admin"),
      registry: composePool("registry"),
    },
    drainSeconds: 20,
    nameServer: "127.0.0.11:53",
  });
}
