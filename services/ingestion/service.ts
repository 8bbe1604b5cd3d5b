import type { Redis } from "ioredis";
import { ClaimedBlocks } from "../../platform/claimed-blocks.js";
import { openClaims } from "../../platform/claims.js";
import { systemClock } from "../../platform/clock.js";
import type { Control } from "../../platform/control/control.js";
import type { Nats } from "../../platform/engines/nats.js";
import type { Postgres } from "../../platform/engines/postgres.js";
import { redisReady } from "../../platform/engines/redis.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import type { Life } from "../../platform/run.js";
import type { Health } from "../../platform/serve/health.js";
import type { StreamNames } from "../../platform/streams.js";
import { SchemaCache } from "../../registry/schema-cache.js";
import { BlockPublisher } from "./block-publisher.js";
import type { IngestionConfig } from "./config.js";
import { AckedPublisher } from "./engines/acked-publisher.js";
import { natsBlockLog, natsQuarantineLog } from "./engines/nats-logs.js";
import { redisRateLimiter } from "./engines/redis-rate.js";
import { SoftRedis } from "./engines/soft-redis.js";
import { LiveSample } from "./live-sample.js";
import { LogAdvice } from "./log-advice.js";
import { EventPublisher } from "./publish-events.js";

export interface ServiceEngines {
  readonly nats: Nats;
  readonly redis: Redis;
  readonly pool: Postgres;
  readonly control: Control;
  readonly names: StreamNames;
  readonly health: Health;
}

/** The use case on its engines. What waits for the log is sent before `life` ends. */
export async function openPublisher(
  settings: IngestionConfig,
  engines: ServiceEngines,
  life: Life,
): Promise<EventPublisher> {
  const { nats, redis, pool, control, names } = engines;
  const { prefix, replicas, claimBucketBits, partitions, lingerMs, waitingBytesMax, ackTimeoutMs } = settings;
  const acked = life.own("acks", new AckedPublisher({ nats, ackTimeoutMs }), (it) => it.close());
  const options = { publisher: acked, names, log: life.log };
  const log = natsBlockLog(options);
  const publisher = life.own("blocks", new BlockPublisher({ log, lingerMs, waitingBytesMax }), (it) =>
    it.drain(),
  );
  const soft = new SoftRedis(redis);
  noteRedis(redis, engines.health, life);
  const advice = new LogAdvice({
    claims: await openClaims({ redis, nats, names, prefix, replicas, bucketBits: claimBucketBits }),
    blocks: new ClaimedBlocks({ nats, stream: names.raw, bytesMax: settings.knownBlocksBytesMax }),
    soft,
  });
  const sample = new LiveSample((projectId, message) => {
    if (nats.connected()) nats.connection.publish(names.liveVerdictsSubject(projectId), message);
  });
  life.onStop("live sample", () => sample.stop());
  return new EventPublisher({
    clock: systemClock,
    partitions,
    projects: control.projects,
    schemas: new SchemaCache({ pool, feed: control.feed, clock: systemClock }),
    limiter: redisRateLimiter({ redis, soft, prefix }),
    advice,
    log,
    publisher,
    quarantine: natsQuarantineLog(options),
    sample,
    secrets: new ProjectSecrets(settings.dataSecrets),
    workingBytesMax: waitingBytesMax,
  });
}

/** Without Redis the door stays open, but what it says is less. */
function noteRedis(redis: Redis, health: Health, life: Life): void {
  const sentence =
    "Redis is away: rates are limited for each instance apart, and repeated ids are not told early.";
  const watch = setInterval(() => health.note("redis", redisReady(redis) ? undefined : sentence), 1_000);
  life.onStop("notes", () => clearInterval(watch));
}
