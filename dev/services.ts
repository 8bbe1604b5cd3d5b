import { join } from "node:path";
import { repoRoot } from "../platform/root.js";
import type { EngineUrls } from "./engines/engine.js";
import { answers } from "./engines/engine.js";
import { freePort } from "./processes/free-port.js";
import type { ProcessSpec } from "./processes/managed-process.js";

/** Every service of the product, and the program that is one instance of it. */
export const programs = {
  ingestion: "dist/services/ingestion/main.js",
  enrichment: "dist/services/enrichment/main.js",
  aggregation: "dist/services/aggregation/main.js",
  query: "dist/services/query/main.js",
  admin: "dist/services/admin/main.js",
  registry: "dist/registry/main.js",
} as const;

export type ServiceName = keyof typeof programs;
export const serviceNames = Object.keys(programs) as readonly ServiceName[];

const readyMsMax = 120_000;

export interface ServiceInstance {
  readonly service: ServiceName;
  /** Such as "ingestion-1". */
  readonly name: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** The registry's REST face; only the registry has one. */
  readonly restPort: number | undefined;
  readonly spec: ProcessSpec;
}

export interface ServiceSurroundings {
  readonly engines: EngineUrls;
  readonly operatorKey: string;
  readonly dataSecret: string;
  readonly streamBytesMax: number;
  readonly partitions: number;
  /** gRPC of the gateway, for a service that sends events itself. */
  readonly ingestAddress: string;
}

/** One instance of a service, on free ports; its environment is all it is told. */
export async function prepareService(
  service: ServiceName,
  number: number,
  around: ServiceSurroundings,
): Promise<ServiceInstance> {
  const name = `${service}-${number}`;
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const restPort = service === "registry" ? await freePort() : undefined;
  return {
    service,
    name,
    grpcPort,
    httpPort,
    restPort,
    spec: {
      name,
      command: process.execPath,
      args: ["--enable-source-maps", join(repoRoot, programs[service])],
      cwd: repoRoot,
      env: {
        TIDELINE_GRPC_PORT: String(grpcPort),
        TIDELINE_HTTP_PORT: String(httpPort),
        ...(restPort === undefined ? {} : { TIDELINE_REGISTRY_PORT: String(restPort) }),
        NATS_URL: around.engines.nats,
        REDIS_URL: around.engines.redis,
        DATABASE_URL: around.engines.postgres,
        CLICKHOUSE_URL: around.engines.clickhouse,
        TIDELINE_OPERATOR_KEY: around.operatorKey,
        TIDELINE_DATA_SECRET: around.dataSecret,
        TIDELINE_PARTITIONS: String(around.partitions),
        TIDELINE_STREAM_BYTES_MAX: process.env["TIDELINE_STREAM_BYTES_MAX"] || String(around.streamBytesMax),
        TIDELINE_INSTANCE: name,
        TIDELINE_INGEST_URL: around.ingestAddress,
      },
      ready: () => answers(`http://127.0.0.1:${httpPort}/readyz`),
      readyMsMax,
      stopMsMax: 18_000,
    },
  };
}
