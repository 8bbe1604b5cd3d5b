import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Cohort, CohortActivity } from "../../../gen/ts/tideline/query/v1/cohort_pb.js";
import { FilterOp } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { EventReaders } from "../analysis/event-readers.js";
import type { RegisteredKinds } from "../registered-kinds.js";
import { filterSql } from "../sql/filter.js";
import { instant } from "../sql/instant.js";
import { StatementJoins } from "../sql/joins.js";
import { type CohortStatement, type Cohorts, personSql } from "../sql/people.js";
import { PropertyReader } from "../sql/property.js";
import { allOf, anyOf, bind, type Sql, sql } from "../sql/sql.js";
import { cohortOf, type PlacedRule, rulesBelow, rulesOf } from "./cohort-rule.js";

/** The cohorts of a project, for statements that ask who is in them. */
export interface KnownCohorts {
  readonly all: ReadonlyMap<string, Cohort>;
  /** What is registered for the event types that they name. */
  readonly kinds: ReadonlyMap<string, RegisteredKinds>;
  readonly timeZone: string;
  /** The present, which "the last so many days" end at. */
  readonly nowMs: number;
}

interface Context extends CohortStatement {
  readonly cohorts: KnownCohorts;
}

/** The event types that cohorts name. */
export function typesOfCohorts(all: Iterable<Cohort>): string[] {
  const rules = [...all].flatMap(({ rule }) => (rule === undefined ? [] : rulesOf({ rule, field: "rule" })));
  return rules.flatMap(({ rule }) => (rule.rule.case === "did" ? [rule.rule.value.event?.type ?? ""] : []));
}

/** Each rule is a set of persons that the engine makes once, however many events are looked up in it. */
export function cohortsSql(cohorts: KnownCohorts): Cohorts {
  const versions = [...cohorts.all].map(([cohortId, { version }]) => `${cohortId}@${version}`);
  return {
    version: versions.join(),
    isIn: (cohortId, statement) => inCohortSql({ ...statement, cohorts }, cohortId),
  };
}

function inCohortSql(context: Context, cohortId: string): Sql {
  const { rule } = cohortOf(context.cohorts.all, cohortId);
  return rule === undefined ? sql`0` : ruleSql(context, { rule, field: "cohort.rule" });
}

function ruleSql(context: Context, placed: PlacedRule): Sql {
  const { rule } = placed.rule;
  const { field } = placed;
  const person = context.joins.person();
  switch (rule.case) {
    case "all":
      return allOf(rulesBelow(placed).map((inner) => ruleSql(context, inner)));
    case "any":
      return anyOf(rulesBelow(placed).map((inner) => ruleSql(context, inner)));
    case "not":
      return sql`NOT (${allOf(rulesBelow(placed).map((inner) => ruleSql(context, inner)))})`;
    case "did":
      return sql`${person} IN (${activeSql(context, rule.value, `${field}.did`)})`;
    case "trait":
      return filterSql(rule.value, new PropertyReader(context.joins), `${field}.trait`);
    case "users":
      return sql`${person} IN (${listedSql(context, rule.value.userIds)})`;
    case "cohortId":
      return inCohortSql(context, rule.value);
    default:
      return sql`0`;
  }
}

/** The persons who did it so often. */
function activeSql({ tenant, people, cohorts }: Context, activity: CohortActivity, field: string): Sql {
  const { kinds, timeZone } = cohorts;
  const readers = new EventReaders(new StatementJoins(tenant, people), { kinds, timeZone, filters: [] });
  const person = readers.person();
  const { type = "", filters = [] } = activity.event ?? {};
  const selected = readers.selects({ type, filters }, `${field}.event`);
  const within = withinSql(activity, cohorts.nowMs, sql`e.time`);
  // Whose first event lies there: then the time cuts users, not events.
  const cut = activity.first ? sql`${withinSql(activity, cohorts.nowMs, sql`min(e.time)`)}` : sql`1`;
  return sql`SELECT ${person} AS member
    ${readers.joins.from("events")} AND ${selected} AND ${activity.first ? sql`1` : within} AND ${person} != ''
    GROUP BY member HAVING ${timesSql(activity)} AND ${cut}`;
}

function boundsOf({ last, range }: CohortActivity, nowMs: number): { fromMs?: number; toMs?: number } {
  if (last !== undefined) return { fromMs: Math.floor(nowMs - durationMs(last)), toMs: nowMs };
  if (range?.from === undefined || range.to === undefined) return {};
  return { fromMs: timestampMs(range.from), toMs: timestampMs(range.to) };
}

function withinSql(activity: CohortActivity, nowMs: number, time: Sql): Sql {
  const { fromMs, toMs } = boundsOf(activity, nowMs);
  if (fromMs === undefined || toMs === undefined) return sql`1`;
  return sql`(${time} >= ${instant(fromMs)} AND ${time} < ${instant(toMs)})`;
}

function timesSql({ op, times }: CohortActivity): Sql {
  const bound = bind.uint64(times === 0n ? 1n : times);
  switch (op) {
    case FilterOp.EQUALS:
      return sql`count() = ${bound}`;
    case FilterOp.NOT_EQUALS:
      return sql`count() != ${bound}`;
    case FilterOp.GREATER:
      return sql`count() > ${bound}`;
    case FilterOp.LESS:
      return sql`count() < ${bound}`;
    case FilterOp.LESS_OR_EQUAL:
      return sql`count() <= ${bound}`;
    default:
      return sql`count() >= ${bound}`;
  }
}

/** The persons behind ids. */
function listedSql({ tenant, people }: Context, userIds: readonly string[]): Sql {
  const { person, join } = personSql(tenant, people, sql`listed.id`);
  return sql`SELECT ${person} FROM (SELECT arrayJoin(${bind.texts(userIds)}) AS id) AS listed ${join}`;
}
