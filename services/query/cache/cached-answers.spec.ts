import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { QueryMetricsRequestSchema } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation, Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { engineUnavailable } from "../../../platform/fault.js";
import { askedData, type MetricsQuestion, metricsQuestion } from "../question.js";
import { metricsCanonical } from "./answer-key.js";
import type { AnswerStore, KeptAnswer } from "./answer-store.js";
import { type Answered, CachedAnswers } from "./cached-answers.js";

const hourMs = 3_600_000;

/** An engine whose data is one number, a store in a map, and a clock that is set by hand. */
class Scene {
  nowMs = 1_000_000_000_000;
  data = 1;
  appliedTo = 100n;
  isAway = false;
  computations = 0;
  versions = 0;
  pauseMs = 0;
  readonly kept = new Map<string, KeptAnswer>();
  readonly locks = new Set<string>();
  readonly store: AnswerStore = {
    get: async (key) => this.kept.get(key),
    put: async (key, answer) => void this.kept.set(key, answer),
    lock: async (key) => !this.locks.has(key) && this.locks.add(key) !== undefined,
    unlock: async (key) => void this.locks.delete(key),
  };

  instance(): CachedAnswers {
    return new CachedAnswers({
      store: this.store,
      clock: { now: () => this.nowMs },
      progress: {
        applied: async () => ({ watermarkMs: this.nowMs, positions: new Map([[0, this.appliedTo]]) }),
      },
      analytics: {
        read: async () => {
          this.versions++;
          if (this.isAway) throw engineUnavailable("clickhouse");
          return {
            rows: [[0, 0, String(this.data), String(this.data)]],
            rowsRead: 1,
            bytesRead: 8,
            engineMs: 1,
          };
        },
        readBinary: () => Promise.reject(new Error("not asked for")),
        compiles: async () => true,
      },
    });
  }

  ask(
    answers: CachedAnswers,
    { staleness = 2_000, question = closed, signal = new AbortController().signal } = {},
  ) {
    return answers.answer({
      projectId: "mine",
      canonical: metricsCanonical(question),
      data: askedData(question),
      endsNow: question.range.endsNow,
      maxStalenessMs: staleness,
      signal,
      compute: async (_applied, shared) => {
        this.computations++;
        const answer = new Uint8Array([this.data]);
        if (this.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.pauseMs));
        if (shared.aborted) throw new Error("given up");
        if (this.isAway) throw engineUnavailable("clickhouse");
        return answer;
      },
    });
  }
}

function questionOf(range: { from?: number; to?: number }): MetricsQuestion {
  const { from, to } = range;
  const request = create(QueryMetricsRequestSchema, {
    aggregation: Aggregation.COUNT,
    interval: Interval.DAY,
    range: {
      ...(from === undefined ? {} : { from: timestampFromMs(from) }),
      ...(to === undefined ? {} : { to: timestampFromMs(to) }),
    },
  });
  return metricsQuestion(request, { timeZone: "UTC", weekStart: 0 }, 1_000_000_000_000);
}

const closed = questionOf({ from: 900_000_000_000, to: 910_000_000_000 });
const open = questionOf({});

const said = ({ response, isCached, isStale }: Answered) => [response[0], isCached, isStale];

describe("cached answers", () => {
  it("are given again while they are young, without a look at the data", async () => {
    const scene = new Scene();
    const answers = scene.instance();
    expect(said(await scene.ask(answers))).to.deep.equal([1, false, false]);
    scene.data = 2;
    scene.nowMs += 2_000;
    expect(said(await scene.ask(answers))).to.deep.equal([1, true, false]);
    expect([scene.computations, scene.versions]).to.deep.equal([1, 1]);
  });

  it("are given again as long as the data are the same, and made anew when they are not", async () => {
    const scene = new Scene();
    const answers = scene.instance();
    await scene.ask(answers);
    scene.nowMs += hourMs / 2;
    const again = await scene.ask(answers);
    expect(said(again)).to.deep.equal([1, true, false]);
    expect(again.holdsAtMs).to.equal(scene.nowMs);
    expect(again.applied?.watermarkMs).to.equal(scene.nowMs);
    scene.data = 2;
    scene.nowMs += 2_001;
    expect(said(await scene.ask(answers))).to.deep.equal([2, false, false]);
    expect(scene.computations).to.equal(2);
  });

  it("are computed again after an hour, and at once where no staleness will do", async () => {
    const scene = new Scene();
    const answers = scene.instance();
    await scene.ask(answers);
    scene.nowMs += hourMs;
    await scene.ask(answers);
    expect(scene.computations).to.equal(2);
    scene.data = 3;
    scene.nowMs += 1;
    expect(said(await scene.ask(answers, { staleness: 0 }))).to.deep.equal([3, false, false]);
  });

  it("are not trusted while data may be missing in a table, nor where the end moves with the clock", async () => {
    const scene = new Scene();
    const answers = scene.instance();
    scene.appliedTo = 0n;
    await scene.ask(answers);
    scene.nowMs += 2_001;
    await scene.ask(answers);
    expect(scene.computations).to.equal(2);
    await scene.ask(answers, { question: open });
    scene.nowMs += 1_000;
    await scene.ask(answers, { question: open });
    expect(scene.computations).to.equal(3);
    scene.nowMs += 2_001;
    await scene.ask(answers, { question: open });
    expect(scene.computations).to.equal(4);
  });

  it("are computed once for many callers, on one instance and on two", async () => {
    const scene = new Scene();
    scene.pauseMs = 30;
    const [one, two] = [scene.instance(), scene.instance()];
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => scene.ask(index % 2 === 0 ? one : two)),
    );
    expect(scene.computations).to.equal(1);
    expect(new Set(all.map(({ response }) => response[0]))).to.deep.equal(new Set([1]));
  });

  it("stand in while the engine is away, for at most an hour, and say so", async () => {
    const scene = new Scene();
    const answers = scene.instance();
    await scene.ask(answers);
    scene.isAway = true;
    scene.nowMs += hourMs;
    expect(said(await scene.ask(answers))).to.deep.equal([1, true, true]);
    scene.nowMs += 1;
    const refused = await scene.ask(answers).catch((error: unknown) => error);
    expect(refused).to.be.an("error").with.property("name", "Fault");
  });

  it("are given up when the last caller has gone, not before", async () => {
    const scene = new Scene();
    scene.pauseMs = 30;
    const answers = scene.instance();
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [first, second].map(({ signal }) => scene.ask(answers, { signal }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    first.abort();
    expect((await Promise.all(asked)).length).to.equal(2);
    scene.nowMs += hourMs;
    const lonely = new AbortController();
    const alone = scene.ask(answers, { signal: lonely.signal }).catch((error: Error) => error.message);
    await new Promise((resolve) => setTimeout(resolve, 5));
    lonely.abort();
    expect(await alone).to.equal("given up");
  });
});
