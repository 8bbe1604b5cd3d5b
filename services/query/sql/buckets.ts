import type { Buckets } from "../calendar.js";
import { bind, type Sql, sql } from "./sql.js";

/** Expressions on the instant (ms since 1970) that a row is counted at. */
export interface BucketSql {
  /** The start of its bucket, Int64 ms. */
  readonly start: Sql;
  /** The end of that bucket. */
  readonly end: Sql;
}

/**
 * Sorts instants into buckets that calendar.ts has cut, so that engine and answer can't differ. Where all are equally
 * wide that is arithmetic, else a binary search.
 */
export function bucketSql({ starts, ends }: Buckets, instantMs: Sql): BucketSql {
  const [first = 0] = starts;
  const [firstEnd = 0] = ends;
  const width = firstEnd - first;
  if (starts.length === 1) return { start: sql`${bind.int64(first)}`, end: sql`${bind.int64(firstEnd)}` };
  if (starts.every((start, index) => (ends[index] ?? 0) - start === width)) {
    const [from, wide] = [bind.int64(first), bind.int64(width)];
    const start = sql`(${from} + intDiv(${instantMs} - ${from}, ${wide}) * ${wide})`;
    return { start, end: sql`(${start} + ${wide})` };
  }
  const [froms, tos] = [bind.int64s(starts), bind.int64s(ends)];
  const start = sql`toInt64(roundDown(${instantMs}, ${froms}))`;
  return { start, end: sql`transform(${start}, ${froms}, ${tos}, toInt64(0))` };
}

/** Up to so many edges are compared one by one, which the engine does faster than it searches. */
const comparedEdgesMax = 40;

/** The index of the bucket that an instant lies in, UInt16; means nothing for instants outside of all buckets. */
export function bucketIndexSql({ starts, ends }: Buckets, instantMs: Sql): Sql {
  const [first = 0] = starts;
  const width = (ends[0] ?? 0) - first;
  if (starts.length === 1) return sql`toUInt16(0)`;
  if (starts.every((start, index) => (ends[index] ?? 0) - start === width)) {
    return sql`toUInt16(intDiv(${instantMs} - ${bind.int64(first)}, ${bind.int64(width)}))`;
  }
  if (starts.length > comparedEdgesMax) {
    const [froms, indexes] = [bind.int64s(starts), bind.int64s(starts.map((_start, index) => index))];
    const start = sql`toInt64(roundDown(${instantMs}, ${froms}))`;
    return sql`toUInt16(transform(${start}, ${froms}, ${indexes}, toInt64(0)))`;
  }
  const passed = starts.slice(1).map((start) => sql`(${instantMs} >= ${bind.int64(start)})`);
  return sql`toUInt16(${passed.reduce((sum, each) => sql`${sum} + ${each}`)})`;
}
