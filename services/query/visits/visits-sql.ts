import { requestInvalid } from "../../../platform/fault.js";
import type { EventReaders } from "../analysis/event-readers.js";
import type { AskedFrame } from "../analysis/frame.js";
import { instant } from "../sql/instant.js";
import { timeMs } from "../sql/late.js";
import { bind, listOf, type Sql, sql } from "../sql/sql.js";

/** A visit is at most this long; what follows begins the next. */
export const visitMsMax = 86_400_000;
/** The pause that ends a visit where the request doesn't say. */
export const gapDefaultMs = 30 * 60_000;

export interface VisitsParts {
  readonly frame: AskedFrame;
  /** Whether an event is a part of visits. */
  readonly selected: Sql;
  /** What is kept of each event beside its time, such as its page. */
  readonly columns: readonly Sql[];
  readonly gapMs: number;
}

/**
 * The visits that persons' selected events of the range make: columns person and visit, an array of tuples in the
 * order of events, the time (Int64 ms) first, then `columns`.
 *
 * A visit ends where the pause to the next event is longer than the gap, and before the first event that is a day or
 * more after its beginning.
 */
export function visitsSql(readers: EventReaders, { frame, selected, columns, gapMs }: VisitsParts): Sql {
  const person = readers.person();
  const { fromMs, toMs } = frame.range;
  const order = sql`${timeMs}, e.producer_id, e.sequence, e.event_id`;
  const own = sql`SELECT ${person} AS person,
      arrayMap(x -> x.2, arraySort(groupArray(((${order}), (${listOf([timeMs, ...columns])}))))) AS own
    ${readers.joins.from("events")} AND e.time >= ${instant(fromMs)} AND e.time < ${instant(toMs)}
      AND ${selected} AND ${person} != ''
    GROUP BY person`;
  const before = sql`arrayPushFront(arrayPopBack(own), own[1])`;
  const spells = sql`arraySplit((x, isFirst) -> isFirst,
      own, arrayMap((x, last) -> x.1 - last.1 > ${bind.int64(gapMs)}, own, ${before}))`;
  const most = bind.int64(visitMsMax);
  // Of a spell longer than a visit may be: the places where its visits begin, found one by one.
  const next = sql`arrayFirstIndex(x -> x.1 >= spell[firsts[-1]].1 + ${most}, spell)`;
  const firsts = sql`arrayFold((firsts, i) -> if(${next} = 0, firsts, arrayPushBack(firsts, ${next})),
      range(toUInt64(intDiv(spell[-1].1 - spell[1].1, ${most}))), [toUInt32(1)])`;
  const ends = sql`arrayPushBack(arrayPopFront(firsts), toUInt32(length(spell) + 1))`;
  return sql`SELECT person, arraySlice(spell, first, end - first) AS visit
    FROM (SELECT person, spell, ${firsts} AS firsts FROM (SELECT person, ${spells} AS spells FROM (${own}))
      ARRAY JOIN (spells) AS spell)
    ARRAY JOIN (firsts) AS first, (${ends}) AS end`;
}

/** How many of the range's selected events there are, and how many of them are late: one row. */
export function countedSql(
  readers: EventReaders,
  parts: Pick<VisitsParts, "frame" | "selected">,
  late: Sql,
): Sql {
  const { fromMs, toMs } = parts.frame.range;
  return sql`SELECT toFloat64(count()), toFloat64(countIf(${late}))
    ${readers.joins.from("events")} AND e.time >= ${instant(fromMs)} AND e.time < ${instant(toMs)}
      AND ${parts.selected}`;
}

/** @throws Fault REQUEST_INVALID where a gap is below a millisecond. */
export function gapMsOf(gapMs: number | undefined, field: string): number {
  if (gapMs === undefined) return gapDefaultMs;
  if (gapMs >= 1) return Math.floor(gapMs);
  throw requestInvalid(field, "gte", "must be at least a millisecond");
}
