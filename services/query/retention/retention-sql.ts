import type { EventReaders } from "../analysis/event-readers.js";
import { type UserPage, userPageSql } from "../analysis/user-pages.js";
import { bucketIndexSql, bucketSql } from "../sql/buckets.js";
import { instant } from "../sql/instant.js";
import { lateSql, timeMs } from "../sql/late.js";
import { periodBits } from "../sql/period-bits.js";
import { bind, listOf, nothing, type Sql, sql } from "../sql/sql.js";
import { ofOwnType, ofTypes } from "../sql/types.js";
import type { RetentionQuestion } from "./retention-question.js";

// A user's whole stay is one row of arrays, so that no cell needs a join:
//
// marks   one row an event: the user, when, in which period, whether it starts, whether it returns
// lives   one row a user (and value): the cohorts (`births`) and what came back, as a bit or a time each
// stays   one row a user and cohort: `cells`, whether the user counts in columns 1, 2 and so on
//
// Where returns are told by their calendar period, a user's periods are bits of a few numbers: 10 million events of
// 200,000 users are folded in a third of the time that arrays of periods take.

/** The first place of an event among those of a user; see docs/queries.md. */
const orderColumns: Sql = sql`e.producer_id AS producer_id, e.sequence AS sequence, e.event_id AS event_id`;
const order: Sql = sql`(t, producer_id, sequence, event_id)`;

/**
 * One row a user and cohort: person, cohort (index of its period), value (the breakdown's, as JSON), cells, counted and
 * late (events of the user, in one of the rows), nth (which of the user's cohorts; 0 where there is none). Of `alike`
 * rows are of `users` with the same stay, and name no person.
 *
 * @throws Fault REQUEST_INVALID that names the field.
 */
function staysSql(readers: EventReaders, question: RetentionQuestion, who: "each" | "alike"): Sql {
  const value = question.breakdown.length === 0 ? sql`''` : sql`birth.3`;
  const user = who === "alike" ? sql`users` : sql`person`;
  return sql`SELECT ${user}, birth.1 AS cohort, ${value} AS value, ${cellsSql(question)} AS cells, counted, late, nth
    FROM (${livesSql(readers, question, who)}) LEFT ARRAY JOIN (births) AS birth, arrayEnumerate(births) AS nth`;
}

/** Whether many users have the same stay: where it is told by bits of periods alone. */
function hasAlike(question: RetentionQuestion): boolean {
  return question.birth === "recurring" && question.minimum === 1 && !listsBirths(question);
}

/** Whether births are looked up among the start events of all history. */
export function asksFirst({ birth }: RetentionQuestion): boolean {
  return birth !== "recurring";
}

/** Whether a start event needs its own time or value, and not its period alone. */
function listsBirths(question: RetentionQuestion): boolean {
  return question.clock === "rolling" || goesByStart(question);
}

function goesByStart({ breakdown, breakdownBy }: RetentionQuestion): boolean {
  return breakdown.length > 0 && breakdownBy === "start_event";
}

/** Whether each value is a retention of its own. */
function goesByValue({ breakdown, breakdownBy }: RetentionQuestion): boolean {
  return breakdown.length > 0 && breakdownBy === "same_value";
}

/** Whether the first event of all must be told from others of the same instant. */
function needsOrder(question: RetentionQuestion): boolean {
  return goesByStart(question) || isConditional(question);
}

/** Whether the first event ever may be one that does not start. */
function isConditional({ birth, start, frame }: RetentionQuestion): boolean {
  return birth === "first_ever" && start.filters.length + frame.filters.length > 0;
}

