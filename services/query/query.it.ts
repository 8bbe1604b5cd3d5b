import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { headers as natsHeaders } from "nats";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { PartitionProgressSchema } from "../../gen/ts/tideline/pipeline/v1/ownership_pb.js";
import type {
  ListEventsRequestSchema,
  QueryMetricsRequestSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import {
  Aggregation,
  FilterOp,
  Interval,
  PropertyScope,
} from "../../gen/ts/tideline/query/v1/question_pb.js";
import { progressKey } from "../../platform/progress.js";
import { headerNames } from "../../platform/streams.js";
import { type House, openHouse, operatorKey, partitions } from "../../tests/query/house.js";
import { eventSet } from "./testing/event-set.js";
import { Persons } from "./testing/recount.js";
import { insertEvents } from "./testing/store.js";

type MetricsInit = MessageInitShape<typeof QueryMetricsRequestSchema>;
type PageInit = MessageInitShape<typeof ListEventsRequestSchema>;

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };

/** What a request may hold that an engine, a shell of quotes or a template could take for its own. */
const hostile = [
  "'; DROP TABLE events; --",
  "' OR '1'='1",
  "other",
  "{p0:String}",
  "{x:Identifier}",
  "`project_id`",
  "\\",
  "\\'",
  '"',
  "a\0b",
  "line\nline\r\t",
  "*.>",
  "%00%s$1?",
  "😀\u202e",
  "__proto__",
  "e.project_id",
];

