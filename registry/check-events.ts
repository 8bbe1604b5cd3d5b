// How many of the newest stored events a schema would refuse, before anybody registers it.
import { setImmediate as breathe } from "node:timers/promises";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { type ExactValue, parseExact, stringifyExact } from "../platform/json/exact.js";
import { BlindFields } from "./blind-fields.js";
import { compileSchema } from "./compile.js";
import type { CompiledSchema, SchemaRefusal } from "./compiled-schema.js";
import { rulesInSet, rulesInText } from "./conditions/rule-sources.js";
import type { PersonalField } from "./personal.js";
import type { RuleSet } from "./records.js";
import type { SchemaSource } from "./rules/language.js";

/** An event as it is stored. */
export interface StoredEvent {
  readonly eventId: string;
  readonly receivedMs: number;
  /** JSON text; a property that was null is not there. */
  readonly properties: string;
  readonly keyId: string;
  readonly library: string;
  readonly libraryVersion: string;
  /** The version that it was written with; 0 for none. */
  readonly schemaVersion: number;
  /** It came in bytes that name that version; else as JSON. */
  readonly isEncoded: boolean;
}

/** The events that were stored. */
export interface StoredEvents {
  /**
   * The newest events of a type, in batches, newest first; ends where the signal fires.
   * @throws Fault ENGINE_UNAVAILABLE
   */
  newest(choice: {
    readonly projectId: string;
    readonly type: string;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): AsyncIterable<readonly StoredEvent[]>;
}

/** What is to be checked. */
export interface EventsQuestion {
  readonly projectId: string;
  readonly type: string;
  readonly kind: SchemaKind;
  readonly source: SchemaSource;
  readonly ruleSet: RuleSet | undefined;
  /** Fields whose stored values are not those that were sent, beside what the schema itself says. */
  readonly personal: readonly PersonalField[];
  readonly eventsMax: number;
  readonly signal: AbortSignal;
  /** Milliseconds of work are told by it; left out, the process's own. */
  readonly clock?: { now(): number };
}

export interface FailureCause {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
  readonly eventId: string;
  events: number;
}

export interface Producer
  extends Pick<StoredEvent, "keyId" | "library" | "libraryVersion" | "schemaVersion" | "isEncoded"> {
  events: number;
  failed: number;
  lastMs: number;
}

export interface UnjudgedField {
  readonly path: string;
  /** Those that have a value there. */
  events: number;
}

export interface EventsAnswer {
  readonly checked: number;
  readonly failed: number;
  readonly unjudged: number;
  /** Personal fields that the schema says something about, of which the stored values prove nothing. */
  readonly unjudgedFields: readonly UnjudgedField[];
  /** The most frequent first. */
  readonly failures: readonly FailureCause[];
  /** Those with most failures first, then with most events. */
  readonly producers: readonly Producer[];
  readonly isCut: boolean;
  readonly oldestMs: number | undefined;
}

export const eventsDefault = 10_000;
const FAILURES_MAX = 20;
const PRODUCERS_MAX = 100;
/** Different causes and producers that are told apart; of more, each is counted in the whole alone. */
const KEPT_MAX = 1_000;
/** Checked without letting others have a turn, however much an event costs. */
const TURN_MS = 10;
/** How long one question may keep this instance at work; what is checked by then is the answer. */
const WORK_MS_MAX = 20_000;
/** Properties that are filled with null one after the other, to see whether they were null. */
const NULLS_MAX = 16;
/** Fields that are left out of an event, one after the other, since the schema has them no longer. */
const GONE_MAX = 100;
/** Places in properties that are remembered. */
const PLACES_MAX = 10_000;

/** @throws Fault SCHEMA_INVALID, ENGINE_UNAVAILABLE */
export async function checkEvents(events: StoredEvents, question: EventsQuestion): Promise<EventsAnswer> {
  const { kind, source, ruleSet, projectId, type, eventsMax, signal } = question;
  const compiled = compileSchema(kind, source.text, { ruleSet, references: source.references });
  const personal = [...compiled.personal, ...question.personal].map(({ path }) => path);
  const blind = new BlindFields(compiled, personal, {
    text: source.text,
    rules: [...rulesOfText(kind, source.text), ...rulesInSet(ruleSet)].map(({ expression }) => expression),
  });
  const tally = new Tally();
  const turns = new Turns(question.clock ?? performance);
  // One more than asked for: then there are more.
  for await (const batch of events.newest({ projectId, type, limit: eventsMax + 1, signal })) {
    for (const event of batch) {
      tally.isCut = tally.checked === eventsMax || turns.isOver;
      if (tally.isCut) return { ...tally.answer(), unjudgedFields: blind.found() };
      tally.note(event, judge(compiled, personal, event));
      blind.note(event.properties);
      await turns.pass();
    }
  }
  return { ...tally.answer(), unjudgedFields: blind.found() };
}

const rulesOfText = (kind: SchemaKind, text: string) =>
  kind === SchemaKind.PROTOBUF ? [] : rulesInText(JSON.parse(text));

/** Shares the instance by time: an event may cost a thousand times as much as another. */
class Turns {
  readonly #clock: { now(): number };
  #workedMs = 0;
  #begunMs: number;

