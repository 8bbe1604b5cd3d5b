import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  Interval,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { QueryStickinessRequestSchema } from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { eventSet } from "../testing/event-set.js";
import { Persons, passes } from "../testing/recount.js";
import { insertEvents } from "../testing/store.js";

type Asked = MessageInitShape<typeof QueryStickinessRequestSchema>;

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };
const filter = (name: string, op: FilterOp, ...values: string[]): Filter =>
  create(FilterSchema, { property: { scope: PropertyScope.FIELD, name }, op, values });

describe("stickiness", function () {
  this.timeout(60_000);
  let house: House;
  let key: string;
  const events = eventSet({ project: "mine", seed: 11, count: 900, fromMs, toMs, firstRawSequence: 1 });
  const persons = new Persons(events);

  before(async () => {
    house = await openHouse();
    key = await house.project("mine", { timeZone: "Europe/Vienna" });
    await house.project("other");
    const foreign = events.map((event) => ({ ...event, project_id: "other" }));
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
  });
  after(() => house?.stop());

  const ask = (request: Asked) => house.client(key).queryStickiness(request);

  /** Users by the number of the answer's intervals in which at least `least` of their events pass. */
  function recounted(
    starts: readonly number[],
    type: string,
    filters: readonly Filter[],
    least = 1,
  ): number[] {
    const counts = new Map<string, number[]>();
    for (const event of events) {
      const person = persons.of(event.visitor_id);
      const isOfType = type === "" ? !event.is_system : event.type === type;
      if (person === "" || !isOfType || event.time_ms < fromMs || event.time_ms >= toMs) continue;
      if (!filters.every((each) => passes(event, each, persons))) continue;
      const interval = starts.findLastIndex((start) => start <= event.time_ms);
      const own = counts.get(person) ?? starts.map(() => 0);
      own[interval] = (own[interval] ?? 0) + 1;
      counts.set(person, own);
    }
    const users = starts.map(() => 0);
    for (const own of counts.values()) {
      const active = own.filter((count) => count >= least).length;
      if (active > 0) users[active - 1] = (users[active - 1] ?? 0) + 1;
    }
    return users;
  }

  const numbers = (values: readonly bigint[]): number[] => values.map(Number);

  for (const [name, interval, count] of [
    ["days", Interval.DAY, 1],
    ["pairs of days", Interval.DAY, 2],
    ["weeks", Interval.WEEK, 1],
    ["hours", Interval.HOUR, 1],
  ] as const) {
    it(`counts users by the number of ${name} with an event, as a recount does`, async () => {
      const { users, intervals, activeUsers, info } = await ask({
        frame: { range },
        interval,
        intervalCount: count,
      });
      const starts = intervals.map(timestampMs);
      expect(numbers(users)).to.deep.equal(recounted(starts, "", []));
      expect(Number(activeUsers)).to.equal(numbers(users).reduce((sum, each) => sum + each, 0));
      expect(activeUsers > 5n).to.equal(true);
      expect(info).to.include({ timeZone: "Europe/Vienna", weekStart: "monday", cached: false });
      expect(info?.lateShare).to.be.within(0, 1);
    });
  }

  it("goes by conditions of its event, of the frame, and by how many events make an interval", async () => {
    const own = filter("country", FilterOp.EQUALS, "AT", "DE");
    const common = filter("device_class", FilterOp.NOT_EQUALS, "mobile");
    const asked = {
      frame: { range, filters: [common] },
      event: { type: "purchase", filters: [own] },
      criterion: { op: FilterOp.GREATER_OR_EQUAL, events: 2n },
    };
    const { users, intervals } = await ask(asked);
    const expected = recounted(intervals.map(timestampMs), "purchase", [own, common], 2);
    expect(expected.some((count) => count > 0)).to.equal(true);
    expect(numbers(users)).to.deep.equal(expected);
    const atLeast = await ask({ ...asked, cumulative: true });
    expect(numbers(atLeast.users)).to.deep.equal(
      expected.map((_count, index) => expected.slice(index).reduce((sum, each) => sum + each, 0)),
    );
  });

  it("goes by conditions on traits, which are joined to the events", async () => {
    const tier = { scope: PropertyScope.USER, name: "tier" };
    const own = create(FilterSchema, { property: tier, op: FilterOp.EQUALS, values: ["gold"] });
    const { users, intervals } = await ask({ frame: { range }, event: { type: "purchase", filters: [own] } });
    const expected = recounted(intervals.map(timestampMs), "purchase", [own]);
    expect(expected.some((count) => count > 0)).to.equal(true);
    expect(numbers(users)).to.deep.equal(expected);
  });

  it("lists the users behind a bar, page by page", async () => {
    const stickiness = {
      frame: { range },
      criterion: { op: FilterOp.LESS, events: 3n },
      interval: Interval.DAY,
    };
    const { users } = await ask(stickiness);
    const most = users.findLastIndex((count) => count > 0n) + 1;
    const everybody: string[] = [];
    for (let intervals = 1; intervals <= most; intervals++) {
      let pageToken = "";
      const found: string[] = [];
      do {
        const page = await house
          .client(key)
          .listStickinessUsers({ stickiness, intervals, pageSize: 5, pageToken });
        found.push(...page.userIds);
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect(found.length).to.equal(Number(users[intervals - 1]));
      expect(found).to.deep.equal([...found].sort());
      everybody.push(...found);
    }
    const atLeastOnce = await house.client(key).listStickinessUsers({
      ...{ stickiness: { ...stickiness, cumulative: true }, intervals: 1, pageSize: 1_000 },
    });
    expect(atLeastOnce.userIds).to.deep.equal(everybody.sort());
    expect(everybody.length).to.be.greaterThan(20);
  });

  it("keeps its answer while the data are the same, and says how it was found", async () => {
    const frame = { range, filters: [filter("browser", FilterOp.SET)], explain: true };
    const first = await ask({ frame });
    expect(first.info?.plan.map(({ source }) => source)).to.deep.equal(["raw"]);
    expect(first.info?.plan[0]?.bytesRead).to.not.equal(0n);
    const again = await ask({ frame: { ...frame, explain: false } });
    expect(again.users).to.deep.equal(first.users);
    expect(again.info).to.deep.include({ cached: true, plan: [] });
  });

  it("refuses what it can't answer, by field", async () => {
    for (const [asked, field] of [
      [{ frame: { range: { from: range.to, to: range.from } } }, "frame.range.from"],
      [{ frame: { range, timeZone: "Mars/Olympus" } }, "frame.time_zone"],
      [{ frame: { range }, interval: Interval.MINUTE }, "interval"],
      [{ frame: { range, filters: [filter("country", FilterOp.REGEX, "(")] } }, "frame.filters[0].values[0]"],
      [{ event: { filters: [filter("no_such", FilterOp.SET)] } }, "event.filters[0].property.name"],
    ] as const) {
      const refusal = await refusalOf(ask(asked as Asked));
      expect(refusal).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message.startsWith(`${field}: `)).to.equal(true);
    }
  });
});
