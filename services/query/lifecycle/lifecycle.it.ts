import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { Semantics } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  LifecycleBirth,
  LifecycleStatus,
  type QueryLifecycleRequestSchema,
  type QueryLifecycleResponse,
} from "../../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  Interval,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { bucketsOf } from "../calendar.js";
import { eventSet, seeded } from "../testing/event-set.js";
import { Persons } from "../testing/recount.js";
import { type LifecycleAsked, recountLifecycle, type StatusName } from "../testing/recount-users.js";
import { insertEvents } from "../testing/store.js";

type Asked = MessageInitShape<typeof QueryLifecycleRequestSchema>;

const beginMs = Date.parse("2024-03-10T00:00Z");
const endMs = Date.parse("2024-04-20T00:00Z");
const dayMs = 86_400_000;
const seed = Number(process.env["SEED"] ?? 5);
const questions = 40;

const filter = (name: string, op: FilterOp, ...values: string[]): Filter =>
  create(FilterSchema, { property: { scope: PropertyScope.FIELD, name }, op, values });
const filterSets = [
  [],
  [],
  [filter("country", FilterOp.EQUALS, "AT", "DE")],
  [filter("browser", FilterOp.NOT_EQUALS, "Chrome")],
];
const statuses: readonly (readonly [StatusName, LifecycleStatus])[] = [
  ["new", LifecycleStatus.NEW],
  ["returning", LifecycleStatus.RETURNING],
  ["resurrecting", LifecycleStatus.RESURRECTING],
  ["dormant", LifecycleStatus.DORMANT],
];

function randomQuestion(random: () => number): { request: Asked; asked: LifecycleAsked; common: Filter[] } {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const interval = pick([Interval.HOUR, Interval.DAY, Interval.DAY, Interval.WEEK, Interval.MONTH]);
  const timeZone = pick(["UTC", "Europe/Vienna", "America/Santiago"]);
  const weekStart = pick(["monday", "sunday"] as const);
  const fromMs = beginMs + Math.floor(random() * (endMs - beginMs));
  const toMs = fromMs + 3_600_000 + Math.floor(random() * (interval === Interval.HOUR ? 4 : 30) * dayMs);
  const nowMs = random() < 0.7 ? endMs + 400 * dayMs : fromMs + Math.floor(random() * (toMs - fromMs));
  const calendar = { interval, timeZone, weekStart };
  const own = bucketsOf({ fromMs, toMs, ...calendar });
  const [first = 0] = own?.starts ?? [];
  const before = bucketsOf({ fromMs: first - 1, toMs: first, ...calendar });
  const event = { type: pick(["", "page", "purchase", "identify"]), filters: pick(filterSets) };
  const common = pick(filterSets);
  const [birth, semantics] = [pick([0, 1, 2]), pick([Semantics.NATIVE, Semantics.POSTHOG])];
  const isEver =
    birth === LifecycleBirth.FIRST_EVER ||
    (birth === LifecycleBirth.UNSPECIFIED && semantics === Semantics.POSTHOG);
  const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };
  const now = timestampFromMs(nowMs);
  return {
    request: {
      frame: { range, timeZone, weekStart, filters: common, semantics, now },
      event,
      interval,
      birth,
    },
    asked: {
      edges: [before?.starts[0] ?? 0, ...(own?.starts ?? []), own?.ends.at(-1) ?? 0],
      birth: isEver ? "first_ever" : "first_matching",
      ...{ toMs, nowMs, event },
    },
    common,
  };
}

/** The counts per bucket by status. */
function countsOf(answer: QueryLifecycleResponse): Record<StatusName, number[]> {
  return {
    new: answer.newUsers.map(Number),
    returning: answer.returningUsers.map(Number),
    resurrecting: answer.resurrectingUsers.map(Number),
    dormant: answer.dormantUsers.map(Number),
  };
}

