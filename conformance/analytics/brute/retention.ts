import { type Answer, endMsOf, type RetentionQuery, type Unit } from "../case-shape.js";
import { bucketStart, bucketStarts } from "./calendar.js";
import { type Happening, passes, selects, valuesOf, type World } from "./world.js";

/** A user in a row: which columns count, column 0 always among them. */
interface Member {
  readonly user: string;
  readonly row: number;
  readonly columns: ReadonlySet<number>;
  readonly value: readonly string[];
}

const hourMs = 3_600_000;
/** A period of the rolling clock. */
const rollingMs: Readonly<Partial<Record<Unit, number>>> = {
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
  month: 30 * 24 * hourMs,
};

export function evaluateRetention(world: World, query: RetentionQuery): Answer {
  const fromMs = Date.parse(query.from);
  const { lastMs } = endMsOf(query.to);
  const rows = bucketStarts(world, query.period, fromMs, lastMs);
  const members = [...world.people].flatMap(([user, all]) => membersOf(world, query, { user, all, rows }));
  const answer: Answer = {
    row_starts: rows.map((start) => new Date(start).toISOString()),
    cohort_sizes: rows.map((_, row) => members.filter((it) => it.row === row).length),
    matrix: matrixOf(world, query, rows, members),
    row_users: rows.map((start, row) => rowUsers(row, start, membersKnown(world, query, start, members))),
  };
  if (query.breakdown === undefined) return answer;
  const values = new Map(members.map(({ value }) => [value.join("\0"), value]));
  return {
    ...answer,
    by_breakdown: [...values].map(([key, value]) => {
      const own = members.filter((it) => it.value.join("\0") === key);
      const sizes = rows.map((_, row) => own.filter((it) => it.row === row).length);
      return { value, cohort_sizes: sizes, matrix: matrixOf(world, query, rows, own) };
    }),
    breakdown_rows: values.size,
  };
}

interface Asked {
  readonly user: string;
  readonly all: readonly Happening[];
  readonly rows: readonly number[];
}

/** The rows that a user belongs to, by each value of the breakdown. */
function membersOf(world: World, query: RetentionQuery, asked: Asked): Member[] {
  const { breakdown, type } = query;
  if (breakdown === undefined) return membersOfValue(world, query, asked, undefined);
  const isOfStart = world.semantics.retentionBreakdown === "start_event" || type === "first_ever";
  if (isOfStart) return membersOfValue(world, query, asked, undefined);
  const values = new Set(asked.all.map((it) => valuesOf(world, breakdown, it).join("\0")));
  return [...values].flatMap((value) => membersOfValue(world, query, asked, value));
}

/** The rows that a user belongs to by the events of a value, or by all. */
function membersOfValue(
  world: World,
  query: RetentionQuery,
  { user, all, rows }: Asked,
  only: string | undefined,
): Member[] {
  const lastMs = endMsOf(query.to).lastMs;
  const fromMs = Date.parse(query.from);
  const ownValue = (it: Happening) =>
    query.breakdown === undefined ? [] : valuesOf(world, query.breakdown, it);
  const isAsked = (it: Happening) =>
    passes(world, query.filters, it) && (only === undefined || ownValue(it).join("\0") === only);
  const starting = (it: Happening) => selects(world, query.start, it) && isAsked(it);
  const returns = all.filter((it) => it.ms <= lastMs && selects(world, query.return, it) && isAsked(it));
  const births = birthsOf(query, all, starting).filter((it) => it.ms >= fromMs && it.ms <= lastMs);
  const seen = new Set<number>();
  return births.flatMap((birth) => {
    const row = rows.indexOf(bucketStart(world, query.period, birth.ms));
    if (seen.has(row)) return []; // A user is in a row once, by the first start event there.
    seen.add(row);
    const columns = columnsOf(world, query, { birth, row, returns, rows });
    return [{ user, row, value: ownValue(birth), columns }];
  });
}

