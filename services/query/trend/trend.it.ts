import { create, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { Semantics } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  Interval,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  QueryTrendRequestSchema,
  type QueryTrendResponse,
  TrendComparisonUnit,
  TrendDisplay,
  type TrendLine,
  TrendMath,
} from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { askedFrame } from "../analysis/frame.js";
import { eventSet, seeded } from "../testing/event-set.js";
import { randomQuestions } from "../testing/random-questions.js";
import { Persons } from "../testing/recount.js";
import { type RecountedRow, recountTrend } from "../testing/recount-trend.js";
import { insertEvents } from "../testing/store.js";
import { trendQuestion } from "./trend-question.js";

type Asked = MessageInitShape<typeof QueryTrendRequestSchema>;

const seed = Number(process.env["SEED"] ?? 5);
// The clocks of Vienna are set forward in it.
const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };
const settings = { timeZone: "Europe/Vienna", weekStart: 0 };
const field = (name: string) => ({ scope: PropertyScope.FIELD, name });
const filter = (name: string, op: FilterOp, ...values: string[]): Filter =>
  create(FilterSchema, { property: field(name), op, values });

describe("trends", function () {
  this.timeout(120_000);
  let house: House;
  let key: string;
  let plainKey: string;
  const events = eventSet({ project: "mine", seed: 11, count: 1_200, fromMs, toMs, firstRawSequence: 1 });
  // Nobody is identified here, so that users can be read from rollups.
  const plain = eventSet({
    project: "plain",
    seed: 12,
    count: 800,
    fromMs,
    toMs,
    firstRawSequence: 5_000,
  }).filter(({ type }) => type !== "identify" && type !== "alias");

  before(async () => {
    house = await openHouse();
    key = await house.project("mine", { timeZone: "Europe/Vienna" });
    plainKey = await house.project("plain", { timeZone: "Europe/Vienna" });
    await house.project("other");
    const foreign = events.map((event) => ({ ...event, project_id: "other" }));
    await insertEvents(house.clickhouse, house.database, [...events, ...plain, ...foreign]);
  });
  after(() => house?.stop());

  const ask = (request: Asked, own = key): Promise<QueryTrendResponse> =>
    house.client(own).queryTrend(request);

  it("are what a recount by hand says, whatever is asked", async () => {
    const next = randomTrends(seed);
    const persons = { mine: new Persons(events), plain: new Persons(plain) };
    const sources = new Map<string, number>();
    for (let index = 0; index < 40; index++) {
      const isPlain = index % 3 === 0;
      const request = create(QueryTrendRequestSchema, next(isPlain));
      const asked = `SEED=${seed} #${index} ${toJsonString(QueryTrendRequestSchema, request)}`;
      const answer = await ask(request, isPlain ? plainKey : key).catch((error: unknown) => {
        throw new Error(asked, { cause: error });
      });
      const question = trendQuestion(request, askedFrame(request.frame, settings, Date.now()));
      const expected = recountTrend(
        question,
        isPlain ? plain : events,
        isPlain ? persons.plain : persons.mine,
      );
      expect(Number(answer.otherValues), `${asked} others`).to.equal(expected.others);
      sameRows(answer.lines, expected.rows, asked);
      sameRows(answer.previous?.lines ?? [], expected.previous, `${asked} earlier`);
      const source = answer.info?.source ?? "";
      sources.set(source, (sources.get(source) ?? 0) + 1);
    }
    expect([...sources.keys()].sort()).to.deep.equal(["raw", "rollup"]);
  });

  it("say of each series where it was read, and why", async () => {
    const { info } = await ask(
      {
        frame: { range, explain: true },
        series: [{}, { math: TrendMath.SUM, property: { name: "amount" } }],
      },
      plainKey,
    );
    expect(info?.plan.map(({ purpose, source }) => [purpose, source]).sort()).to.deep.equal([
      ["series A: buckets", "rollup"],
      ["series B: buckets", "raw"],
    ]);
    expect(info?.source).to.equal("raw");
    expect(info?.plan.every(({ reason, rowsRead }) => reason !== "" && rowsRead > 0n)).to.equal(true);
  });

  it("sort numbers into bins of one width, or by quantiles of the different ones", async () => {
    const amounts = events
      .filter(({ is_system }) => !is_system)
      .flatMap(({ properties }) => {
        const { amount } = JSON.parse(properties) as { amount?: unknown };
        return typeof amount === "number" ? [amount] : [];
      });
    const asked = { frame: { range }, series: [{}], breakdown: [{ property: { name: "amount" }, bins: 4 }] };
    for (const semantics of [Semantics.NATIVE, Semantics.POSTHOG]) {
      const answer = await ask({ ...asked, frame: { range, semantics } });
      const bins = answer.lines.filter(({ breakdown }) => breakdown[0]?.missing === false);
      expect(bins.length).to.be.within(2, 4);
      for (const { breakdown, total } of bins) {
        const [, low, high, end] = /^\[(.*),(.*)([\])])$/.exec(breakdown[0]?.value ?? "") ?? [];
        const isIn = (value: number) =>
          value >= Number(low) &&
          (end === "]" && semantics === Semantics.NATIVE ? value <= Number(high) : value < Number(high));
        expect(total?.value, breakdown[0]?.value).to.equal(amounts.filter(isIn).length);
      }
      const known = bins.reduce((sum, { total }) => sum + (total?.value ?? 0), 0);
      expect(known).to.equal(amounts.length);
      // What is no number is one row.
      expect(answer.lines.length).to.equal(bins.length + 1);
    }
  });

  it("keep their answer while the data are the same", async () => {
    const asked = {
      frame: { range, filters: [filter("browser", FilterOp.SET)] },
      series: [{}],
      formulas: ["A * 2"],
    };
    const first = await ask(asked);
    const again = await ask(asked);
    expect(again.lines).to.deep.equal(first.lines);
    expect([first.info?.cached, again.info?.cached]).to.deep.equal([false, true]);
    const other = await ask({ ...asked, formulas: ["A * 3"] });
    expect(other.info?.cached).to.equal(false);
  });

  it("list the users behind each number, page by page", async () => {
    const { UNIQUE_USERS, WEEKLY_ACTIVE, MAX_PER_USER } = TrendMath;
    const country = { property: field("country") };
    const asks: readonly (readonly [TrendMath, Partial<Asked>])[] = [
      [UNIQUE_USERS, {}],
      [UNIQUE_USERS, { display: TrendDisplay.CUMULATIVE }],
      [UNIQUE_USERS, { interval: Interval.WEEK, breakdown: [country] }],
      [WEEKLY_ACTIVE, {}],
    ];
    for (const [math, more] of asks) {
      const trend: Asked = {
        frame: { range },
        series: [{}, { event: { type: "purchase" }, math }],
        ...more,
      } as Asked;
      const { buckets, lines } = await ask(trend);
      const line = lines.filter(({ index }) => index === 1)[0];
      const listed = async (bucket: (typeof buckets)[number] | undefined) => {
        const userIds: string[] = [];
        let pageToken = "";
        do {
          const asked = { trend, series: 1, breakdown: line?.breakdown ?? [], pageSize: 7, pageToken };
          const page = await house
            .client(key)
            .listTrendUsers(bucket === undefined ? asked : { ...asked, bucket });
          userIds.push(...page.userIds);
          pageToken = page.nextPageToken;
        } while (pageToken !== "");
        expect(userIds).to.deep.equal([...new Set(userIds)].sort());
        return userIds.length;
      };
      expect(await listed(undefined), "all").to.equal(line?.total?.value);
      expect(line?.total?.value).to.be.greaterThan(7);
      for (const at of [0, 1, buckets.length - 1])
        expect(await listed(buckets[at]), `${math} ${at}`).to.equal(line?.values[at]?.value);
    }
    const trend = { frame: { range }, series: [{ math: MAX_PER_USER }] };
    const users = house.client(key);
    for (const [call, place] of [
      [users.listTrendUsers({ trend, series: 1 }), "series"],
      [users.listTrendUsers({ trend, bucket: timestampFromMs(fromMs + 1) }), "bucket"],
      [users.listTrendUsers({ trend, breakdown: [{ value: "AT" }] }), "breakdown"],
      [
        users.listTrendUsers({ trend: { ...trend, breakdown: [{ property: field("no_such") }] } }),
        "trend.breakdown[0].property.name",
      ],
    ] as const) {
      const refusal = await refusalOf(call);
      expect(refusal.message.startsWith(`${place}: `), refusal.message).to.equal(true);
    }
  });

  it("refuse what they can't answer, by field", async () => {
    const one = { frame: { range }, series: [{}] };
    const asks: readonly (readonly [Asked, string])[] = [
      [{ ...one, formulas: ["A / B"] }, "formulas[0]"],
      [{ ...one, formulas: ["A", "2 *"] }, "formulas[1]"],
      [{ ...one, series: [{}, { math: TrendMath.SUM }] }, "series[1].property"],
      [
        { ...one, interval: Interval.MINUTE, frame: { range: { from: timestampFromMs(0), to: range.to } } },
        "interval",
      ],
      [{ ...one, breakdown: [{ property: field("no_such") }] }, "breakdown[0].property.name"],
      [
        { ...one, series: [{ event: { filters: [filter("country", FilterOp.REGEX, "(")] } }] },
        "series[0].event.filters[0].values[0]",
      ],
      [
        { ...one, frame: { range, filters: [filter("no_such", FilterOp.SET)] } },
        "frame.filters[0].property.name",
      ],
      [{ ...one, comparison: { count: 999, unit: TrendComparisonUnit.YEAR } }, "comparison"],
      [{ frame: { range: { from: range.to, to: range.from } }, series: [{}] }, "frame.range.from"],
    ];
    for (const [asked, place] of asks) {
      const refusal = await refusalOf(ask(asked));
      expect(refusal, place).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message.startsWith(`${place}: `), refusal.message).to.equal(true);
    }
    const many = await refusalOf(ask({ frame: { range }, series: Array.from({ length: 27 }, () => ({})) }));
    expect(many.reason).to.equal("REQUEST_INVALID");
  });

  it("tell the earlier time's own range and buckets", async () => {
    const { previous } = await ask({ frame: { range }, series: [{}], comparison: {} });
    expect(timestampMs(previous?.range?.to ?? timestampFromMs(0))).to.be.closeTo(fromMs, 3_600_000 * 25);
    expect(previous?.buckets.length).to.equal(previous?.lines[0]?.values.length);
  });
});

