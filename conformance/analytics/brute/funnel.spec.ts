import { expect } from "chai";
import type { CaseOf, FunnelQuery, Semantics } from "../case-shape.js";
import { evaluate } from "./evaluate.js";

const base = Date.parse("2024-05-01T00:00:00Z");

/** Events as "A@0 B@10 x@5:blue", with seconds since the base and a value of the property "p". */
function funnelOf(
  events: string | Readonly<Record<string, string>>,
  query: Partial<FunnelQuery> & { readonly names?: string },
  semantics: Partial<Semantics> & { readonly isNative?: boolean } = {},
): Record<string, unknown> {
  const { names = "A B", ...rest } = query;
  const { isNative = false, ...changed } = semantics;
  const of = typeof events === "string" ? { user: events } : events;
  const given: CaseOf<"funnel"> = {
    name: "own",
    kind: "funnel",
    timezone: "UTC",
    now: "2024-06-01T00:00:00Z",
    tags: isNative ? ["native"] : [],
    semantics: changed,
    events: Object.entries(of).flatMap(([user, text]) =>
      text.split(" ").map((it) => {
        const [, event = "", at = "", p] = /^(.+)@(-?[\d.]+)(?::(.*))?$/.exec(it) ?? [];
        const time = new Date(base + Number(at) * 1_000).toISOString();
        return { event, user, time, properties: p === undefined ? {} : { p } };
      }),
    ),
    query: {
      steps: names.split(" ").map((event) => ({ event: event === "*" ? null : event, filters: [] })),
      order: "ordered",
      window: { value: 100, unit: "second" },
      from: new Date(base).toISOString(),
      to: new Date(base + 1_000_000).toISOString(),
      ...rest,
    },
  };
  return evaluate(given) as Record<string, unknown>;
}

const counts = (...args: Parameters<typeof funnelOf>) => funnelOf(...args)["counts"];
const seconds = (...args: Parameters<typeof funnelOf>) => funnelOf(...args)["average_conversion_seconds"];
const exclusion = (event: string, from_step: number, to_step: number) => ({
  ...{ event, from_step, to_step },
  filters: [],
});

describe("Brute force of funnels: order", () => {
  it("the window takes in its last instant", () => {
    expect(counts("A@0 B@100", {})).to.deep.equal([1, 1]);
    expect(counts("A@0 B@100.001", {})).to.deep.equal([1, 0]);
  });

  it("the window counts from the entry, not from the step before", () => {
    expect(counts("A@0 B@60 C@110", { names: "A B C" })).to.deep.equal([1, 1, 0]);
  });

  it("any entry may start the try that gets furthest; of equals the first counts", () => {
    expect(counts("A@0 A@50 B@120", {})).to.deep.equal([1, 1]);
    expect(seconds("A@0 A@50 B@90", {})).to.deep.equal([null, 90]);
    expect(seconds("A@0 B@90 A@200 B@201", {})).to.deep.equal([null, 90]);
  });

  it("a tie satisfies steps in either order, yet one event fills one step", () => {
    expect(counts("B@0 A@0", {})).to.deep.equal([1, 1]);
    expect(counts("A@0", { names: "A A" })).to.deep.equal([1, 0]);
    expect(counts("A@0 A@0", { names: "A A" })).to.deep.equal([1, 1]);
    expect(counts("C@5 B@5 A@0", { names: "A B C" })).to.deep.equal([1, 1, 1]);
    expect(counts("B@0 A@5", {})).to.deep.equal([1, 0]);
  });

  it("a tie is as wide as simultaneity says", () => {
    expect(counts("B@0 A@2", {}, { simultaneityMs: 2_000 })).to.deep.equal([1, 1]);
    expect(counts("B@0 A@2", {}, { simultaneityMs: 1_999 })).to.deep.equal([1, 0]);
  });

  it("a choice between equals leaves the next step its event", () => {
    expect(counts("A@0 A@1 B@1", { names: "A * A" })).to.deep.equal([1, 1, 1]);
    expect(counts("A@0 *@1 A@2", { names: "A * *" })).to.deep.equal([1, 1, 1]);
  });

  it("strict: another event between breaks, one before or after does not, nor one tied with an end", () => {
    const strict = { order: "strict" as const };
    expect(counts("A@0 x@5 B@10", strict)).to.deep.equal([1, 0]);
    expect(counts("x@0 A@1 B@10 x@11", strict)).to.deep.equal([1, 1]);
    expect(counts("A@0 x@10 B@10", strict)).to.deep.equal([1, 1]);
    expect(counts("A@0 A@5 B@10", strict)).to.deep.equal([1, 1]);
    expect(seconds("A@0 A@5 B@10", strict)).to.deep.equal([null, 5]);
    expect(counts("A@0 x@5 B@10", strict, { universe: "funnel_events" })).to.deep.equal([1, 1]);
    expect(
      counts("A@0 C@5 B@10", { ...strict, names: "A B C" }, { universe: "funnel_events" }),
    ).to.deep.equal([1, 0, 0]);
  });

  it("unordered: different steps within one window, whichever comes first", () => {
    const unordered = { order: "unordered" as const, names: "A B C" };
    expect(counts("C@0 A@50 B@100", unordered)).to.deep.equal([1, 1, 1]);
    expect(counts("C@0 A@50 B@101", unordered)).to.deep.equal([1, 1, 0]);
    expect(seconds("C@0 A@50 B@90", unordered)).to.deep.equal([null, 50, 40]);
    expect(counts("A@0 A@1 A@2", unordered)).to.deep.equal([1, 0, 0]);
    expect(counts("A@0 A@1", { order: "unordered", names: "* A" })).to.deep.equal([1, 1]);
  });
});

