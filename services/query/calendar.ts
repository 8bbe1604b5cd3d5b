// Buckets of time as a calendar in a zone cuts them: the one place that knows, for engine and answer alike.

import { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { zoneOffsetMs } from "../../platform/local-time.js";

/** The first day of a week. */
export type WeekStart = "monday" | "sunday";

/** Consecutive buckets: bucket i is [starts[i], ends[i]), and ends[i] is starts[i + 1]. */
export interface Buckets {
  /** Instants, ms since 1970, rising. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface CalendarRange {
  readonly fromMs: number;
  /** Above `fromMs`. */
  readonly toMs: number;
  readonly interval: Interval;
  /** A zone of the tz database. */
  readonly timeZone: string;
  readonly weekStart: WeekStart;
}

/** The most buckets an answer may have. */
export const bucketsMax = 10_000;

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * The buckets that [fromMs, toMs) touches; the first may begin before the range, the last end after it. Undefined
 * where there would be more than `bucketsMax`.
 *
 * A bucket below a day begins wherever the wall clock reads a whole unit, and at a change of the clock that jumps over
 * one; an hour that the clock reads twice is two buckets. A day begins at the first instant whose local date is not
 * before it, so it has 23 or 25 hours when clocks change, and is left out where a zone skipped it.
 */
export function bucketsOf(range: CalendarRange): Buckets | undefined {
  switch (range.interval) {
    case Interval.UNSPECIFIED:
      return { starts: [range.fromMs], ends: [range.toMs] };
    case Interval.MINUTE:
      return clockBuckets(range, minuteMs);
    case Interval.QUARTER_HOUR:
      return clockBuckets(range, 15 * minuteMs);
    case Interval.HOUR:
      return clockBuckets(range, hourMs);
    default:
      return dateBuckets(range);
  }
}

function clockBuckets({ fromMs, toMs, timeZone }: CalendarRange, unitMs: number): Buckets | undefined {
  if ((toMs - fromMs) / unitMs > bucketsMax + 1) return undefined;
  let start = unitStartBefore(fromMs, unitMs, timeZone);
  const edges = [start];
  while (start < toMs) {
    start = nextUnitStart(start, unitMs, timeZone);
    if (start <= fromMs) edges.pop();
    edges.push(start);
  }
  return bucketsBetween(edges);
}

/** A start of a bucket that is at or before the instant, if not the nearest. */
function unitStartBefore(instantMs: number, unitMs: number, timeZone: string): number {
  // The clock may have changed since the unit began; two units further back it had not, or that is a start as well.
  const nearMs = instantMs - 2 * unitMs;
  const localMs = nearMs + zoneOffsetMs(timeZone, nearMs);
  const start = nearMs - modulo(localMs, unitMs);
  return zoneOffsetMs(timeZone, start) === zoneOffsetMs(timeZone, nearMs)
    ? start
    : nextUnitStart(nearMs, unitMs, timeZone);
}

function nextUnitStart(instantMs: number, unitMs: number, timeZone: string): number {
  const offsetMs = zoneOffsetMs(timeZone, instantMs);
  const next = instantMs + unitMs - modulo(instantMs + offsetMs, unitMs);
  if (zoneOffsetMs(timeZone, next) === offsetMs) return next;
  const changeMs = offsetChange(instantMs, next, timeZone);
  const before = Math.floor((changeMs - 1 + offsetMs) / unitMs);
  const localMs = changeMs + zoneOffsetMs(timeZone, changeMs);
  if (modulo(localMs, unitMs) === 0 || Math.floor(localMs / unitMs) !== before) return changeMs;
  return nextUnitStart(changeMs, unitMs, timeZone);
}

/** The first instant after `afterMs`, up to `untilMs`, with the offset of `untilMs`; one change lies between them. */
function offsetChange(afterMs: number, untilMs: number, timeZone: string): number {
  const offsetMs = zoneOffsetMs(timeZone, afterMs);
  let low = afterMs;
  let high = untilMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zoneOffsetMs(timeZone, middle) === offsetMs) low = middle;
    else high = middle;
  }
  return high;
}

