import { join } from "node:path";
import { systemClock } from "../../../platform/clock.js";
import { type Control, openControl } from "../../../platform/control/control.js";
import { openMetricStore } from "../../../platform/control/metrics.js";
import { openClickHouse } from "../../../platform/engines/clickhouse.js";
import { type Nats, openNats } from "../../../platform/engines/nats.js";
import { openPostgres } from "../../../platform/engines/postgres.js";
import { openRedis, redisReady } from "../../../platform/engines/redis.js";
import { repoRoot } from "../../../platform/root.js";
import type { Life } from "../../../platform/run.js";
import type { EngineProbe } from "../../../platform/serve/health.js";
import { type StreamNames, streamNames } from "../../../platform/streams.js";
import { SchemaCache } from "../../../registry/schema-cache.js";
import { Admission } from "../admission/admission.js";
import { admittedAnalytics, admittedSql } from "../admission/admitted-engines.js";
import { CachedAnswers } from "../cache/cached-answers.js";
import { cohortSource } from "../cohorts/cohort-source.js";
import type { QueryConfig } from "../config.js";
import { Expiry } from "../expiry.js";
import type { JobPorts } from "../jobs/job-calls.js";
import { LiveHub } from "../live/hub.js";
import { PeopleStore } from "../people-store.js";
import { registeredKinds } from "../registered-kinds.js";
import type { QueryPorts } from "../routes.js";
import { redisAnswers } from "./answer-store.js";
import { clickhouseAnalytics } from "./clickhouse.js";
import { openCohortStore } from "./cohort-store.js";
import { redisResults } from "./kept-results.js";
import { liveSource } from "./live.js";
import { openJobs } from "./open-jobs.js";
import { openSql } from "./open-sql.js";
import { openProgress } from "./progress.js";
import { openStatusBoard } from "./status-board.js";
import { openTrail } from "./trail.js";

export interface Opened {
  readonly ports: QueryPorts;
  readonly jobs: JobPorts;
  readonly control: Control;
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly probes: Readonly<Record<string, EngineProbe>>;
}

/** Where the page is when it is built. */
export const pageFolder = join(repoRoot, "web/dist");

/** Opens every engine and puts the ports on them; all is given back when the life ends. */
export async function openEngines(config: QueryConfig, life: Life, name: string): Promise<Opened> {
  const { prefix, partitions, operatorKey } = config;
  const clock = systemClock;
  const database = { url: config.databaseUrl, prepares: config.databasePrepares, name };
  const pool = life.own("postgres", openPostgres(database), (it) => it.end());
  const nats = life.own("nats", await openNats({ url: config.natsUrl, name }), (it) => it.close());
  const redis = life.own("redis", await openRedis({ url: config.redisUrl, name }), (it) => it.disconnect());
  const columnar = { url: config.clickhouseUrl, database: config.clickhouseDatabase, name };
  const clickhouse = life.own("clickhouse", openClickHouse(columnar), (it) => it.close());
  const control = openControl({ pool, clock, operatorKey }, life);
  const names = streamNames(prefix);
  const board = life.own("status board", openStatusBoard(nats, names), (it) => it.close());
  const admission = new Admission(config.admission);
  const analytics = admittedAnalytics(clickhouseAnalytics(clickhouse, config.limits), admission);
  const progress = life.own("progress", await openProgress(nats, { names, board, ...config }), (it) =>
    it.close(),
  );
  const source = liveSource(nats, redis, { names, prefix, partitions });
  const hub = life.own("live feeds", new LiveHub({ source, analytics, clock }), (it) => it.close());
  const trail = openTrail({ nats, redis, pool, names, prefix, partitions });
  const { projects } = control;
  const expiry = new Expiry({ analytics, retention: config.retention, clock });
  const kinds = registeredKinds(new SchemaCache({ pool, feed: control.feed, clock }));
  const cohorts = openCohortStore(pool);
  const people = new PeopleStore(analytics, cohortSource(cohorts, kinds));
  const sql = admittedSql(openSql(config, { life, name, limits: config.sqlLimits }), admission);
  const results = redisResults(redis, { prefix, clock });
  const kept = redisAnswers(redis, prefix);
  const answers = new CachedAnswers({ analytics, store: kept, progress, clock });
  const ports: QueryPorts = {
    cohorts,
    kinds,
    metrics: openMetricStore(pool),
    analytics,
    people,
    expiry,
    answers,
    projects,
    progress,
    trail,
    hub,
    board,
    clock,
    sql,
    results,
  };
  const jobs = openJobs(ports, { config, life, name, pool, admission, kept, clock });
  return {
    ports,
    jobs,
    control,
    nats,
    names,
    probes: {
      postgres: () => pool.query("select 1"),
      nats: async () => nats.connected(),
      redis: async () => redisReady(redis),
      clickhouse: async () => (await clickhouse.ping()).success,
    },
  };
}
