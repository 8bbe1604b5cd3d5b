// The wall clock of an IANA zone at an instant: exact across daylight saving, quarter-hour zones and history.
//
// Intl knows the offsets but takes about a microsecond an answer, so an offset is asked for once per zone and
// window of 74.6 hours and kept. A window may hold one change of offset, whose millisecond is then found by
// bisection; no zone of the tz database (2025c) ever changed twice within 95 hours (Freetown in 1939 came nearest).

/** Civil time at an instant, as analysis groups by it. */
export interface LocalTime {
  /** Days since 1970-01-01 of the local date. */
  date: number;
  /** 0 to 23. */
  hour: number;
  /** ISO 8601: Monday is 1, Sunday is 7. */
  weekday: number;
}

/** Thrown where a zone is used that `isTimeZone` denies: callers check zones where they enter. */
export class UnknownTimeZoneError extends Error {
  readonly zone: string;

  constructor(zone: string) {
    super(`unknown time zone ${JSON.stringify(zone.slice(0, ZONE_NAME_MAX))}`);
    this.name = "UnknownTimeZoneError";
    this.zone = zone;
  }
}

/** The longest stretch of time with one constant offset or one known change of it. */
interface Window {
  readonly startMs: number;
  readonly endMs: number;
  /** From here on `offsetAfterMs` holds; `endMs` where the offset is constant. */
  readonly changeMs: number;
  readonly offsetMs: number;
  readonly offsetAfterMs: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly windows: Map<number, Window>;
  /** The window of the last answer: clustered times never reach the map. */
  last: Window;
}

const WINDOW_MS = 2 ** 28;
/** About 3.5 years of windows a zone, 64 bytes each. */
const WINDOWS_MAX = 4096;
const ZONES_MAX = 128;
const ZONE_NAME_MAX = 64;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** JavaScript's own range of time: past it an instant has no date. */
const INSTANT_MS_MAX = 8.64e15;

const ZONE_NAME = /^[A-Z][A-Za-z0-9]*(?:[_+/-][A-Za-z0-9]+)*$/;
const LONG_OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

const zones = new Map<string, Zone>();

const formatOf = (zone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    return undefined;
  }
};

/**
 * Whether `zone` names a zone of the tz database, aliases included. Fixed offsets such as "+05:30" and other
 * spellings ("europe/berlin") are none, although Intl takes some: engines don't. Of an alias ("Asia/Kolkata")
 * only the first letter's case is checked, since Intl doesn't tell its own spelling.
 */
export const isTimeZone = (zone: string): boolean => {
  if (zones.has(zone)) return true;
  if (zone.length > ZONE_NAME_MAX || !ZONE_NAME.test(zone)) return false;
  const canonical = formatOf(zone)?.resolvedOptions().timeZone;
  if (canonical === undefined) return false;
  return canonical === zone || canonical.toLowerCase() !== zone.toLowerCase();
};

const asked = (format: Intl.DateTimeFormat, epochMs: number): number => {
  const match = LONG_OFFSET.exec(format.format(Math.max(-INSTANT_MS_MAX, Math.min(INSTANT_MS_MAX, epochMs))));
  if (match?.[1] === undefined) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === "-" ? -seconds : seconds) * 1000;
};

const openWindow = (format: Intl.DateTimeFormat, index: number): Window => {
  const startMs = index * WINDOW_MS;
  const endMs = startMs + WINDOW_MS;
  const offsetMs = asked(format, startMs);
  const offsetAfterMs = asked(format, endMs - 1);
  if (offsetMs === offsetAfterMs) return { startMs, endMs, changeMs: endMs, offsetMs, offsetAfterMs };
  let before = startMs;
  let changeMs = endMs - 1;
  while (changeMs - before > 1) {
    const middle = Math.floor((before + changeMs) / 2);
    if (asked(format, middle) === offsetMs) before = middle;
    else changeMs = middle;
  }
  return { startMs, endMs, changeMs, offsetMs, offsetAfterMs };
};

const openZone = (name: string): Zone => {
  const format = isTimeZone(name) ? formatOf(name) : undefined;
  if (format === undefined) throw new UnknownTimeZoneError(name);
  if (zones.size >= ZONES_MAX) zones.delete(zones.keys().next().value ?? "");
  const zone = { format, windows: new Map<number, Window>(), last: openWindow(format, 0) };
  zones.set(name, zone);
  return zone;
};

const windowAt = (zone: Zone, epochMs: number): Window => {
  const index = Math.floor(epochMs / WINDOW_MS);
  let window = zone.windows.get(index);
  if (window === undefined) {
    window = openWindow(zone.format, index);
    if (zone.windows.size >= WINDOWS_MAX) zone.windows.delete(zone.windows.keys().next().value ?? 0);
    zone.windows.set(index, window);
  }
  zone.last = window;
  return window;
};

/**
 * What local time is ahead of UTC, in milliseconds, at `epochMs` (a whole number of milliseconds).
 * @throws UnknownTimeZoneError
 */
export const zoneOffsetMs = (zoneName: string, epochMs: number): number => {
  const zone = zones.get(zoneName) ?? openZone(zoneName);
  const last = zone.last;
  const window = epochMs >= last.startMs && epochMs < last.endMs ? last : windowAt(zone, epochMs);
  return epochMs < window.changeMs ? window.offsetMs : window.offsetAfterMs;
};

/**
 * The local date, hour and weekday at `epochMs`, written into `into` where that is given, so that a loop over
 * events allocates nothing.
 * @throws UnknownTimeZoneError
 */
export const localTime = (
  zoneName: string,
  epochMs: number,
  into: LocalTime = { date: 0, hour: 0, weekday: 0 },
): LocalTime => {
  const localMs = epochMs + zoneOffsetMs(zoneName, epochMs);
  const date = Math.floor(localMs / DAY_MS);
  into.date = date;
  into.hour = Math.floor((localMs - date * DAY_MS) / HOUR_MS);
  into.weekday = ((((date + 3) % 7) + 7) % 7) + 1;
  return into;
};
