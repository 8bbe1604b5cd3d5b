import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { type FrameSchema, Semantics } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  Interval,
  type Property,
  PropertySchema,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  type QueryRetentionRequestSchema,
  type QueryRetentionResponse,
  RetentionBirth,
  RetentionBound,
  RetentionBreakdown,
  RetentionClock,
} from "../../../gen/ts/tideline/query/v1/retention_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { bucketsOf } from "../calendar.js";
import { eventSet, seeded } from "../testing/event-set.js";
import { Persons } from "../testing/recount.js";
import { isKnown, type RetentionAsked, recountStays, type Stay } from "../testing/recount-users.js";
import { insertEvents } from "../testing/store.js";

type Asked = MessageInitShape<typeof QueryRetentionRequestSchema>;

const beginMs = Date.parse("2024-02-20T00:00Z");
const endMs = Date.parse("2024-04-25T00:00Z");
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const seed = Number(process.env["SEED"] ?? 5);
const questions = 40;

const filter = (name: string, op: FilterOp, ...values: string[]): Filter =>
  create(FilterSchema, { property: { scope: PropertyScope.FIELD, name }, op, values });
const property = (scope: PropertyScope, name: string): Property => create(PropertySchema, { scope, name });

const rollingMs: Readonly<Record<number, number>> = {
  [Interval.HOUR]: hourMs,
  [Interval.DAY]: dayMs,
  [Interval.WEEK]: 7 * dayMs,
  [Interval.MONTH]: 30 * dayMs,
};

const bounds: Readonly<Record<number, RetentionAsked["bound"]>> = {
  [RetentionBound.ON_OR_AFTER]: "on_or_after",
  [RetentionBound.ON_OR_BEFORE]: "on_or_before",
};
const births: Readonly<Record<number, RetentionAsked["birth"]>> = {
  [RetentionBirth.FIRST_MATCHING]: "first_matching",
  [RetentionBirth.FIRST_EVER]: "first_ever",
};

const filterSets = [
  [],
  [],
  [filter("country", FilterOp.EQUALS, "AT", "DE")],
  [filter("browser", FilterOp.SET), filter("is_bot", FilterOp.EQUALS, "false")],
];
const breakdowns = [
  [],
  [],
  [property(PropertyScope.FIELD, "country")],
  [property(PropertyScope.EVENT, "plan"), property(PropertyScope.FIELD, "browser")],
  [property(PropertyScope.USER, "tier")],
];

