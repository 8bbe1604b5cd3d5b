// The search for tries, held against a brute force that looks at every way to make one.
import { expect } from "chai";
import * as brute from "../../../../conformance/analytics/brute/tries.js";
import type { Semantics } from "../../../../conformance/analytics/case-shape.js";
import { seeded } from "../../testing/event-set.js";
import { courseOf, type Try, type TryRules } from "./course.js";
import { bestTry, findTries } from "./tries.js";

interface Drawn {
  readonly rules: TryRules;
  readonly events: readonly { time: number; steps: number; exclusions: number }[];
}

type Pick = (least: number, most: number) => number;

/** A funnel and a user: few instants, so that ties are many. */
function drawn(seed: number): Drawn {
  const random = seeded(seed);
  const pick: Pick = (least, most) => least + Math.floor(random() * (most - least + 1));
  const order = (["ordered", "strict", "unordered"] as const)[pick(0, 2)] ?? "ordered";
  const steps = pick(2, 4);
  const isPlain = random() < 0.3;
  const instants = random() < 0.3 ? 60 : 12;
  const between = () => {
    const from = order === "unordered" ? 0 : pick(0, steps - 2);
    return { from, to: order === "unordered" ? steps - 1 : pick(from + 1, steps - 1) };
  };
  const exclusions = Array.from({ length: random() < 0.5 ? 0 : pick(1, 2) }, between);
  const events = Array.from({ length: pick(1, order === "strict" ? 7 : 9) }, () => {
    const own = isPlain ? 1 << pick(0, steps - 1) : pick(0, 2 ** steps - 1);
    return {
      time: pick(0, instants),
      steps: random() < 0.15 ? 0 : own,
      exclusions: random() < 0.2 ? pick(0, 2 ** exclusions.length - 1) : 0,
    };
  }).sort((a, b) => a.time - b.time);
  return {
    events,
    rules: {
      ...{ order, steps, exclusions },
      windowMs: pick(1, 14),
      dropsUser: random() < 0.5,
      universe: random() < 0.5 ? "all_events" : "funnel_events",
      simultaneityMs: random() < 0.3 ? pick(1, 3) : 0,
      fromMs: random() < 0.3 ? 3 : 0,
      toMs: random() < 0.3 ? 9 : 1_000,
    },
  };
}

/** The same to the brute force. */
function asBrute({ rules, events }: Drawn): { course: brute.Course; rules: brute.FunnelRules } {
  const happenings = events.map(({ time }) => ({ event: "", user: "", ms: time, properties: {} }));
  const of = (it: brute.Course["events"][number]) => events[happenings.indexOf(it)];
  const universe: Semantics["universe"] = rules.universe;
  return {
    course: {
      events: happenings,
      fills: (step, it) => (((of(it)?.steps ?? 0) >>> step) & 1) === 1,
      excludes: (index, it) => (((of(it)?.exclusions ?? 0) >>> index) & 1) === 1,
      opens: ({ ms }) => ms >= rules.fromMs && ms < rules.toMs,
    },
    rules: { ...rules, universe, exclusionMet: rules.dropsUser ? "drop_user" : "drop_at_step" },
  };
}

describe("Tries of a funnel", () => {
  it("the best is the brute force's, on thousands of random users", function () {
    this.timeout(60_000);
    const first = Number(process.env["SEED"] ?? 1);
    const reached = new Map<string, number>();
    for (let seed = first; seed < first + 5_000; seed++) {
      const user = drawn(seed);
      const other = asBrute(user);
      const expected = brute.bestTry(brute.triesOf(other.course, other.rules));
      const found = bestTry(courseOf(user.events), user.rules);
      expect(found, `SEED=${seed} ${JSON.stringify(user)}`).to.deep.equal(expected);
      const key = `${user.rules.order} ${found === undefined ? 0 : Math.min(found.length, 3)}`;
      reached.set(key, (reached.get(key) ?? 0) + 1);
    }
    // Every order gets users nowhere, a little way and far.
    expect(reached.size).to.equal(12);
    for (const [kind, count] of reached) expect(count, kind).to.be.above(40);
  });

  const rules: TryRules = {
    ...{ order: "ordered", steps: 3, windowMs: 1_000, exclusions: [], dropsUser: false },
    ...{ universe: "all_events", simultaneityMs: 0, fromMs: 0, toMs: 1_000_000_000 },
  };

  it("all tries come in the order of their entries, until no more are wanted", () => {
    const events = [1, 2, 1, 4, 1].map((steps, time) => ({ time, steps }));
    const found: Try["times"][] = [];
    findTries(courseOf(events), rules, ({ times }) => {
      found.push(times);
      return times.length === 1;
    });
    expect(found).to.deep.equal([[0, 1, 3], [2]]);
  });

  for (const [name, steps, order] of [
    ["an ordered funnel", [1, 2], "ordered"],
    ["a funnel that is never completed, with steps that compete", [3, 3], "ordered"],
    ["an unordered funnel", [1, 2], "unordered"],
    ["a strict funnel", [1, 2], "strict"],
    ["many events at one instant", [3, 3], "ordered"],
  ] as const) {
    it(`a user of 200,000 events takes no longer than it takes to look at them: ${name}`, function () {
      this.timeout(10_000);
      const perInstant = name.startsWith("many") ? 100_000 : 2;
      const events = Array.from({ length: 200_000 }, (_, index) => ({
        time: Math.floor(index / perInstant),
        steps: steps[index % 2] ?? 0,
      }));
      const started = performance.now();
      const found = bestTry(courseOf(events), { ...rules, order, windowMs: 1_000_000 });
      expect(found?.length).to.equal(2);
      expect(performance.now() - started).to.be.below(3_000);
    });
  }

  it("a user whose near events could be taken in too many ways is refused, by name of the option", () => {
    const events = Array.from({ length: 400 }, (_, index) => ({ time: index, steps: index % 7 }));
    const many = { ...rules, order: "strict" as const, steps: 20, simultaneityMs: 900, windowMs: 100_000 };
    const masks = events.map(({ time }, index) => ({ time, steps: (index * 7_919) & 0x7ffff }));
    expect(() => bestTry(courseOf(masks), { ...many, order: "ordered" })).to.throw("same time");
  });
});
