import { expect } from "chai";
import { seed, seededRandom } from "../../../dev/testing/random.js";
import { startEngines } from "../../../dev/testing/stack.js";
import { createLog } from "../../../platform/log.js";
import { openProgressBucket } from "../../../platform/progress.js";
import { keepAside, quarantinedOf } from "../../../platform/quarantine.js";
import { blockBytes, type EventMaker, makeEvents, type ProducedEvent } from "../testing/produced-events.js";
import { expectExact } from "../testing/recount.js";
import { openRig, type Rig } from "../testing/rig.js";
import { ReplayRefusedError } from "./refusal.js";
import { dropReplay, logEnds, type ReplayPorts, replayInto } from "./replay-into.js";
import type { Selection } from "./selection.js";

describe(`replay into a shadow database (SEED=${seed})`, function () {
  this.timeout(120_000);
  const partitions = 3;
  let rig: Rig;
  let ports: ReplayPorts;
  let shadow: string;
  const nowMs = Date.now();
  const whole: Selection = {
    project: "alpha",
    types: [],
    fromMs: nowMs - 3_600_000,
    toMs: nowMs + 3_600_000,
  };
  const random = seededRandom();

  before(async () => {
    rig = await openRig(await startEngines("nats", "redis", "clickhouse"));
    shadow = `${rig.database}_shadow`;
    ports = {
      nats: rig.nats,
      names: rig.names,
      clickhouse: rig.clickhouse,
      progress: await openProgressBucket(rig.nats, rig.names, 1),
      log: createLog("test", "fatal"),
      signal: new AbortController().signal,
    };
    const maker: EventMaker = { random, nowMs, spreadMs: 7_200_000, projects: ["alpha", "beta"] };
    for (let block = 0; block < 40; block++) {
      await rig.publish(maker, Math.floor(random() * partitions), 1 + Math.floor(random() * 150));
    }
    // A raw block in three messages, of which the last has nothing to select.
    const raw = rig.nextRawSequence();
    const events = makeEvents({ random, nowMs, spreadMs: 1_000 }, 1, raw, 30);
    const foreign = events.slice(20).map((event) => ({ ...event, projectId: "beta" }));
    await rig.publishBytes(1, blockBytes(events.slice(0, 10)), raw, 10);
    await rig.publishBytes(1, blockBytes(events.slice(10, 20)), raw, 20);
    await rig.publishBytes(1, blockBytes(foreign), raw);
    rig.produced.push(...events.slice(0, 20), ...foreign);
  });
  after(async () => {
    await dropReplay(ports, shadow);
    await rig.close();
  });

  const replay = async (selection: Selection, extra: Partial<ReplayPorts> = {}): Promise<number> => {
    const ends = await logEnds(ports, selection.fromMs);
    const options = { selection, database: shadow, ends, onRead: () => undefined };
    return (await replayInto({ ...ports, ...extra }, options)).events;
  };
  const selected = (selection: Selection): ProducedEvent[] =>
    rig.produced.filter(
      ({ projectId, type, receivedTimeMs }) =>
        projectId === selection.project &&
        (selection.types.length === 0 || selection.types.includes(type)) &&
        receivedTimeMs >= selection.fromMs &&
        receivedTimeMs < selection.toMs,
    );

  it("brings the selected events, and changes nothing when it is run again", async () => {
    for (let time = 0; time < 2; time++) {
      expect(await replay(whole)).to.equal(selected(whole).length);
      await expectExact(rig, selected(whole), shadow);
    }
  });

  it("refuses to mix two selections, or to fill tables that it does not know", async () => {
    const refused = async (run: Promise<unknown>): Promise<void> => {
      const error = await run.then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(error).to.be.instanceOf(ReplayRefusedError);
    };
    await refused(replay({ ...whole, types: ["purchase"] }));
    await ports.progress.purge(`replay.${shadow}.selection`);
    await refused(replay(whole));
  });

  it("begins anew when its database was dropped", async () => {
    await dropReplay(ports, shadow);
    const purchases = { ...whole, types: ["purchase", "identify"] };
    await replay(purchases);
    await rig.clickhouse.command({ query: `DROP DATABASE ${shadow} SYNC` });
    await replay(purchases);
    await expectExact(rig, selected(purchases), shadow);
    expect(selected(purchases).length).to.be.greaterThan(0);
  });

  it("goes on where it was stopped, without doubling", async () => {
    await dropReplay(ports, shadow);
    for (const point of ["after-pending", "after-insert", "after-commit"]) {
      const stop = new AbortController();
      const faultPoint = (name: string): void => {
        if (name === point) stop.abort();
      };
      const stopped = await replay(whole, { signal: stop.signal, faultPoint }).then(
        () => false,
        () => true,
      );
      expect(stopped || point !== "after-pending").to.equal(true);
    }
    await replay(whole);
    await expectExact(rig, selected(whole), shadow);
  });

  it("leaves out what was kept aside, also where the tables would take it by now", async () => {
    await dropReplay(ports, shadow);
    const aside = selected(whole).slice(5, 8);
    for (const { rawSequence, rawIndex, projectId } of aside) {
      const quarantineId = `aggregation-${rawSequence}-${rawIndex}`;
      const said = { step: "aggregation", rule: "table", message: "not taken", project: projectId } as const;
      await keepAside(
        rig.nats,
        rig.names,
        quarantinedOf({ bytes: new Uint8Array(0), quarantineId, ...said }),
      );
    }
    const rest = selected(whole).filter((event) => !aside.includes(event));
    expect(await replay(whole)).to.equal(rest.length);
    await expectExact(rig, rest, shadow);
    // What is kept aside meanwhile changes nothing for a replay that is finished later.
    const late = rest[3];
    const quarantineId = `aggregation-${late?.rawSequence}-${late?.rawIndex}`;
    const said = { step: "aggregation", rule: "table", message: "not taken", project: "alpha" } as const;
    await keepAside(rig.nats, rig.names, quarantinedOf({ bytes: new Uint8Array(0), quarantineId, ...said }));
    expect(await replay(whole)).to.equal(rest.length);
  });

  it("brings nothing of a time in which nothing came", async () => {
    await dropReplay(ports, shadow);
    expect(await replay({ ...whole, fromMs: nowMs + 600_000 })).to.equal(0);
    await dropReplay(ports, shadow);
    expect(await replay({ ...whole, fromMs: nowMs - 7_200_000, toMs: nowMs - 3_600_000 })).to.equal(0);
  });
});
