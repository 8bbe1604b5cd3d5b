import { systemClock } from "../../platform/clock.js";
import { openControl } from "../../platform/control/control.js";
import { openClickHouse } from "../../platform/engines/clickhouse.js";
import { openNats } from "../../platform/engines/nats.js";
import { openPostgres } from "../../platform/engines/postgres.js";
import { openRedis, redisReady } from "../../platform/engines/redis.js";
import { type Life, runService } from "../../platform/run.js";
import { watchHealth } from "../../platform/serve/health.js";
import { serve } from "../../platform/serve/serve.js";
import type { Env } from "../../platform/settings.js";
import { startStatus } from "../../platform/status.js";
import { streamNames } from "../../platform/streams.js";
import { readConfig } from "./config.js";
import { clickhouseAnalytics } from "./engines/clickhouse.js";
import { openProgress } from "./engines/progress.js";
import { openStatusBoard } from "./engines/status-board.js";
import { PeopleStore } from "./people-store.js";
import { mountQuery } from "./routes.js";

const SERVICE = "query";
async function start(life: Life, env: Env): Promise<void> {
  const config = readConfig(env);
  const name = `${SERVICE} ${config.instance}`;
  const pool = life.own("postgres", openPostgres({ url: config.databaseUrl, name }), (it) => it.end());
  const nats = life.own("nats", await openNats({ url: config.natsUrl, name }), (it) => it.close());
  const redis = life.own("redis", await openRedis({ url: config.redisUrl, name }), (it) => it.disconnect());
  const columnar = { url: config.clickhouseUrl, database: config.clickhouseDatabase, name };
  const clickhouse = life.own("clickhouse", openClickHouse(columnar), (it) => it.close());
  const { keys, projects } = openControl({ pool, clock: systemClock, operatorKey: config.operatorKey }, life);
  const names = streamNames(config.prefix);
  const board = life.own("status board", openStatusBoard(nats, names), (it) => it.close());

  const probes = {
    postgres: () => pool.query("select 1"),
    nats: async () => nats.connected(),
    redis: async () => redisReady(redis),
    clickhouse: async () => (await clickhouse.ping()).success,
  };
  const health = life.own("health", watchHealth(probes), (it) => it.stop());
  const analytics = clickhouseAnalytics(clickhouse, config.limits);
  const progress = life.own("progress", await openProgress(nats, { names, board, ...config }), (it) =>
    it.close(),
  );
  const ports = { analytics, people: new PeopleStore(analytics), projects, progress, clock: systemClock };
  const serving = await serve({
    service: SERVICE,
    settings: config,
    log: life.log,
    keys,
    health,
    mounts: [mountQuery(ports)],
  });
  life.onStop("serving", () => serving.stop());
  startStatus(
    { nats, names, service: SERVICE, instance: config.instance, health, eventsHandled: () => 0 },
    life,
  );
}

await runService(SERVICE, process.env, start);
