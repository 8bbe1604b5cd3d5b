import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { startEngines } from "../../dev/testing/stack.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { QuarantineBlockSchema } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { createLog } from "../../platform/log.js";
import { migrateClickHouse } from "../../platform/migrate.js";
import { type ApplyPorts, applyRange } from "./apply-range.js";
import { readBlockSchema } from "./block-schema.js";
import { openEventTables } from "./engines/event-tables.js";
import { openQuarantine } from "./engines/quarantine.js";
import type { EventTables } from "./ports.js";
import { RangeContent } from "./range-content.js";
import { rollupNames } from "./recovery.js";
import { Slots } from "./slots.js";
import { blockBytes, makeEvents, messageOf, type ProducedEvent } from "./testing/produced-events.js";
import { expectExact } from "./testing/recount.js";
import { migrationFolders, openRig, type Rig } from "./testing/rig.js";

describe(`one range into the tables (SEED=${seed})`, function () {
  this.timeout(120_000);
  const partition = 3;
  let rig: Rig;
  let tables: EventTables;
  let ports: ApplyPorts;
  let poisonedWritten: number[] = [];
  let sequence = 0;
  const random = seededRandom();

  before(async () => {
    rig = await openRig(await startEngines("nats", "redis", "clickhouse"));
    tables = openEventTables({
      client: rig.clickhouse,
      database: rig.database,
      blockSchema: readBlockSchema(),
      slots: new Slots(2),
    });
    ports = {
      tables,
      quarantine: openQuarantine(rig.nats, rig.names),
      log: createLog("test", "fatal"),
      writePoisoned: async (indexes) => {
        poisonedWritten = [...indexes];
      },
      mustOwn: () => undefined,
      backOff: async (attempt, error) => {
        if (attempt > 5) throw error;
      },
    };
  });
  after(() => rig.close());

  const rangeOf = (blocks: readonly (readonly ProducedEvent[])[]): RangeContent => {
    const content = new RangeContent();
    for (const events of blocks) content.add(messageOf(++sequence, blockBytes(events)));
    return content;
  };
  const make = (count: number): ProducedEvent[] =>
    makeEvents(
      { random, nowMs: Date.now(), spreadMs: 3_600_000, earlierMs: 40 * 86_400_000 },
      partition,
      rig.nextRawSequence(),
      count,
    );
  const keep = (...blocks: ProducedEvent[][]): void => void rig.produced.push(...blocks.flat());

  it("is stored once, however often it is repeated", async () => {
    const blocks = [make(120), make(1), make(300)];
    keep(...blocks);
    const content = rangeOf(blocks);
    const boot = await tables.boot();
    for (let time = 0; time < 3; time++) {
      await applyRange({ partition, content, boot, tried: time > 0 }, ports);
    }
    await expectExact(rig, rig.produced);
  });

  it("is completed after a restart of the engine, whatever tables had it", async () => {
    for (let round = 0; round < 6; round++) {
      const blocks = [make(40), make(60)];
      const content = rangeOf(blocks);
      // Whole parts are there or not: the range goes into a copy, and the parts that "survived" are attached.
      const copy = `${rig.database}_copy`;
      await migrateClickHouse(rig.clickhouse, copy, migrationFolders);
      const other = openEventTables({
        client: rig.clickhouse,
        database: copy,
        blockSchema: readBlockSchema(),
        slots: new Slots(2),
      });
      await other.insert(content, `copy:${round}`);
      for (const month of content.expected.months.keys()) {
        for (const table of ["events", ...rollupNames]) {
          if (random() < 0.5) continue;
          await rig.clickhouse.command({
            query: `ALTER TABLE ${rig.database}.${table} ATTACH PARTITION ${month} FROM ${copy}.${table}`,
          });
        }
      }
      await rig.clickhouse.command({ query: `DROP DATABASE ${copy}` });
      const boot = await tables.boot();
      await rig.clickhouse.command({ query: `TRUNCATE TABLE ${rig.database}.engine_boot` });
      expect(await tables.boot()).not.to.equal(boot);
      await applyRange({ partition, content, boot, tried: true }, ports);
      keep(...blocks);
      await expectExact(rig, rig.produced);
    }
  });

  it("leaves out and keeps aside what no table takes, and stores the rest", async () => {
    const blocks = [make(30), make(25)];
    const isPoison = (_event: ProducedEvent, index: number): boolean => index === 7 || index === 20;
    const poisoned = blocks.map((events) =>
      events.map((event, index) =>
        isPoison(event, index) ? { ...event, properties: '{"a":1e400}' } : event,
      ),
    );
    const content = rangeOf(poisoned);
    const boot = await tables.boot();
    const applied = await applyRange({ partition, content, boot, tried: false }, ports);
    expect([...applied.poisoned].sort((a, b) => a - b)).to.deep.equal([7, 20, 37, 50]);
    expect([...poisonedWritten].sort((a, b) => a - b)).to.deep.equal([7, 20, 37, 50]);
    keep(...blocks.map((events) => events.filter((event, index) => !isPoison(event, index))));
    await expectExact(rig, rig.produced);

    // Whoever finishes the range later does the same again, and nothing is doubled.
    const again = content.without(poisonedWritten);
    await applyRange({ partition, content: again, boot, tried: true }, ports);
    await expectExact(rig, rig.produced);
    const { state } = await rig.nats.jsm.streams.info(rig.names.quarantine);
    expect(state.messages).to.equal(4);
    const first = await rig.nats.jsm.streams.getMessage(rig.names.quarantine, { seq: state.first_seq });
    const [kept] = fromBinary(QuarantineBlockSchema, first.data).events;
    expect(kept?.fault?.reason).to.equal(FaultReason.EVENT_POISONED);
    expect(kept?.event?.body).to.deep.equal({ case: "properties", value: '{"a":1e400}' });
    expect(kept?.quarantineId).to.equal(`aggregation-${poisoned[0]?.[7]?.rawSequence}-7`);
  });

  it("keeps a block aside that is none, and stores the others", async () => {
    const events = make(20);
    const content = rangeOf([events]);
    content.add(messageOf(++sequence, Uint8Array.of(0x0a, 0x7f, 1, 2)));
    const boot = await tables.boot();
    const applied = await applyRange({ partition, content, boot, tried: false }, ports);
    expect([...applied.poisoned]).to.deep.equal([20]);
    keep(events);
    await expectExact(rig, rig.produced);
  });
});
