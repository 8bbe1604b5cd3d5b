import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { type OwnTestEngines, startOwnEngines } from "../../dev/testing/stack.js";
import type { FaultPoint } from "./partition-worker.js";
import type { EventMaker } from "./testing/produced-events.js";
import { expectExact } from "./testing/recount.js";
import { openRig, type Rig, until } from "./testing/rig.js";
import type { WorkerOrders } from "./testing/worker-main.js";

const workerMain = fileURLToPath(new URL("testing/worker-main.js", import.meta.url));

describe(`aggregation under kills (SEED=${seed})`, function () {
  this.timeout(180_000);
  const partitions = 2;
  let rig: Rig & { engines: OwnTestEngines };
  const children = new Set<ChildProcess>();

  before(async () => {
    rig = await openRig(await startOwnEngines("nats", "redis", "clickhouse"));
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await rig.close();
  });

  const work = (instance: string, dieAt?: WorkerOrders["dieAt"]): ChildProcess => {
    const { nats, redis, clickhouse, prefix } = rig.engines;
    const { database } = rig;
    const orders: WorkerOrders = {
      nats,
      redis,
      clickhouse,
      prefix,
      database,
      instance,
      partitions,
      rangeAgeMs: 60,
      ...(dieAt === undefined ? {} : { dieAt }),
    };
    const child = fork(workerMain, [JSON.stringify(orders)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const maker = (random: () => number): EventMaker => ({
    random,
    nowMs: Date.now(),
    spreadMs: 3_600_000,
    earlierMs: 40 * 86_400_000,
  });
  const publishSome = async (random: () => number, blocks: number): Promise<void> => {
    for (let block = 0; block < blocks; block++) {
      await rig.publish(maker(random), Math.floor(random() * partitions), 1 + Math.floor(random() * 120));
    }
  };
  const allStored = (): Promise<void> => until("all events are stored", () => rig.isApplied(), 60_000);

  const points: FaultPoint[] = ["before-pending", "after-pending", "after-insert", "after-commit"];
  for (const point of points) {
    it(`is exact when the worker dies ${point.replace("-", " ")}`, async () => {
      const random = seededRandom(seed + points.indexOf(point));
      await publishSome(random, 10);
      const dying = work("same", { point, nth: 2 });
      const publishing = publishSome(random, 10);
      await once(dying, "exit");
      await publishing;
      const heir = work("same");
      await allStored();
      await end(heir);
      await expectExact(rig, rig.produced);
    });
  }

  it("is exact when the engine is killed again and again while ranges are inserted", async () => {
    const random = seededRandom(seed + 10);
    const worker = work("steady");
    for (let kill = 0; kill < 3; kill++) {
      await publishSome(random, 12);
      await new Promise((resolve) => setTimeout(resolve, random() * 150));
      await rig.engines.kill("clickhouse");
    }
    await allStored();
    await end(worker);
    await expectExact(rig, rig.produced);
  });

  it("is exact when worker and engine are killed at random", async () => {
    const random = seededRandom(seed + 20);
    for (let round = 0; round < 3; round++) {
      const point = points[Math.floor(random() * points.length)] ?? "after-insert";
      const workers = [work("a", { point, nth: 1 + Math.floor(random() * 4) }), work("b")];
      await publishSome(random, 15);
      await new Promise((resolve) => setTimeout(resolve, random() * 400));
      if (random() < 0.7) await rig.engines.kill("clickhouse");
      await publishSome(random, 5);
      await Promise.all(workers.map(end));
    }
    const heirs = [work("a"), work("b")];
    await allStored();
    await Promise.all(heirs.map(end));
    await expectExact(rig, rig.produced);
  });
});
