import { systemClock } from "../../platform/clock.js";
import { openControl } from "../../platform/control/control.js";
import { openClickHouse } from "../../platform/engines/clickhouse.js";
import { openNats } from "../../platform/engines/nats.js";
import { openPostgres } from "../../platform/engines/postgres.js";
import { openRedis } from "../../platform/engines/redis.js";
import { type Life, runService } from "../../platform/run.js";
import { watchHealth } from "../../platform/serve/health.js";
import { serve } from "../../platform/serve/serve.js";
import type { Env } from "../../platform/settings.js";
import { startStatus } from "../../platform/status.js";
import { reconcileStreams, streamNames, streamOptions } from "../../platform/streams.js";
import { startAggregation } from "./aggregation.js";
import { readConfig } from "./config.js";
import { openWindowStore } from "./engines/window-store.js";
import { noteTroubles } from "./notes.js";
import { reconcileRetention } from "./retention.js";

const SERVICE = "aggregation";

async function start(life: Life, env: Env): Promise<void> {
  const settings = readConfig(env);
  const { log } = life;
  const { clickhouseDatabase: database, instance } = settings;
  const name = `${SERVICE} ${instance}`;
  const control = { url: settings.databaseUrl, prepares: settings.databasePrepares, name };
  const pool = life.own("postgres", openPostgres(control), (it) => it.end());
  const nats = life.own("nats", await openNats({ url: settings.natsUrl, name }), (it) => it.close());
  const redis = life.own("redis", await openRedis({ url: settings.redisUrl, name }), (it) => it.disconnect());
  const clickhouse = life.own(
    "clickhouse",
    openClickHouse({ url: settings.clickhouseUrl, database, name }),
    (it) => it.close(),
  );
  const { keys } = openControl({ pool, clock: systemClock, operatorKey: settings.operatorKey }, life);
  const names = streamNames(settings.prefix);
  await reconcileStreams(nats, streamOptions(settings));
  await reconcileRetention(clickhouse, database, settings.retention);
  const aggregation = life.own(
    "partitions",
    await startAggregation({
      ...settings,
      nats,
      clickhouse,
      windows: openWindowStore(redis, settings.prefix),
      names,
      database,
      log,
    }),
    (it) => it.stop(),
  );
  const probes = {
    nats: async () => nats.connected(),
    clickhouse: async () => (await clickhouse.ping({ select: true })).success,
    redis: () => redis.ping(),
  };
  const health = life.own("health", watchHealth(probes), (it) => it.stop());
  const serving = await serve({ service: SERVICE, settings, log, keys, health });
  life.onStop("serving", () => serving.stop());
  const { owned } = aggregation;
  noteTroubles(owned, health, life);
  const partitions = () => owned.lags();
  startStatus(
    { nats, names, service: SERVICE, instance, health, eventsHandled: () => owned.eventsApplied, partitions },
    life,
  );
}

await runService(SERVICE, process.env, start);
