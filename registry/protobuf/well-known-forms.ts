// Times, durations and field masks between their parts and their text.

const SECONDS_MIN = -62_135_596_800n;
const SECONDS_MAX = 253_402_300_799n;
const DURATION_MAX = 315_576_000_000n;

const fraction = (nanos: number): string => {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  return `.${digits.endsWith("000000") ? digits.slice(0, 3) : digits.endsWith("000") ? digits.slice(0, 6) : digits}`;
};

/** Undefined where it is out of range. */
export function timestampText(seconds: bigint, nanos: number): string | undefined {
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX || nanos < 0 || nanos > 999_999_999) return undefined;
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);
  return `${whole}${fraction(nanos)}Z`;
}

/** The parts of an RFC 3339 time; undefined where it is none. */
export function timestampParts(text: string): { seconds: bigint; nanos: number } | undefined {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [, day = "", time = "", digits = "", zone = ""] = found;
  const milliseconds = Date.parse(`${day}T${time}${zone}`);
  // Date.parse takes the 30th of February for a day in March.
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const isDay = new Date(Date.UTC(year, month - 1, date)).getUTCDate() === date || year < 100;
  if (Number.isNaN(milliseconds) || !isDay) return undefined;
  const seconds = BigInt(milliseconds / 1_000);
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) return undefined;
  return { seconds, nanos: Number(digits.padEnd(9, "0")) };
}

/** Undefined where it is out of range, or its parts have different signs. */
export function durationText(seconds: bigint, nanos: number): string | undefined {
  if (seconds > DURATION_MAX || seconds < -DURATION_MAX || Math.abs(nanos) > 999_999_999) return undefined;
  if ((seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) return undefined;
  const sign = seconds < 0n || nanos < 0 ? "-" : "";
  return `${sign}${seconds < 0n ? -seconds : seconds}${fraction(Math.abs(nanos))}s`;
}

export function durationParts(text: string): { seconds: bigint; nanos: number } | undefined {
  const found = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (found === null) return undefined;
  const [, sign = "", whole = "", digits = ""] = found;
  const factor = sign === "-" ? -1 : 1;
  const seconds = BigInt(whole) * BigInt(factor);
  if (seconds > DURATION_MAX || seconds < -DURATION_MAX) return undefined;
  return { seconds, nanos: Number(digits.padEnd(9, "0")) * factor };
}

export const snakeToCamel = (path: string): string =>
  path.replace(/_([a-z])/g, (_, next: string) => next.toUpperCase());

export const camelToSnake = (path: string): string =>
  path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