/** A question, as the API takes it and as the recount does. */
function randomQuestion(random: () => number): { request: Asked; asked: RetentionAsked; common: Filter[] } {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const period = pick([
    Interval.HOUR,
    Interval.DAY,
    Interval.DAY,
    Interval.WEEK,
    Interval.WEEK,
    Interval.MONTH,
  ]);
  const zone = pick(["UTC", "Europe/Vienna", "America/Santiago"]);
  const weekStart = pick(["monday", "sunday"] as const);
  const spanMs = period === Interval.HOUR ? 3 * dayMs : endMs - beginMs;
  const fromMs = beginMs + Math.floor(random() * (endMs - beginMs - spanMs / 2));
  const toMs = fromMs + Math.max(hourMs, Math.floor(random() * spanMs));
  const columns = pick([1, 3, 7, 20, 70]);
  const nowMs =
    random() < 0.6 ? endMs + 400 * dayMs : fromMs + Math.floor(random() * 1.5 * (toMs - fromMs)) + 1;
  const all = bucketsOf({
    ...{
      fromMs,
      toMs: toMs + (columns + 3) * (rollingMs[period] ?? 0) * 1.1,
      interval: period,
      timeZone: zone,
      weekStart,
    },
  });
  if (all === undefined) throw new Error("too many buckets");
  const cohorts = all.starts.filter((start) => start < toMs).length;
  const edges = [...all.starts.slice(0, cohorts + columns - 1)];
  edges.push(all.ends[edges.length - 1] ?? 0);
  const start = { type: pick(["", "page", "purchase"]), filters: pick(filterSets) };
  const returns = random() < 0.4 ? start : { type: pick(["", "page", "signup"]), filters: pick(filterSets) };
  const common = pick(filterSets);
  const [clock, bound, birth] = [pick([1, 1, 2]), pick([0, 1, 2, 3]), pick([1, 1, 2, 3])];
  const minimum = pick([0, 1, 2, 3]);
  const breakdown = pick(breakdowns);
  const [by, semantics] = [pick([0, 1, 2]), pick([Semantics.NATIVE, Semantics.POSTHOG])];
  const returnsAfterRange = random() < 0.3;
  const isUserOnly = breakdown.every(({ scope }) => scope === PropertyScope.USER);
  const frame: MessageInitShape<typeof FrameSchema> = {
    range: { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) },
    ...{ timeZone: zone, weekStart, filters: common, semantics, now: timestampFromMs(nowMs) },
  };
  return {
    request: {
      ...{ frame, startEvent: start, returnEvent: returns, period, periods: columns },
      ...{ clock, bound, birth, minimumOccurrences: minimum, returnsAfterRange },
      ...{ breakdown, breakdownBy: by, limit: 1_000 },
    },
    asked: {
      ...{ fromMs, toMs, nowMs, edges, cohorts, columns, start, returns, returnsAfterRange, breakdown },
      clock: clock === RetentionClock.ROLLING ? "rolling" : "calendar",
      rollingMs: rollingMs[period] ?? 0,
      bound: bounds[bound] ?? "on",
      birth: births[birth] ?? "recurring",
      minimum: Math.max(1, minimum),
      sameValue:
        isUserOnly ||
        by === RetentionBreakdown.SAME_VALUE ||
        (by === RetentionBreakdown.UNSPECIFIED && semantics === Semantics.POSTHOG),
    },
    common,
  };
}

type Matrix = readonly (readonly (number | null)[])[];

/** Series by their values, as matrices; null where a cell has no value. */
function matricesOf({ series }: QueryRetentionResponse): Map<string, Matrix> {
  return new Map(
    series.map(({ breakdown, cohorts, isOther }) => [
      isOther ? "other" : JSON.stringify(breakdown.map(({ value, missing }) => (missing ? null : value))),
      cohorts.map(({ cells }) => cells.map(({ users, hasValue }) => (hasValue ? Number(users) : null))),
    ]),
  );
}

function matrixOf(asked: RetentionAsked, stays: readonly Stay[]): Matrix {
  return Array.from({ length: asked.cohorts }, (_, cohort) =>
    Array.from({ length: asked.columns }, (_each, column) =>
      isKnown(asked, cohort, column)
        ? stays.filter((stay) => stay.cohort === cohort && stay.columns.includes(column)).length
        : null,
    ),
  );
}

function recounted(asked: RetentionAsked, stays: readonly Stay[]): Map<string, Matrix> {
  const values = asked.breakdown.length === 0 ? ["[]"] : [...new Set(stays.map(({ value }) => value))];
  return new Map(
    values.map((value) => [
      value,
      matrixOf(
        asked,
        stays.filter((stay) => stay.value === value),
      ),
    ]),
  );
}

