// Decides on each event of a batch by itself: rejected, kept aside, or ready for the log. Pure: what is needed of the
// project and its schemas is given; nothing waits.
import { type EventFault, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { checkJsonObject } from "../../platform/json/check.js";
import type { CompiledSchema, SchemaRefusal, SchemaResult } from "../../registry/compiled-schema.js";
import { joinPersonal } from "../../registry/personal.js";
import { personalBetween } from "../../registry/personal-names.js";
import { type Protection, protectPersonal } from "../../registry/protect.js";
import type { ProjectSchemas, SchemaVersion } from "../../registry/schema-cache.js";
import { eventBytesMax, payloadSlot, slotOf, textFields } from "./event-fields.js";
import { BodyCase, EventScanner } from "./event-scanner.js";
import { type EventSource, eventFault } from "./event-source.js";
import { makeEventId } from "./made-id.js";
import type { PreparedBatch } from "./prepared-batch.js";
import { type CheckedProperties, RawEventWriter, type RequestStamp } from "./raw-event.js";
import type { Replaces } from "./replaces.js";

/** What an event is checked against. */
export interface Rules {
  readonly schemas: ProjectSchemas;
  /** Whether types without a schema are kept aside. */
  readonly isClosed: boolean;
  /** A version ready for use; undefined where it has to be loaded first. */
  readonly compiled: (version: SchemaVersion) => CompiledSchema | undefined;
  /** What becomes of personal fields. */
  readonly protection: Protection;
  /** What events of the batch replace in the log: their personal values have been protected already. */
  readonly replaces?: Replaces;
}

/** Client time may be so far ahead of the server's. */
const aheadMsMax = 24 * 3_600_000;
/** What the tables' times can hold: the years 1900 to 2299. */
const timeMsMin = Date.UTC(1900, 0, 1);
const timeMsMax = Date.UTC(2300, 0, 1);

const slots = {
  eventId: slotOf("event_id"),
  type: slotOf("type"),
  properties: slotOf("properties"),
} as const;
const emptyObject = Buffer.from("{}");
const maxima = Int32Array.from(textFields, ({ bytesMax }) => bytesMax);
const required = textFields.filter((field) => field.required);

const unregistered = eventFault({
  reason: FaultReason.EVENT_TYPE_UNREGISTERED,
  field: "type",
  rule: "registered",
  message: "The project takes registered types only, and this one is not registered.",
});
const unknownSchema = (field: string): EventFault =>
  eventFault({
    reason: FaultReason.EVENT_SCHEMA_UNKNOWN,
    field,
    rule: "registered",
    message: "The project has no schema of that id for events of that type.",
  });
const frameInvalid = eventFault({
  reason: FaultReason.EVENT_PROPERTIES_INVALID,
  field: "framed",
  rule: "magic_byte",
  message: "A framed body begins with a zero byte and a schema id of four bytes.",
});
const tooLarge = eventFault({
  reason: FaultReason.EVENT_TOO_LARGE,
  rule: "max_bytes",
  message: `The event is over ${eventBytesMax} bytes.`,
});
const undecodable = eventFault({
  reason: FaultReason.EVENT_UNDECODABLE,
  rule: "protobuf",
  message: "The bytes are not a tideline.event.v1.Event.",
});
const typeMissing = eventFault({
  reason: FaultReason.EVENT_TYPE_MISSING,
  field: "type",
  rule: "required",
  message: "The event has no type.",
});

/** The properties to be written, or why not: a refusal that keeps the event aside, or one that keeps nothing. */
type Checked = CheckedProperties | { readonly outcome: Outcome; readonly fault: EventFault };

/** Works on one batch at a time, and never waits while it does. */
export class BatchPreparer {
  readonly #scan = new EventScanner();
  readonly #writer = new RawEventWriter();
  #missing: SchemaVersion[] = [];

  /**
   * Decides on every event of the source. Returns the versions that have to be loaded before it can be done: then
   * nothing is decided, and it is called again once they are.
   */
  prepare(
    batch: PreparedBatch,
    source: EventSource,
    stamp: RequestStamp,
    rules: Rules,
  ): readonly SchemaVersion[] {
    batch.begin(source, stamp.receivedMs);
    this.#missing = [];
    this.#writer.begin(stamp, batch.bytes);
    for (let index = 0; index < source.count; index++) {
      const refused = source.refused.get(index);
      if (refused === undefined) this.#decide(batch, index, rules);
      else batch.decide(index, Outcome.REJECTED, refused);
    }
    batch.bytes = this.#writer.bytes;
    return this.#missing;
  }

  #decide(batch: PreparedBatch, index: number, rules: Rules): void {
    const source = batch.source as EventSource;
    const start = source.starts[index] as number;
    const end = source.ends[index] as number;
    const rejected = this.#form(source.bytes, start, end);
    if (rejected !== undefined) {
      batch.decide(index, Outcome.REJECTED, rejected);
      return;
    }
    const scan = this.#scan;
    const idFrom = scan.from[slots.eventId] as number;
    const idTo = scan.to[slots.eventId] as number;
    batch.idFrom[index] = idFrom;
    batch.idTo[index] = idTo;
    let madeId = "";
    if (idFrom === idTo) {
      madeId = makeEventId(batch.receivedMs);
      batch.madeIds.set(index, madeId);
    }
    const invalidSlot = this.#writer.open(scan, madeId);
    if (invalidSlot >= 0) batch.decide(index, Outcome.REJECTED, textInvalid(invalidSlot));
    else this.#judge(batch, index, rules);
  }

  /** What makes an event no event at all. */
  #form(bytes: Uint8Array, start: number, end: number): EventFault | undefined {
    if (end - start > eventBytesMax) return tooLarge;
    const scan = this.#scan;
    if (!scan.scan(bytes, start, end)) return undecodable;
    for (let slot = 0; slot < maxima.length; slot++) {
      if ((scan.to[slot] as number) - (scan.from[slot] as number) > (maxima[slot] as number))
        return tooLong(slot);
    }
    for (const { slot } of required) if (scan.from[slot] === scan.to[slot]) return typeMissing;
    return undefined;
  }

  /** Decides on an event whose texts are in the writer: for the log, or aside. */
  #judge(batch: PreparedBatch, index: number, rules: Rules): void {
    const scan = this.#scan;
    const writer = this.#writer;
    const properties = this.#properties(rules.replaces?.has(index) === true ? againOf(rules) : rules);
    if (properties === undefined) return;
    if ("outcome" in properties && properties.outcome === Outcome.REJECTED) {
      batch.decide(index, Outcome.REJECTED, properties.fault);
      return;
    }
    const { receivedMs } = batch;
    const sentMs = scan.hasSentTime ? millisOf(scan.sentSeconds, scan.sentNanos) : 0;
    const clientMs = scan.hasClientTime ? millisOf(scan.clientSeconds, scan.clientNanos) : receivedMs;
    let fault = "outcome" in properties ? properties.fault : undefined;
    let skewMs = 0;
    if (!isTime(clientMs)) fault = timeInvalid("client_time");
    else if (scan.hasSentTime && !isTime(sentMs)) fault = timeInvalid("sent_time");
    else {
      if (scan.hasClientTime && scan.hasSentTime) skewMs = writer.skewOf(scan, sentMs);
      // The corrected time has to hold as well: a sent time may be as wrong as any.
      if (!isTime(clientMs + skewMs)) fault = timeInvalid("sent_time");
      else if (Math.max(clientMs, clientMs + skewMs) > receivedMs + aheadMsMax)
        fault = inFuture(clientMs, receivedMs);
    }
    if (fault !== undefined || "outcome" in properties) {
      writer.takeHash(scan);
      batch.hashLow[index] = writer.hashLow;
      batch.hashHigh[index] = writer.hashHigh;
      batch.decide(index, Outcome.QUARANTINED, fault);
      return;
    }
    writer.close(scan, { clientMs, sentMs, skewMs }, properties, index);
    batch.starts[index] = writer.start;
    batch.ends[index] = writer.end;
    batch.partitions[index] = writer.partition;
    batch.hashLow[index] = writer.hashLow;
    batch.hashHigh[index] = writer.hashHigh;
    batch.outcomes[index] = Outcome.ACCEPTED;
  }

  /** The properties of the event at hand; undefined where a schema has to be loaded first. */
  #properties(rules: Rules): Checked | undefined {
    const scan = this.#scan;
    if (scan.body === BodyCase.badFrame) return { outcome: Outcome.QUARANTINED, fault: frameInvalid };
    if (scan.body >= BodyCase.avro) return this.#encoded(rules);
    const { schemas } = rules;
    const type = schemas.isEmpty ? "" : this.#type();
    const version = schemas.newest.get(type);
    // What is soft-deleted is not checked any more, but it still says what is personal.
    const described = version ?? schemas.deleted.get(type);
    const compiled = described === undefined ? undefined : rules.compiled(described);
    if (described !== undefined && compiled === undefined) {
      this.#missing.push(described);
      return undefined;
    }
    let { bytes } = scan;
    let start = scan.from[slots.properties] as number;
    let end = scan.to[slots.properties] as number;
    if (start === end) {
      bytes = emptyObject;
      start = 0;
      end = emptyObject.length;
    }
    const refusal = checkJsonObject(bytes, start, end);
    if (refusal !== undefined) {
      if (refusal.rule === "utf8") return { outcome: Outcome.REJECTED, fault: textInvalid(slots.properties) };
      return aside(FaultReason.EVENT_PROPERTIES_INVALID, refusal);
    }
    if (version === undefined || compiled === undefined) {
      if (rules.isClosed) return { outcome: Outcome.QUARANTINED, fault: unregistered };
      return unchecked({ bytes, start, end, schemaVersion: 0, schemaId: 0 }, type, compiled, rules);
    }
    return checked(compiled.check(bytes.subarray(start, end)), {
      ...{ version, compiled, rules },
      ...{ writer: version, written: compiled },
    });
  }

  /**
   * A body that names the version it was written with: it becomes the JSON that the newest version takes, so that
   * what is stored of a type is of one shape.
   */
  #encoded(rules: Rules): Checked | undefined {
    const scan = this.#scan;
    const writer = rules.schemas.find(this.#type(), scan.schemaId);
    if (writer === undefined) {
      const field = scan.body === BodyCase.avro ? "avro.schema_id" : "framed";
      return { outcome: Outcome.QUARANTINED, fault: unknownSchema(field) };
    }
    // Where all versions are soft-deleted, each still says what its events mean, and the last one what is personal.
    const newest = rules.schemas.newest.get(writer.subject) ?? writer;
    const last = rules.schemas.deleted.get(writer.subject) ?? writer;
    const needed = [newest, writer, last].map((version) => ({ version, compiled: rules.compiled(version) }));
    const [reader, written, latest] = needed.map(({ compiled }) => compiled);
    if (reader === undefined || written === undefined || latest === undefined) {
      for (const { version, compiled } of needed) if (compiled === undefined) this.#missing.push(version);
      return undefined;
    }
    const payload = scan.bytes.subarray(scan.from[payloadSlot], scan.to[payloadSlot]);
    const checker = {
      version: newest,
      compiled: reader,
      rules,
      writer,
      written: last === writer ? written : latest,
    };
    if (writer.kind === SchemaKind.JSON_SCHEMA) {
      const refusal = checkJsonObject(payload);
      if (refusal !== undefined) return aside(FaultReason.EVENT_PROPERTIES_INVALID, refusal);
      return checked(reader.check(payload), checker);
    }
    const isSame = writer.schemaId === newest.schemaId;
    const read = isSame ? reader.decode(payload) : reader.resolve(payload, written);
    return checked(read, { ...checker, isEncoded: true });
  }

  #type(): string {
    const { bytes, from, to } = this.#scan;
    const start = from[slots.type] as number;
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, (to[slots.type] as number) - start).toString();
  }
}

