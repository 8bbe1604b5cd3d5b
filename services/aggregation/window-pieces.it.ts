import { expect } from "chai";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { startEngines } from "../../dev/testing/stack.js";
import { systemClock } from "../../platform/clock.js";
import { openRedis } from "../../platform/engines/redis.js";
import { createLog } from "../../platform/log.js";
import { readerBytesMin } from "../../platform/partition-reader.js";
import { readWindows, windowSizes, windowStarts } from "../../platform/windows.js";
import { defaultLimits } from "./config.js";
import { openEventLog } from "./engines/event-log.js";
import { openWindowStore } from "./engines/window-store.js";
import { PartitionWindows } from "./partition-windows.js";
import type { WindowRange, WindowStore } from "./ports.js";
import { RangeContent } from "./range-content.js";
import { blockBytes, makeEvents, messageOf, type ProducedEvent } from "./testing/produced-events.js";
import { recountWindow } from "./testing/recount.js";
import { openRig, type Rig, until } from "./testing/rig.js";

/** Counts that one script may have: 250 minutes, types, countries and classes, in three windows. */
const countsOfScriptMax = 250 * 6 * 3;

describe(`a range of very many different counts (SEED=${seed})`, function () {
  this.timeout(60_000);
  const random = seededRandom();
  const log = createLog("test", "fatal");
  let rig: Rig;
  let redis: Awaited<ReturnType<typeof openRedis>>;
  let prefix = "";
  const scripts: number[] = [];
  let failAt = Number.POSITIVE_INFINITY;

  before(async () => {
    rig = await openRig(await startEngines("nats", "redis", "clickhouse"));
    redis = await openRedis({ url: rig.engines.redis, name: "test" });
  });
  after(async () => {
    redis.disconnect();
    await rig.close();
  });
  let prefixes = 0;
  beforeEach(() => {
    prefix = `${rig.engines.prefix}w${prefixes++}`;
    scripts.length = 0;
    failAt = Number.POSITIVE_INFINITY;
  });

  /** Windows as a process has them; it "dies" at its script `failAt`. */
  const open = (): PartitionWindows => {
    const store = openWindowStore(redis, prefix);
    const watched: WindowStore = {
      add: async (range: WindowRange) => {
        if (scripts.length === failAt) throw new Error("died");
        scripts.push(
          range.additions.reduce((sum, { events, amounts }) => sum + events.size + amounts.size, 0),
        );
        return store.add(range);
      },
    };
    const { nats, names } = rig;
    return new PartitionWindows({
      partition: 0,
      store: watched,
      eventLog: openEventLog({ nats, names, log, readerBytes: readerBytesMin }),
      clock: systemClock,
      log,
      limits: defaultLimits,
      signal: new AbortController().signal,
    });
  };
  const make = (count: number, varied: number): ProducedEvent[] =>
    makeEvents(
      { random, nowMs: Date.now(), spreadMs: 90_000, projects: ["alpha"] },
      0,
      rig.nextRawSequence(),
      count,
    ).map((event, index) => ({
      ...event,
      ...(event.isSystem ? {} : { type: `type ${index % varied}`, country: `C${index % 7}` }),
    }));
  const publish = async (events: readonly ProducedEvent[]) => {
    const data = blockBytes(events);
    const sequence = await rig.publishBytes(0, data, events[0]?.rawSequence ?? 0);
    return { ...messageOf(sequence, data), sequence };
  };
  const contentOf = (messages: Awaited<ReturnType<typeof publish>>[]): RangeContent => {
    const content = new RangeContent();
    for (const message of messages) content.add(message);
    return content;
  };
  const expectWindows = async (all: readonly ProducedEvent[]): Promise<void> => {
    for (const size of windowSizes) {
      const startsMs = windowStarts(size, Date.now() - 100_000, Date.now());
      const read = await readWindows(redis, { prefix, project: "alpha", size, startsMs, partitions: 1 });
      expect(read.completeFromMs).to.equal(0);
      for (const window of read.windows) {
        const inside = all.filter(
          ({ isSystem, timeMs }) =>
            !isSystem && timeMs >= window.startMs && timeMs < window.startMs + size.sizeMs,
        );
        const wanted = recountWindow(window.startMs, inside);
        expect(window.amount).to.be.closeTo(wanted.amount, 1e-6);
        expect(window.events).to.equal(wanted.events);
        expect(window.types.size).to.equal(wanted.types.size);
        for (const [type, { events }] of wanted.types)
          expect(window.types.get(type)?.events).to.equal(events);
        expect(window.countries).to.deep.equal(wanted.countries);
        expect(window.deviceClasses).to.deep.equal(wanted.deviceClasses);
      }
    }
  };

  it("goes into the windows by scripts of a bounded length, exactly", async () => {
    const blocks = [make(10, 3), make(3_000, 1_500), make(40, 5), make(600, 600)];
    const messages = [];
    for (const events of blocks) messages.push(await publish(events));
    const content = contentOf(messages);
    await open().applied({ partition: 0, after: 0, to: content.to, content });
    expect(scripts.length).to.be.above(8);
    expect(Math.max(...scripts)).to.be.at.most(countsOfScriptMax);
    await expectWindows(blocks.flat());
    // Again, as an owner does that does not know: nothing is added.
    await open().applied({ partition: 0, after: 0, to: content.to, content });
    await expectWindows(blocks.flat());
    const few = make(50, 2);
    const next = contentOf([await publish(few)]);
    scripts.length = 0;
    await open().applied({ partition: 0, after: content.to, to: next.to, content: next });
    expect(scripts.length).to.equal(1);
    await expectWindows([...blocks, few].flat());
  });

  it("is counted once when its owner dies between scripts, wherever the next one cuts", async () => {
    const blocks = [make(900, 400), make(1_500, 900), make(30, 2)];
    const messages = [];
    for (const events of blocks) messages.push(await publish(events));
    // What came before is in the windows.
    const before = (messages[0]?.sequence ?? 1) - 1;
    await openWindowStore(redis, prefix).add({
      partition: 0,
      after: { sequence: 0, index: 0 },
      to: { sequence: before, index: 0 },
      additions: [],
    });
    const whole = contentOf(messages);
    for (const die of [1, 3, 5]) {
      failAt = scripts.length + die;
      await open().applied({ partition: 0, after: before, to: whole.to, content: whole });
    }
    failAt = Number.POSITIVE_INFINITY;
    // The heir takes other ranges, and finds the windows within one of them.
    const heir = open();
    const first = contentOf(messages.slice(0, 2));
    await heir.applied({ partition: 0, after: before, to: first.to, content: first });
    const rest = contentOf(messages.slice(2));
    await heir.applied({ partition: 0, after: first.to, to: rest.to, content: rest });
    await until("the windows have caught up", () => {
      heir.idle(whole.to);
      return !heir.isBehind;
    });
    await heir.ended();
    expect(Math.max(...scripts)).to.be.at.most(countsOfScriptMax);
    await expectWindows(blocks.flat());
  });
});
