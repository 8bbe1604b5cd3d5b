// Values that JavaScript has no type for, as texts that say what they are, and how they become numbers.

/** Any JSON value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/** A decimal number as text, such as "12.50". */
export type DecimalText = `${number}`;
/** A day, such as "2026-03-01". */
export type DateText = `${number}-${number}-${number}`;
/** A time of day, such as "13:45", "13:45:30" or "13:45:30.250". */
export type TimeText = `${number}:${string}`;
/** A day and a time without a zone, such as "2026-03-01T13:45:30". */
export type DateTimeText = `${number}-${number}-${number}T${TimeText}`;
/** A time that passes, in seconds with up to nine digits behind the point, such as "1.5s" or "-90s". */
export type DurationText = `${number}s`;

/** Avro's duration; each at most 4,294,967,295. */
export interface AvroDuration {
  readonly months: number;
  readonly days: number;
  readonly milliseconds: number;
}

const DAY_MS = 86_400_000;
/** Ten thousand years, as Protobuf has it. */
const DURATION_MAX_S = 315_576_000_000;

/** Days since 1970-01-01. @throws RangeError where there is no such day */
export function daysOf(text: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const ms = match === null ? Number.NaN : Date.parse(`${text}T00:00:00Z`);
  if (!Number.isFinite(ms) || new Date(ms).toISOString().slice(0, 10) !== text) {
    throw new RangeError(`${JSON.stringify(text)} is no day; write YYYY-MM-DD`);
  }
  return ms / DAY_MS;
}

/** Nanoseconds since midnight. @throws RangeError where there is no such time */
export function nanosOfDay(text: string): bigint {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/.exec(text);
  if (match === null) throw new RangeError(`${JSON.stringify(text)} is no time of day; write HH:MM:SS`);
  const [, hours, minutes, seconds = "0", fraction = ""] = match;
  const whole = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** Nanoseconds from 1970-01-01T00:00 to a day and time without a zone. */
export function nanosOfDateTime(text: string): bigint {
  const at = text.indexOf("T");
  if (at < 0) throw new RangeError(`${JSON.stringify(text)} is no day and time; write YYYY-MM-DDTHH:MM:SS`);
  return BigInt(daysOf(text.slice(0, at))) * 86_400_000_000_000n + nanosOfDay(text.slice(at + 1));
}

/** A duration of at most 315,576,000,000 seconds. @throws RangeError */
export function durationText(text: string): string {
  const match = /^-?(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  const seconds = Number(match?.[1] ?? Number.NaN);
  const isWithin =
    seconds < DURATION_MAX_S || (seconds === DURATION_MAX_S && !/[1-9]/.test(match?.[2] ?? ""));
  if (isWithin) return text;
  throw new RangeError(`${JSON.stringify(text)} is no duration; write seconds, such as 1.5s`);
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes in base64 with padding. @throws TypeError */
export function base64Of(bytes: Uint8Array): string {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("a Uint8Array is expected");
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    for (const shift of [18, 12, 6, 0]) text += base64Digits[(bits >> shift) & 63];
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return missing === 0 ? text : `${text.slice(0, -missing)}${"=".repeat(missing)}`;
}

/** The milliseconds of a time. @throws RangeError for an invalid Date */
export function msOf(time: Date): number {
  const ms = time.getTime();
  if (!Number.isFinite(ms)) throw new RangeError("an invalid Date is no time");
  return ms;
}

/** The sixteen bytes of a UUID. @throws RangeError */
export function uuidBytes(text: string): Uint8Array {
  const hex = uuidText(text).replaceAll("-", "");
  return Uint8Array.from({ length: 16 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

/** A UUID in lower case. @throws RangeError */
export function uuidText(text: string): string {
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new RangeError(`${JSON.stringify(text)} is no UUID`);
}

/** What a decimal of a precision and scale is in units of its last digit. @throws RangeError where it does not fit */
export function unscaledOf(text: string, precision: number, scale: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3]?.replace(/0+$/, "") ?? "";
  if (match === null || fraction.length > scale) {
    throw new RangeError(
      `${JSON.stringify(text)} is no decimal with at most ${scale} digits behind the point`,
    );
  }
  const unscaled = BigInt(`${match[2]}${fraction.padEnd(scale, "0")}`);
  if (unscaled >= 10n ** BigInt(precision)) {
    throw new RangeError(`${JSON.stringify(text)} has more than ${precision} digits`);
  }
  return match[1] === "-" ? -unscaled : unscaled;
}

/** A whole number as two's complement, the largest byte first, in `size` bytes or as few as it takes. */
export function twosComplement(value: bigint, size?: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!((rest === 0n && (bytes[0] ?? 0) < 0x80) || (rest === -1n && (bytes[0] ?? 0) >= 0x80)));
  if (size === undefined) return Uint8Array.from(bytes);
  if (bytes.length > size) throw new RangeError(`${value} does not fit into ${size} bytes`);
  const padding = new Array<number>(size - bytes.length).fill(value < 0n ? 0xff : 0);
  return Uint8Array.from([...padding, ...bytes]);
}