const againOf = (rules: Rules): Rules => ({ ...rules, protection: { ...rules.protection, again: true } });

/** What an event was checked with. */
interface Checker {
  readonly version: SchemaVersion;
  readonly compiled: CompiledSchema;
  readonly rules: Rules;
  /** The version it was written with, which is what the log names. */
  readonly writer: SchemaVersion;
  readonly written: CompiledSchema;
  /** Bytes of the writer's, not JSON that any version may judge. */
  readonly isEncoded?: boolean;
}

/** Properties that nothing checks; what a soft-deleted version or a note says is personal is replaced all the same. */
const unchecked = (
  properties: CheckedProperties,
  type: string,
  compiled: CompiledSchema | undefined,
  { schemas, protection }: Rules,
): CheckedProperties => {
  const noted = schemas.personal(type);
  const personal = compiled === undefined ? noted : personalBetween(compiled, compiled, noted);
  if (personal.length === 0) return properties;
  const { bytes, start, end } = properties;
  const text = protectPersonal(bytes.subarray(start, end), personal, protection);
  return { ...properties, bytes: text, start: 0, end: text.length };
};

/** Personal values are replaced here, right after the check: nothing behind this sees them. */
const checked = (result: SchemaResult, checker: Checker): Checked => {
  const { version, compiled, rules, writer, written, isEncoded = false } = checker;
  if ("refusal" in result) {
    return aside(FaultReason.EVENT_SCHEMA_VIOLATION, result.refusal, version.version);
  }
  const personal = personalBetween(compiled, written, rules.schemas.personal(version.subject));
  const all = result.personal === undefined ? personal : joinPersonal(result.personal, personal);
  const text = protectPersonal(result.text, all, rules.protection);
  const { version: schemaVersion, schemaId } = writer;
  return { bytes: text, start: 0, end: text.length, schemaVersion, schemaId, isEncoded };
};

