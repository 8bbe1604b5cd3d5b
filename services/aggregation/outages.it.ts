import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { freePort } from "../../dev/processes/free-port.js";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { type OwnTestEngines, startOwnEngines } from "../../dev/testing/stack.js";
import { LiveDeltaSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import { openRedis } from "../../platform/engines/redis.js";
import { readWindows, windowSizes, windowStarts } from "../../platform/windows.js";
import type { EventMaker, ProducedEvent } from "./testing/produced-events.js";
import { expectExact, recountWindow } from "./testing/recount.js";
import { openRig, type Rig, until } from "./testing/rig.js";
import type { WorkerOrders } from "./testing/worker-main.js";

const workerMain = fileURLToPath(new URL("testing/worker-main.js", import.meta.url));

describe(`aggregation while others are away (SEED=${seed})`, function () {
  this.timeout(180_000);
  const partitions = 2;
  const random = seededRandom();
  let rig: Rig & { engines: OwnTestEngines };
  let redis: Awaited<ReturnType<typeof openRedis>>;
  const children = new Set<ChildProcess>();

  before(async () => {
    rig = await openRig(await startOwnEngines("nats", "redis", "clickhouse"));
    redis = await openRedis({ url: rig.engines.redis, name: "test" });
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    redis.disconnect();
    await rig.close();
  });

  const work = (instance: string, changes: Partial<WorkerOrders> = {}): ChildProcess => {
    const { nats, redis: redisUrl, clickhouse, prefix } = rig.engines;
    const orders: WorkerOrders = {
      nats,
      redis: redisUrl,
      clickhouse,
      prefix,
      database: rig.database,
      instance,
      partitions,
      rangeAgeMs: 60,
      ...changes,
    };
    const child = fork(workerMain, [JSON.stringify(orders)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const publish = async (blocks: number, count = 60): Promise<void> => {
    const maker: EventMaker = { random, nowMs: Date.now(), spreadMs: 1_800_000 };
    for (let block = 0; block < blocks; block++) await rig.publish(maker, block % partitions, count);
  };
  const applied = (): Promise<void> => until("all is applied", () => rig.isApplied(), 60_000);
  const hours = () => {
    const size = windowSizes.find(({ name }) => name === "1h");
    if (size === undefined) throw new Error("no windows of an hour");
    const startsMs = windowStarts(size, Date.now() - 3_600_000, Date.now());
    return readWindows(redis, { prefix: rig.engines.prefix, project: "alpha", size, startsMs, partitions });
  };
  const windowsAtEnd = (): Promise<void> =>
    until(
      "the windows are at the end of the log",
      async () => {
        const read = await hours().catch(() => undefined);
        return read?.positions.every(({ sequence }) => sequence >= rig.lastSequence() - 1) ?? false;
      },
      60_000,
    );
  const inside = (startMs: number): ProducedEvent[] =>
    rig.produced.filter(
      (event) => !event.isSystem && event.timeMs >= startMs && event.timeMs < startMs + 3_600_000,
    );

  it("tells live what each range added, all of it", async () => {
    let told = 0;
    const subscription = rig.nats.connection.subscribe(rig.names.liveMetricsSubject("*"), {
      callback: (_error, message) => {
        for (const { events } of fromBinary(LiveDeltaSchema, message.data).counts) told += events;
      },
    });
    const worker = work("teller");
    await publish(20);
    await applied();
    const wanted = rig.produced.filter(({ isSystem }) => !isSystem).length;
    await until("all is told", () => told >= wanted);
    expect(told).to.equal(wanted);
    subscription.unsubscribe();
    await end(worker);
  });

  it("counts windows whole after Redis was away, and says since when after it lost everything", async () => {
    const worker = work("windows");
    await publish(10);
    await applied();
    await windowsAtEnd();
    const killed = rig.engines.kill("redis");
    await publish(10);
    await killed;
    await publish(2);
    await applied();
    await windowsAtEnd();
    const { windows, completeFromMs } = await hours();
    expect(completeFromMs).to.equal(0);
    for (const window of windows) {
      expect(window).to.deep.equal(recountWindow(window.startMs, inside(window.startMs)));
    }

    await redis.flushall();
    const lostAtMs = Date.now();
    const before = rig.produced.length;
    await publish(2);
    await applied();
    await windowsAtEnd();
    const after = await hours();
    expect(after.completeFromMs).to.be.greaterThan(lostAtMs - 1_000);
    expect(after.windows.reduce((sum, { events }) => sum + events, 0)).to.be.at.most(
      rig.produced.length - before,
    );
    await end(worker);
    await expectExact(rig, rig.produced);
  });

  it("takes nothing from an owner that sleeps, and nothing twice when it wakes", async () => {
    const sleeper = work("sleeper");
    await once(sleeper, "message");
    await publish(6);
    sleeper.kill("SIGSTOP");
    const heir = work("heir");
    await publish(6);
    await applied();
    sleeper.kill("SIGCONT");
    await publish(6);
    await applied();
    await expectExact(rig, rig.produced);
    await Promise.all([end(sleeper), end(heir)]);
  });

  it("waits for the tables' engine without growing", async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const waiting = work("waiting", { clickhouse: address });
    await once(waiting, "message");
    const residentMiB = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${waiting.pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
    await publish(10);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const before = residentMiB();
    await publish(250, 600);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(residentMiB() - before).to.be.lessThan(80);
    await end(waiting);
    const heir = work("heir");
    await applied();
    await end(heir);
    await expectExact(rig, rig.produced);
  });
});