function sameRows(lines: readonly TrendLine[], rows: readonly RecountedRow[], asked: string): void {
  const expected = rows.flatMap(({ key, lines: own }) => own.map((line) => ({ key, line })));
  const keyOf = ({ breakdown, isOther }: TrendLine) =>
    isOther ? undefined : JSON.stringify(breakdown.map(({ value, missing }) => (missing ? null : value)));
  expect(
    lines.map((line) => [keyOf(line), line.index]),
    asked,
  ).to.deep.equal(expected.map(({ key, line }) => [key, line.index]));
  for (const [at, { key, line }] of expected.entries()) {
    const { values = [], total } = lines[at] ?? {};
    const where = `${asked} row ${key} line ${line.index}`;
    expect(values.length, where).to.equal(line.values.length);
    for (const [index, value] of [...values, total].entries()) {
      const wanted = [...line.values, line.total][index];
      expect(value?.hasValue, `${where} [${index}]`).to.equal(wanted !== undefined);
      expect(value?.value, `${where} [${index}]`).to.be.closeTo(wanted ?? 0, Math.abs(wanted ?? 0) * 1e-9);
    }
  }
}

/** Trends of every kind; with `isPlain` mostly such as rollups can answer. */
function randomTrends(from: number): (isPlain: boolean) => Asked {
  const random = seeded(from);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const question = randomQuestions(from + 1, { fromMs, toMs });
  const maths = Array.from({ length: 15 }, (_math, index) => index as TrendMath);
  const simple = [TrendMath.COUNT, TrendMath.UNIQUE_USERS, TrendMath.WEEKLY_ACTIVE];
  const series = (isPlain: boolean) => {
    const { type, property, percentile, filters } = question();
    const own = isPlain ? [] : filters.slice(0, 1);
    const math = isPlain ? pick(simple) : pick(maths);
    return {
      event: { type, filters: own },
      math,
      ...(property === undefined ? {} : { property }),
      percentile,
    };
  };
  return (isPlain) => {
    const { range: asked, interval, timeZone, weekStart, filters, breakdown } = question();
    const count = pick([1, 1, 1, 2, 3]);
    const isLong = interval === Interval.MINUTE;
    const limited = random() < 0.2;
    return {
      frame: {
        ...(asked === undefined ? {} : { range: asked }),
        timeZone,
        weekStart,
        filters: isPlain ? [] : filters.slice(0, 1),
        semantics: pick([Semantics.NATIVE, Semantics.POSTHOG]),
      },
      series: Array.from({ length: count }, () => series(isPlain)),
      // Ties of what is left out can't be told apart where sums differ in their last digits.
      formulas:
        limited || random() < 0.6 ? [] : [pick(["A", "A + 2", "a * (1 - A)", `A / ${"ABC"[count - 1]}`])],
      interval: isLong ? Interval.QUARTER_HOUR : interval,
      breakdown: breakdown
        .slice(0, random() < 0.5 ? 1 : 0)
        .filter(({ scope }) => !isPlain || scope === PropertyScope.FIELD)
        .map((property) => ({ property })),
      limit: limited && isPlain ? pick([1, 2]) : 1_000,
      noOther: random() < 0.3,
      display: pick([0, 1, 1, 2, 3] as TrendDisplay[]),
      ...(random() < 0.3
        ? {
            comparison: {
              count: pick([0, 0, 1, 5]),
              unit: pick([0, 1, 2, 3, 4, 5] as TrendComparisonUnit[]),
            },
          }
        : {}),
    };
  };
}