describe("Brute force of funnels: range and exclusions", () => {
  it("the range cuts every step, or the entry alone", () => {
    const query = { to: new Date(base + 50_000).toISOString() };
    expect(counts("A@50 B@51", query)).to.deep.equal([1, 0]);
    expect(counts("A@50 B@51", query, { isNative: true })).to.deep.equal([1, 1]);
    expect(counts("A@-1 B@1", query, { isNative: true })).to.deep.equal([0, 0]);
  });

  it("who may still convert is pending", () => {
    const window = { window: { value: 366, unit: "day" as const } };
    expect(funnelOf("A@0", window, { isNative: true })["pending"]).to.equal(1);
    expect(funnelOf("A@0 B@1", window, { isNative: true })["pending"]).to.equal(0);
    expect(funnelOf("A@0", {}, { isNative: true })["pending"]).to.equal(0);
    // Where the range cuts every step, nothing can come after it.
    expect(funnelOf("A@0", window)["pending"]).to.equal(0);
    expect(funnelOf("A@0", { ...window, to: "2024-06-02T00:00:00Z" })["pending"]).to.equal(1);
  });

  it("an exclusion that is met drops the user, or keeps the steps before it", () => {
    const query = { names: "A B C", exclusions: [exclusion("x", 0, 2)] };
    expect(counts("A@0 B@1 x@2 C@3", query)).to.deep.equal([0, 0, 0]);
    expect(counts("A@0 B@1 x@2 C@3", query, { isNative: true })).to.deep.equal([1, 1, 0]);
    expect(counts("A@0 x@1 B@2 C@3", query, { isNative: true })).to.deep.equal([1, 0, 0]);
  });

  it("an exclusion counts strictly between the times, and to the window's end where the step never came", () => {
    const query = { exclusions: [exclusion("x", 0, 1)] };
    expect(counts("A@0 x@0 x@5 B@5", query)).to.deep.equal([1, 1]);
    expect(counts("A@0 x@100", query)).to.deep.equal([0, 0]);
    expect(counts("A@0 x@101", query)).to.deep.equal([1, 0]);
    expect(counts("A@0 x@100", query, { isNative: true })).to.deep.equal([1, 0]);
  });

  it("another clean try that gets as far saves the user; one that gets less far does not", () => {
    const query = { exclusions: [exclusion("x", 0, 1)] };
    expect(counts("A@0 x@1 B@2 A@200 B@201", query)).to.deep.equal([1, 1]);
    expect(counts("A@0 A@200 x@201 B@202", query)).to.deep.equal([0, 0]);
    expect(counts("A@0 x@1 A@2 B@3", query)).to.deep.equal([1, 1]);
  });

  it("without order an exclusion ends the tries across it", () => {
    const query = { order: "unordered" as const, exclusions: [exclusion("x", 0, 1)] };
    expect(counts("A@0 x@1 B@2", query)).to.deep.equal([1, 0]);
    expect(counts("A@0 x@1 B@2 A@3", query)).to.deep.equal([1, 1]);
  });

  it("what can't be meant is refused", () => {
    expect(funnelOf("A@0", { names: "A" })).to.deep.equal({ error: "invalid_query" });
    for (const [from, to] of [
      [1, 1],
      [1, 0],
      [0, 2],
      [-1, 1],
    ] as const) {
      expect(funnelOf("A@0", { exclusions: [exclusion("x", from, to)] })).to.deep.equal({
        error: "invalid_query",
      });
    }
  });
});

