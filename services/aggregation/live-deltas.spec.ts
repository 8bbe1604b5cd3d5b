import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { LiveDeltaSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import { bounded, liveDeltas } from "./live-deltas.js";
import { type MinuteCount, RangeContent } from "./range-content.js";
import { blockBytes, makeEvents, messageOf } from "./testing/produced-events.js";

function counts(minutes: number, types: number, countries: number): MinuteCount[] {
  const list: MinuteCount[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    for (let type = 0; type < types; type++) {
      for (let country = 0; country < countries; country++) {
        const named = { type: `t${type}`, country: `c${country}`, deviceClass: "mobile" };
        list.push({ projectId: "alpha", minuteMs: minute * 60_000, ...named, events: 2, amount: 0.5 });
      }
    }
  }
  return list;
}

const sum = (list: readonly MinuteCount[]): number => list.reduce((total, { events }) => total + events, 0);

describe("live deltas", () => {
  it("are one per project, with position and watermark", () => {
    const content = new RangeContent();
    const maker = { random: () => 0.4, nowMs: 1_800_000_000_000, spreadMs: 60_000 };
    for (const project of ["alpha", "beta"]) {
      const block = makeEvents({ ...maker, projects: [project] }, 3, 1, 10);
      content.add(messageOf(7, blockBytes(block)));
    }
    const deltas = liveDeltas({ partition: 3, after: 0, to: 7, content });
    expect(deltas.map(({ projectId }) => projectId)).to.deep.equal(["alpha", "beta"]);
    for (const { payload, projectId } of deltas) {
      const delta = fromBinary(LiveDeltaSchema, payload);
      expect(delta).to.include({ projectId, partition: 3, sequence: 7n, watermarkMs: 1_800_000_000_000n });
      expect(delta.counts.reduce((total, { events }) => total + events, 0)).to.equal(10);
    }
  });

  it("lose dimensions, never events, when they are too many", () => {
    const many = counts(10, 10, 10);
    for (const [most, length] of [
      [1_000, 1_000],
      [999, 100],
      [99, 10],
      [9, 1],
    ] as const) {
      const fewer = bounded(many, most);
      expect(fewer).to.have.length(length);
      expect(sum(fewer)).to.equal(2_000);
    }
    expect(many.every(({ events }) => events === 2)).to.equal(true);
  });
});
