import { expect } from "chai";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { startEngines } from "../../dev/testing/stack.js";
import { openRedis } from "../../platform/engines/redis.js";
import { createLog } from "../../platform/log.js";
import { openProgressBucket } from "../../platform/progress.js";
import { readWindows, windowSizes, windowStarts } from "../../platform/windows.js";
import { type Aggregation, startAggregation } from "./aggregation.js";
import { defaultLimits } from "./config.js";
import { openProgressStore } from "./engines/progress-store.js";
import { openWindowStore } from "./engines/window-store.js";
import { blockBytes, type EventMaker, makeEvents } from "./testing/produced-events.js";
import { expectExact, recountWindow } from "./testing/recount.js";
import { openRig, type Rig, until } from "./testing/rig.js";

describe(`aggregation on real engines (SEED=${seed})`, function () {
  this.timeout(120_000);
  const partitions = 4;
  let rig: Rig;
  let redis: Awaited<ReturnType<typeof openRedis>>;
  const running: Aggregation[] = [];

  before(async () => {
    rig = await openRig(await startEngines("nats", "redis", "clickhouse"));
    redis = await openRedis({ url: rig.engines.redis, name: "test" });
  });
  after(async () => {
    for (const one of running) await one.stop();
    redis.disconnect();
    await rig.close();
  });

  const start = async (instance: string): Promise<Aggregation> => {
    const started = await startAggregation({
      nats: rig.nats,
      clickhouse: rig.clickhouse,
      windows: openWindowStore(redis, rig.engines.prefix),
      names: rig.names,
      database: rig.database,
      instance,
      partitions,
      replicas: 1,
      insertsAtOnce: 2,
      limits: { ...defaultLimits, rangeAgeMs: 50, rangeAgeMinMs: 50 },
      log: createLog("test", "error"),
    });
    running.push(started);
    return started;
  };
  const maker = (random: () => number): EventMaker => ({
    random,
    nowMs: Date.now(),
    spreadMs: 3 * 3_600_000,
    earlierMs: 40 * 86_400_000,
    projects: ["alpha", "beta"],
  });
  /** Compares every living window with a recount. */
  const expectWindows = async (): Promise<void> => {
    const counted = rig.produced.filter(({ isSystem }) => !isSystem);
    for (const project of ["alpha", "beta"]) {
      for (const size of windowSizes) {
        const nowMs = Date.now();
        // The oldest may end while it is read.
        const fromMs = nowMs - size.ttlMs - size.sizeMs + 5_000;
        const startsMs = windowStarts(size, fromMs, nowMs).filter((start) => start >= fromMs);
        const query = { prefix: rig.engines.prefix, project, size, startsMs, partitions };
        await until("windows are at the end", async () => {
          const { positions } = await readWindows(redis, query);
          return Math.max(...positions.map(({ sequence }) => sequence)) >= rig.lastSequence();
        });
        const { windows } = await readWindows(redis, query);
        for (const window of windows) {
          const inside = counted.filter(
            ({ projectId, timeMs }) =>
              projectId === project && timeMs >= window.startMs && timeMs < window.startMs + size.sizeMs,
          );
          expect(window, `${size.name} ${window.startMs}`).to.deep.equal(
            recountWindow(window.startMs, inside),
          );
        }
      }
    }
  };
  it("brings every event into tables and rollups once, by two instances", async () => {
    const random = seededRandom();
    await start("one");
    await start("two");
    for (let block = 0; block < 60; block++) {
      await rig.publish(maker(random), Math.floor(random() * partitions), 1 + Math.floor(random() * 200));
    }
    await until("all events are stored", () => rig.isApplied());
    await expectExact(rig, rig.produced);
    await expectWindows();
    expect(running.map(({ owned }) => owned.lags().length).reduce((a, b) => a + b)).to.equal(partitions);
  });

  it("takes a raw block that came in two messages as one, and messages without events", async () => {
    const raw = rig.nextRawSequence();
    const events = makeEvents(maker(seededRandom()), 1, raw, 40);
    const before = rig.lastSequence();
    await rig.publishBytes(1, new Uint8Array(), raw - 1);
    const half = await rig.publishBytes(1, blockBytes(events.slice(0, 15)), raw, 15);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const store = openProgressStore(await openProgressBucket(rig.nats, rig.names, 1));
    const meanwhile = await store.read(1);
    expect(Number(meanwhile?.progress.committed)).to.be.within(0, half - 1);
    expect(meanwhile?.progress.pending).to.equal(undefined);
    await rig.publishBytes(1, blockBytes(events.slice(15)), raw);
    rig.produced.push(...events);
    await until("all events are stored", () => rig.isApplied());
    await expectExact(rig, rig.produced);
    expect(half).to.equal(before + 2);
  });
});
