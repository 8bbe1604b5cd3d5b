// Calendar buckets by what the wall clock of a zone reads, found by looking: slow and plain.
import type { Unit } from "../case-shape.js";
import { InvalidQuery, type World } from "./world.js";

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const dayMs = 86_400_000;

interface Wall {
  /** The local date as days since 1970. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const walls = new Map<string, Wall>();

/** What the clock on the wall reads. */
function wallOf(zone: string, ms: number): Wall {
  const key = `${zone} ${Math.floor(ms / minuteMs)}`;
  const known = walls.get(key);
  if (known !== undefined) return known;
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      ...{ timeZone: zone, hourCycle: "h23" },
      ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
    });
    formats.set(zone, format);
  }
  const part = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const at = (name: string) => part.get(name as Intl.DateTimeFormatPartTypes) ?? Number.NaN;
  const wall = {
    day: Date.UTC(at("year"), at("month") - 1, at("day")) / dayMs,
    hour: at("hour"),
    minute: at("minute"),
  };
  walls.set(key, wall);
  return wall;
}

/** The first instant whose local date is `day` or later. */
function startOfDay(zone: string, day: number): number {
  let ms = day * dayMs - 15 * 3_600_000;
  while (wallOf(zone, ms).day < day) ms += quarterMs;
  return ms;
}

function monthOf(day: number): { year: number; month: number } {
  const date = new Date(day * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() };
}

/** The start of the bucket that holds an instant, or of one `ahead` buckets later. */
export function bucketStart(world: World, unit: Unit, ms: number, ahead = 0): number {
  const { zone, weekStart } = world;
  const { day } = wallOf(zone, ms);
  if (unit === "month") {
    const { year, month } = monthOf(day);
    return startOfDay(zone, Date.UTC(year, month + ahead, 1) / dayMs);
  }
  if (unit === "week") {
    const first = weekStart === "sunday" ? 0 : 1;
    const since = (new Date(day * dayMs).getUTCDay() - first + 7) % 7;
    return startOfDay(zone, day - since + 7 * ahead);
  }
  if (unit === "day") return startOfDay(zone, day + ahead);
  if (unit !== "hour") throw new InvalidQuery(`no buckets of a ${unit}`);
  let start = Math.floor(ms / minuteMs) * minuteMs;
  while (wallOf(zone, start).minute !== 0) start -= minuteMs;
  for (let more = ahead; more > 0; more--) {
    start += quarterMs;
    while (wallOf(zone, start).minute !== 0) start += quarterMs;
  }
  for (let less = ahead; less < 0; less++) {
    start -= quarterMs;
    while (wallOf(zone, start).minute !== 0) start -= quarterMs;
  }
  return start;
}

/** The starts of the buckets from the one that holds `fromMs` to the one that holds `lastMs`. */
export function bucketStarts(world: World, unit: Unit, fromMs: number, lastMs: number): number[] {
  const starts: number[] = [];
  for (let at = bucketStart(world, unit, fromMs); at <= lastMs; at = bucketStart(world, unit, at, 1)) {
    starts.push(at);
  }
  return starts;
}

/** The instant whose clock reads the same so many days or months earlier; where that is skipped, when clocks jump. */
export function sameTimeBefore(world: World, unit: "day" | "month", ms: number, by: number): number {
  const { zone } = world;
  const { day, hour, minute } = wallOf(zone, ms);
  const wanted = unit === "day" ? day - by : monthsBefore(day, by);
  const rest = ms - Math.floor(ms / minuteMs) * minuteMs;
  for (let at = startOfDay(zone, wanted); ; at += minuteMs) {
    const wall = wallOf(zone, at);
    if (wall.day > wanted) return at;
    if (60 * wall.hour + wall.minute === 60 * hour + minute) return at + rest;
    if (60 * wall.hour + wall.minute > 60 * hour + minute) return at;
  }
}

/** The same day of an earlier month, or that month's last. */
function monthsBefore(day: number, by: number): number {
  const { year, month } = monthOf(day);
  const first = Date.UTC(year, month - by, 1) / dayMs;
  const length = Date.UTC(year, month - by + 1, 1) / dayMs - first;
  return first + Math.min(new Date(day * dayMs).getUTCDate(), length) - 1;
}
