import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { BlockSchema } from "../../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { blockBytes, makeEvents, type ProducedEvent } from "../testing/produced-events.js";
import { parseReplayArguments } from "./config.js";
import { ReplayRefusedError } from "./refusal.js";
import { logDelayMaxMs, type Selection, selectEvents } from "./selection.js";

const nowMs = 1_800_000_000_000;

function block(projects: readonly string[], changes: Partial<ProducedEvent> = {}): ProducedEvent[] {
  let state = 3;
  const random = (): number => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return makeEvents({ random, nowMs, spreadMs: 60_000, projects }, 1, 9, 40).map((event) => ({
    ...event,
    ...changes,
  }));
}

const selection: Selection = { project: "alpha", types: [], fromMs: nowMs - 1_000, toMs: nowMs + 1_000 };

describe("the selection of a replay", () => {
  it("passes a block on as it is where all of it is selected", () => {
    const given = blockBytes(block(["alpha"]));
    expect(selectEvents(given, selection).data).to.equal(given);
  });

  it("picks the selected events, byte by byte as they were", () => {
    const events = block(["alpha"]);
    const selected = selectEvents(blockBytes(events), { ...selection, types: ["purchase"] }).data;
    const wanted = events.filter(({ type }) => type === "purchase");
    expect(wanted).not.to.have.length(0);
    expect(Buffer.from(selected ?? [])).to.deep.equal(Buffer.from(blockBytes(wanted)));
    expect(fromBinary(BlockSchema, selected ?? new Uint8Array()).events).to.have.length(wanted.length);
  });

  it("takes received times from its start to before its end", () => {
    const at = (receivedTimeMs: number) =>
      selectEvents(blockBytes(block(["alpha"], { receivedTimeMs })), selection).data !== undefined;
    expect([nowMs - 1_001, nowMs - 1_000, nowMs + 999, nowMs + 1_000].map(at)).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
  });

  it("takes nothing of another project", () => {
    expect(selectEvents(blockBytes(block(["beta"])), selection)).to.deep.equal({
      data: undefined,
      isPast: false,
    });
  });

  it("ends where no later block can hold a selected event", () => {
    const isPast = (receivedTimeMs: number) =>
      selectEvents(blockBytes(block(["beta"], { receivedTimeMs })), selection).isPast;
    expect(isPast(selection.toMs + logDelayMaxMs - 1)).to.equal(false);
    expect(isPast(selection.toMs + logDelayMaxMs)).to.equal(true);
  });
});

describe("the arguments of a replay", () => {
  const parse = (text: string) => parseReplayArguments(text.split(" "), nowMs);

  it("name a selection and where it goes", () => {
    expect(
      parse("--project p1 --types a,b --from 2026-01-02 --to 2026-01-03T00:00:00Z --into shadow"),
    ).to.deep.equal({
      selection: {
        project: "p1",
        types: ["a", "b"],
        fromMs: Date.UTC(2026, 0, 2),
        toMs: Date.UTC(2026, 0, 3),
      },
      into: "shadow",
      isFresh: false,
    });
    expect(parse("--project p1 --live")).to.deep.include({ into: undefined });
  });

  it("are refused with a sentence where they make no sense", () => {
    for (const text of [
      "--project p1",
      "--into x",
      "--project p1 --into x --live",
      "--project p1 --into x;y",
      "--project p.1 --live",
      "--project p1 --live --from yesterday",
      "--project p1 --live --from 2026-01-02 --to 2026-01-01",
      "--project p1 --live --all",
    ]) {
      expect(() => parse(text), text).to.throw(ReplayRefusedError);
    }
  });
});
