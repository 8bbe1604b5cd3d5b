// An enrichment worker for tests: as services/enrichment/main.ts, with fixed rules instead of Postgres.
import { openNats } from "../../platform/engines/nats.js";
import { openRedis } from "../../platform/engines/redis.js";
import { createLog } from "../../platform/log.js";
import { openGeo } from "../../services/enrichment/enrichers/geo.js";
import { startWorker } from "../../services/enrichment/worker.js";

const setting = (name: string): string => process.env[name] ?? "";
const instance = setting("TIDELINE_INSTANCE");
const nats = await openNats({ url: setting("NATS_URL"), name: instance });
const redis = await openRedis({ url: setting("REDIS_URL"), name: instance });
const rules = { timeZone: "Europe/Vienna", amountProperty: "amount" };
const worker = await startWorker({
  settings: {
    prefix: "",
    partitions: Number(setting("TIDELINE_PARTITIONS")),
    replicas: 1,
    claimBucketBits: 10,
    streamBytesMax: 2 ** 30,
    instance,
  },
  nats,
  redis,
  geo: await openGeo(),
  projects: { peek: () => rules, get: async () => rules },
  log: createLog(instance, setting("TIDELINE_TEST_LOG") || "fatal"),
  timing: { termMs: 1_000, renewMs: 250 },
});
process.on("SIGTERM", () => void worker.stop().then(() => process.exit(0)));
process.stdout.write("ready\n");
