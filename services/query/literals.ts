// What filters compare with, read from the text of a request.
import { zoneOffsetMs } from "../../platform/local-time.js";
import type { TimeKind } from "../../registry/field-kinds/field-kind.js";

export interface NumberLiteral {
  /** Set where it is a whole number that the engine can hold as one. */
  readonly whole?: bigint;
  readonly float: number;
}

const int128Max = 2n ** 127n - 1n;
/** More digits than an Int128 has. */
const digitsMax = 40;

/** Undefined where it is no decimal number, or is out of the range of doubles. */
export function numberLiteral(text: string): NumberLiteral | undefined {
  const found = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = "", before = "", after = "", exponent = "0"] = found ?? [];
  const float = Number(text);
  if (before + after === "" || !Number.isFinite(float)) return undefined;
  const whole = wholeOf({ digits: before + after, scale: after.length - Number(exponent) });
  return { float, ...(whole === undefined ? {} : { whole: sign === "-" ? -whole : whole }) };
}

/** Digits without a sign, to be divided by ten so many times. */
function wholeOf({ digits, scale }: { digits: string; scale: number }): bigint | undefined {
  const significant = digits.replace(/^0+/, "");
  const kept = scale > 0 ? significant.slice(0, -scale) : significant;
  if (scale > 0 && /[1-9]/.test(significant.slice(-scale))) return undefined;
  if (kept.length + Math.max(0, -scale) > digitsMax) return significant === "" ? 0n : undefined;
  const whole = BigInt(`${kept || "0"}${"0".repeat(Math.max(0, -scale))}`);
  return whole <= int128Max ? whole : undefined;
}

/** As a boolean's values read; undefined where it is none. */
export function booleanLiteral(text: string): "true" | "false" | undefined {
  const folded = text.toLowerCase();
  if (folded === "true" || folded === "1") return "true";
  return folded === "false" || folded === "0" ? "false" : undefined;
}

const isoTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|z|[+-]\d\d:\d\d)?)?$/;

const unitNanos: Record<Exclude<TimeKind["stored"], "text">, bigint> = {
  days: 86_400_000_000_000n,
  seconds: 1_000_000_000n,
  millis: 1_000_000n,
  micros: 1_000n,
  nanos: 1n,
};

/**
 * Nanoseconds since 1970 of a date or time of ISO 8601, a date being its first instant; also of a whole number in the
 * unit that the property has. Where neither the text nor the property has a zone, `timeZone` is taken.
 * Undefined where it is none of these.
 */
export function timeLiteral(text: string, kind: TimeKind, timeZone: string): bigint | undefined {
  if (kind.stored !== "text" && /^-?\d{1,20}$/.test(text)) return BigInt(text) * unitNanos[kind.stored];
  const found = isoTime.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const date = new Date(0);
  // Date.UTC would take years below 100 as 19xx.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const clockMs = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000;
  const zone = found[8];
  const ms =
    zone === undefined ? instantOf(clockMs, kind.isLocal ? "UTC" : timeZone) : clockMs - offsetMs(zone);
  return BigInt(ms) * 1_000_000n + BigInt((found[7] ?? "").padEnd(9, "0"));
}

function offsetMs(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

const dayMs = 86_400_000;

/** When a zone's clock reads so: the first time where it does twice; where it jumps over, as it had not yet jumped. */
function instantOf(clockMs: number, timeZone: string): number {
  if (timeZone === "UTC") return clockMs;
  const [before, after] = [zoneOffsetMs(timeZone, clockMs - dayMs), zoneOffsetMs(timeZone, clockMs + dayMs)];
  const reads = [clockMs - before, clockMs - after].filter(
    (instantMs) => instantMs + zoneOffsetMs(timeZone, instantMs) === clockMs,
  );
  return reads.length === 0 ? clockMs - before : Math.min(...reads);
}
