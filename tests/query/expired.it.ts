import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Aggregation, Interval, PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { reconcileRetention } from "../../services/aggregation/retention.js";
import { eventSet, type TestEvent } from "../../services/query/testing/event-set.js";
import { insertEvents } from "../../services/query/testing/store.js";
import { type House, openHouse } from "./house.js";

const dayMs = 86_400_000;
const quarterMs = 900_000;
const retention = { eventsDays: 7, minutesDays: 10, quartersDays: 40, daysDays: 400 };
const today = Math.floor(Date.now() / dayMs) * dayMs;
const now = Date.now();

/** Events of a day so many days ago, received as they happened. */
function dayOf(project: string, daysAgo: number): TestEvent[] {
  const fromMs = today - daysAgo * dayMs;
  const set = { project, seed: daysAgo, count: 400, fromMs, toMs: fromMs + dayMs };
  return eventSet({ ...set, firstRawSequence: 1 + 1_000 * (100 - daysAgo) })
    .filter(({ type, time_ms }) => !["identify", "alias"].includes(type) && time_ms < now)
    .map((event) => ({ ...event, received_time_ms: event.time_ms }));
}

const all = [60, 20, 15, 3, 1].flatMap((daysAgo) => dayOf("old", daysAgo));
const own = all.filter(({ is_system }) => !is_system);
const within = (fromMs: number, toMs: number) =>
  own.filter(({ time_ms }) => time_ms >= fromMs && time_ms < toMs);
const users = (events: readonly TestEvent[]) =>
  new Set(events.map(({ visitor_id }) => visitor_id).filter((id) => id !== "")).size;
const amounts = (events: readonly TestEvent[]) =>
  events.reduce((sum, { properties }) => sum + (Number(JSON.parse(properties).amount) || 0), 0);

const amount = { scope: PropertyScope.EVENT, name: "amount" };
const country = { scope: PropertyScope.FIELD, name: "country" };
const range = (fromMs: number, toMs: number) => ({
  from: timestampFromMs(fromMs),
  to: timestampFromMs(toMs),
});

/** The facts of a refusal for what has expired; any other end fails. */
async function expired(call: Promise<unknown>): Promise<Record<string, string>> {
  const error = ConnectError.from(
    await call.then(() => new Error("it was answered")).catch((cause) => cause),
  );
  const [detail] = error.findDetails(FaultDetailSchema);
  expect(FaultReason[detail?.reason ?? 0], error.message).to.equal("DATA_EXPIRED");
  return detail?.facts ?? {};
}

