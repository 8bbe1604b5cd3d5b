import { once } from "node:events";
import { systemClock } from "../platform/clock.js";
import { openControl } from "../platform/control/control.js";
import { openMetricStore } from "../platform/control/metrics.js";
import { openClickHouse } from "../platform/engines/clickhouse.js";
import { openNats } from "../platform/engines/nats.js";
import { openPostgres } from "../platform/engines/postgres.js";
import { type Life, runService } from "../platform/run.js";
import { watchHealth } from "../platform/serve/health.js";
import { serve } from "../platform/serve/serve.js";
import type { Env } from "../platform/settings.js";
import { startStatus } from "../platform/status.js";
import { streamNames } from "../platform/streams.js";
import { readConfig } from "./config.js";
import { openStoredEvents } from "./engines/clickhouse-events.js";
import { openRegistryStore, warmUp } from "./engines/postgres-registry.js";
import { openEventsDesk } from "./events-desk.js";
import { openChangeBell } from "./history.js";
import { openRegistry } from "./open-registry.js";
import { createRestFace } from "./rest/face.js";
import { mountRegistry } from "./routes.js";

const SERVICE = "registry";

async function start(life: Life, env: Env): Promise<void> {
  const settings = readConfig(env);
  const { log } = life;
  const name = `${SERVICE} ${settings.instance}`;
  const pool = life.own(
    "postgres",
    openPostgres({
      ...{ url: settings.databaseUrl, prepares: settings.databasePrepares, name },
      ...{ connectionsMax: 12, keepsConnections: true },
    }),
    (it) => it.end(),
  );
  const nats = life.own("nats", await openNats({ url: settings.natsUrl, name }), (it) => it.close());
  const { keys, feed } = openControl({ pool, clock: systemClock, operatorKey: settings.operatorKey }, life);
  const probes = { postgres: () => pool.query("select 1"), nats: async () => nats.connected() };
  const health = life.own("health", watchHealth(probes), (it) => it.stop());
  const bell = openChangeBell(feed);
  const store = openRegistryStore(pool);
  await warmUp(pool);
  const registry = openRegistry(store, bell);
  const clickhouse = life.own(
    "clickhouse",
    openClickHouse({ url: settings.clickhouseUrl, database: settings.clickhouseDatabase, name }),
    (it) => it.close(),
  );
  const events = openStoredEvents(clickhouse);
  const desk = openEventsDesk({ store, events, metrics: openMetricStore(pool) });

  const rest = createRestFace({ registry, keys, log });
  rest.keepAliveTimeout = 75_000; // Longer than the gateway's, as serve() has it.
  rest.listen(settings.restPort, settings.bind);
  await once(rest, "listening");
  life.onStop("REST face", () => {
    rest.close();
    rest.closeIdleConnections();
  });
  const serving = await serve({
    service: SERVICE,
    settings,
    log,
    keys,
    health,
    mounts: [mountRegistry(registry, desk)],
  });
  life.onStop("serving", () => serving.stop());
  life.onStop("watching", () => bell.stop());
  const names = streamNames(settings.prefix);
  const { instance } = settings;
  startStatus({ nats, names, service: SERVICE, instance, health, eventsHandled: () => 0 }, life);
}

await runService(SERVICE, process.env, start);