function marksSql(readers: EventReaders, question: RetentionQuestion): Sql {
  const { frame, start, periods, returnsToMs } = question;
  const { fromMs, toMs } = frame.range;
  const person = readers.person();
  const [from, to] = [bind.int64(fromMs), bind.int64(toMs)];
  const starts = sql`(${readers.selects(start, "start_event")} AND ${timeMs} < ${to})`;
  const returns = sql`(${readers.selects(question.return, "return_event")} AND ${timeMs} >= ${from})`;
  const firsts = isConditional(question) ? sql`(${ofOwnType(start.type)} AND ${timeMs} < ${to})` : starts;
  const value = question.breakdown.length === 0 ? nothing : sql`, ${valueSql(readers, question)} AS value`;
  const placed = needsOrder(question) ? sql`, ${orderColumns}` : nothing;
  const begin = asksFirst(question) ? sql`1` : sql`e.time >= ${instant(fromMs)}`;
  const { end } = bucketSql(periods, timeMs);
  return sql`SELECT ${person} AS person, ${timeMs} AS t, ${bucketIndexSql(periods, timeMs)} AS period,
      ${starts} AS is_start, ${returns} AS is_return, ${firsts} AS is_first, ${lateSql(end)} AS is_late
      ${value} ${placed}
    ${readers.joins.from("events")} AND ${begin} AND e.time < ${instant(returnsToMs)}
      AND ${ofTypes([start.type, question.return.type])}
      AND (${firsts} OR ${returns}) AND ${person} != ''`;
}

/** The values of the breakdown as one text; each type's properties are read by its own schema. */
function valueSql(readers: EventReaders, { start, return: returned, breakdown }: RetentionQuestion): Sql {
  const texts = breakdown.map((property, index) => {
    const field = `breakdown[${index}].name`;
    const own = readers.of(start.type).property(property, field).text;
    if (returned.type === start.type) return own;
    const other = readers.of(returned.type).property(property, field).text;
    // Of a type that both select, the one that is named is read as its schema has it.
    const isOther = returned.type === "" ? sql`NOT (${ofOwnType(start.type)})` : ofOwnType(returned.type);
    return sql`if(${isOther}, ${other}, ${own})`;
  });
  return sql`toJSONString([${listOf(texts)}])`;
}

function livesSql(readers: EventReaders, question: RetentionQuestion, who: "each" | "alike"): Sql {
  const births = question.birth === "recurring" ? recurringSql(question) : firstSql(question);
  const returns = returnsSql(question);
  const from = bind.int64(question.frame.range.fromMs);
  const by = goesByValue(question) ? sql`person, value` : sql`person`;
  const folded = sql`SELECT ${by}, ${births.folded}, ${returns.folded},
      countIf(t >= ${from} AND (is_start OR is_return)) AS counted,
      countIf(t >= ${from} AND (is_start OR is_return) AND is_late) AS late
    FROM (${marksSql(readers, question)}) GROUP BY ${by}`;
  if (who === "each" || births.names === undefined || returns.names === undefined) {
    return sql`SELECT person, counted, late, ${births.births} AS births, ${returns.returns} AS returns
      FROM (${folded})`;
  }
  const keys = listOf([births.names, returns.names, ...(goesByValue(question) ? [sql`value`] : [])]);
  const alike = sql`SELECT ${keys}, count() AS users, sum(counted) AS counted, sum(late) AS late
    FROM (${folded}) GROUP BY ${keys}`;
  return sql`SELECT users, counted, late, ${births.births} AS births, ${returns.returns} AS returns FROM (${alike})`;
}

interface BirthsSql {
  /** Aggregates over a user's marks. */
  readonly folded: Sql;
  /** Their names, where users for whom they are the same are alike. */
  readonly names?: Sql;
  /** Of these: an array of cohort, instant (ms) and value. */
  readonly births: Sql;
}

/** A user belongs to every period with a start event. */
function recurringSql(question: RetentionQuestion): BirthsSql {
  const value = goesByValue(question) ? sql`value` : sql`''`;
  if (!listsBirths(question)) {
    const starts = periodBits({ periods: question.cohorts, is: sql`is_start`, name: "a" });
    const births = sql`arrayMap(at -> (toUInt16(at), toInt64(0), ${value}), ${starts.which})`;
    return { folded: starts.folded, names: starts.names, births };
  }
  // Sorted by period, time and place: the first of each period is the one whose period is not that of the one before.
  const own = goesByStart(question)
    ? sql`(period, t, producer_id, sequence, event_id, value)`
    : sql`(period, t)`;
  const periods = sql`arrayMap(it -> it.1, starts)`;
  const steps = sql`arrayDifference(arrayMap(at -> toInt32(at), ${periods}))`;
  const firsts = sql`arrayFilter((it, step, n) -> step != 0 OR n = 1, starts, ${steps}, arrayEnumerate(starts))`;
  const said = goesByStart(question) ? sql`it.6` : value;
  return {
    folded: sql`arraySort(groupArrayIf(${own}, is_start)) AS starts`,
    births: sql`arrayMap(it -> (it.1, it.2, ${said}), ${firsts})`,
  };
}

