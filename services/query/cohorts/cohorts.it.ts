import { create, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { Scope } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { type CohortRuleSchema, CohortSchema } from "../../../gen/ts/tideline/query/v1/cohort_pb.js";
import {
  Aggregation,
  type Filter,
  FilterOp,
  FilterSchema,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { eventSet, type TestEvent } from "../testing/event-set.js";
import { Persons, passes } from "../testing/recount.js";
import { insertEvents } from "../testing/store.js";

type Rule = MessageInitShape<typeof CohortRuleSchema>;

const dayMs = 86_400_000;
const nowMs = Date.now();
const [fromMs, toMs] = [nowMs - 20 * dayMs, nowMs];
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs + 1) };
const filter = (scope: PropertyScope, name: string, op: FilterOp, ...values: string[]): Filter =>
  create(FilterSchema, { property: { scope, name }, op, values });
const { FIELD, USER, COHORT } = PropertyScope;

const events = eventSet({ project: "mine", seed: 31, count: 900, fromMs, toMs, firstRawSequence: 1 });
const persons = new Persons(events);
const own = events.filter(({ is_system }) => !is_system);

/** Every person's own events, in no order. */
const people = new Map<string, TestEvent[]>();
for (const event of events) {
  const person = persons.of(event.visitor_id);
  if (person !== "") people.set(person, [...(people.get(person) ?? []), event]);
}

type Member = (person: string) => boolean;

const did =
  (isIt: (event: TestEvent) => boolean, enough: (count: number) => boolean): Member =>
  (person) => {
    const count = (people.get(person) ?? []).filter(isIt).length;
    return count > 0 && enough(count);
  };

const fromAustria = filter(FIELD, "country", FilterOp.EQUALS, "AT");
const golden = filter(USER, "tier", FilterOp.EQUALS, "gold");

/** Rules, and who is in them by plain means. */
const cohorts: Readonly<Record<string, { readonly rule: Rule; readonly isIn: Member }>> = {
  buyers: {
    rule: { rule: { case: "did", value: { event: { type: "purchase" } } } },
    isIn: did(
      ({ type }) => type === "purchase",
      () => true,
    ),
  },
  "often-lately": {
    rule: {
      rule: {
        case: "did",
        value: { event: {}, op: FilterOp.GREATER, times: 3n, last: { seconds: BigInt(6 * 86_400) } },
      },
    },
    isIn: did(
      ({ is_system, time_ms }) => !is_system && time_ms >= nowMs - 6 * dayMs,
      (count) => count > 3,
    ),
  },
  "once-austria": {
    rule: {
      rule: {
        case: "did",
        value: { event: { type: "page", filters: [fromAustria] }, op: FilterOp.EQUALS, times: 1n },
      },
    },
    isIn: did(
      (event) => event.type === "page" && passes(event, fromAustria, persons),
      (count) => count === 1,
    ),
  },
  "new-last-week": {
    rule: {
      rule: {
        case: "did",
        value: {
          event: { type: "page" },
          range: { from: timestampFromMs(fromMs + 3 * dayMs), to: timestampFromMs(fromMs + 9 * dayMs) },
          first: true,
        },
      },
    },
    isIn: (person) => {
      const times = (people.get(person) ?? []).filter(({ type }) => type === "page").map((it) => it.time_ms);
      const first = Math.min(...times);
      return first >= fromMs + 3 * dayMs && first < fromMs + 9 * dayMs;
    },
  },
  gold: {
    rule: { rule: { case: "trait", value: golden } },
    isIn: (person) => {
      const value = persons.trait(person, ["tier"]);
      return value.kind === "text" && value.text === "gold";
    },
  },
  named: {
    rule: { rule: { case: "users", value: { userIds: ["user-1", "anon-3", "nobody", "user-7'; --"] } } },
    isIn: (person) => ["user-1", "anon-3"].some((id) => persons.of(id) === person),
  },
  mixed: {
    rule: {
      rule: {
        case: "all",
        value: {
          rules: [
            { rule: { case: "cohortId", value: "buyers" } },
            { rule: { case: "not", value: { rule: { case: "trait", value: golden } } } },
            {
              rule: {
                case: "any",
                value: {
                  rules: [
                    { rule: { case: "cohortId", value: "named" } },
                    { rule: { case: "cohortId", value: "often-lately" } },
                  ],
                },
              },
            },
          ],
        },
      },
    },
    isIn: (person) =>
      isMember("buyers", person) &&
      !isMember("gold", person) &&
      (isMember("named", person) || isMember("often-lately", person)),
  },
};

