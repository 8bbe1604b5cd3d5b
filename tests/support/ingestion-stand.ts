import { startEngines, startOwnEngines, type TestEngines } from "../../dev/testing/stack.js";
import type { Event as LogEvent } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import type { QuarantinedEvent } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { controlMigrations } from "../../platform/control/control.js";
import { type Nats, openNats } from "../../platform/engines/nats.js";
import { openPostgres, type Postgres } from "../../platform/engines/postgres.js";
import { migratePostgres } from "../../platform/migrate.js";
import { type StreamNames, streamNames } from "../../platform/streams.js";
import { type EventInit, ingestClient, inShort, loggedEvents, quarantinedEvents } from "./ingestion.js";
import { makeProject, type TestProject, type TestProjectOptions } from "./projects.js";
import { type ServiceProcess, startService } from "./service-process.js";

export const operatorKey = "operator-key-of-a-test";
export const dataSecret = "data-secret-of-a-test";

/** Ingestion as its own process on real engines, and what a test needs to look at what it did. */
export interface IngestionStand<Engines extends TestEngines = TestEngines> {
  readonly engines: Engines;
  readonly pool: Postgres;
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly service: ServiceProcess;
  /** One more instance beside it, stopped with the stand. */
  another(): Promise<ServiceProcess>;
  project(options?: TestProjectOptions): Promise<TestProject>;
  /** Publishes over gRPC; the verdicts in short. */
  publish(events: EventInit[], project: TestProject): Promise<string[]>;
  /** Posts to /v1/events. */
  post(
    body: string | Uint8Array<ArrayBuffer>,
    project: { secret: string },
    headers?: Record<string, string>,
  ): Promise<HttpAnswer>;
  logged(project: TestProject): Promise<LogEvent[]>;
  aside(project: TestProject): Promise<QuarantinedEvent[]>;
  stop(): Promise<void>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
  /** The outcomes, where it has verdicts. */
  readonly outcomes: string[];
}

/** On engines that others may use as well. */
export async function startIngestionStand(): Promise<IngestionStand> {
  return openStand(await startEngines("nats", "redis", "postgres"));
}

/** On engines that the test may kill. */
export async function startOwnIngestionStand() {
  return openStand(await startOwnEngines("nats", "redis", "postgres"));
}

async function openStand<Engines extends TestEngines>(engines: Engines): Promise<IngestionStand<Engines>> {
  const databaseUrl = await engines.createPostgresDatabase();
  const pool = openPostgres({ url: databaseUrl, name: "test" });
  await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
  const nats = await openNats({ url: engines.nats, name: "test" });
  const names = streamNames(engines.prefix);
  const env = {
    NATS_URL: engines.nats,
    REDIS_URL: engines.redis,
    DATABASE_URL: databaseUrl,
    CLICKHOUSE_URL: "http://127.0.0.1:1",
    TIDELINE_PREFIX: engines.prefix,
    TIDELINE_PARTITIONS: "4",
    TIDELINE_OPERATOR_KEY: operatorKey,
    TIDELINE_DATA_SECRET: dataSecret,
    TIDELINE_INGEST_ACK_TIMEOUT_MS: "1500",
  };
  const service = await startService("ingestion", env);
  const others: ServiceProcess[] = [];
  return {
    engines,
    pool,
    nats,
    names,
    service,
    another: async () => {
      const other = await startService("ingestion", env);
      others.push(other);
      return other;
    },
    project: (options) => makeProject(pool, options),
    publish: async (events, { secret }) => {
      const { verdicts } = await ingestClient(service, secret).publishEvents({ events });
      return verdicts.map(inShort);
    },
    post: (body, { secret }, headers = {}) => post(service, body, { ...bearer(secret), ...headers }),
    logged: (of) => loggedEvents(nats, names.raw, names.rawFilter("*").replace(/\*$/, of.projectId)),
    aside: (of) => quarantinedEvents(nats, names.quarantine, names.quarantineSubject(of.projectId)),
    stop: async () => {
      for (const one of [service, ...others]) await one.stop();
      await nats.close();
      await pool.end();
      await engines.stop();
    },
  };
}

const bearer = (secret: string): Record<string, string> => ({
  authorization: `Bearer ${secret}`,
  "content-type": "application/json",
});

async function post(
  service: ServiceProcess,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<HttpAnswer> {
  const url = `http://127.0.0.1:${service.httpPort}/v1/events`;
  const response = await fetch(url, { method: "POST", headers, body });
  const json = (await response.json()) as Record<string, unknown>;
  const verdicts = (json["verdicts"] ?? []) as { outcome: string }[];
  const outcomes = verdicts.map(({ outcome }) => outcome.replace("OUTCOME_", ""));
  return { status: response.status, headers: response.headers, json, outcomes };
}
