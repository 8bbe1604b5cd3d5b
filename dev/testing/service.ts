import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManagedProcess } from "../processes/managed-process.js";
import { prepareService, type ServiceName } from "../services.js";
import type { TestEngines } from "./stack.js";

/** The operator's key of services that tests start. */
export const testOperatorKey = "tl_operator_of_the_tests";

/** A service of the product as its own process, for a test. */
export interface TestService {
  /** URL of Connect and plain HTTP. */
  readonly http: string;
  /** URL of gRPC. */
  readonly grpc: string;
  /** URL of the registry's REST face; empty for other services. */
  readonly rest: string;
  /** Ends it; what it did not finish, another instance has to. */
  stop(): Promise<void>;
}

/** What a test says of a service beyond its engines. */
export interface TestServiceOptions {
  readonly engines: TestEngines;
  /** An own, migrated database: `await engines.createPostgresDatabase()`. */
  readonly databaseUrl: string;
  /** gRPC of ingestion as host:port, for the admin service. */
  readonly ingestAddress?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a service from dist/ on free ports, isolated by the engines' prefix, and waits until it is ready.
 * @throws Error with the last words of its log
 */
export async function startService(service: ServiceName, options: TestServiceOptions): Promise<TestService> {
  const { engines, databaseUrl, ingestAddress = "127.0.0.1:9", env = {} } = options;
  const { spec, grpcPort, httpPort, restPort } = await prepareService(service, 1, {
    engines: {
      nats: engines.nats,
      redis: started(() => engines.redis, "redis://127.0.0.1:9"),
      clickhouse: started(() => engines.clickhouse, "http://127.0.0.1:9"),
      postgres: databaseUrl,
    },
    operatorKey: testOperatorKey,
    streamBytesMax: 2 ** 30,
    partitions: 4,
    ingestAddress,
  });
  const folder = await mkdtemp(join(tmpdir(), "tideline-service-"));
  const isolation = { TIDELINE_PREFIX: engines.prefix, CLICKHOUSE_DATABASE: engines.clickhouseDatabase };
  const process = new ManagedProcess(
    { ...spec, env: { ...spec.env, ...isolation, ...env } },
    { logFile: join(folder, "log"), restarts: false, tell: () => undefined },
  );
  const stop = async () => {
    await process.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await process.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    http: `http://127.0.0.1:${httpPort}`,
    grpc: `http://127.0.0.1:${grpcPort}`,
    rest: restPort === undefined ? "" : `http://127.0.0.1:${restPort}`,
    stop,
  };
}

/** The address of an engine, or one where nobody listens for a service that doesn't use it. */
function started(url: () => string, otherwise: string): string {
  try {
    return url();
  } catch {
    return otherwise;
  }
}