describe("the query service", function () {
  this.timeout(90_000);
  let house: House;
  let mine: string;
  let other: string;
  let empty: string;
  const events = eventSet({ project: "mine", seed: 7, count: 1_200, fromMs, toMs, firstRawSequence: 1 });
  const foreign = eventSet({
    project: "other",
    seed: 7,
    count: 300,
    fromMs,
    toMs,
    firstRawSequence: 5_000,
  }).map((event) => ({ ...event, properties: `{"secret":"other's"}`, country: "XX" }));
  const own = events.filter((event) => !event.is_system);

  before(async () => {
    house = await openHouse();
    mine = await house.project("mine", { timeZone: "Europe/Vienna" });
    other = await house.project("other");
    empty = await house.project("empty");
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
  });
  after(() => house?.stop());

  const metrics = (request: MetricsInit, key = mine) =>
    house.client(key).queryMetrics({ aggregation: Aggregation.COUNT, range, ...request } as MetricsInit);
  const page = (request: PageInit, key = mine) =>
    house.client(key).listEvents({ range, ...request } as PageInit);

  async function refusal(
    call: Promise<unknown>,
  ): Promise<{ code: Code; reason: FaultReason; facts: object }> {
    try {
      await call;
    } catch (error) {
      const wire = ConnectError.from(error);
      const [detail] = wire.findDetails(FaultDetailSchema);
      return { code: wire.code, reason: detail?.reason ?? 0, facts: detail?.facts ?? {} };
    }
    return expect.fail("was not refused");
  }

  for (const over of ["connect", "grpc", "get"] as const) {
    it(`answers over ${over}`, async () => {
      const options = over === "get" ? { useHttpGet: true } : { over };
      const client = house.client(mine, options);
      const answer = await client.queryMetrics({
        aggregation: Aggregation.COUNT,
        range,
        interval: Interval.DAY,
      });
      expect(answer.series[0]?.total?.value).to.equal(own.length);
      expect(answer.info).to.include({
        timeZone: "Europe/Vienna",
        weekStart: "monday",
        source: "rollup",
        stale: false,
      });
      expect(Number(answer.info?.rowsRead)).to.be.above(0);
      const { events: listed, nextPageToken } = await client.listEvents({ range, pageSize: 10 });
      expect(listed.length).to.equal(10);
      expect(nextPageToken).not.to.equal("");
    });
  }

  it("lists every event once, newest first, while others come in", async () => {
    const key = await house.project("paged");
    const span = { fromMs, toMs: fromMs + 3_600_000 };
    const stored = eventSet({ project: "paged", seed: 9, count: 900, ...span, firstRawSequence: 1 });
    await insertEvents(house.clickhouse, house.database, stored);
    const expected = [...stored].sort(
      (a, b) => b.time_ms - a.time_ms || b.raw_sequence - a.raw_sequence || b.raw_index - a.raw_index,
    );
    const seen: string[] = [];
    let pageToken = "";
    for (let index = 0; index === 0 || pageToken !== ""; index++) {
      const answer = await page({ pageSize: 170, pageToken }, key);
      seen.push(...answer.events.map(({ eventId }) => eventId));
      pageToken = answer.nextPageToken;
      // Newer than all: it belongs before the first page.
      const newest = { project: "paged", seed: 100 + index, count: 1, firstRawSequence: 9_000 + index };
      const late = eventSet({ ...newest, fromMs: toMs - 2, toMs: toMs - 1 });
      await insertEvents(house.clickhouse, house.database, late);
    }
    expect(seen).to.deep.equal(expected.map(({ event_id }) => event_id));
  });

  it("gives events as they are stored", async () => {
    const wanted = own.find(({ properties }) => properties.includes("9007199254740993"));
    const { events: listed } = await page({ eventId: wanted?.event_id ?? "" });
    expect(listed.length).to.equal(1);
    const [event] = listed;
    expect(event).to.include({
      projectId: "mine",
      type: wanted?.type,
      visitorId: wanted?.visitor_id,
      country: wanted?.country,
    });
    expect(event?.timeMs).to.equal(BigInt(wanted?.time_ms ?? 0));
    expect(event?.rawSequence).to.equal(BigInt(wanted?.raw_sequence ?? 0));
    // No digit is lost, and a dot in a name is none between names.
    expect(event?.properties).to.include('"mixed":9007199254740993');
    const dotted = own.find(({ properties }) => properties.includes('"cart.total"'));
    const [second] = (await page({ eventId: dotted?.event_id ?? "" })).events;
    expect(JSON.parse(second?.properties ?? "{}")).to.have.property("cart.total");
  });

  it("refuses page tokens of other requests, other projects and nobody", async () => {
    const { nextPageToken } = await page({ pageSize: 5 });
    const forged = Buffer.from(JSON.stringify(["x", "1", "2", "3", "4", "5"])).toString("base64url");
    const bad = [
      () => page({ pageSize: 5, pageToken: nextPageToken, type: "page" }),
      () => page({ pageToken: nextPageToken }, other),
      () => page({ pageToken: `x${nextPageToken}` }),
      () => page({ pageToken: "AAAA" }),
      () => page({ pageToken: forged }),
      () => house.client(mine).getUser({ userId: "user-1", pageToken: nextPageToken }),
    ];
    for (const call of bad) expect((await refusal(call())).reason).to.equal(FaultReason.PAGE_TOKEN_INVALID);
    expect((await page({ pageSize: 7, pageToken: nextPageToken })).events.length).to.equal(7);
  });

  it("names the field of what can't be asked", async () => {
    const property = { scope: PropertyScope.EVENT, name: "amount" };
    const filter = (op: FilterOp, values: string[], name = "amount") => ({
      filters: [{ property: { ...property, name }, op, values }],
    });
    const cases: [MetricsInit, string][] = [
      [{ range: { from: range.to, to: range.from } }, "range.from"],
      [{ range: { from: range.from, to: range.from } }, "range.from"],
      [{ range: { from: timestampFromMs(Date.UTC(1899, 0)), to: range.to } }, "range.from"],
      [{ timeZone: "Mars/Olympus" }, "time_zone"],
      [{ timeZone: "+05:30" }, "time_zone"],
      [{ interval: Interval.MINUTE }, "interval"],
      [{ aggregation: Aggregation.SUM }, "property"],
      [{ aggregation: Aggregation.UNSPECIFIED }, "aggregation"],
      [{ aggregation: Aggregation.PERCENTILE, property, percentile: 101 }, "percentile"],
      [{ weekStart: "friday" }, "week_start"],
      [{ limit: 1_001 }, "limit"],
      [{ breakdown: [{ scope: PropertyScope.FIELD, name: "project_id" }] }, "breakdown[0].name"],
      [filter(FilterOp.REGEX, ["ok", "("]), "filters[0].values[1]"],
      [filter(FilterOp.GREATER, ["1", "many"]), "filters[0].values[1]"],
      [filter(FilterOp.EQUALS, []), "filters[0].values"],
      [filter(FilterOp.SET, ["x"]), "filters[0].values"],
      [filter(FilterOp.SET, [], "^`x`"), "filters[0].property.name"],
      [{ filters: [{ op: FilterOp.SET }] }, "filters[0].property"],
    ];
    for (const [request, field] of cases) {
      const { code, reason, facts } = await refusal(metrics(request));
      expect([code, reason], field).to.deep.equal([Code.InvalidArgument, FaultReason.REQUEST_INVALID]);
      expect(facts).to.include({ field });
    }
    const bad = await refusal(page({ filters: filter(FilterOp.NOT_REGEX, ["[a"]).filters }));
    expect(bad.facts).to.include({ field: "filters[0].values[0]" });
  });

  it("keeps tenants apart on every method, whatever a request says", async () => {
    const stored = new Map(events.map((event) => [event.event_id, event]));
    for (const text of hostile) {
      const property = { scope: PropertyScope.EVENT, name: text };
      const filters = [
        { property, op: FilterOp.NOT_EQUALS, values: hostile },
        { property: { scope: PropertyScope.USER, name: text }, op: FilterOp.NOT_CONTAINS, values: [text] },
      ];
      const all = await metrics({ filters, breakdown: [property], aggregation: Aggregation.COUNT });
      expect(
        all.series.map(({ total }) => total?.value),
        text,
      ).to.deep.equal([own.length]);
      const typed = await metrics({ type: text });
      expect(typed.series[0]?.total?.value, text).to.equal(0);
      for (const request of [{ filters }, { userId: text }, { type: text }, { eventId: text }]) {
        const listed = await page({ ...request, pageSize: 1_000 });
        const strangers = listed.events.filter(
          ({ eventId, projectId }) => projectId !== "mine" || !stored.has(eventId),
        );
        expect(strangers, text).to.deep.equal([]);
      }
      const client = house.client(mine);
      expect((await refusal(client.getUser({ userId: text }))).reason).to.equal(FaultReason.USER_NOT_FOUND);
      expect((await refusal(client.explainEvent({ eventId: text }))).reason).to.equal(
        FaultReason.EVENT_NOT_FOUND,
      );
    }
    const theirs = await metrics({ breakdown: [{ scope: PropertyScope.FIELD, name: "country" }] });
    expect(theirs.series.flatMap(({ breakdown }) => breakdown.map(({ value }) => value))).not.to.include(
      "XX",
    );
    expect((await metrics({}, empty)).series[0]?.total?.value).to.equal(0);
    expect((await page({}, empty)).events).to.deep.equal([]);
    expect((await refusal(house.client(empty).getUser({ userId: "user-1" }))).code).to.equal(Code.NotFound);
  });

  it("opens for keys with the scope alone, and for the operator's where a project is named", async () => {
    const ingest = await house.project("mine", {}, [Scope.INGEST]);
    expect((await refusal(metrics({}, ingest))).reason).to.equal(FaultReason.SCOPE_MISSING);
    expect((await refusal(metrics({}, "tl_nobody"))).reason).to.equal(FaultReason.KEY_INVALID);
    const asOperator = (project: string) =>
      house
        .client(operatorKey, { headers: { "tideline-project": project } })
        .queryMetrics({ aggregation: 1, range });
    expect((await asOperator("mine")).series[0]?.total?.value).to.equal(own.length);
    expect((await refusal(metrics({}, operatorKey))).reason).to.equal(FaultReason.REQUEST_INVALID);
    for (const project of ["nobody", "*", ">", "mine' OR 1", "a.b"]) {
      expect((await refusal(asOperator(project))).reason, project).to.equal(FaultReason.PROJECT_NOT_FOUND);
    }
  });

  it("tells who a user is by any of their ids, and pages through what they did", async () => {
    const persons = new Persons(events);
    const client = house.client(mine);
    for (const id of ["user-1", "user-7", "anon-3", "anon-11"]) {
      const person = persons.of(id);
      const ids = [...new Set([person, id, ...persons.ids(person)])];
      const theirs = events.filter((event) => ids.includes(event.visitor_id));
      const counted = theirs.filter((event) => !event.is_system);
      const answer = await client.getUser({ userId: id, pageSize: 3 });
      expect(answer.userId, id).to.equal(person);
      expect(answer.knownIds, id).to.have.members(ids);
      expect(Number(answer.events), id).to.equal(counted.length);
      const times = counted.map((event) => event.time_ms);
      expect(answer.firstSeen, id).to.deep.include(timestampFromMs(Math.min(...times)));
      expect(answer.lastSeen, id).to.deep.include(timestampFromMs(Math.max(...times)));
      const tier = persons.trait(person, ["tier"]);
      expect(answer.traits["tier"] === undefined, id).to.equal(tier.kind === "missing");
      if (tier.kind === "number") expect(answer.traits["tier"]).to.equal(tier.text);
      const timeline = [...answer.timeline];
      let pageToken = answer.nextPageToken;
      while (pageToken !== "") {
        const next = await client.getUser({ userId: id, pageSize: 100, pageToken });
        timeline.push(...next.timeline);
        pageToken = next.nextPageToken;
      }
      expect(
        timeline.map(({ eventId }) => eventId),
        id,
      ).to.have.members(theirs.map(({ event_id }) => event_id));
    }
  });

  it("keeps an answer until a late event touches it", async () => {
    await sayApplied(20_000);
    const ask = () =>
      metrics({ type: "page", interval: Interval.HOUR, maxStaleness: { seconds: 0n, nanos: 0 } });
    const first = await ask();
    expect(first.info?.cached).to.equal(false);
    expect(first.info?.positions).to.deep.equal({ 0: 20_000n, 1: 20_000n, 2: 20_000n, 3: 20_000n });
    expect(first.openBuckets.length).to.equal(0);
    const again = await ask();
    expect(again.info?.cached).to.equal(true);
    expect(again.series).to.deep.equal(first.series);
    const [late] = eventSet({ project: "mine", seed: 55, count: 1, fromMs, toMs, firstRawSequence: 8_000 });
    if (late === undefined) throw new Error("no event");
    await insertEvents(house.clickhouse, house.database, [{ ...late, type: "page", is_system: false }]);
    const third = await ask();
    expect(third.info?.cached).to.equal(false);
    expect(third.series[0]?.total?.value).to.equal((first.series[0]?.total?.value ?? 0) + 1);
  });

  /** Says, as enrichment and aggregation do, that the log is applied up to here. */
  async function sayApplied(rawTo: number): Promise<void> {
    const kv = await house.nats.js.views.kv(house.names.progressBucket);
    for (let partition = 0; partition < partitions; partition++) {
      const headers = natsHeaders();
      headers.set(headerNames.rawFrom, "1");
      headers.set(headerNames.rawTo, String(rawTo));
      const { seq } = await house.nats.js.publish(house.names.eventsSubject(partition), new Uint8Array(), {
        headers,
      });
      const progress = create(PartitionProgressSchema, {
        committed: BigInt(seq),
        watermarkMs: BigInt(Date.now()),
      });
      await kv.put(progressKey(partition), toBinary(PartitionProgressSchema, progress));
    }
    const known = async () =>
      Object.keys(
        (await metrics({ type: "none", maxStaleness: { seconds: 0n, nanos: 0 } })).info?.positions ?? {},
      );
    while ((await known()).length < partitions) await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
