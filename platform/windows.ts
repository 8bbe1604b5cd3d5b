// Tumbling windows in Redis: what happened in the last minutes and hours, per project.
//
// Aggregation writes them, one script per applied range; whoever reads does so through this file.
//
//   <prefix>:window:<size>:<project>:<start>   hash; a window of effective time [start, start + size), ms since 1970
//       "e"                        events
//       "a"                        sum of their amounts
//       "t" type                   events of a type
//       "m" type                   sum of the amounts of a type
//       "c" type "\0" country      events of a type and country
//       "d" type "\0" class        events of a type and device class
//     It expires ttl after the window has closed and is never made again then. System events are not in it.
//   <prefix>:window-position:<partition>       hash
//       "to"                       the last sequence of EVENTS that the windows hold whole
//       "index"                    how many events of the partition's next message they hold besides
//       "complete"                 windows that begin before this time (ms since 1970) lack events of the partition;
//                                  set when Redis had lost what it knew
//
// Counting and position change together or not at all.
import type { Redis } from "ioredis";

/** A kind of window. */
export interface WindowSize {
  readonly name: "1m" | "5m" | "1h";
  readonly sizeMs: number;
  /** How long a window lives after it closed. */
  readonly ttlMs: number;
}

export const windowSizes: readonly WindowSize[] = [
  { name: "1m", sizeMs: 60_000, ttlMs: 2 * 60_000 },
  { name: "5m", sizeMs: 5 * 60_000, ttlMs: 10 * 60_000 },
  { name: "1h", sizeMs: 3_600_000, ttlMs: 2 * 3_600_000 },
];

/** A window holds at most so many different fields; what comes after counts in its events and amount only. */
export const windowFieldsMax = 50_000;

const named = (prefix: string, key: string): string => (prefix === "" ? key : `${prefix}:${key}`);

export function windowKey(prefix: string, size: WindowSize, project: string, startMs: number): string {
  return named(prefix, `window:${size.name}:${project}:${startMs}`);
}

export function windowPositionKey(prefix: string, partition: number): string {
  return named(prefix, `window-position:${partition}`);
}

/** The fields of a window's hash. */
export const windowField = {
  events: "e",
  amount: "a",
  type: (type: string) => `t${type}`,
  typeAmount: (type: string) => `m${type}`,
  country: (type: string, country: string) => `c${type}\0${country}`,
  deviceClass: (type: string, deviceClass: string) => `d${type}\0${deviceClass}`,
} as const;

/** What one window counted. */
export interface WindowCounts {
  readonly startMs: number;
  events: number;
  amount: number;
  readonly types: Map<string, { events: number; amount: number }>;
  /** Per type, then per country; "" where it is unknown. */
  readonly countries: Map<string, Map<string, number>>;
  /** Per type, then per device class; "" where it is unknown. */
  readonly deviceClasses: Map<string, Map<string, number>>;
}

/** What the windows hold of one partition of EVENTS. */
export interface WindowPosition {
  readonly partition: number;
  /** The last sequence that is counted; 0 for none. */
  readonly sequence: number;
  /** Windows that begin earlier lack events; 0 when they are whole. */
  readonly completeFromMs: number;
}

export interface WindowRead {
  /** A window each, in order; those that are not (or no longer) there count nothing. */
  readonly windows: readonly WindowCounts[];
  readonly positions: readonly WindowPosition[];
  /** Windows that begin before this lack events; 0 when all are whole. */
  readonly completeFromMs: number;
}

export interface WindowQuery {
  readonly prefix: string;
  readonly project: string;
  readonly size: WindowSize;
  /** Starts of windows: multiples of the size. */
  readonly startsMs: readonly number[];
  /** The number of partitions of the log. */
  readonly partitions: number;
}

/** Reads windows and how far they are, in one round trip and one transaction. Throws while Redis is away. */
export async function readWindows(redis: Redis, query: WindowQuery): Promise<WindowRead> {
  const batch = redis.multi();
  for (let partition = 0; partition < query.partitions; partition++) {
    batch.hgetall(windowPositionKey(query.prefix, partition));
  }
  for (const startMs of query.startsMs) {
    batch.hgetall(windowKey(query.prefix, query.size, query.project, startMs));
  }
  const replies = (await batch.exec()) ?? [];
  const hashes = replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply as Record<string, string>;
  });
  const positions = hashes.slice(0, query.partitions).map((hash, partition) => ({
    partition,
    sequence: Number(hash["to"] ?? 0),
    completeFromMs: Number(hash["complete"] ?? 0),
  }));
  return {
    windows: query.startsMs.map((startMs, index) =>
      countsOf(startMs, hashes[query.partitions + index] ?? {}),
    ),
    positions,
    completeFromMs: Math.max(0, ...positions.map(({ completeFromMs }) => completeFromMs)),
  };
}

/** The starts of the windows of a size that touch [fromMs, toMs). */
export function windowStarts(size: WindowSize, fromMs: number, toMs: number): number[] {
  const starts: number[] = [];
  for (let at = Math.floor(fromMs / size.sizeMs) * size.sizeMs; at < toMs; at += size.sizeMs) starts.push(at);
  return starts;
}

/** Until when a window lives. */
export function windowExpiryMs(size: WindowSize, startMs: number): number {
  return startMs + size.sizeMs + size.ttlMs;
}

function countsOf(startMs: number, hash: Readonly<Record<string, string>>): WindowCounts {
  const counts: WindowCounts = {
    startMs,
    events: 0,
    amount: 0,
    types: new Map(),
    countries: new Map(),
    deviceClasses: new Map(),
  };
  for (const [field, text] of Object.entries(hash)) addField(counts, field, Number(text));
  return counts;
}

function addField(counts: WindowCounts, field: string, value: number): void {
  const rest = field.slice(1);
  switch (field[0]) {
    case "e":
      counts.events = value;
      break;
    case "a":
      counts.amount = value;
      break;
    case "t":
      typeOf(counts, rest).events = value;
      break;
    case "m":
      typeOf(counts, rest).amount = value;
      break;
    case "c":
      addPair(counts.countries, rest, value);
      break;
    case "d":
      addPair(counts.deviceClasses, rest, value);
      break;
    default:
  }
}

function typeOf(counts: WindowCounts, type: string): { events: number; amount: number } {
  let entry = counts.types.get(type);
  if (entry === undefined) {
    entry = { events: 0, amount: 0 };
    counts.types.set(type, entry);
  }
  return entry;
}

/** Types may hold any character; countries and device classes hold no NUL. */
function addPair(into: Map<string, Map<string, number>>, pair: string, value: number): void {
  const middle = pair.lastIndexOf("\0");
  const type = pair.slice(0, middle);
  const values = into.get(type) ?? new Map<string, number>();
  values.set(pair.slice(middle + 1), value);
  into.set(type, values);
}
