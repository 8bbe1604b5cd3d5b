// What questions mean, once more, in plain TypeScript over a list of events: slow, and obviously right.
import {
  Aggregation,
  type Filter,
  FilterOp,
  type Property,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { MetricsQuestion } from "../question.js";
import type { TestEvent } from "./event-set.js";

/** A value as JSON writes it; numbers keep their digits. */
export type Value =
  | { readonly kind: "missing" }
  | { readonly kind: "object" }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "text"; readonly text: string };

const missing: Value = { kind: "missing" };

/** The value at a path of keys in a JSON text. */
export function valueAt(json: string, keys: readonly string[]): Value {
  let value: unknown = parseExact(json);
  for (const key of keys) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return missing;
    value = value[key];
  }
  if (value === undefined || value === null) return missing;
  if (value instanceof Digits) return { kind: "number", text: value.canonical() };
  if (typeof value === "string") return { kind: "text", text: value };
  // An object of nothing but nothing is nothing.
  if (isObject(value)) return isEmpty(value) ? missing : { kind: "object" };
  return { kind: "text", text: textOf(value) };
}

/** A number with all its digits. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  /** As the engine writes it: whole numbers of 64 bits as they are, others as the shortest double. */
  canonical(): string {
    if (/^-?\d+$/.test(this.text)) return this.text;
    return String(Number(this.text)).replace("e+", "e");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Digits);
}

function isEmpty(value: unknown): boolean {
  return value === null || (isObject(value) && Object.values(value).every(isEmpty));
}