  constructor(clock: { now(): number }) {
    this.#clock = clock;
    this.#begunMs = clock.now();
  }

  /** Whether the question has had its time. */
  get isOver(): boolean {
    return this.#workedMs >= WORK_MS_MAX;
  }

  /** Lets others have a turn where this one is over. Waiting is no work. */
  async pass(): Promise<void> {
    const tookMs = this.#clock.now() - this.#begunMs;
    if (tookMs < TURN_MS) return;
    this.#workedMs += tookMs;
    await breathe();
    this.#begunMs = this.#clock.now();
  }
}

/** What becomes of an event: refused, or taken where the places of `nulls`, which are not stored, were null. */
type Judged = "unjudged" | { readonly refusal: SchemaRefusal } | { readonly nulls: readonly SchemaRefusal[] };

function judge(
  compiled: CompiledSchema,
  personal: readonly (readonly string[])[],
  { properties, isEncoded }: StoredEvent,
): Judged {
  let text = properties;
  const nulls: SchemaRefusal[] = [];
  // Bytes are read by the version that wrote them, whatever their JSON looks like; framed JSON is JSON.
  const isBytes = isEncoded && compiled.kind !== SchemaKind.JSON_SCHEMA;
  for (let gone = 0; ; ) {
    const result = compiled.check(Buffer.from(text));
    if (!("refusal" in result)) return { nulls };
    const { refusal } = result;
    const left = isBytes && refusal.rule === "unknown_field" ? without(text, refusal.path) : undefined;
    if (left !== undefined && ++gone <= GONE_MAX) {
      text = left;
      continue;
    }
    // A symbol that is gone may have a default, or a number that is still taken.
    if (isBytes && refusal.rule === "enum") return "unjudged";
    // Null does not fit there, so that it is the property that is missed.
    const missed = nulls.find(({ path }) => path === refusal.path);
    if (missed !== undefined) return { refusal: missed };
    if (personal.some((path) => isAbout(refusal, path))) return "unjudged";
    const filled =
      refusal.rule === "required" && nulls.length < NULLS_MAX ? withNull(text, refusal.path) : undefined;
    if (filled === undefined) return { refusal };
    nulls.push(refusal);
    text = filled;
  }
}

/**
 * Whether a refusal may be about what is stored of a personal field; "*" in its path is every name and index. A rule in
 * CEL says at most which property it reads, and may read anything in it.
 */
function isAbout({ path: at, rule }: SchemaRefusal, personal: readonly string[]): boolean {
  const place = stepsOf(at).map(anyIndex);
  const isRule = rule.startsWith("cel.");
  if (place.length < personal.length && !isRule) return false;
  return personal.every((step, index) => {
    const there = place[index];
    return there === undefined ? isRule : step === "*" || step === there;
  });
}

/** A refusal's path as the path of a field: every index is "*". */
const placeOf = (path: string): string => stepsOf(path).map(anyIndex).join(".");

const anyIndex = (step: string | number): string => (typeof step === "number" ? "*" : step);

/** The steps of a path as `joinJsonPath` writes it: names, and indexes as numbers. */
const stepsOf = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, plain]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (plain ?? "") : String(JSON.parse(quoted));
  });

/** The properties with null where the path leads; undefined where something is there, or nothing to put it in. */
function withNull(text: string, path: string): string | undefined {
  const steps = stepsOf(path);
  const last = steps.pop();
  const root = parseExact(text);
  let holder: ExactValue | undefined = root;
  for (const step of steps) holder = memberOf(holder, step);
  if (typeof last !== "string" || !(holder instanceof Map) || holder.has(last)) return undefined;
  holder.set(last, null);
  return stringifyExact(root);
}

/** The properties without what the path leads to; undefined where nothing is there. */
function without(text: string, path: string): string | undefined {
  const steps = stepsOf(path);
  const last = steps.pop();
  const root = parseExact(text);
  let holder: ExactValue | undefined = root;
  for (const step of steps) holder = memberOf(holder, step);
  return holder instanceof Map && holder.delete(String(last)) ? stringifyExact(root) : undefined;
}