function dateBuckets({ fromMs, toMs, interval, timeZone, weekStart }: CalendarRange): Buckets | undefined {
  const longest = interval === Interval.MONTH ? 31 : interval === Interval.WEEK ? 7 : 1;
  if ((toMs - fromMs) / (longest * dayMs) > bucketsMax + 1) return undefined;
  let date = unitDate(localDate(fromMs, timeZone), interval, weekStart);
  let start = dateStart(date, timeZone);
  const edges = [start];
  while (start < toMs) {
    date = nextUnitDate(date, interval);
    start = dateStart(date, timeZone);
    // A day that the zone skipped begins where the next one does; a clock set back over midnight can make two of them.
    if (start <= fromMs || start === edges.at(-1)) edges.pop();
    edges.push(start);
  }
  return bucketsBetween(edges);
}

function localDate(instantMs: number, timeZone: string): number {
  return Math.floor((instantMs + zoneOffsetMs(timeZone, instantMs)) / dayMs);
}

/** The first date of the week or month of a date; the date itself for days. Dates are days since 1970-01-01. */
function unitDate(date: number, interval: Interval, weekStart: WeekStart): number {
  if (interval === Interval.WEEK) return date - modulo(date + (weekStart === "monday" ? 3 : 4), 7);
  if (interval !== Interval.MONTH) return date;
  const civil = new Date(date * dayMs);
  return dateOf(civil.getUTCFullYear(), civil.getUTCMonth());
}

function nextUnitDate(date: number, interval: Interval): number {
  if (interval === Interval.WEEK) return date + 7;
  if (interval !== Interval.MONTH) return date + 1;
  const civil = new Date(date * dayMs);
  return dateOf(civil.getUTCFullYear(), civil.getUTCMonth() + 1);
}

/** The date of a month's first day; months beyond December run on. Date.UTC would take years below 100 as 19xx. */
function dateOf(year: number, month: number): number {
  const civil = new Date(0);
  civil.setUTCFullYear(year, month, 1);
  return Math.round(civil.getTime() / dayMs);
}

/** The first instant whose local date is `date` or later. */
function dateStart(date: number, timeZone: string): number {
  const utcMs = date * dayMs;
  const offsets = [zoneOffsetMs(timeZone, utcMs - dayMs), zoneOffsetMs(timeZone, utcMs + dayMs)];
  const midnights = offsets
    .map((offsetMs) => utcMs - offsetMs)
    .filter((at) => localDate(at, timeZone) >= date);
  const earliest = Math.min(...midnights);
  // Midnight in a gap: the day begins where the clock was set forward.
  const gapStart = utcMs - Math.max(...offsets);
  if (Number.isFinite(earliest) && localDate(earliest - 1, timeZone) < date) return earliest;
  const until = Number.isFinite(earliest) ? earliest : utcMs - Math.min(...offsets);
  return offsetChange(gapStart - 1, until, timeZone);
}

/** Changes of a clock are steps of these. */
const stepsMs = [30 * minuteMs, hourMs, 2 * hourMs, 24 * hourMs];

/**
 * The date (days since 1970-01-01) that begins at an instant in a zone; undefined where none does, or where the clock
 * is set back over that midnight soon after, so that the date before comes twice.
 */
export function dateAt(instantMs: number, timeZone: string): number | undefined {
  const date = localDate(instantMs, timeZone);
  if (dateStart(date, timeZone) !== instantMs) return undefined;
  const offsetMs = zoneOffsetMs(timeZone, instantMs);
  const isSetBack = stepsMs.some(
    (stepMs) => offsetMs - zoneOffsetMs(timeZone, instantMs + stepMs - 1) >= stepMs,
  );
  return isSetBack ? undefined : date;
}

function bucketsBetween(edges: readonly number[]): Buckets | undefined {
  if (edges.length - 1 > bucketsMax) return undefined;
  return { starts: edges.slice(0, -1), ends: edges.slice(1) };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