/** A user belongs to the period of one event. */
function firstSql(question: RetentionQuestion): BirthsSql {
  const from = bind.int64(question.frame.range.fromMs);
  const isOrdered = needsOrder(question);
  const firstBy = isOrdered ? order : sql`t`;
  const passes = isConditional(question) ? sql`, argMinIf(is_start, ${order}, is_first) AS passes` : nothing;
  const value = goesByStart(question) ? sql`, argMinIf(value, ${order}, is_first) AS born_value` : nothing;
  const said = goesByStart(question) ? sql`born_value` : goesByValue(question) ? sql`value` : sql`''`;
  const isBorn = isConditional(question)
    ? sql`passes AND born >= ${from}`
    : sql`firsts > 0 AND born >= ${from}`;
  return {
    folded: sql`countIf(is_first) AS firsts, minIf(t, is_first) AS born,
      argMinIf(period, ${firstBy}, is_first) AS born_period ${passes} ${value}`,
    births: sql`if(${isBorn}, [(born_period, born, ${said})], [])`,
  };
}

interface ReturnsSql {
  readonly folded: Sql;
  readonly names?: Sql;
  /** Of these: by the calendar's clock whether the user came back in each period, by the rolling one the instants. */
  readonly returns: Sql;
}

function returnsSql({ clock, minimum, bound, periods, returnsToMs }: RetentionQuestion): ReturnsSql {
  if (clock === "rolling") {
    return { folded: sql`groupArrayIf(t, is_return) AS times`, returns: sql`times` };
  }
  const length = periods.starts.filter((start) => start < returnsToMs).length;
  if (minimum === 1) {
    const bits = periodBits({ periods: length, is: sql`is_return`, name: "b" });
    return { folded: bits.folded, names: bits.names, returns: cumulated(bits.bits, bound) };
  }
  const bits = sql`arrayMap(at -> countEqual(returned, at) >= ${bind.uint32(minimum)}, range(${bind.uint32(length)}))`;
  return { folded: sql`groupArrayIf(period, is_return) AS returned`, returns: cumulated(bits, bound) };
}

/** A user who counts until the last return counts in a period where that or any later one has a return. */
function cumulated(bits: Sql, bound: RetentionQuestion["bound"]): Sql {
  if (bound !== "on_or_after") return bits;
  return sql`arrayMap(n -> n > 0, arrayReverse(arrayCumSum(arrayReverse(${bits}))))`;
}

/** Whether the user counts in column 1, 2 and so on of the cohort; what lies beyond the last period is left out. */
function cellsSql(question: RetentionQuestion): Sql {
  const { clock, bound, columns } = question;
  if (clock === "rolling") return rollingCellsSql(question);
  const cells = sql`arraySlice(returns, birth.1 + 2, ${bind.uint32(columns - 1)})`;
  return bound === "on_or_before" ? sql`arrayMap(n -> n > 0, arrayCumSum(${cells}))` : cells;
}

function rollingCellsSql({ bound, columns, minimum, rollingMs }: RetentionQuestion): Sql {
  const after = sql`arrayMap(at -> intDiv(at - birth.2, ${bind.int64(rollingMs)}),
    arrayFilter(at -> at - birth.2 >= ${bind.int64(rollingMs)}, returns))`;
  const came =
    minimum === 1
      ? sql`arrayDistinct(${after})`
      : sql`arrayFilter(n -> countEqual(${after}, n) >= ${bind.uint32(minimum)}, arrayDistinct(${after}))`;
  const column = sql`range(toUInt32(1), ${bind.uint32(columns)})`;
  if (bound === "on") return sql`arrayMap(n -> has(${came}, n), ${column})`;
  if (bound === "on_or_after") return sql`arrayMap(n -> arrayMax(${came}) >= n, ${column})`;
  return sql`arrayMap(n -> notEmpty(${came}) AND arrayMin(${came}) <= n, ${column})`;
}

