import { expect } from "chai";
import type { AnalyticsCase, CaseEvent, Kind, QueryOfKind, Semantics } from "../case-shape.js";
import { evaluate } from "./evaluate.js";

interface Around {
  readonly timezone?: string;
  readonly now?: string;
  readonly isNative?: boolean;
  readonly semantics?: Partial<Semantics>;
  readonly users?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Events as "user event 2024-05-01T00:00Z {json}". */
function answer<K extends Kind>(
  kind: K,
  events: readonly string[],
  query: QueryOfKind[K],
  around: Around = {},
) {
  const { isNative = false, ...rest } = around;
  const given = {
    ...{ name: "own", kind, timezone: "UTC", now: "2030-01-01T00:00:00Z", query, ...rest },
    tags: isNative ? ["native"] : [],
    events: events.map((text): CaseEvent => {
      const [user = "", event = "", time = "", properties = "{}"] = text.split(" ");
      return { user, event, time, properties: JSON.parse(properties) };
    }),
  };
  return evaluate(given as AnalyticsCase) as Record<string, unknown>;
}

const may = { from: "2024-05-01T00:00:00Z", to: "2024-05-04T23:59:59.999Z" };
const any = { event: "a", filters: [] };

describe("Brute force of retention", () => {
  const query = { start: any, return: any, period: "day" as const, periods: 4, ...may };
  const days = (...of: number[]) => of.map((day) => `u a 2024-05-0${day}T12:00Z`);
  const matrix = (events: readonly string[], more: object = {}, around: Around = {}) =>
    answer("retention", events, { ...query, ...more }, around)["matrix"];

  it("recurring: a user is in every period of a start; first time: in one", () => {
    const recurring = [
      [1, 0, 1, 0],
      [0, 0, 0, null],
      [1, 0, null, null],
      [0, null, null, null],
    ];
    expect(matrix(days(1, 3))).to.deep.equal(recurring);
    expect((matrix(days(1, 3), { type: "first_time" }) as number[][])[2]).to.deep.equal([0, 0, null, null]);
  });

  it("first ever is before filters", () => {
    const start = {
      event: "a",
      filters: [{ scope: "event" as const, property: "p", op: "exact", value: 1 }],
    };
    const events = ["u a 2024-05-01T12:00Z", 'u a 2024-05-02T12:00Z {"p":1}'];
    const sizes = (type: string) =>
      answer("retention", events, { ...query, start, type } as never)["cohort_sizes"];
    expect(sizes("first_time")).to.deep.equal([0, 1, 0, 0]);
    expect(sizes("first_ever")).to.deep.equal([0, 0, 0, 0]);
  });

  it("bounds: on, on or after, on or before", () => {
    const first = (retentionBound: Semantics["retentionBound"]) =>
      (matrix(days(1, 3), { type: "first_time" }, { semantics: { retentionBound } }) as number[][])[0];
    expect(first("on")).to.deep.equal([1, 0, 1, 0]);
    expect(first("on_or_after")).to.deep.equal([1, 1, 1, 0]);
    expect(first("on_or_before")).to.deep.equal([1, 0, 1, 1]);
  });

  it("cells that reach into the future are null, never 0", () => {
    expect(matrix(days(1), {}, { now: "2024-05-03T12:00:00Z" })).to.deep.equal([
      [1, 0, null, null],
      [0, null, null, null],
      [0, null, null, null],
      [0, null, null, null],
    ]);
  });

  it("a breakdown is by the start event, or each value has a retention of its own", () => {
    const events = [
      'u a 2024-05-01T12:00Z {"p":"x"}',
      'u a 2024-05-01T13:00Z {"p":"y"}',
      'u a 2024-05-02T12:00Z {"p":"y"}',
    ];
    const by = (isNative: boolean) => {
      const asked = { ...query, breakdown: { properties: ["p"] }, type: "first_time" as const, periods: 2 };
      const rows = answer("retention", events, asked, { isNative })["by_breakdown"] as Record<
        string,
        number[][]
      >[];
      return rows.map(({ value, matrix }) => [...(value ?? []), ...(matrix?.[0] ?? [])]);
    };
    expect(by(true)).to.deep.equal([["x", 1, 1]]);
    expect(by(false)).to.deep.equal([
      ["x", 1, 0],
      ["y", 1, 1],
    ]);
  });

  it("the rolling clock counts whole 24 hours from the user's own start", () => {
    const events = ["u a 2024-05-01T22:00Z", "u a 2024-05-02T01:00Z", "u a 2024-05-03T22:00Z"];
    const rolling: Around = { semantics: { retentionClock: "rolling" } };
    const first = (around: Around) => (matrix(events, { type: "first_time" }, around) as number[][])[0];
    expect(first({})).to.deep.equal([1, 1, 1, 0]);
    expect(first(rolling)).to.deep.equal([1, 0, 1, null]);
  });

  it("days of 23 and 25 hours", () => {
    const events = ["u a 2024-10-26T22:30Z", "u a 2024-10-27T22:30Z", "u a 2024-10-27T23:30Z"];
    const range = {
      from: "2024-10-26T22:00:00Z",
      to: "2024-10-28T22:59:59.999Z",
      type: "first_time",
      periods: 3,
    };
    // 27 October in Berlin ends at 23:00 UTC: the first two are on one day.
    expect(matrix(events, range, { timezone: "Europe/Berlin" })).to.deep.equal([
      [1, 1, null],
      [0, null, null],
    ]);
  });
});

describe("Brute force of lifecycle and stickiness", () => {
  const query = { event: "a", interval: "day" as const, ...may };

  it("new is the first matching event, or the first event of all", () => {
    const events = ["u b 2024-04-01T12:00Z", "u a 2024-05-02T12:00Z"];
    expect(answer("lifecycle", events, query, { isNative: true })["new"]).to.deep.equal([0, 1, 0, 0]);
    const peers = answer("lifecycle", events, query);
    expect(peers["new"]).to.deep.equal([0, 0, 0, 0]);
    expect(peers["resurrecting"]).to.deep.equal([0, 1, 0, 0]);
    expect(peers["dormant"]).to.deep.equal([0, 0, -1, 0]);
  });

  it("stickiness counts intervals, by criterion, exactly or at least", () => {
    const events = [1, 1, 2, 3].map((day) => `u a 2024-05-0${day}T12:00Z`).concat("v a 2024-05-01T12:00Z");
    const users = (more: object) => answer("stickiness", events, { ...query, ...more })["users"];
    expect(users({})).to.deep.equal([1, 0, 1, 0]);
    expect(users({ cumulative: true })).to.deep.equal([2, 1, 1, 0]);
    expect(users({ events_per_interval: { op: "gte", value: 2 } })).to.deep.equal([1, 0, 0, 0]);
    expect(users({ interval_count: 2 })).to.deep.equal([1, 1]);
  });
});

describe("Brute force of trends", () => {
  const events = [
    'u a 2024-05-01T12:00Z {"n":1,"p":"x"}',
    'u a 2024-05-02T12:00Z {"n":3,"p":"x"}',
    'v a 2024-05-02T12:00Z {"n":"7","p":"y"}',
    'v b 2024-05-03T12:00Z {"n":null}',
  ];
  const values = (series: object[], more: object = {}, isNative = false) => {
    const query = { series, interval: "day", ...may, ...more } as unknown as QueryOfKind["trend"];
    const lines = answer("trend", events, query, { isNative })["series"] as {
      buckets: { value: number }[];
      total: number;
    }[];
    return lines.map(({ buckets, total }) => [...buckets.map(({ value }) => value), total]);
  };
  const one = (math: string) => [{ ...any, math, property: "n" }];

  it("maths, with text and null out of numbers and empty buckets 0", () => {
    expect(values(one("count"))).to.deep.equal([[1, 2, 0, 0, 3]]);
    expect(values(one("sum"))).to.deep.equal([[1, 3, 0, 0, 4]]);
    expect(values(one("avg"))).to.deep.equal([[1, 3, 0, 0, 4]]);
    expect(values(one("unique_users"), { display: "total" })[0]?.at(-1)).to.equal(2);
    expect(values(one("unique_users"), { display: "cumulative" })).to.deep.equal([[1, 2, 2, 2, 2]]);
    expect(values(one("weekly_active"))).to.deep.equal([[1, 2, 2, 2, 7]]);
    expect(values(one("weekly_active"), {}, true)).to.deep.equal([[1, 2, 2, 2, 2]]);
    expect(values(one("avg"), {}, true)).to.deep.equal([[1, 3, 0, 0, 2]]);
    expect(values(one("max_count_per_user"))).to.deep.equal([[1, 1, 0, 0, 2]]);
  });

  it("formulas bind as usual, and by zero gives 0", () => {
    const two = [...one("count"), { event: "b", filters: [], math: "count" }];
    expect(values(two, { formulas: ["A+2*B", "-(A-B)/2", "A/B"] })).to.deep.equal([
      [1, 2, 2, 0, 5],
      [-0.5, -1, 0.5, -0, -1],
      [0, 0, 0, 0, 0],
    ]);
    expect(values(two, { formulas: ["A/B"] }, true)).to.deep.equal([[null, null, 0, null, 3]]);
    const query = { series: one("count"), interval: "day" as const, ...may, formulas: ["A+"] };
    expect(answer("trend", events, query)).to.deep.equal({ error: "invalid_query" });
  });

  it("the period before has as many days, also where clocks change", () => {
    const query = { series: one("count"), interval: "day" as const, compare: "previous" };
    const berlin = { from: "2024-03-31T00:00:00+01:00", to: "2024-04-01T21:59:59.999Z" };
    const got = answer("trend", [], { ...query, ...berlin }, { timezone: "Europe/Berlin" });
    const times = (got["previous"] as { buckets: { time: string }[] }[])[0]?.buckets.map(({ time }) => time);
    expect(times).to.deep.equal(["2024-03-28T23:00:00.000Z", "2024-03-29T23:00:00.000Z"]);
  });

  it("a breakdown's rest stands as Other, and bins cut a number's range", () => {
    const by = (breakdown: object, isNative = false) => {
      const query = {
        series: one("count"),
        interval: "month",
        ...may,
        breakdown,
      } as unknown as QueryOfKind["trend"];
      const rows = answer("trend", events, query, { isNative })["by_breakdown"] as {
        value: string[];
        total: number;
      }[];
      return rows.map(({ value, total }) => [...value, total]);
    };
    expect(by({ properties: ["p"] })).to.deep.equal([
      ["x", 2],
      ["y", 1],
    ]);
    expect(by({ properties: ["p"], limit: 1 })).to.deep.equal([
      ["x", 2],
      ["Other", 1],
    ]);
    expect(by({ properties: ["p"], limit: 1, other_row: false })).to.deep.equal([["x", 2]]);
    const missing = ["", 1];
    expect(by({ properties: ["n"], bins: 2 })).to.deep.equal([["[1,2]", 1], ["[2,3.01]", 1], missing]);
    expect(by({ properties: ["n"], bins: 2 }, true)).to.deep.equal([["[1,2)", 1], ["[2,3]", 1], missing]);
  });
});

describe("Brute force of paths and sessions", () => {
  const page = (user: string, url: string, time: string) =>
    `${user} $pageview ${time} {"$current_url":"${url}"}`;

  it("paths are cut by inactivity, repeated items are one, and points and limits cut them", () => {
    const events = [
      page("u", "/", "2024-05-01T12:00Z"),
      page("u", "/a/", "2024-05-01T12:10Z"),
      page("u", "/a", "2024-05-01T12:20Z"),
      page("u", "/b", "2024-05-01T12:50Z"),
      page("u", "/c", "2024-05-01T13:20:00.001Z"),
    ];
    const edges = (more: object) =>
      (
        answer("paths", events, { event_types: ["page"], ...may, ...more })["edges"] as Record<
          string,
          unknown
        >[]
      ).map((it) => `${it["source_step"]}${it["source"]}>${it["target"]} ${it["average_seconds"]}`);
    expect(edges({})).to.deep.equal(["1/>/a 1200", "2/a>/b 1800"]);
    expect(edges({ start_point: "/a/" })).to.deep.equal(["1/a>/b 1800"]);
    expect(edges({ end_point: "/a" })).to.deep.equal(["1/>/a 1200"]);
    expect(edges({ end_point: "/b", step_limit: 2 })).to.deep.equal(["1/a>/b 1800"]);
    expect(edges({ step_limit: 2 })).to.deep.equal(["1/>/a 1200"]);
  });

  it("sessions end after more than the gap", () => {
    const events = ["2024-05-01T12:00Z", "2024-05-01T12:30Z", "2024-05-01T13:00:00.001Z"].map(
      (time) => `u a ${time}`,
    );
    expect(answer("sessions", events, { event: "a", ...may })).to.deep.equal({
      visitors: 1,
      pageviews: 3,
      visits: 2,
      views_per_visit: 1.5,
      bounce_rate_percent: 50,
      visit_duration_seconds: 900,
    });
  });
});