describe("Brute force of funnels: breakdown and time", () => {
  const rows = (...args: Parameters<typeof funnelOf>) =>
    Object.fromEntries(
      (funnelOf(...args)["breakdown"] as { value: string[]; counts: number[] }[]).map((row) => [
        row.value.join(),
        row.counts,
      ]),
    );
  const by = (attribution: "first_touch" | "last_touch" | "all_events" | "step", step = 0) => ({
    breakdown: { properties: ["p"], attribution, step },
  });

  it("touches take the first and the last value that there is", () => {
    const events = "A@0 A@1:red B@2:blue B@3";
    expect(rows(events, by("first_touch"))).to.deep.equal({ red: [1, 1] });
    expect(rows(events, by("last_touch"))).to.deep.equal({ blue: [1, 1] });
    expect(rows("A@0 B@1 x@2:red", by("first_touch"))).to.deep.equal({ "": [1, 1] });
  });

  it("a step's value: the user enters once for each", () => {
    const events = "A@0:red A@50:blue B@120";
    expect(rows(events, by("step"))).to.deep.equal({ red: [1, 0], blue: [1, 1] });
    expect(rows("A@0:red", by("step", 1))).to.deep.equal({});
    expect(rows("A@0:red B@1", by("step", 1))).to.deep.equal({ "": [1, 1] });
  });

  it("all events: every step has the value", () => {
    expect(rows("A@0:red B@1:blue A@2:blue", by("all_events"))).to.deep.equal({ red: [1, 0], blue: [1, 0] });
  });

  it("beyond the limit there is the rest", () => {
    const users = { a: "A@0:x", b: "A@0:x", c: "A@0:y", d: "A@0:z" };
    expect(rows(users, { breakdown: { properties: ["p"], limit: 1 } })).to.deep.equal({
      x: [2, 0],
      Other: [2, 0],
    });
  });

  it("over time a user counts once in each bucket of an entry", () => {
    const got = funnelOf("A@0 A@10 B@20 A@3600", {
      viz: "trends",
      interval: "hour",
      to: "2024-05-01T01:59:59.999Z",
    });
    const shown = (got["trend"] as { entered: number; converted: number }[]).map((it) => [
      it.entered,
      it.converted,
    ]);
    expect(shown).to.deep.equal([
      [1, 1],
      [1, 0],
    ]);
  });

  it("time to convert comes in bins of one width", () => {
    const users = { a: "A@0 B@10", b: "A@0 B@20", c: "A@0 B@99" };
    const got = funnelOf(users, { viz: "time_to_convert", bin_count: 3 });
    expect(got["time_to_convert"]).to.deep.equal({
      average_seconds: 43,
      bins: [
        [10, 2],
        [40, 0],
        [70, 1],
        [100, 0],
      ],
    });
  });

  it("a first time is the first event of the name ever, before or after filters", () => {
    const red = [{ scope: "event" as const, property: "p", op: "exact", value: "red" }];
    const first = (math: "first_time_for_user" | "first_time_for_user_with_filters") => ({
      steps: [
        { event: "A", filters: red, math },
        { event: "B", filters: [] },
      ],
    });
    expect(counts("A@0 A@1:red B@2", first("first_time_for_user"))).to.deep.equal([0, 0]);
    expect(counts("A@0 A@1:red B@2", first("first_time_for_user_with_filters"))).to.deep.equal([1, 1]);
    expect(counts("A@-9:red A@1:red B@2", first("first_time_for_user_with_filters"))).to.deep.equal([0, 0]);
  });
});
