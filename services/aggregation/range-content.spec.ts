import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { BlockSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { RangeContent } from "./range-content.js";
import {
  blockBytes,
  eventBytes,
  makeEvents,
  messageOf,
  type ProducedEvent,
} from "./testing/produced-events.js";

const nowMs = Date.UTC(2026, 10, 3, 12);
const firstSeed = 7;

function events(rawSequence: number, count: number): ProducedEvent[] {
  let state = firstSeed + rawSequence;
  const random = (): number => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const maker = { random, nowMs, spreadMs: 600_000, earlierMs: 5 * 86_400_000 };
  return makeEvents(maker, 1, rawSequence, count);
}

/** The block of an envelope: what follows its length. */
function blockOf(parts: readonly Uint8Array[]): Uint8Array {
  const [length, ...rest] = parts;
  const bytes = Buffer.concat(rest);
  let value = 0;
  for (const [index, byte] of (length ?? new Uint8Array()).entries())
    value += (byte & 0x7f) * 2 ** (7 * index);
  expect(value).to.equal(bytes.length);
  return bytes;
}

describe("the content of a range", () => {
  const blocks = [events(5, 30), events(8, 1), events(9, 200)];
  const all = blocks.flat();
  const rangeOf = (poisoned: number[] = []): RangeContent => {
    const content = new RangeContent({ poisoned });
    for (const [index, block] of blocks.entries()) {
      content.add(messageOf(100 + 7 * index, blockBytes(block)));
    }
    return content;
  };

  it("knows its ends and what it must leave behind", () => {
    const content = rangeOf();
    expect([content.from, content.to, content.events]).to.deep.equal([100, 114, 231]);
    expect(content.expected.first).to.deep.equal({ sequence: 5, index: 0 });
    expect(content.expected.last).to.deep.equal({ sequence: 9, index: 199 });
    const months = [...content.expected.months];
    expect(months.map(([month]) => month).sort()).to.deep.equal([202610, 202611]);
    for (const [month, want] of months) {
      const inside = all.filter((event) => (month === 202611) === (event.receivedTimeMs === nowMs));
      const counted = inside.filter(({ isSystem }) => !isSystem);
      expect(want).to.deep.equal({
        events: inside.length,
        counted: counted.length,
        countedFrom: counted[0]?.rawSequence,
        countedTo: counted.at(-1)?.rawSequence,
      });
    }
  });

  it("goes to the engine as the blocks it came in", () => {
    const body = rangeOf().body();
    expect(body.slice(1)).to.deep.equal(blocks.map(blockBytes));
    expect(fromBinary(BlockSchema, blockOf(body)).events).to.have.length(231);
  });

  it("goes without the events that are poisoned, by their index over all messages", () => {
    const content = rangeOf([0, 30, 230]);
    const left = fromBinary(BlockSchema, blockOf(content.body())).events;
    expect(left.map(({ eventId }) => eventId)).to.deep.equal(
      all
        .filter((_, index) => ![0, 30, 230].includes(index))
        .map((event) => `${event.rawSequence}-${event.rawIndex}`),
    );
    expect([...content.without([1]).poisoned].sort((a, b) => a - b)).to.deep.equal([0, 1, 30, 230]);
  });

  it("goes month by month", () => {
    const content = rangeOf([3]);
    const months = [202610, 202611].map(
      (month) => fromBinary(BlockSchema, blockOf(content.bodyOfMonth(month))).events,
    );
    expect(months.flat()).to.have.length(230);
    expect(months[0]?.every(({ receivedTimeMs }) => Number(receivedTimeMs) < nowMs)).to.equal(true);
  });

  it("counts its users' own events per minute, those too old for any window together", () => {
    const content = new RangeContent({ minutesFromMs: nowMs - 300_000 });
    for (const block of blocks) content.add(messageOf(1, blockBytes(block)));
    const counted = all.filter(({ isSystem }) => !isSystem);
    const counts = [...content.counts.values()];
    expect(counts.reduce((sum, { events: count }) => sum + count, 0)).to.equal(counted.length);
    expect(counts.reduce((sum, { amount }) => sum + amount, 0)).to.equal(
      counted.reduce((sum, { amount }) => sum + amount, 0),
    );
    const old = counted.filter(({ timeMs }) => timeMs < nowMs - 300_000).length;
    const zero = counts
      .filter(({ minuteMs }) => minuteMs === 0)
      .reduce((sum, { events: count }) => sum + count, 0);
    expect(zero).to.equal(old);
  });

  it("takes bytes that are no block for one event, and an event that can't be read for itself", () => {
    const content = new RangeContent();
    content.add(messageOf(1, Uint8Array.of(0x0a, 0x7f, 1)));
    content.add(messageOf(2, Buffer.concat([Buffer.of(0x0a, 2, 0xff, 0xff), blockBytes(events(5, 2))])));
    expect(content.events).to.equal(4);
    const first = events(5, 2)[0];
    expect([...content.slices()][2]?.bytes).to.deep.equal(
      first === undefined ? undefined : Buffer.from(eventBytes(first)),
    );
  });
});