function birthsOf(
  query: RetentionQuery,
  all: readonly Happening[],
  starting: (it: Happening) => boolean,
): Happening[] {
  switch (query.type ?? "recurring") {
    case "recurring":
      return all.filter(starting);
    case "first_time":
      return all.filter(starting).slice(0, 1);
    case "first_ever":
      return all
        .filter(({ event }) => query.start.event === null || event === query.start.event)
        .slice(0, 1)
        .filter(starting);
  }
}

interface Stay {
  readonly birth: Happening;
  readonly row: number;
  readonly returns: readonly Happening[];
  readonly rows: readonly number[];
}

function columnsOf(world: World, query: RetentionQuery, stay: Stay): Set<number> {
  const { retentionBound } = world.semantics;
  const bound = query.cumulative === true ? "on_or_after" : retentionBound;
  const times = new Map<number, number>();
  for (const it of stay.returns) {
    const column = columnOf(world, query, stay, it);
    if (column >= 1) times.set(column, (times.get(column) ?? 0) + 1);
  }
  const least = query.minimum_occurrences ?? 1;
  const active = [...times].filter(([, count]) => count >= least).map(([column]) => column);
  const counts = (column: number) =>
    active.some((it) =>
      bound === "on" ? it === column : bound === "on_or_after" ? it >= column : it <= column,
    );
  const columns = new Set([0]);
  for (let column = 1; column < query.periods; column++) if (counts(column)) columns.add(column);
  return columns;
}

/** How many periods after the birth an event lies. */
function columnOf(world: World, query: RetentionQuery, stay: Stay, it: Happening): number {
  if (world.semantics.retentionClock === "calendar") {
    const row = stay.rows.indexOf(bucketStart(world, query.period, it.ms));
    return row < 0 ? -1 : row - stay.row;
  }
  return Math.floor((it.ms - stay.birth.ms) / (rollingMs[query.period] as number));
}

/** Users by row and column; null after the range, and where a cell's period has not ended, as `now` says. */
function matrixOf(
  world: World,
  query: RetentionQuery,
  rows: readonly number[],
  members: readonly Member[],
): (number | null)[][] {
  return rows.map((start, row) => {
    const own = members.filter((it) => it.row === row);
    return Array.from({ length: query.periods }, (_, column) =>
      column === 0 || isKnown(world, query, start, column)
        ? own.filter(({ columns }) => columns.has(column)).length
        : null,
    );
  });
}

function isKnown(world: World, query: RetentionQuery, row: number, column: number): boolean {
  const { lastMs, endMs } = endMsOf(query.to);
  if (world.semantics.retentionClock === "calendar") {
    const begins = bucketStart(world, query.period, row, column);
    return begins <= lastMs && bucketStart(world, query.period, row, column + 1) <= world.nowMs;
  }
  // By then the column has ended for whoever started last.
  const started = Math.min(bucketStart(world, query.period, row, 1), endMs);
  const ends = started + (column + 1) * (rollingMs[query.period] as number);
  return ends <= endMs && ends <= world.nowMs;
}

/** The members with the columns of a row that are known. */
function membersKnown(
  world: World,
  query: RetentionQuery,
  row: number,
  members: readonly Member[],
): Member[] {
  return members.map((it) => ({
    ...it,
    columns: new Set([...it.columns].filter((column) => column === 0 || isKnown(world, query, row, column))),
  }));
}

/** The users of a row, those with the most columns first. */
function rowUsers(row: number, start: number, members: readonly Member[]): Answer {
  const own = members.filter((it) => it.row === row);
  own.sort((a, b) => b.columns.size - a.columns.size || (a.user < b.user ? -1 : 1));
  return {
    row,
    row_start: new Date(start).toISOString(),
    users: own.map(({ user }) => user),
    appearances: Object.fromEntries(
      own.map(({ user, columns }) => [user, { exactly: [...columns].sort((a, b) => a - b) }]),
    ),
  };
}
