// What questions mean, once more, in plain TypeScript over a list of events: slow, and obviously right.
import type { TestEvent } from "./event-set.js";

/** A value as JSON writes it; big integers keep their digits. */
export type Value =
  | { readonly kind: "missing" }
  | { readonly kind: "object" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "other"; readonly text: string };

/** The value at a path of keys in an event's properties. */
export function valueAt(event: Pick<TestEvent, "properties">, keys: readonly string[]): Value {
  let json: unknown = parseExact(event.properties);
  for (const key of keys) {
    if (!isObject(json) || !Object.hasOwn(json, key)) return { kind: "missing" };
    json = json[key];
  }
  if (json === undefined || json === null) return { kind: "missing" };
  if (json instanceof Digits) return { kind: "number", text: json.text };
  if (typeof json === "string") return { kind: "text", text: json };
  if (Array.isArray(json)) return { kind: "other", text: textOf(json) };
  if (isObject(json)) return Object.keys(json).length === 0 ? { kind: "missing" } : { kind: "object" };
  return { kind: "other", text: String(json) };
}

/** A number with all its digits. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Digits);
}

/** JSON whose numbers keep their digits: each is wrapped as a text that no property here has. */
function parseExact(json: string): unknown {
  const wrapped = json.replace(
    /("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g,
    (_all, text, digits) => (text === undefined ? `"\\u0001${digits}"` : text),
  );
  return JSON.parse(wrapped, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith("\u0001") ? new Digits(value.slice(1)) : value,
  );
}

function textOf(value: unknown): string {
  if (value instanceof Digits) return value.text;
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`)
    .join(",")}}`;
}

/** The text of a value; undefined where it has none. */
export function asText(value: Value): string | undefined {
  return value.kind === "missing" || value.kind === "object" ? undefined : value.text;
}

/** The number of a value; undefined where it is none. A text of digits is none. */
export function asNumber(value: Value): number | undefined {
  return value.kind === "number" ? Number(value.text) : undefined;
}

/** The percentile by R-7: linear between the closest ranks. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const [low, high] = [sorted[Math.floor(rank)] ?? Number.NaN, sorted[Math.ceil(rank)] ?? Number.NaN];
  return low + (high - low) * (rank - Math.floor(rank));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a zone at an instant, by Intl: "2024-03-31 01:30". */
export function wallClock(zone: string, instantMs: number): string {
  let format = formats.get(zone);
  if (format === undefined) {
    const options = {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    };
    format = new Intl.DateTimeFormat("sv-SE", options as Intl.DateTimeFormatOptions);
    formats.set(zone, format);
  }
  return format.format(instantMs);
}