describe("questions over what has expired", function () {
  this.timeout(120_000);
  let house: House;
  let client: ReturnType<House["client"]>;

  before(async () => {
    house = await openHouse({
      env: {
        TIDELINE_RAW_DAYS: String(retention.eventsDays),
        TIDELINE_MINUTE_ROLLUP_DAYS: String(retention.minutesDays),
        TIDELINE_QUARTER_ROLLUP_DAYS: String(retention.quartersDays),
        TIDELINE_DAY_ROLLUP_DAYS: String(retention.daysDays),
      },
    });
    client = house.client(await house.project("old"));
    for (const daysAgo of [60, 20, 15, 3, 1]) {
      await insertEvents(house.clickhouse, house.database, dayOf("old", daysAgo));
    }
    await insertEvents(house.clickhouse, house.database, dayOf("young", 1));
    // As aggregation does it, and merged at once.
    await reconcileRetention(house.clickhouse, house.database, retention);
    for (const table of ["events", "rollup_minute", "rollup_quarter", "rollup_day"]) {
      await house.clickhouse.command({ query: `OPTIMIZE TABLE ${house.database}.${table} FINAL` });
    }
  });
  after(() => house?.stop());

  const metrics = (request: Parameters<typeof client.queryMetrics>[0]) =>
    client.queryMetrics({ aggregation: Aggregation.COUNT, ...request });
  const totalOf = async (request: Parameters<typeof client.queryMetrics>[0]) => {
    const { series, info } = await metrics(request);
    return [series[0]?.total?.value, info?.source, info?.completeFrom] as const;
  };

  it("have really lost their events", async () => {
    const counted = await house.clickhouse.query({
      query: `SELECT (SELECT count() FROM events WHERE project_id = 'old') AS events,
        (SELECT sum(events) FROM rollup_quarter WHERE project_id = 'old') AS quarters`,
      format: "JSONEachRow",
    });
    const [row] = await counted.json<{ events: string; quarters: string }>();
    expect(Number(row?.events)).to.equal(all.filter(({ time_ms }) => time_ms >= today - 7 * dayMs).length);
    expect(Number(row?.quarters)).to.equal(within(today - 40 * dayMs, now).length);
  });

  it("are refused with the instant from which all is there, where only events can answer", async () => {
    const asked = range(today - 25 * dayMs, today);
    const questions = [
      { aggregation: Aggregation.SUM, property: amount, range: asked },
      { aggregation: Aggregation.PERCENTILE, percentile: 50, property: amount, range: asked },
      { breakdown: [amount], range: asked },
      { type: "traits", range: asked },
      // Minutes live longer than events, but not so long.
      { range: range(today - 20 * dayMs + 60_000, today) },
    ];
    for (const question of questions) {
      const facts = await expired(metrics(question));
      expect(facts["field"]).to.equal("range.from");
      const wholeMs = Date.parse(facts["complete_from"] ?? "");
      expect(wholeMs).to.be.within(today - 15 * dayMs, today - 14 * dayMs);
      const { series } = await metrics({ ...question, range: range(wholeMs, today) });
      expect(series[0]?.total).not.to.equal(undefined);
    }
  });

  it("are answered from where all is there where nobody chose the start, and say so", async () => {
    const sum = { aggregation: Aggregation.SUM, property: amount, interval: Interval.DAY };
    const { series, info, buckets, openBuckets } = await metrics(sum);
    const fromMs = timestampMs(info?.completeFrom ?? timestampFromMs(0));
    expect(fromMs).to.be.within(today - 15 * dayMs, today - 14 * dayMs);
    expect(timestampMs(info?.range?.from ?? timestampFromMs(0))).to.equal(fromMs);
    const [first] = buckets;
    expect(timestampMs(first ?? timestampFromMs(0))).to.be.within(fromMs - dayMs, fromMs);
    expect(series[0]?.values.length).to.equal(buckets.length);
    expect(series[0]?.total?.value).to.be.closeTo(amounts(within(fromMs, now)), 1e-6);
    const again = await metrics({ ...sum, maxStaleness: { seconds: 60n, nanos: 0 } });
    expect([again.info?.cached, again.openBuckets]).to.deep.equal([true, openBuckets]);
  });

  it("are answered by quarter hours where they hold it, up to an instant that is no edge of theirs", async () => {
    const whole = range(today - 25 * dayMs, today);
    const inRange = within(today - 25 * dayMs, today);
    expect(await totalOf({ range: whole })).to.deep.equal([inRange.length, "rollup", undefined]);
    for (const toMs of [today - dayMs + 12_345, today - dayMs + 40 * quarterMs + 7]) {
      const cut = within(today - 25 * dayMs, toMs);
      expect(cut.length, "events in the tail").to.be.above(within(today - 25 * dayMs, today - dayMs).length);
      const asked = { range: range(today - 25 * dayMs, toMs), interval: Interval.DAY };
      expect(await totalOf(asked)).to.deep.equal([cut.length, "rollup", undefined]);
      const unique = await totalOf({ ...asked, aggregation: Aggregation.UNIQUE_USERS });
      expect(unique).to.deep.equal([users(cut), "rollup", undefined]);
      const { series } = await metrics({ ...asked, breakdown: [country], type: "purchase" });
      for (const { breakdown, total } of series) {
        const name = breakdown[0]?.value ?? "";
        const wanted = cut.filter((event) => event.type === "purchase" && event.country === name);
        expect(total?.value, name).to.equal(wanted.length);
      }
    }
  });

  it("are answered by days of the project's zone, and by no others", async () => {
    const asked = { range: range(today - 70 * dayMs, today), interval: Interval.WEEK };
    const inRange = within(today - 70 * dayMs, today);
    expect(await totalOf(asked)).to.deep.equal([inRange.length, "rollup", undefined]);
    const unique = await totalOf({ ...asked, aggregation: Aggregation.UNIQUE_USERS });
    expect(unique).to.deep.equal([users(inRange), "rollup", undefined]);
    const { series, buckets } = await metrics({ ...asked, interval: Interval.DAY });
    const values = buckets.map((start, index) => [timestampMs(start), series[0]?.values[index]?.value]);
    const wanted = values.map(([start = 0]) => [start, within(start, start + dayMs).length]);
    expect(values).to.deep.equal(wanted);
    const facts = await expired(metrics({ ...asked, timeZone: "Asia/Kolkata" }));
    expect(Date.parse(facts["complete_from"] ?? "")).to.be.within(today - 60 * dayMs, today - 58 * dayMs);
    await expired(metrics({ range: range(today - 70 * dayMs + quarterMs, today) }));
  });

  it("are not answered by days that were stamped in another zone", async () => {
    const moved = house.client(await house.project("moved"));
    const events = dayOf("old", 60).map((event) => ({ ...event, project_id: "moved" }));
    await insertEvents(house.clickhouse, house.database, events);
    await house.pool.query("update projects set zone_since = $1 where project_id = 'moved'", [
      new Date(today - 30 * dayMs),
    ]);
    const asked = { aggregation: Aggregation.COUNT, range: range(today - 70 * dayMs, today - 50 * dayMs) };
    await house.clickhouse.command({ query: `OPTIMIZE TABLE ${house.database}.rollup_quarter FINAL` });
    await expired(moved.queryMetrics(asked));
  });

  it("say of lists from where they are whole", async () => {
    const listed = await client.listEvents({ range: range(today - 25 * dayMs, now) });
    const fromMs = timestampMs(listed.info?.completeFrom ?? timestampFromMs(0));
    expect(fromMs).to.be.within(today - 15 * dayMs, today - 14 * dayMs);
    const [known] = listed.events.map(({ visitorId }) => visitorId).filter((id) => id !== "");
    const user = await client.getUser({ userId: known ?? "" });
    expect(timestampMs(user.info?.completeFrom ?? timestampFromMs(0))).to.equal(fromMs);
    const late = await client.listEvents({ range: range(today - 5 * dayMs, now) });
    expect(late.info?.completeFrom).to.equal(undefined);
  });

  it("are answered as ever where nothing is so old", async () => {
    const young = house.client(await house.project("young"));
    const sum = { aggregation: Aggregation.SUM, property: amount };
    const { info } = await young.queryMetrics({ ...sum, range: range(today - 300 * dayMs, now) });
    expect([info?.source, info?.completeFrom]).to.deep.equal(["raw", undefined]);
    const everything = await young.listEvents({});
    expect(everything.info?.completeFrom).to.equal(undefined);
  });
});