const memberOf = (holder: ExactValue | undefined, step: string | number): ExactValue | undefined => {
  if (Array.isArray(holder)) return typeof step === "number" ? holder[step] : undefined;
  return holder instanceof Map ? holder.get(String(step)) : undefined;
};

/** Events that would be taken if the same places were null in them. */
interface Doubtful {
  readonly nulls: readonly SchemaRefusal[];
  readonly eventId: string;
  readonly producers: Map<Producer, number>;
}

class Tally {
  checked = 0;
  isCut = false;
  #failed = 0;
  #unjudged = 0;
  #oldestMs: number | undefined;
  readonly #causes = new Map<string, FailureCause>();
  readonly #producers = new Map<string, Producer>();
  readonly #doubtful = new Map<string, Doubtful>();
  readonly #places = new Set<string>();

  note(event: StoredEvent, judged: Judged): void {
    const { eventId, receivedMs } = event;
    this.checked++;
    this.#oldestMs = Math.min(this.#oldestMs ?? receivedMs, receivedMs);
    const producer = this.#producerOf(event);
    if (judged === "unjudged") this.#unjudged++;
    else if ("refusal" in judged) this.#fail(judged.refusal, eventId, { events: 1, producer });
    else if (judged.nulls.length > 0) this.#doubt(judged.nulls, eventId, producer);
    notePlaces(JSON.parse(event.properties), "", this.#places);
  }

  /**
   * A property that no event has was not null in all of them: it is missing. One that some events have may well have
   * been null in the others.
   */
  answer(): Omit<EventsAnswer, "unjudgedFields"> {
    for (const { nulls, eventId, producers } of this.#doubtful.values()) {
      const missing = nulls.find(({ path }) => !this.#places.has(placeOf(path)));
      if (missing === undefined) continue;
      for (const [producer, events] of producers) this.#fail(missing, eventId, { events, producer });
    }
    const failures = [...this.#causes.values()].sort((one, other) => other.events - one.events);
    const producers = [...this.#producers.values()].sort(
      (one, other) => other.failed - one.failed || other.events - one.events,
    );
    return {
      checked: this.checked,
      failed: this.#failed,
      unjudged: this.#unjudged,
      isCut: this.isCut,
      oldestMs: this.#oldestMs,
      failures: failures.slice(0, FAILURES_MAX),
      producers: producers.slice(0, PRODUCERS_MAX),
    };
  }

  #producerOf(event: StoredEvent): Producer {
    const { receivedMs, keyId, library, libraryVersion, schemaVersion, isEncoded } = event;
    const make = () => ({
      ...{ keyId, library, libraryVersion, schemaVersion, isEncoded },
      ...{ events: 0, failed: 0, lastMs: 0 },
    });
    const key = JSON.stringify([keyId, library, libraryVersion, schemaVersion, isEncoded]);
    const producer = kept(this.#producers, key, make) ?? make();
    producer.events++;
    producer.lastMs = Math.max(producer.lastMs, receivedMs);
    return producer;
  }

  #fail(
    { path: at, rule, message }: SchemaRefusal,
    eventId: string,
    { events, producer }: { events: number; producer: Producer },
  ): void {
    this.#failed += events;
    producer.failed += events;
    const path = at.replaceAll(/\[\d+\]/g, "[]");
    const cause = kept(this.#causes, `${path}\0${rule}`, () => ({ path, rule, message, eventId, events: 0 }));
    if (cause !== undefined) cause.events += events;
  }

  #doubt(nulls: readonly SchemaRefusal[], eventId: string, producer: Producer): void {
    const key = JSON.stringify(nulls.map(({ path }) => placeOf(path)));
    const doubtful = kept(this.#doubtful, key, () => ({ nulls, eventId, producers: new Map() }));
    doubtful?.producers.set(producer, (doubtful.producers.get(producer) ?? 0) + 1);
  }
}

/** Every place that has a value, as far as there is room. */
function notePlaces(value: unknown, place: string, places: Set<string>): void {
  if (typeof value !== "object" || value === null || places.size >= PLACES_MAX) return;
  const isList = Array.isArray(value);
  for (const [name, member] of Object.entries(value)) {
    const inside = `${place}${place === "" ? "" : "."}${isList ? "*" : name}`;
    places.add(inside);
    notePlaces(member, inside, places);
  }
}

/** What is kept under a key, made where there is room; undefined where there is none. */
function kept<T>(map: Map<string, T>, key: string, make: () => T): T | undefined {
  const known = map.get(key);
  if (known !== undefined || map.size >= KEPT_MAX) return known;
  const made = make();
  map.set(key, made);
  return made;
}
