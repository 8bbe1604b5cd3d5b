import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import type { QueryPathsRequestSchema } from "../../../gen/ts/tideline/query/v1/paths_pb.js";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  Interval,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { QuerySessionsRequestSchema } from "../../../gen/ts/tideline/query/v1/sessions_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { eventSet, type TestEvent } from "../testing/event-set.js";
import { Persons, passes } from "../testing/recount.js";
import { insertEvents } from "../testing/store.js";

type PathsInit = MessageInitShape<typeof QueryPathsRequestSchema>;
type SessionsInit = MessageInitShape<typeof QuerySessionsRequestSchema>;

// Over the night in which Vienna's clocks are set forward.
const fromMs = Date.parse("2024-03-30T12:00Z");
const toMs = Date.parse("2024-04-01T06:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };
const minuteMs = 60_000;
const seconds = (count: number) => ({ seconds: BigInt(count) });
const field = (name: string) => ({ scope: PropertyScope.FIELD, name });
const filter = (name: string, op: FilterOp, ...values: string[]): Filter =>
  create(FilterSchema, { property: field(name), op, values });

const events = eventSet({ project: "mine", seed: 5, count: 2_000, fromMs, toMs, firstRawSequence: 1 }).map(
  (event, index) => ({
    ...event,
    page_path: index % 7 === 0 && event.page_path === "/shop" ? "/shop/" : event.page_path,
  }),
);
const persons = new Persons(events);

/** Visits of the events that pass, person by person: cut one event at a time. */
function visitsOf(isAsked: (event: TestEvent) => boolean, gapMs: number): Map<string, TestEvent[][]> {
  const all = new Map<string, TestEvent[][]>();
  const inOrder = [...events].sort(
    (a, b) => a.time_ms - b.time_ms || a.sequence - b.sequence || (a.event_id < b.event_id ? -1 : 1),
  );
  for (const event of inOrder) {
    const person = persons.of(event.visitor_id);
    if (person === "" || !isAsked(event)) continue;
    const visits = all.get(person) ?? [];
    all.set(person, visits);
    const visit = visits.at(-1);
    const [first, last] = [visit?.[0], visit?.at(-1)];
    const goesOn =
      first !== undefined &&
      last !== undefined &&
      event.time_ms - last.time_ms <= gapMs &&
      event.time_ms - first.time_ms < 86_400_000;
    if (goesOn) visit?.push(event);
    else visits.push([event]);
  }
  return all;
}

const tidy = (text: string): string => (text.length > 1 && text.endsWith("/") ? text.slice(0, -1) : text);
const isOwn = (event: TestEvent): boolean => !event.is_system;

interface Cut {
  readonly start?: string;
  readonly end?: string;
  readonly limit: number;
}

/** Edges as "step source > target": how many, and seconds of each. */
function edgesOf(visits: Map<string, TestEvent[][]>, nameOf: (event: TestEvent) => string, cut: Cut) {
  const edges = new Map<string, number[]>();
  let paths = 0;
  for (const visit of [...visits.values()].flat()) {
    let path = visit.map((event) => ({ name: nameOf(event), ms: event.time_ms }));
    path = path.filter(({ name }, index) => path[index + 1]?.name !== name);
    if (cut.start !== undefined) {
      const at = path.findIndex(({ name }) => name === cut.start);
      path = at < 0 ? [] : path.slice(at);
    }
    if (cut.end !== undefined) path = path.slice(0, path.findIndex(({ name }) => name === cut.end) + 1);
    path =
      cut.end !== undefined && cut.start === undefined ? path.slice(-cut.limit) : path.slice(0, cut.limit);
    if (path.length > 0) paths++;
    for (const [index, { name, ms }] of path.entries()) {
      const next = path[index + 1];
      if (next === undefined) continue;
      const key = `${index + 1} ${name} > ${next.name}`;
      edges.set(key, [...(edges.get(key) ?? []), (next.ms - ms) / 1_000]);
    }
  }
  return { edges, paths };
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

describe("visits", function () {
  this.timeout(60_000);
  let house: House;
  let key: string;

  before(async () => {
    house = await openHouse();
    key = await house.project("mine", { timeZone: "Europe/Vienna" });
    await house.project("other");
    const foreign = events.map((event) => ({ ...event, project_id: "other" }));
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
  });
  after(() => house?.stop());

  const paths = (request: PathsInit) => house.client(key).queryPaths(request);
  const sessions = (request: SessionsInit) => house.client(key).querySessions(request);

  async function expectEdges(request: PathsInit, expected: ReturnType<typeof edgesOf>): Promise<void> {
    const answer = await paths({ ...request, edgeLimit: 1_000 });
    const found = answer.edges.map(
      (edge) => [`${edge.sourceStep} ${edge.source} > ${edge.target}`, Number(edge.paths)] as const,
    );
    const wanted = [...expected.edges].map(([name, all]) => [name, all.length] as const);
    expect(new Map(found)).to.deep.equal(new Map(wanted));
    expect(Number(answer.edgeCount)).to.equal(wanted.length);
    expect(Number(answer.paths)).to.equal(expected.paths);
    for (const { sourceStep, source, target, averageSeconds } of answer.edges) {
      const all = expected.edges.get(`${sourceStep} ${source} > ${target}`) ?? [];
      expect(averageSeconds).to.be.closeTo(mean(all), 1e-6);
    }
  }

  describe("as paths", () => {
    const nameOf = (event: TestEvent) => tidy(event.page_path === "" ? event.type : event.page_path);

    for (const [name, gapMinutes, limit] of [
      ["short pauses", 30, 5],
      ["long pauses, cut after a day", 1_440, 20],
      ["two items alone", 90, 2],
    ] as const) {
      it(`are as a recount has them: ${name}`, async () => {
        const visits = visitsOf(isOwn, gapMinutes * minuteMs);
        const request = { frame: { range }, sessionGap: seconds(gapMinutes * 60), stepLimit: limit };
        await expectEdges(request, edgesOf(visits, nameOf, { limit }));
      });
    }

    it("begin and end where they are asked to", async () => {
      const visits = visitsOf(isOwn, 120 * minuteMs);
      const frame = { range };
      const asked = { frame, sessionGap: seconds(7_200), stepLimit: 4 };
      await expectEdges(
        { ...asked, startPoint: "/shop/" },
        edgesOf(visits, nameOf, { start: "/shop", limit: 4 }),
      );
      await expectEdges(
        { ...asked, endPoint: "signup" },
        edgesOf(visits, nameOf, { end: "signup", limit: 4 }),
      );
      await expectEdges(
        { ...asked, startPoint: "/", endPoint: "/shop" },
        edgesOf(visits, nameOf, { start: "/", end: "/shop", limit: 4 }),
      );
    });

    it("are of the items that are asked for, by their names and conditions", async () => {
      const outside = filter("country", FilterOp.NOT_EQUALS, "AT");
      const fromChrome = filter("browser", FilterOp.EQUALS, "Chrome");
      const visits = visitsOf(
        (event) =>
          passes(event, outside, persons) &&
          ((event.type === "page" && event.device_class !== "") ||
            (event.type === "signup" && passes(event, fromChrome, persons))),
        60 * minuteMs,
      );
      const request = {
        frame: { range, filters: [outside] },
        items: [
          { event: { type: "page" }, name: field("device_class") },
          { event: { type: "signup", filters: [fromChrome] } },
        ],
        sessionGap: seconds(3_600),
      };
      const named = (event: TestEvent) => (event.type === "page" ? event.device_class : "signup");
      await expectEdges(request, edgesOf(visits, named, { limit: 5 }));
    });

    it("list as many edges as asked for, those of most paths first", async () => {
      const { edges, edgeCount } = await paths({ frame: { range }, edgeLimit: 3 });
      expect(edges).to.have.length(3);
      const counts = edges.map((edge) => Number(edge.paths));
      expect(counts).to.deep.equal([...counts].sort((a, b) => b - a));
      expect(edgeCount > 3n).to.equal(true);
    });
  });

  describe("as sessions", () => {
    for (const [name, gapMinutes, interval] of [
      ["days", 30, Interval.DAY],
      ["hours of long visits", 1_440, Interval.HOUR],
      ["the range", 60, Interval.UNSPECIFIED],
    ] as const) {
      it(`are as a recount has them: ${name}`, async () => {
        const visits = visitsOf(isOwn, gapMinutes * minuteMs);
        const answer = await sessions({ frame: { range }, interval, sessionGap: seconds(gapMinutes * 60) });
        const all = [...visits].flatMap(([person, own]) => own.map((visit) => ({ person, visit })));
        const figuresOf = (some: typeof all) => {
          const bounces = some.filter(({ visit }) => visit.length === 1).length;
          const count = some.reduce((sum, { visit }) => sum + visit.length, 0);
          const lengths = some.map(
            ({ visit }) => ((visit.at(-1)?.time_ms ?? 0) - (visit[0]?.time_ms ?? 0)) / 1_000,
          );
          const visitors = new Set(some.map(({ person }) => person)).size;
          const each = (sum: number) => (some.length === 0 ? 0 : sum / some.length);
          return [visitors, some.length, count, bounces, each(bounces), each(count), mean(lengths)];
        };
        const said = (it: typeof answer.total) => [
          ...[it?.visitors, it?.visits, it?.events, it?.bounces].map(Number),
          ...[it?.bounceRate, it?.eventsPerVisit, it?.averageDurationSeconds],
        ];
        const close = (found: readonly (number | undefined)[], wanted: readonly number[]) =>
          found.forEach((value, index) => void expect(value).to.be.closeTo(wanted[index] ?? 0, 1e-6));
        close(said(answer.total), figuresOf(all));
        const starts = answer.buckets.map(timestampMs);
        for (const [index, figures] of answer.values.entries()) {
          const isHere = (ms: number) => starts.findLastIndex((start) => start <= ms) === index;
          close(said(figures), figuresOf(all.filter(({ visit }) => isHere(visit[0]?.time_ms ?? 0))));
        }
        expect(Number(answer.total?.visits)).to.be.greaterThan(20);
      });
    }

    it("enter and leave by pages, and are broken down by what their first events bring", async () => {
      const visits = [...visitsOf((event) => event.type === "page", 45 * minuteMs).values()].flat();
      const answer = await sessions({
        frame: { range },
        event: { type: "page" },
        sessionGap: seconds(2_700),
        breakdown: [field("country"), field("device_class")],
        pageLimit: 100,
        limit: 4,
      });
      const counted = (nameOf: (visit: TestEvent[]) => string) => {
        const counts = new Map<string, number>();
        for (const visit of visits) counts.set(nameOf(visit), (counts.get(nameOf(visit)) ?? 0) + 1);
        return counts;
      };
      const pages = (list: typeof answer.entryPages) =>
        new Map(list.map(({ page, visits: count }) => [page, Number(count)]));
      expect(pages(answer.entryPages)).to.deep.equal(counted((visit) => visit[0]?.page_path ?? ""));
      expect(pages(answer.exitPages)).to.deep.equal(counted((visit) => visit.at(-1)?.page_path ?? ""));
      const rows = counted((visit) => `${visit[0]?.country}|${visit[0]?.device_class}`);
      expect(answer.rows).to.have.length(4);
      expect(Number(answer.otherRows)).to.equal(rows.size - 4);
      for (const { breakdown, figures } of answer.rows) {
        expect(breakdown.map(({ missing, value }) => missing === (value === ""))).to.deep.equal([true, true]);
        const name = breakdown.map(({ value }) => value).join("|");
        expect([name, Number(figures?.visits)]).to.deep.equal([name, rows.get(name)]);
      }
      expect(answer.info?.lateShare).to.be.within(0.01, 1);
    });
  });

  it("refuse what can't be answered, by field", async () => {
    for (const [call, name] of [
      [
        paths({ items: [{ event: { filters: [filter("nowhere", FilterOp.SET)] } }] }),
        "items[0].event.filters[0]",
      ],
      [paths({ items: [{ name: field("nowhere") }] }), "items[0].name.name"],
      [paths({ stepLimit: 21 }), "step_limit"],
      [sessions({ sessionGap: seconds(100_000) }), "session_gap"],
      [sessions({ breakdown: [field("nowhere")] }), "breakdown[0].name"],
      [sessions({ frame: { range }, interval: Interval.MONTH, page: field("nowhere") }), "page.name"],
    ] as const) {
      const refusal = await refusalOf(call);
      expect(refusal).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message).to.include(name);
    }
  });
});
