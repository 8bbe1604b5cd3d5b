import { isTimeZone, zoneOffsetMs } from "../../platform/local-time.js";
import { MappingError } from "./record.js";

/** How a mapping may say that times are written. */
export const timeFormats = ["iso", "unix", "unix_ms", "yyyymmdd", "clf"] as const;

/** iso: 2010-12-01[T ]08:26[:00[.5]][Z|+01:00]; unix: seconds; yyyymmdd: a day; clf: 17/May/2015:10:05:03 +0000. */
export type TimeFormat = (typeof timeFormats)[number];

/** Milliseconds since 1970, or undefined where the value is no time of the format. */
export type TimeReader = (value: unknown) => number | undefined;

/**
 * A reader of times of one format. Times without an offset are of `zone`: where its clocks are set forward, a time
 * in the gap is read with the offset before it; where they are set back, the first of the two is meant.
 */
export function timeReader(format: TimeFormat, zone: string): TimeReader {
  if (!isTimeZone(zone))
    throw new MappingError(`zone: ${JSON.stringify(zone)} is not a zone of the tz database`);
  const toInstant = zone === "UTC" ? (ms: number) => ms : (ms: number) => instantOf(zone, ms);
  switch (format) {
    case "iso":
      return (value) => isoTime(textOf(value), toInstant);
    case "unix":
      return (value) => scaled(value, 1_000);
    case "unix_ms":
      return (value) => scaled(value, 1);
    case "yyyymmdd":
      return (value) => compactDay(textOf(value), toInstant);
    case "clf":
      return (value) => clfTime(textOf(value));
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function scaled(value: unknown, factor: number): number | undefined {
  const number = typeof value === "number" ? value : Number(textOf(value) || Number.NaN);
  return Number.isFinite(number) ? Math.round(number * factor) : undefined;
}

/** The instant of a wall clock time: the offset of the instant guessed with the offset before it. */
function instantOf(zone: string, wallMs: number): number {
  const early = wallMs - zoneOffsetMs(zone, wallMs - 86_400_000);
  if (early + zoneOffsetMs(zone, early) === wallMs) return early;
  const late = wallMs - zoneOffsetMs(zone, wallMs + 86_400_000);
  return late + zoneOffsetMs(zone, late) === wallMs ? late : early;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?|UTC)?$/;

function isoTime(text: string, toInstant: (ms: number) => number): number | undefined {
  const fast = plainIso(text);
  if (fast !== undefined) return toInstant(fast);
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset] = match;
  const wall = wallTime(Number(year), Number(month), Number(day), [
    Number(hour),
    Number(minute),
    Number(second),
  ]);
  if (wall === undefined) return undefined;
  const ms = wall + Math.floor(Number(`0.${fraction || 0}`) * 1_000);
  return offset === undefined ? toInstant(ms) : ms - offsetMs(offset);
}

/** `YYYY-MM-DD HH:MM:SS`, the commonest form, without a regular expression. */
function plainIso(text: string): number | undefined {
  if (text.length !== 19 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const separator = text.charCodeAt(10);
  if (separator !== 32 && separator !== 84) return undefined;
  return wallTime(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10), [
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
  ]);
}

/** The number in digits of a text, or NaN. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

type TimeOfDay = readonly [hour: number, minute: number, second: number];

/** Milliseconds of a civil time read as UTC; undefined where the calendar has no such day or the clock no such time. */
function wallTime(
  year: number,
  month: number,
  day: number,
  [hour, minute, second]: TimeOfDay,
): number | undefined {
  if (!(hour < 24 && minute < 60 && second < 61)) return undefined;
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function offsetMs(text: string): number {
  if (text === "Z" || text === "UTC") return 0;
  const sign = text.startsWith("-") ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(3).replace(":", "") || 0)) * 60_000;
}

function compactDay(text: string, toInstant: (ms: number) => number): number | undefined {
  if (text.length !== 8) return undefined;
  const wall = wallTime(digits(text, 0, 4), digits(text, 4, 6), digits(text, 6, 8), [0, 0, 0]);
  return wall === undefined ? undefined : toInstant(wall);
}

const CLF = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function clfTime(text: string): number | undefined {
  const match = CLF.exec(text);
  if (match === null) return undefined;
  const [, day, month = "", year, hour, minute, second, offset = "+0000"] = match;
  const time: TimeOfDay = [Number(hour), Number(minute), Number(second)];
  const wall = wallTime(Number(year), MONTHS.indexOf(month) + 1, Number(day), time);
  return wall === undefined ? undefined : wall - offsetMs(offset);
}