/** A row of the matrix: the cohort, values as JSON, place of the values from 1 (0 after the limit), and counts. */
export type CohortRow = readonly [
  cohort: number,
  value: string,
  place: number,
  /** The greatest place there is, for those that are summed up. */
  lastPlace: number,
  users: number,
  /** How many of them count in columns 1, 2 and so on; may end before the last. */
  cells: readonly number[],
  counted: number,
  late: number,
];

/** How many users are in each cohort, and in each of its columns. @throws as `staysSql` */
export function matrixSql(readers: EventReaders, question: RetentionQuestion): Sql {
  const [stays, found, cells] = hasAlike(question)
    ? [
        staysSql(readers, question, "alike"),
        sql`sumIf(users, nth > 0)`,
        sql`arrayMap(is -> is * users, cells)`,
      ]
    : [staysSql(readers, question, "each"), sql`countIf(nth > 0)`, sql`cells`];
  const cohorts = sql`SELECT cohort, value, ${found} AS members, sumForEachIf(${cells}, nth > 0) AS counts,
      sumIf(counted, nth <= 1) AS all_counted, sumIf(late, nth <= 1) AS all_late
    FROM (${stays}) GROUP BY cohort, value`;
  const sums = sql`toFloat64(sum(members)), sumForEach(counts), toFloat64(sum(all_counted)), toFloat64(sum(all_late))`;
  if (question.breakdown.length === 0) {
    return sql`SELECT cohort, '', 1, 1, ${sums} FROM (${cohorts}) GROUP BY cohort`;
  }
  // Users without a cohort have no value: their row comes last, and is no place.
  const totals = sql`SELECT *, sum(members) OVER (PARTITION BY value) AS total FROM (${cohorts})`;
  const values = sql`JSONExtract(value, 'Array(Nullable(String))')`;
  const placed = sql`SELECT *, dense_rank() OVER (ORDER BY total DESC, ${values}) AS at FROM (${totals})`;
  const isListed = sql`at <= ${bind.uint64(question.limit)}`;
  return sql`SELECT cohort, if(${isListed}, value, '') AS values, if(${isListed}, at, 0) AS place,
      max(if(total > 0, at, 0)), ${sums}
    FROM (${placed}) GROUP BY cohort, values, place`;
}

/** A row of a list: the user, and the columns above 0 in which the user counts. */
export type StayRow = readonly [person: string, columns: readonly number[]];

/** Which users of a cohort are listed. */
export interface ListedStays {
  readonly cohort: number;
  /** Only who counts in this column; 0: all. */
  readonly column: number;
  /** How many columns of the cohort have a value. */
  readonly columns: number;
  /** The values of the breakdown, null for what is missing; not set: there is none. */
  readonly values?: readonly (string | null)[];
}

/** The users of a cohort, those who count in most columns first. @throws as `staysSql` */
export function staysPageSql(
  readers: EventReaders,
  question: RetentionQuestion,
  { listed, page }: { readonly listed: ListedStays; readonly page: UserPage },
): Sql {
  const cells = sql`arraySlice(cells, 1, ${bind.uint32(listed.columns - 1)})`;
  const columns = sql`arrayFilter((n, is) -> is, arrayEnumerate(${cells}), ${cells})`;
  const { isAfter, order: placed } = userPageSql(page, sql`length(columns)`);
  const isOfValue = listed.values === undefined ? sql`1` : isValueSql(listed.values);
  const isInColumn = listed.column === 0 ? sql`1` : sql`has(columns, ${bind.uint32(listed.column)})`;
  const stays = staysSql(readers, question, "each");
  return sql`SELECT person, columns FROM (SELECT person, ${columns} AS columns FROM (${stays})
      WHERE nth > 0 AND cohort = ${bind.uint32(listed.cohort)} AND ${isOfValue})
    WHERE ${isInColumn} AND ${isAfter} ${placed}`;
}

function isValueSql(values: readonly (string | null)[]): Sql {
  const texts = values.map((value) => (value === null ? sql`NULL` : sql`${bind.text(value)}`));
  return sql`value = toJSONString([${listOf(texts.map((text) => sql`CAST(${text}, 'Nullable(String)')`))}])`;
}