const aside = (reason: FaultReason, refusal: SchemaRefusal, schemaVersion = 0): Checked => {
  const dot = refusal.path === "" || refusal.path.startsWith("[") ? "" : ".";
  const { rule, message } = refusal;
  const field = `properties${dot}${refusal.path}`;
  return { outcome: Outcome.QUARANTINED, fault: eventFault({ reason, field, rule, message, schemaVersion }) };
};

const tooLong = (slot: number): EventFault => {
  const { path, bytesMax } = textFields[slot] ?? { path: "", bytesMax: 0 };
  return eventFault({
    reason: FaultReason.EVENT_FIELD_TOO_LONG,
    field: path,
    rule: "max_bytes",
    message: `The field ${path} is over its limit of ${bytesMax} bytes.`,
  });
};

const textInvalid = (slot: number): EventFault =>
  eventFault({
    reason: FaultReason.EVENT_TEXT_INVALID,
    field: textFields[slot]?.path ?? "",
    rule: "utf8",
    message: `The field ${textFields[slot]?.path ?? ""} is not valid UTF-8.`,
  });

const timeInvalid = (field: string): EventFault =>
  eventFault({
    reason: FaultReason.EVENT_TIME_INVALID,
    field,
    rule: "range",
    message: "The time is outside the years 1900 to 2299.",
  });

const inFuture = (clientMs: number, receivedMs: number): EventFault =>
  eventFault({
    reason: FaultReason.EVENT_TIME_IN_FUTURE,
    field: clientMs > receivedMs + aheadMsMax ? "client_time" : "sent_time",
    rule: "future",
    message: "The client time lies over 24 hours ahead of the server's.",
  });

/** Milliseconds of a timestamp; NaN where its nanoseconds are out of range. */
const millisOf = (seconds: number, nanos: number): number =>
  nanos < 0 || nanos > 999_999_999 ? Number.NaN : seconds * 1_000 + Math.floor(nanos / 1_000_000);

const isTime = (ms: number): boolean => ms >= timeMsMin && ms < timeMsMax;
