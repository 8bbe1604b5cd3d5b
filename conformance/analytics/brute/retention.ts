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
    row_users: rows.map((start, row) => rowUsers(row, start, members)),
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

/** The rows that a user belongs to. */
function membersOf(world: World, query: RetentionQuery, { user, all, rows }: Asked): Member[] {
  const lastMs = endMsOf(query.to).lastMs;
  const fromMs = Date.parse(query.from);
  const starting = (it: Happening) => selects(world, query.start, it) && passes(world, query.filters, it);
  const returns = all.filter(
    (it) => it.ms <= lastMs && selects(world, query.return, it) && passes(world, query.filters, it),
  );
  const rowOf = (it: Happening) => rows.indexOf(bucketStart(world, query.period, it.ms));
  const births = birthsOf(query, all, starting).filter((it) => it.ms >= fromMs && it.ms <= lastMs);
  const seen = new Set<string>();
  return births.flatMap((birth) => {
    const row = rowOf(birth);
    const value = query.breakdown === undefined ? [] : valuesOf(world, query.breakdown, birth);
    const key = String(row);
    if (seen.has(key)) return []; // A user is in a row once, by the first start event there.
    seen.add(key);
    return [{ user, row, value, columns: columnsOf(world, query, { birth, row, returns, rows }) }];
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

/** Users by row and column; null where a cell's period has not ended, as `now` says. */
function matrixOf(
  world: World,
  query: RetentionQuery,
  rows: readonly number[],
  members: readonly Member[],
): (number | null)[][] {
  return rows.map((start, row) => {
    const own = members.filter((it) => it.row === row);
    return Array.from({ length: query.periods }, (_, column) => {
      const end = bucketStart(world, query.period, start, column + 1);
      if (column > 0 && end > world.nowMs) return null;
      return own.filter(({ columns }) => columns.has(column)).length;
    });
  });
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
