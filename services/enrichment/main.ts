import { systemClock } from "../../platform/clock.js";
import { openControl } from "../../platform/control/control.js";
import { openNats } from "../../platform/engines/nats.js";
import { openPostgres } from "../../platform/engines/postgres.js";
import { openRedis } from "../../platform/engines/redis.js";
import { type Life, runService } from "../../platform/run.js";
import { watchHealth } from "../../platform/serve/health.js";
import { serve } from "../../platform/serve/serve.js";
import type { Env } from "../../platform/settings.js";
import { startStatus } from "../../platform/status.js";
import { streamNames } from "../../platform/streams.js";
import { readConfig } from "./config.js";
import { openGeo } from "./enrichers/geo.js";
import { watchNotes } from "./notes.js";
import { startWorker } from "./worker.js";

const SERVICE = "enrichment";

async function start(life: Life, env: Env): Promise<void> {
  const settings = readConfig(env);
  const { log } = life;
  const name = `${SERVICE} ${settings.instance}`;
  const geo = await openGeo(...(settings.geoFile === "" ? [] : [settings.geoFile]));
  const database = { url: settings.databaseUrl, prepares: settings.databasePrepares, name };
  const pool = life.own("postgres", openPostgres(database), (it) => it.end());
  const redis = life.own("redis", await openRedis({ url: settings.redisUrl, name }), (it) => it.disconnect());
  const nats = life.own("nats", await openNats({ url: settings.natsUrl, name }), (it) => it.close());
  const { operatorKey } = settings;
  const { keys, projects } = openControl({ pool, clock: systemClock, operatorKey }, life);
  const worker = await startWorker({ settings, nats, redis, geo, projects, log });
  life.onStop("worker", () => worker.stop());

  const probes = {
    nats: async () => nats.connected(),
    redis: () => redis.ping(),
    postgres: () => pool.query("select 1"),
  };
  const health = life.own("health", watchHealth(probes), (it) => it.stop());
  watchNotes({ health, owned: worker.owned }, life);
  const serving = await serve({ service: SERVICE, settings, log, keys, health });
  life.onStop("serving", () => serving.stop());
  const handled = (): number => worker.owned.counts.events + worker.owned.counts.duplicates;
  const { instance } = settings;
  const names = streamNames(settings.prefix);
  const partitions = () => worker.owned.lags();
  startStatus({ nats, names, service: SERVICE, instance, health, eventsHandled: handled, partitions }, life);
}

await runService(SERVICE, process.env, start);