function isMember(cohortId: string, person: string): boolean {
  return cohorts[cohortId]?.isIn(person) ?? false;
}

const membersOf = (cohortId: string): string[] =>
  [...people.keys()].filter((person) => isMember(cohortId, person)).sort();

describe("cohorts", function () {
  this.timeout(60_000);
  let house: House;
  let key: string;
  let reader: string;
  let other: string;

  before(async () => {
    house = await openHouse();
    key = await house.project("mine", {}, [Scope.QUERY, Scope.ADMIN]);
    reader = await house.project("readers");
    other = await house.project("other", {}, [Scope.QUERY, Scope.ADMIN]);
    const foreign = events.map((event) => ({ ...event, project_id: "other" }));
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
    for (const [cohortId, { rule }] of Object.entries(cohorts)) {
      const { cohort } = await client().putCohort({ cohort: { cohortId, name: `The ${cohortId}`, rule } });
      expect(cohort).to.include({ cohortId, version: 1n });
    }
  });
  after(() => house?.stop());

  const client = (as = key) => house.client(as);
  const inCohort = (cohortId: string, op = FilterOp.SET, ...values: string[]) =>
    filter(COHORT, cohortId, op, ...values);

  for (const cohortId of Object.keys(cohorts)) {
    it(`has as members of ${cohortId} who is in it by a recount, page by page`, async () => {
      const expected = membersOf(cohortId);
      expect(expected.length).to.be.within(1, people.size - 1);
      const found: string[] = [];
      let pageToken = "";
      do {
        const page = await client().listCohortMembers({ cohortId, pageSize: 7, pageToken });
        found.push(...page.userIds);
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect(found).to.deep.equal(expected);
      expect(Number((await client().getCohort({ cohortId })).members)).to.equal(expected.length);
    });
  }

  it("filters and breaks down every kind of question", async () => {
    const isBuyer = (event: TestEvent) => isMember("buyers", persons.of(event.visitor_id));
    const counted = own.filter(isBuyer).length;
    const { series } = await client().queryMetrics({
      aggregation: Aggregation.COUNT,
      range,
      filters: [inCohort("buyers")],
    });
    expect(series[0]?.total?.value).to.equal(counted);
    const broken = await client().queryMetrics({
      aggregation: Aggregation.COUNT,
      range,
      breakdown: [{ scope: COHORT, name: "buyers" }],
    });
    expect(
      broken.series.map(({ breakdown, total }) => [breakdown[0]?.value, breakdown[0]?.missing, total?.value]),
    ).to.have.deep.members([
      ["true", false, counted],
      ["", true, own.length - counted],
    ]);
    const outside = await client().queryStickiness({
      frame: {
        range,
        filters: [inCohort("buyers", FilterOp.NOT_SET), inCohort("gold", FilterOp.EQUALS, "true")],
      },
    });
    const active = membersOf("gold").filter(
      (person) => !isMember("buyers", person) && people.get(person)?.some(({ is_system }) => !is_system),
    );
    expect(Number(outside.activeUsers)).to.equal(active.length);
    const listed = await client().listEvents({ range, filters: [inCohort("buyers")], pageSize: 1_000 });
    const all = events.filter(isBuyer);
    expect(listed.events.map(({ eventId }) => eventId)).to.have.members(all.map((it) => it.event_id));
    const paths = await client().queryPaths({ frame: { range, filters: [inCohort("named")] } });
    const named = membersOf("named").filter((person) => people.get(person)?.some((it) => !it.is_system));
    expect(Number(paths.users)).to.equal(named.length);
  });

  it("changes with its definition at once, counts its versions, and loses no other's change", async () => {
    const movingOf = (...userIds: string[]) => ({
      cohortId: "moving",
      rule: { rule: { case: "users" as const, value: { userIds } } },
    });
    const cohort = movingOf("user-1");
    const frame = { range, filters: [inCohort("moving")] };
    await client().putCohort({ cohort });
    const one = await client().queryStickiness({ frame });
    const again = await client().putCohort({ cohort });
    expect(again.cohort?.version).to.equal(1n);
    const wider = movingOf("user-1", "user-2", "user-3");
    const stale = await refusalOf(client().putCohort({ cohort: wider, expectedVersion: 7n }));
    expect(stale).to.include({ code: "ABORTED", reason: "DEFINITION_CHANGED" });
    const { cohort: now } = await client().putCohort({ cohort: wider, expectedVersion: 1n });
    expect(now?.version).to.equal(2n);
    const more = await client().queryStickiness({ frame });
    expect(more.activeUsers > one.activeUsers).to.equal(true);
    const not = movingOf("user-9").rule;
    await client().putCohort({ cohort: { cohortId: "others", rule: { rule: { case: "not", value: not } } } });
    const named = (await client().listCohorts({})).cohorts.filter(({ cohortId }) =>
      /^named|^others/.test(cohortId),
    );
    expect(named.map(({ rule }) => rule?.rule.case)).to.deep.equal([undefined, "not"]);
    expect(toJsonString(CohortSchema, named[1] ?? create(CohortSchema))).to.not.include("user-9");
    const list = await client().listCohorts({ pageSize: 3 });
    expect(list.cohorts.map(({ cohortId }) => cohortId)).to.deep.equal(["buyers", "gold", "mixed"]);
    const rest = await client().listCohorts({ pageSize: 100, pageToken: list.nextPageToken });
    expect(rest.cohorts.map(({ cohortId }) => cohortId)).to.include.members(["moving", "named"]);
    await client().deleteCohort({ cohortId: "moving" });
    expect(await refusalOf(client().queryStickiness({ frame }))).to.include({
      code: "NOT_FOUND",
      reason: "COHORT_NOT_FOUND",
    });
  });

  it("belongs to its project, and is changed by its admins alone", async () => {
    for (const call of [
      client(other).getCohort({ cohortId: "buyers" }),
      client(other).listCohortMembers({ cohortId: "buyers" }),
      client(other).deleteCohort({ cohortId: "buyers" }),
      client(other).queryStickiness({ frame: { filters: [inCohort("buyers")] } }),
    ]) {
      expect(await refusalOf(call)).to.include({ reason: "COHORT_NOT_FOUND" });
    }
    const cohort = { cohortId: "mine", rule: cohorts["buyers"]?.rule as Rule };
    expect(await refusalOf(client(reader).putCohort({ cohort }))).to.include({ reason: "SCOPE_MISSING" });
    expect(await refusalOf(client(reader).deleteCohort({ cohortId: "buyers" }))).to.include({
      reason: "SCOPE_MISSING",
    });
  });

  it("refuses rules that can't be, by field, and keeps what others stand on", async () => {
    const put = (rule: Rule, cohortId = "bad") =>
      refusalOf(client().putCohort({ cohort: { cohortId, rule } }));
    const activity = (value: object): Rule => ({ rule: { case: "did", value } }) as Rule;
    const deep = (depth: number): Rule =>
      depth === 0 ? activity({ event: {} }) : { rule: { case: "not", value: deep(depth - 1) } };
    for (const [rule, field] of [
      [{}, "rule"],
      [deep(9), "cohort.rule.not.not"],
      [activity({}), "event"],
      [activity({ event: {}, last: { seconds: 5n }, range }), "cohort.rule.did.range"],
      [activity({ event: {}, range: { from: range.from } }), "cohort.rule.did.range"],
      [activity({ event: { filters: [inCohort("buyers")] } }), "cohort.rule.did.event.filters[0]"],
      [activity({ event: { filters: [filter(FIELD, "nowhere", FilterOp.SET)] } }), "did.event.filters[0]"],
      [
        activity({ event: { filters: [filter(FIELD, "country", FilterOp.REGEX, "(")] } }),
        "cohort.rule.did.event.filters[0].values[0]",
      ],
      [{ rule: { case: "trait", value: fromAustria } }, "cohort.rule.trait.property.scope"],
      [{ rule: { case: "users", value: { userIds: [] } } }, "user_ids"],
      [
        { rule: { case: "trait", value: filter(USER, "tier", FilterOp.REGEX, "(") } },
        "cohort.rule.trait.values[0]",
      ],
      [{ rule: { case: "trait", value: filter(USER, "tier", FilterOp.EQUALS) } }, "cohort.rule.trait.values"],
    ] as const) {
      const refusal = await put(rule as Rule);
      expect(refusal).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message).to.include(field);
    }
    expect(await put({ rule: { case: "cohortId", value: "nowhere" } })).to.include({
      reason: "COHORT_NOT_FOUND",
    });
    expect((await put({ rule: { case: "cohortId", value: "mixed" } }, "buyers")).message).to.include(
      "stands on itself",
    );
    const referenced = await refusalOf(client().deleteCohort({ cohortId: "buyers" }));
    expect(referenced).to.include({ code: "FAILED_PRECONDITION", reason: "COHORT_REFERENCED" });
  });
});
