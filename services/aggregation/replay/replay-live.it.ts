import { expect } from "chai";
import { seed, seededRandom } from "../../../dev/testing/random.js";
import { startEngines } from "../../../dev/testing/stack.js";
import { openRedis } from "../../../platform/engines/redis.js";
import { createLog } from "../../../platform/log.js";
import { type Aggregation, startAggregation } from "../aggregation.js";
import { defaultLimits } from "../config.js";
import { openWindowStore } from "../engines/window-store.js";
import type { EventMaker, ProducedEvent } from "../testing/produced-events.js";
import { expectExact } from "../testing/recount.js";
import { openRig, type Rig, until } from "../testing/rig.js";
import { ReplayRefusedError } from "./refusal.js";
import type { ReplayPorts } from "./replay-into.js";
import { replayLive } from "./replay-live.js";
import type { Selection } from "./selection.js";

describe(`replay into the live tables (SEED=${seed})`, function () {
  this.timeout(180_000);
  const partitions = 2;
  const random = seededRandom();
  const nowMs = Date.now();
  let rig: Rig;
  let redis: Awaited<ReturnType<typeof openRedis>>;
  let worker: Aggregation;
  let ports: ReplayPorts;

  before(async () => {
    rig = await openRig(await startEngines("nats", "redis", "clickhouse"));
    redis = await openRedis({ url: rig.engines.redis, name: "test" });
    worker = await startAggregation({
      nats: rig.nats,
      clickhouse: rig.clickhouse,
      windows: openWindowStore(redis, rig.engines.prefix),
      names: rig.names,
      database: rig.database,
      instance: "live",
      partitions,
      replicas: 1,
      insertsAtOnce: 2,
      limits: { ...defaultLimits, rangeAgeMs: 50, rangeAgeMinMs: 50 },
      log: createLog("test", "error"),
    });
    ports = {
      nats: rig.nats,
      names: rig.names,
      clickhouse: rig.clickhouse,
      progress: worker.progress,
      log: createLog("test", "fatal"),
      signal: new AbortController().signal,
    };
    await publish(30);
    await applied();
  });
  after(async () => {
    await worker.stop();
    redis.disconnect();
    await rig.close();
  });

  const maker: EventMaker = { random, nowMs, spreadMs: 7_200_000, projects: ["alpha", "beta"] };
  const publish = async (blocks: number): Promise<void> => {
    for (let block = 0; block < blocks; block++) {
      await rig.publish(maker, Math.floor(random() * partitions), 1 + Math.floor(random() * 100));
    }
  };
  const applied = (): Promise<void> => until("all is applied", () => rig.isApplied(), 60_000);
  const whole: Selection = { project: "alpha", types: [], fromMs: nowMs - 60_000, toMs: nowMs + 60_000 };
  const replay = (selection = whole, extra: Partial<ReplayPorts> = {}) =>
    replayLive({ ...ports, ...extra }, { selection, live: rig.database, onRead: () => undefined });
  const events = (project: string, types: readonly string[] = []): ProducedEvent[] =>
    rig.produced.filter(
      (event) => event.projectId === project && (types.length === 0 || types.includes(event.type)),
    );
  const sabotage = async (): Promise<void> => {
    const { database } = rig;
    for (const query of [
      `ALTER TABLE ${database}.events DELETE WHERE project_id = 'alpha' AND cityHash64(event_id) % 3 = 0`,
      `ALTER TABLE ${database}.rollup_quarter DELETE WHERE project_id = 'alpha' AND country = 'AT'`,
    ]) {
      await rig.clickhouse.command({ query, clickhouse_settings: { mutations_sync: "2" } });
    }
    await rig.clickhouse.command({
      query: `INSERT INTO ${database}.rollup_day SELECT * FROM ${database}.rollup_day WHERE project_id = 'alpha'`,
    });
  };

  it("changes nothing where tables are right", async () => {
    const { events: count, selection } = await replay();
    expect(count).to.equal(events("alpha").length);
    expect(selection.fromMs % 86_400_000).to.equal(0);
    await expectExact(rig, rig.produced);
  });

  it("puts right what was lost or doubled, beside other projects and while events go on", async () => {
    await sabotage();
    const publishing = publish(30);
    await replay();
    await publishing;
    await applied();
    await expectExact(rig, rig.produced);
  });

  it("replays some types only", async () => {
    const { events: count } = await replay({ ...whole, types: ["purchase", "signup"] });
    expect(count).to.equal(events("alpha", ["purchase", "signup"]).length);
    await expectExact(rig, rig.produced);
  });

  it("is finished by another run when it was killed, wherever", async () => {
    const points = [
      { point: "after-shadow", nth: 1 },
      { point: "held", nth: 1 },
      { point: "before-swap", nth: 3 },
    ];
    for (const { point, nth } of points) {
      await sabotage();
      let reached = 0;
      const faultPoint = (name: string): void => {
        if (name === point && ++reached === nth) throw new Error("killed");
      };
      const error = await replay(whole, { faultPoint }).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(error, point).to.be.instanceOf(Error);
      await publish(5);
      await replay();
      await applied();
      await expectExact(rig, rig.produced);
    }
  });

  it("is refused where the log no longer holds the days whole", async () => {
    await rig.nats.jsm.streams.purge(rig.names.events, { keep: 3 });
    const error = await replay().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.be.instanceOf(ReplayRefusedError);
    expect(String(error)).to.contain("the log begins at");
    await expectExact(rig, rig.produced);
  });
});
