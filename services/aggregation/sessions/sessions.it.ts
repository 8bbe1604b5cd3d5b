import { expect } from "chai";
import { seed, seededRandom } from "../../../dev/testing/random.js";
import { startEngines } from "../../../dev/testing/stack.js";
import { createLog } from "../../../platform/log.js";
import { openProgressBucket } from "../../../platform/progress.js";
import { readBlockSchema } from "../block-schema.js";
import { openEventTables } from "../engines/event-tables.js";
import { openProgressStore } from "../engines/progress-store.js";
import { RangeContent } from "../range-content.js";
import { Slots } from "../slots.js";
import { blockBytes, makeEvents, messageOf, type ProducedEvent } from "../testing/produced-events.js";
import { openRig, type Rig } from "../testing/rig.js";
import { SessionKeeper } from "./session-keeper.js";
import { sessionsOf } from "./session-rule.js";

describe(`sessions from stored events (SEED=${seed})`, function () {
  this.timeout(120_000);
  const partitions = 3;
  const random = seededRandom();
  const stored: ProducedEvent[] = [];
  let rig: Rig;
  let keeper: SessionKeeper;
  let sequence = 0;

  before(async () => {
    rig = await openRig(await startEngines("nats", "redis", "clickhouse"));
    const kv = await openProgressBucket(rig.nats, rig.names, 1);
    keeper = new SessionKeeper({
      client: rig.clickhouse,
      database: rig.database,
      kv,
      store: openProgressStore(kv),
      partitions,
      log: createLog("test", "error"),
    });
  });
  after(() => rig.close());

  const store = async (events: readonly ProducedEvent[]): Promise<void> => {
    const tables = openEventTables({
      client: rig.clickhouse,
      database: rig.database,
      blockSchema: readBlockSchema(),
      slots: new Slots(1),
    });
    const content = new RangeContent();
    content.add(messageOf(++sequence, blockBytes(events)));
    await tables.insert(content, `test:${sequence}`);
    stored.push(...events);
  };
  const make = (
    count: number,
    spreadMs: number,
    change: (event: ProducedEvent, index: number) => ProducedEvent,
  ) => {
    const partition = Math.floor(random() * partitions);
    const maker = { random, nowMs: 1_790_000_000_000, spreadMs };
    return makeEvents(maker, partition, rig.nextRawSequence(), count).map(change);
  };
  const compute = async (): Promise<void> => {
    while (await keeper.step());
  };

  interface Row {
    visitor: string;
    start: number;
    end: number;
    events: number;
    amount: number;
  }
  const expectRecount = async (): Promise<void> => {
    const rows = await rig.rows<Record<keyof Row, string | number>>(
      `SELECT concat(project_id, '|', visitor_id) AS visitor, toUnixTimestamp64Milli(any(s.start_time)) AS start,
        toUnixTimestamp64Milli(argMax(s.end_time, s.version)) AS end, argMax(s.events, s.version) AS events,
        argMax(s.amount, s.version) AS amount
      FROM ${rig.database}.sessions AS s GROUP BY project_id, visitor_id, session_id HAVING events > 0`,
    );
    const found = rows.map((row) => ({
      visitor: String(row.visitor),
      start: Number(row.start),
      end: Number(row.end),
      events: Number(row.events),
      amount: Number(row.amount),
    }));
    const visitors = new Map<string, ProducedEvent[]>();
    for (const event of stored) {
      if (event.isSystem) continue;
      const key = `${event.projectId}|${event.visitorId}`;
      visitors.set(key, [...(visitors.get(key) ?? []), event]);
    }
    const wanted = [...visitors].flatMap(([visitor, events]) =>
      sessionsOf(
        events.map((event) => ({
          ...event,
          producerId: "",
          sequence: 0,
          eventId: `${event.rawSequence}-${event.rawIndex}`,
        })),
      ).map((session) => ({
        visitor,
        start: session[0]?.timeMs,
        end: session.at(-1)?.timeMs,
        events: session.length,
        amount: session.reduce((sum, { amount }) => sum + amount, 0),
      })),
    );
    const order = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect(found.sort(order)).to.deep.equal(wanted.sort(order));
  };

  it("equal a recount after every batch, in whatever order events come", async () => {
    for (let batch = 0; batch < 8; batch++) {
      const spreadMs = [3_600_000, 86_400_000, 5 * 86_400_000][batch % 3] ?? 1;
      await store(
        make(150, spreadMs, (event) => ({ ...event, visitorId: `user-${Math.floor(random() * 25)}` })),
      );
      if (random() < 0.3) continue;
      await compute();
      await expectRecount();
    }
    await compute();
    await expectRecount();
  });

  it("are merged by late events, and cut where a visitor never pauses", async () => {
    const baseMs = 1_795_000_000_000;
    const busy = (offsets: readonly number[], visitorId: string): ProducedEvent[] =>
      make(offsets.length, 1, (event, index) => ({
        ...event,
        projectId: "alpha",
        visitorId,
        isSystem: false,
        timeMs: baseMs + (offsets[index] ?? 0) * 60_000,
      }));
    await store(busy([0, 10, 60, 70], "late"));
    await compute();
    await store(busy([35], "late"));
    await store(
      busy(
        Array.from({ length: 300 }, (_, index) => index * 25),
        "robot",
      ),
    );
    await compute();
    await expectRecount();
    // In the middle of five days without a pause, then at its very beginning.
    await store(busy([2_000.5], "robot"));
    await compute();
    await expectRecount();
    await store(busy([-20], "robot"));
    await compute();
    await expectRecount();
  });

  it("need nothing where nothing is new", async () => {
    const [before] = await rig.rows<{ n: string }>(`SELECT count() AS n FROM ${rig.database}.sessions`);
    expect(await keeper.step()).to.equal(false);
    const [after] = await rig.rows<{ n: string }>(`SELECT count() AS n FROM ${rig.database}.sessions`);
    expect(after).to.deep.equal(before);
  });
});