/** JSON whose numbers keep their digits: each is wrapped as a text that no property here has. */
function parseExact(json: string): unknown {
  const token = /("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
  const wrapped = json.replace(token, (_all, text?: string, digits?: string) => text ?? `"\\u0001${digits}"`);
  return JSON.parse(wrapped, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith("\u0001") ? new Digits(value.slice(1)) : value,
  );
}

function textOf(value: unknown): string {
  if (value instanceof Digits) return value.canonical();
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`);
  return `{${members.join(",")}}`;
}

/** The percentile by R-7: linear between the closest ranks. */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const [low = 0, high = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low + (high - low) * (rank - Math.floor(rank));
}

/** Who is who, and what is known of them, from the system events. */
export class Persons {
  readonly #links = new Map<string, string>();
  readonly #traits = new Map<string, Map<string, string>>();

  constructor(events: readonly TestEvent[]) {
    const said = events.filter((event) => event.is_system && event.user_id !== "").sort(byStatementOrder);
    for (const { type, user_id, anonymous_id, properties } of said) {
      const previous = valueAt(properties, ["previous_id"]);
      const id =
        type === "identify"
          ? anonymous_id
          : type === "alias" && previous.kind === "text"
            ? previous.text
            : "";
      if (id !== "" && id !== user_id) this.#links.set(id, user_id);
    }
    for (const { type, user_id, properties } of said) {
      if (type === "alias") continue;
      for (const [name, value] of Object.entries(parseExact(properties) as object)) {
        if (isEmpty(value)) continue;
        const person = this.of(user_id);
        const traits = this.#traits.get(person) ?? new Map<string, string>();
        this.#traits.set(person, traits.set(name, textOf(value)));
      }
    }
  }

  /** The person behind an id; those that lead in a circle go by the least of them. */
  of(id: string): string {
    const seen: string[] = [];
    let at = id;
    while (this.#links.has(at)) {
      if (seen.includes(at)) return seen.slice(seen.indexOf(at)).sort()[0] ?? at;
      seen.push(at);
      at = this.#links.get(at) ?? at;
    }
    return at;
  }

  ids(person: string): string[] {
    return [...this.#links.keys()].filter((id) => this.of(id) === person);
  }

  trait(person: string, keys: readonly string[]): Value {
    const [name = "", ...below] = keys;
    const json = this.#traits.get(person)?.get(name);
    return json === undefined ? missing : valueAt(`{"v":${json}}`, ["v", ...below]);
  }
}

function byStatementOrder(a: TestEvent, b: TestEvent): number {
  return (
    a.time_ms - b.time_ms ||
    a.partition - b.partition ||
    a.raw_sequence - b.raw_sequence ||
    a.raw_index - b.raw_index
  );
}

/** The keys of the names that the tests ask for. */
export const keysOfName: ReadonlyMap<string, readonly string[]> = new Map([
  ["amount", ["amount"]],
  ["mixed", ["mixed"]],
  ["plan", ["plan"]],
  ["cart", ["cart"]],
  ["cart.total", ["cart", "total"]],
  ["cart\\.total", ["cart.total"]],
  ["cart.city.name", ["cart", "city", "name"]],
  ["we`ird \\ 'key' \0 {x:String}", ["we`ird \\ 'key' \0 {x:String}"]],
  ["tier", ["tier"]],
  ["age", ["age"]],
  ["home.city", ["home", "city"]],
  ["nowhere", ["nowhere"]],
]);

type FieldName =
  | "country"
  | "browser"
  | "page_path"
  | "type"
  | "user_id"
  | "device_class"
  | "is_bot"
  | "local_hour"
  | "sequence";

function fieldValue(event: TestEvent, name: FieldName): Value {
  const value = event[name];
  if (typeof value === "string") return value === "" ? missing : { kind: "text", text: value };
  if (typeof value === "boolean") return { kind: "text", text: String(value) };
  return name === "sequence" && value === 0 ? missing : { kind: "number", text: String(value) };
}

export function read(event: TestEvent, property: Property, persons: Persons): Value {
  if (property.scope === PropertyScope.FIELD) return fieldValue(event, property.name as FieldName);
  const keys = keysOfName.get(property.name);
  if (keys === undefined) throw new Error(`no keys for ${property.name}`);
  return property.scope === PropertyScope.USER
    ? persons.trait(persons.of(event.visitor_id), keys)
    : valueAt(event.properties, keys);
}

export function asText(value: Value): string | undefined {
  return value.kind === "text" || value.kind === "number" ? value.text : undefined;
}

/** A property as text; undefined where there is none. */
export function propertyText(event: TestEvent, property: Property, persons: Persons): string | undefined {
  return asText(read(event, property, persons));
}

/** Whether an event meets a condition. */
export function passes(event: TestEvent, filter: Filter, persons: Persons): boolean {
  if (filter.property === undefined) throw new Error("no property");
  const value = read(event, filter.property, persons);
  const text = asText(value);
  const { op, values } = filter;
  const lower = text?.toLowerCase();
  const contains = lower !== undefined && values.some((each) => lower.includes(each.toLowerCase()));
  const matches = () => text !== undefined && values.some((each) => patternOf(each).test(text));
  switch (op) {
    case FilterOp.EQUALS:
      return text !== undefined && values.includes(text);
    case FilterOp.NOT_EQUALS:
      return text === undefined || !values.includes(text);
    case FilterOp.CONTAINS:
      return contains;
    case FilterOp.NOT_CONTAINS:
      return !contains;
    case FilterOp.REGEX:
      return matches();
    case FilterOp.NOT_REGEX:
      return !matches();
    case FilterOp.SET:
      return value.kind !== "missing";
    case FilterOp.NOT_SET:
      return value.kind === "missing";
    default:
      return value.kind === "number" && values.some((each) => compares(value.text, op, each));
  }
}

function patternOf(text: string): RegExp {
  return text.startsWith("(?i)") ? new RegExp(text.slice(4), "iu") : new RegExp(text, "u");
}

function compares(left: string, op: FilterOp, right: string): boolean {
  const whole = [left, right].every((each) => /^-?\d+$/.test(each));
  const [a, b] = whole ? [BigInt(left), BigInt(right)] : [Number(left), Number(right)];
  if (op === FilterOp.GREATER) return a > b;
  if (op === FilterOp.GREATER_OR_EQUAL) return a >= b;
  return op === FilterOp.LESS ? a < b : a <= b;
}

/** One series: its values, and per bucket (and in all) the number or undefined. */
export interface Recounted {
  readonly breakdown: readonly (string | null)[];
  readonly values: readonly (number | undefined)[];
  readonly total: number | undefined;
}

export interface RecountedAnswer {
  /** All of them, however many. */
  readonly series: readonly Recounted[];
  readonly lateShare: number;
}

export function recount(
  question: MetricsQuestion,
  all: readonly TestEvent[],
  persons: Persons,
): RecountedAnswer {
  const { type, range, filters, breakdown, buckets } = question;
  const events = all.filter(
    (event) =>
      (type === "" ? !event.is_system : event.type === type) &&
      event.time_ms >= range.fromMs &&
      event.time_ms < range.toMs &&
      filters.every((filter) => passes(event, filter, persons)),
  );
  const bucketOf = (event: TestEvent): number =>
    buckets.starts.findIndex(
      (start, index) => event.time_ms >= start && event.time_ms < (buckets.ends[index] ?? 0),
    );
  const groups = new Map<string, TestEvent[]>();
  for (const event of events) {
    const key = JSON.stringify(breakdown.map((property) => asText(read(event, property, persons)) ?? null));
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  if (breakdown.length === 0 && groups.size === 0) groups.set("[]", []);
  const late = events.filter(
    (event) => event.received_time_ms >= (buckets.ends[bucketOf(event)] ?? 0) + 60_000,
  );
  return {
    series: [...groups].map(([key, own]) => ({
      breakdown: JSON.parse(key) as (string | null)[],
      values: buckets.starts.map((_start, index) =>
        aggregate(
          question,
          own.filter((event) => bucketOf(event) === index),
          persons,
        ),
      ),
      total: aggregate(question, own, persons),
    })),
    lateShare: events.length === 0 ? 0 : late.length / events.length,
  };
}

export function aggregate(
  { aggregation, property, percentile }: Pick<MetricsQuestion, "aggregation" | "property" | "percentile">,
  events: readonly TestEvent[],
  persons: Persons,
): number | undefined {
  if (aggregation === Aggregation.COUNT) return events.length;
  if (aggregation === Aggregation.UNIQUE_USERS) {
    const known = events.filter((event) => event.visitor_id !== "");
    return new Set(known.map((event) => persons.of(event.visitor_id))).size;
  }
  if (property === undefined) throw new Error("no property");
  const values = events.map((event) => read(event, property, persons));
  if (aggregation === Aggregation.UNIQUE_VALUES) {
    return new Set(values.map(asText).filter((text) => text !== undefined)).size;
  }
  const numbers = values.flatMap((value) => (value.kind === "number" ? [Number(value.text)] : []));
  const sum = numbers.reduce((total, each) => total + each, 0);
  if (aggregation === Aggregation.SUM) return sum;
  if (numbers.length === 0) return undefined;
  if (aggregation === Aggregation.AVG) return sum / numbers.length;
  if (aggregation === Aggregation.MIN) return Math.min(...numbers);
  if (aggregation === Aggregation.MAX) return Math.max(...numbers);
  return percentileOf(numbers, percentile);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a zone at an instant, by Intl: "2024-03-31 01:30". */
export function wallClock(zone: string, instantMs: number): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, format);
  }
  return format.format(instantMs);
}