describe("retention", function () {
  this.timeout(90_000);
  let house: House;
  let key: string;
  const events = eventSet({
    project: "mine",
    seed: 3,
    count: 1_300,
    fromMs: beginMs,
    toMs: endMs,
    firstRawSequence: 1,
  });
  const persons = new Persons(events);

  before(async () => {
    house = await openHouse();
    key = await house.project("mine", { timeZone: "Europe/Vienna" });
    await house.project("other");
    const foreign = events.map((event) => ({ ...event, project_id: "other" }));
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
  });
  after(() => house?.stop());

  const client = () => house.client(key);
  const ask = (request: Asked) => client().queryRetention(request);
  const range = { from: timestampFromMs(beginMs), to: timestampFromMs(endMs) };

  it(`answers random questions as a recount does, and lists the users of a cell (SEED=${seed})`, async () => {
    const random = seeded(seed);
    let [users, back] = [0, 0];
    for (let n = 0; n < questions; n++) {
      const { request, asked, common } = randomQuestion(random);
      const stays = recountStays({ events, persons, common }, asked);
      const answer = await ask(request);
      const what = `question ${n} of seed ${seed}: ${JSON.stringify(asked)}`;
      expect(answer.cohorts.map(timestampMs), what).to.deep.equal(asked.edges.slice(0, asked.cohorts));
      expect(matricesOf(answer), what).to.deep.equal(recounted(asked, stays));
      users += stays.length;
      back += stays.filter(({ columns }) => columns.length > 1).length;
      if (n % 4 !== 0 || stays.length === 0) continue;
      const one = stays[Math.floor(random() * stays.length)] as Stay;
      const column = one.columns.at(-1) ?? 0;
      const meant = stays.filter(
        (stay) =>
          stay.cohort === one.cohort &&
          stay.columns.includes(column) &&
          (asked.breakdown.length === 0 || stay.value === one.value),
      );
      const listed = await client().listRetentionUsers({
        retention: request,
        cohort: timestampFromMs(asked.edges[one.cohort] ?? 0),
        column,
        breakdown: saidOf(one.value),
        pageSize: 1_000,
      });
      const byPlace = (a: Stay, b: Stay) =>
        b.columns.length - a.columns.length || Buffer.compare(Buffer.from(a.person), Buffer.from(b.person));
      expect(
        listed.users.map(({ userId, columns }) => [userId, columns]),
        what,
      ).to.deep.equal(meant.sort(byPlace).map(({ person, columns }) => [person, columns]));
    }
    expect(users).to.be.greaterThan(400);
    expect(back).to.be.greaterThan(100);
  });

  const saidOf = (value: string) =>
    (JSON.parse(value) as (string | null)[]).map((each) => ({ value: each ?? "", missing: each === null }));

  it("sums up the values beyond the limit, and says how many they are", async () => {
    const breakdown = [property(PropertyScope.FIELD, "country")];
    const question = { frame: { range }, startEvent: { type: "page" }, period: Interval.WEEK, breakdown };
    const all = await ask({ ...question, limit: 100 });
    const some = await ask({ ...question, limit: 2 });
    expect(all.otherValues).to.equal(0n);
    expect(some.otherValues).to.equal(BigInt(all.series.length - 2));
    const sizes = (from: number, to?: number) =>
      all.series
        .slice(from, to)
        .map(({ cohorts }) => cohorts.map(({ users }) => Number(users)))
        .reduce((sum, own) => sum.map((users, index) => users + (own[index] ?? 0)));
    expect(some.series.map(({ isOther }) => isOther)).to.deep.equal([false, false, true]);
    expect(some.series[2]?.cohorts.map(({ users }) => Number(users))).to.deep.equal(sizes(2));
    expect(some.series[2]?.breakdown).to.deep.equal([]);
    const totals = all.series.map(({ cohorts }) =>
      cohorts.reduce((sum, { users }) => sum + Number(users), 0),
    );
    expect(totals).to.deep.equal([...totals].sort((a, b) => b - a));
  });

  it("weighs the average by users, without cells that have no value", async () => {
    const now = timestampFromMs(Date.parse("2024-04-15T12:00:00Z"));
    const { series } = await ask({ frame: { range, now }, period: Interval.WEEK, periods: 6 });
    const [{ cohorts = [], average = [] } = {}] = series;
    expect(average[0]).to.include({ value: 1, hasValue: true });
    for (const [column, { value, hasValue }] of average.entries()) {
      const known = cohorts.filter(({ cells }) => cells[column]?.hasValue === true);
      const size = known.reduce((sum, { users }) => sum + Number(users), 0);
      const back = known.reduce((sum, { cells }) => sum + Number(cells[column]?.users ?? 0n), 0);
      expect(hasValue).to.equal(size > 0);
      expect(value).to.be.closeTo(back / size, 1e-12);
    }
    expect(cohorts.at(-1)?.cells.map(({ hasValue }) => hasValue)).to.deep.equal([
      ...[true, false, false, false, false, false],
    ]);
  });

  it("lists a cohort page by page, each user once", async () => {
    const retention = { frame: { range }, period: Interval.MONTH };
    const cohort = timestampFromMs(Date.parse("2024-03-01T00:00+01:00"));
    const whole = await client().listRetentionUsers({ retention, cohort, pageSize: 1_000 });
    expect(whole.nextPageToken).to.equal("");
    expect(whole.users.length).to.be.greaterThan(20);
    const found: string[] = [];
    let pageToken = "";
    do {
      const page = await client().listRetentionUsers({ retention, cohort, pageSize: 7, pageToken });
      found.push(...page.users.map(({ userId }) => userId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(found).to.deep.equal(whole.users.map(({ userId }) => userId));
    const { pageToken: _none, ...other } = {
      retention: { ...retention, minimumOccurrences: 2 },
      cohort,
      pageToken,
    };
    const first = await client().listRetentionUsers({ retention, cohort, pageSize: 7 });
    const refusal = await refusalOf(
      client().listRetentionUsers({ ...other, pageToken: first.nextPageToken }),
    );
    expect(refusal.reason).to.equal("PAGE_TOKEN_INVALID");
  });

  it("is made anew when an event of old times changes who came first", async () => {
    const lone = await house.project("lone");
    const [event] = events.filter(({ type, visitor_id }) => type === "page" && visitor_id !== "");
    if (event === undefined) throw new Error("no event");
    const own = { ...event, project_id: "lone" };
    await insertEvents(house.clickhouse, house.database, [own]);
    const question = {
      frame: { range, maxStaleness: {} },
      birth: RetentionBirth.FIRST_MATCHING,
      period: Interval.MONTH,
    };
    const sizes = async () =>
      (await house.client(lone).queryRetention(question)).series[0]?.cohorts.reduce(
        (sum, { users }) => sum + Number(users),
        0,
      );
    expect(await sizes()).to.equal(1);
    const older = { ...own, event_id: "older", time_ms: beginMs - dayMs, raw_sequence: own.raw_sequence + 1 };
    await insertEvents(house.clickhouse, house.database, [older]);
    expect(await sizes()).to.equal(0);
  });

  it("refuses what it can't answer, by field", async () => {
    const list = (more: object) =>
      client().listRetentionUsers({ retention: { frame: { range } }, cohort: range.from, ...more });
    for (const [asking, field] of [
      [() => ask({ frame: { range: { from: range.to, to: range.from } } }), "frame.range.from"],
      [() => ask({ frame: { range }, period: Interval.MINUTE }), "period"],
      [() => ask({ frame: { range }, period: Interval.HOUR }), "period"],
      [() => ask({ frame: { range }, periods: 1_001 }), "periods"],
      [
        () => ask({ frame: { range }, startEvent: { filters: [filter("no_such", FilterOp.SET)] } }),
        "start_event.",
      ],
      [
        () => ask({ frame: { range }, returnEvent: { filters: [filter("country", FilterOp.REGEX, "(")] } }),
        "return_event.",
      ],
      [
        () => ask({ frame: { range }, breakdown: [property(PropertyScope.FIELD, "no_such")] }),
        "breakdown[0].name",
      ],
      [() => list({ cohort: timestampFromMs(beginMs + 1) }), "cohort"],
      [() => list({ cohort: timestampFromMs(beginMs - hourMs), column: 99 }), "column"],
      [() => list({ cohort: timestampFromMs(beginMs - hourMs), breakdown: [{ value: "x" }] }), "breakdown"],
    ] as const) {
      const refusal = await refusalOf(asking());
      expect(refusal, field).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message.startsWith(field), `${field} in ${refusal.message}`).to.equal(true);
    }
  });
});
