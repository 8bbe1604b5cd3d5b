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
import { reconcileStreams, streamNames, streamOptions } from "../../platform/streams.js";
import { readConfig } from "./config.js";
import { httpEvents } from "./http-events.js";
import { OpenStreams } from "./publish-stream.js";
import { mountIngest } from "./routes.js";
import { openPublisher } from "./service.js";

const SERVICE = "ingestion";
/** Less than a supervisor waits before it kills. */
const stopMsMax = 10_000;

async function start(life: Life, env: Env): Promise<void> {
  const settings = readConfig(env);
  const { log } = life;
  const { instance } = settings;
  const name = `${SERVICE} ${instance}`;
  const names = streamNames(settings.prefix);
  const database = { url: settings.databaseUrl, prepares: settings.databasePrepares, name };
  const pool = life.own("postgres", openPostgres(database), (it) => it.end());
  const redis = life.own("redis", await openRedis({ url: settings.redisUrl, name }), (it) => it.disconnect());
  const nats = life.own("nats", await openNats({ url: settings.natsUrl, name }), (it) => it.close());
  await reconcileStreams(nats, streamOptions(settings));
  const control = openControl({ pool, clock: systemClock, operatorKey: settings.operatorKey }, life);
  const { keys } = control;

  const probes = {
    // A server that hangs is connected still: what counts is that it answers.
    nats: async () => nats.connected() && (await nats.connection.rtt()) >= 0,
    redis: () => redis.ping(),
    postgres: () => pool.query("select 1"),
  };
  const health = life.own("health", watchHealth(probes), (it) => it.stop());
  const publisher = await openPublisher(settings, { nats, redis, pool, control, names, health }, life);
  const streams = new OpenStreams();
  const serving = await serve({
    service: SERVICE,
    settings,
    log,
    keys,
    health,
    mounts: [mountIngest({ publisher, keys, streams })],
    routes: [httpEvents(publisher)],
    readingBytesMax: settings.readingBytesMax,
    notReady: () => (nats.connected() ? undefined : "nats is away: nothing can be stored"),
  });
  // Whatever waits for the log is settled by then, so that no call is cut without an answer.
  const limitMs = Math.min(settings.ackTimeoutMs + 1_000, stopMsMax);
  life.onStop("serving", () => serving.stop({ drainMs: 300, limitMs }));
  life.onStop("streams", () => streams.stop());
  const eventsHandled = (): number => publisher.handled;
  startStatus({ nats, names, service: SERVICE, instance, health, eventsHandled }, life);
}

await runService(SERVICE, process.env, start);