describe("lifecycle", function () {
  this.timeout(90_000);
  let house: House;
  let key: string;
  const span = { fromMs: beginMs, toMs: endMs };
  const events = eventSet({ project: "mine", seed: 4, count: 1_100, firstRawSequence: 1, ...span });
  const persons = new Persons(events);
  const range = { from: timestampFromMs(beginMs), to: timestampFromMs(endMs) };

  before(async () => {
    house = await openHouse();
    key = await house.project("mine", { timeZone: "Europe/Vienna" });
    await house.project("other");
    const foreign = events.map((event) => ({ ...event, project_id: "other" }));
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
  });
  after(() => house?.stop());

  const client = () => house.client(key);

  it(`answers random questions as a recount does, and lists the users of a bar (SEED=${seed})`, async () => {
    const random = seeded(seed);
    const seen = new Map<StatusName, number>();
    for (let n = 0; n < questions; n++) {
      const { request, asked, common } = randomQuestion(random);
      const what = `question ${n} of seed ${seed}: ${JSON.stringify(asked)}`;
      const expected = recountLifecycle({ events, persons, common }, asked);
      const answer = await client().queryLifecycle(request);
      expect(answer.buckets.map(timestampMs), what).to.deep.equal(asked.edges.slice(1, -1));
      const counts = countsOf(answer);
      for (const [name, status] of statuses) {
        expect(counts[name], `${name} of ${what}`).to.deep.equal(expected.map((of) => of[name].length));
        seen.set(name, (seen.get(name) ?? 0) + counts[name].reduce((sum, count) => sum + count, 0));
        const at = expected.findLastIndex((of) => of[name].length > 0);
        if (n % 5 !== 0 || at < 0) continue;
        const bucket = timestampFromMs(asked.edges[at + 1] ?? 0);
        const listed = await client().listLifecycleUsers({
          lifecycle: request,
          bucket,
          status,
          pageSize: 1_000,
        });
        expect(listed.userIds, what).to.deep.equal(expected[at]?.[name].sort());
      }
    }
    for (const [name] of statuses) expect(seen.get(name), name).to.be.greaterThan(50);
  });

  it("lists a bar page by page, each user once", async () => {
    const lifecycle = { frame: { range }, interval: Interval.MONTH };
    const asked = { lifecycle, bucket: timestampFromMs(Date.parse("2024-03-01T00:00+01:00")) };
    const whole = await client().listLifecycleUsers({ ...asked, status: LifecycleStatus.NEW });
    expect(whole.userIds.length).to.be.greaterThan(10);
    const found: string[] = [];
    let pageToken = "";
    do {
      const page = await client().listLifecycleUsers({
        ...{ ...asked, status: LifecycleStatus.NEW, pageSize: 4, pageToken },
      });
      found.push(...page.userIds);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(found).to.deep.equal(whole.userIds);
  });

  it("says what the answer covers, and keeps it until an event of old times comes in", async () => {
    const lone = await house.project("lone");
    const [event] = events.filter(({ type, visitor_id }) => type === "page" && visitor_id !== "");
    if (event === undefined) throw new Error("no event");
    const own = { ...event, project_id: "lone" };
    await insertEvents(house.clickhouse, house.database, [own]);
    const question = { frame: { range, maxStaleness: {} }, interval: Interval.MONTH };
    const newUsers = async () =>
      (await house.client(lone).queryLifecycle(question)).newUsers.reduce((sum, count) => sum + count, 0n);
    expect(await newUsers()).to.equal(1n);
    const older = {
      ...own,
      event_id: "older",
      time_ms: beginMs - 90 * dayMs,
      raw_sequence: own.raw_sequence + 1,
    };
    await insertEvents(house.clickhouse, house.database, [older]);
    expect(await newUsers()).to.equal(0n);
    const { info } = await client().queryLifecycle({
      frame: { range, explain: true },
      event: { type: "page" },
    });
    expect(info).to.include({ timeZone: "Europe/Vienna", weekStart: "monday", cached: false });
    expect(info?.lateShare).to.be.within(0.01, 1);
    expect(info?.plan.map(({ source }) => source)).to.deep.equal(["raw"]);
  });

  it("refuses what it can't answer, by field", async () => {
    const ask = (request: Asked) => client().queryLifecycle(request);
    const list = (status: LifecycleStatus, bucketMs: number) =>
      client().listLifecycleUsers({
        lifecycle: { frame: { range } },
        status,
        bucket: timestampFromMs(bucketMs),
      });
    for (const [asking, field] of [
      [() => ask({ frame: { range: { from: range.to, to: range.from } } }), "frame.range.from"],
      [() => ask({ frame: { range }, interval: Interval.MINUTE }), "interval"],
      [() => ask({ frame: { range: { from: timestampFromMs(0) } }, interval: Interval.DAY }), "interval"],
      [
        () => ask({ frame: { range }, event: { filters: [filter("no_such", FilterOp.SET)] } }),
        "event.filters[0]",
      ],
      [() => list(LifecycleStatus.NEW, beginMs + 1), "bucket"],
      [() => list(LifecycleStatus.UNSPECIFIED, beginMs), "status"],
    ] as const) {
      const refusal = await refusalOf(asking());
      expect(refusal, field).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message.startsWith(field), `${field} in ${refusal.message}`).to.equal(true);
    }
  });
});
