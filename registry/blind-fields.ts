// Personal fields of stored events: what is stored is not what was sent, so that it proves nothing where a schema would
// not take just anything there.
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../platform/json/exact.js";
import type { CompiledSchema } from "./compiled-schema.js";
import type { FieldPath } from "./personal.js";

/** What may have been sent: a schema to which all of it is the same says nothing about the field. */
const probes: readonly ExactValue[] = [
  ...[null, true, 0, -1.5, new ExactNumber("12345678901234567890"), "", "x", "a b@c.d", "y".repeat(5_000)],
  ...[[], [1, "1"], new Map(), new Map([["x", 1]])],
];
/** Events by which a field is tried before it counts as one that the schema says nothing about. */
const TRIED_MAX = 20;
/** Fields that one event is tried with: each takes a dozen checks. */
const TRIES_OF_EVENT = 10;
const FIELDS_MAX = 100;
const CONSTANTS_MAX = 30;

interface Field {
  readonly path: FieldPath;
  tried: number;
  isConstrained: boolean;
  events: number;
}

/** Notes which personal fields the checked events have. */
export class BlindFields {
  readonly #compiled: CompiledSchema;
  readonly #fields: readonly Field[];
  readonly #probes: readonly ExactValue[];

  /** `rules` are the expressions beside the shape: what one of them reads, the schema cares about. */
  constructor(
    compiled: CompiledSchema,
    paths: readonly FieldPath[],
    { text, rules }: { readonly text: string; readonly rules: readonly string[] },
  ) {
    this.#compiled = compiled;
    this.#probes = [...probes, ...constantsIn(text)];
    const unique = new Map(paths.map((path) => [JSON.stringify(path), path]));
    this.#fields = [...unique.values()].map((path) => ({
      path,
      tried: 0,
      isConstrained: rules.some((rule) => path[0] === "*" || rule.includes(path[0] ?? "")),
      events: 0,
    }));
  }

  note(properties: string): void {
    if (this.#fields.length === 0) return;
    const root = parseExact(properties);
    let tries = TRIES_OF_EVENT;
    for (const field of this.#fields) {
      const place = firstAt(root, field.path);
      if (place === undefined) continue;
      field.events++;
      if (field.isConstrained || field.tried >= TRIED_MAX || tries === 0) continue;
      field.tried++;
      tries--;
      field.isConstrained = this.#isConstrained(root, place);
    }
  }

  /** Those with most events first. */
  found(): { path: string; events: number }[] {
    return this.#fields
      .filter(({ isConstrained, events }) => isConstrained && events > 0)
      .sort((one, other) => other.events - one.events)
      .slice(0, FIELDS_MAX)
      .map(({ path, events }) => ({ path: shown(path), events }));
  }

  /** Whether it matters what stands there: to the answer, or to why it is a refusal. */
  #isConstrained(root: ExactValue, { value, set }: Place): boolean {
    const answer = (probe: ExactValue): string => {
      set(probe);
      const result = this.#compiled.check(Buffer.from(stringifyExact(root)));
      return "refusal" in result ? `${result.refusal.rule} ${result.refusal.path}` : "";
    };
    const before = answer(value);
    const isOpen = this.#probes.every((probe) => answer(probe) === before);
    set(value);
    return !isOpen;
  }
}

/** The values that a JSON Schema names: it may take all but one of them. */
function constantsIn(text: string): ExactValue[] {
  const found: ExactValue[] = [];
  const open: unknown[] = [];
  try {
    open.push(JSON.parse(text));
  } catch {
    return []; // Protobuf.
  }
  for (let at = open.pop(); at !== undefined && found.length < CONSTANTS_MAX; at = open.pop()) {
    if (typeof at !== "object" || at === null) continue;
    for (const [name, member] of Object.entries(at)) {
      if (typeof member === "object" && member !== null) open.push(member);
      const values: unknown[] =
        name === "enum" && Array.isArray(member) ? member : name === "const" ? [member] : [];
      for (const value of values) {
        if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
          found.push(value);
      }
    }
  }
  return found.slice(0, CONSTANTS_MAX);
}

/** A value in properties, and how another one is put in its place. */
interface Place {
  readonly value: ExactValue;
  readonly set: (value: ExactValue) => void;
}

/** The first value that a path leads to and that is not null, which is stored as it was sent. */
function firstAt(holder: ExactValue, [step, ...rest]: FieldPath): Place | undefined {
  if (step === undefined || holder === null || typeof holder !== "object") return undefined;
  if (holder instanceof ExactNumber) return undefined;
  for (const { value, set } of membersOf(holder, step)) {
    if (value === null) continue;
    const found = rest.length === 0 ? { value, set } : firstAt(value, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function membersOf(holder: Map<string, ExactValue> | ExactValue[], step: string): Place[] {
  if (Array.isArray(holder)) {
    if (step !== "*") return [];
    return holder.map((value, index) => ({
      value,
      set: (other) => {
        holder[index] = other;
      },
    }));
  }
  const names = step === "*" ? [...holder.keys()] : [step];
  return names.flatMap((name) => {
    const value = holder.get(name);
    return value === undefined ? [] : [{ value, set: (other: ExactValue) => void holder.set(name, other) }];
  });
}

const shown = (path: FieldPath): string => path.join(".").replaceAll(".*", "[]");
