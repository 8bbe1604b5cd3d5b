import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { freePort } from "../../dev/processes/free-port.js";
import { seededRandom } from "../../dev/testing/random.js";
import { startEngines } from "../../dev/testing/stack.js";
import { openClickHouse } from "../../platform/engines/clickhouse.js";
import { openRedis } from "../../platform/engines/redis.js";
import { createLog } from "../../platform/log.js";
import { readerBytesMin } from "../../platform/partition-reader.js";
import { startAggregation } from "./aggregation.js";
import { defaultLimits } from "./config.js";
import { openEventLog } from "./engines/event-log.js";
import { openWindowStore } from "./engines/window-store.js";
import { openRig, type Rig, until } from "./testing/rig.js";
import type { WorkerOrders } from "./testing/worker-main.js";

const workerMain = fileURLToPath(new URL("testing/worker-main.js", import.meta.url));
const partitions = 1;

describe("how far aggregation says it is behind", function () {
  this.timeout(60_000);
  const log = createLog("test", "fatal");
  let rig: Rig;
  let redis: Awaited<ReturnType<typeof openRedis>>;

  before(async () => {
    rig = await openRig(await startEngines("nats", "redis", "clickhouse"));
    redis = await openRedis({ url: rig.engines.redis, name: "test" });
  });
  after(async () => {
    redis.disconnect();
    await rig.close();
  });

  const publish = () => rig.publish({ random: seededRandom(), nowMs: Date.now(), spreadMs: 60_000 }, 0, 20);

  it("is never nothing while the log was not asked", async () => {
    const { nats, names } = rig;
    const reader = openEventLog({ nats, names, log, readerBytes: readerBytesMin }).open(0, 0);
    try {
      expect(reader.lag()).to.equal(1);
      await until("the log has told", () => reader.lag() === 0);
    } finally {
      await reader.close();
    }
  });

  it("is never nothing while a former owner's range waits for the tables' engine", async () => {
    await publish();
    const { nats, redis: redisUrl, clickhouse, prefix } = rig.engines;
    const { database } = rig;
    const orders: WorkerOrders = {
      ...{ nats, redis: redisUrl, clickhouse, prefix, database, partitions },
      instance: "same",
      rangeAgeMs: 60,
      dieAt: { point: "after-pending", nth: 1 },
    };
    const former = fork(workerMain, [JSON.stringify(orders)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(former, "exit");
    const away = openClickHouse({ url: `http://127.0.0.1:${await freePort()}`, database, name: "test" });
    const heir = await startAggregation({
      nats: rig.nats,
      clickhouse: away,
      windows: openWindowStore(redis, prefix),
      names: rig.names,
      database,
      instance: "same",
      partitions,
      replicas: 1,
      insertsAtOnce: 1,
      limits: defaultLimits,
      log,
    });
    try {
      await until("the heir has the partition", () => heir.owned.lags().length === 1);
      const seen: bigint[] = [];
      for (const endMs = Date.now() + 2_000; Date.now() < endMs; ) {
        seen.push(...heir.owned.lags().map(({ messages }) => messages));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(seen.filter((messages) => messages === 0n)).to.deep.equal([]);
      expect(seen.length).to.be.above(20);
    } finally {
      await heir.stop();
      await away.close();
    }
  });
});
