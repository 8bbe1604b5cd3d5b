// One aggregation worker as a process of its own, for tests that kill it: at a named point, or from outside.
import { openClickHouse } from "../../../platform/engines/clickhouse.js";
import { openNats } from "../../../platform/engines/nats.js";
import { openRedis } from "../../../platform/engines/redis.js";
import { createLog } from "../../../platform/log.js";
import { streamNames } from "../../../platform/streams.js";
import { startAggregation } from "../aggregation.js";
import { defaultLimits } from "../config.js";
import { openWindowStore } from "../engines/window-store.js";
import type { FaultPoint } from "../partition-worker.js";

export interface WorkerOrders {
  readonly nats: string;
  readonly redis: string;
  readonly clickhouse: string;
  readonly prefix: string;
  readonly database: string;
  readonly instance: string;
  readonly partitions: number;
  readonly rangeAgeMs: number;
  /** Dies at this point, when it is reached for the nth time. */
  readonly dieAt?: { readonly point: FaultPoint; readonly nth: number };
}

const orders = JSON.parse(process.argv[2] ?? "") as WorkerOrders;
let reached = 0;
await startAggregation({
  nats: await openNats({ url: orders.nats, name: orders.instance }),
  clickhouse: openClickHouse({ url: orders.clickhouse, database: orders.database, name: orders.instance }),
  windows: openWindowStore(await openRedis({ url: orders.redis, name: orders.instance }), orders.prefix),
  names: streamNames(orders.prefix),
  database: orders.database,
  instance: orders.instance,
  partitions: orders.partitions,
  replicas: 1,
  insertsAtOnce: 2,
  limits: { ...defaultLimits, rangeAgeMs: orders.rangeAgeMs, rangeAgeMinMs: orders.rangeAgeMs },
  log: createLog(orders.instance, "warn"),
  faultPoint: (name) => {
    if (name !== orders.dieAt?.point) return;
    reached++;
    if (reached >= orders.dieAt.nth) process.kill(process.pid, "SIGKILL");
  },
});
process.send?.("started");
