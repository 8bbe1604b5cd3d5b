import { create, toBinary } from "@bufbuild/protobuf";
import { ContextSchema, type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import type { QuarantinedEvent } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { truncateIp } from "../../platform/ip.js";
import type { ProjectSecrets } from "../../platform/project-secrets.js";
import type { CompiledSchema } from "../../registry/compiled-schema.js";
import {
  everything,
  joinPersonal,
  maskPersonal,
  maskText,
  type PersonalField,
} from "../../registry/personal.js";
import { personalBetween } from "../../registry/personal-names.js";
import { isPersonalAnywhere } from "../../registry/protobuf/personal-fields.js";
import { frameBytes } from "./event-scanner.js";
import { makeEventId } from "./made-id.js";
import type { Rules } from "./prepare-batch.js";
import type { PreparedBatch } from "./prepared-batch.js";
import type { RequestStamp } from "./raw-event.js";
import { scannedEvent } from "./scanned-event.js";

/** What events are kept aside with. */
export interface Keeping {
  readonly stamp: RequestStamp;
  readonly rules: Rules;
  readonly secrets: ProjectSecrets;
  /** Whether over half of the key's events fail. */
  readonly inFlood: boolean;
}

/**
 * The events of a batch that are kept aside, as they came; only the address is cut, as it is in the log. Personal
 * values are masked, and the event with them is sealed beside it.
 */
export function quarantinedOf(
  batch: PreparedBatch,
  { stamp, rules, secrets, inFlood }: Keeping,
): { readonly indexes: number[]; readonly events: Omit<QuarantinedEvent, "$typeName">[] } {
  const indexes: number[] = [];
  const events: Omit<QuarantinedEvent, "$typeName">[] = [];
  const { source } = batch;
  for (let index = 0; index < batch.count; index++) {
    const fault = batch.faults.get(index);
    if (batch.outcomes[index] !== Outcome.QUARANTINED || fault === undefined || source === undefined)
      continue;
    const event = scannedEvent(source.bytes, source.starts[index] ?? 0, source.ends[index] ?? 0);
    if (event === undefined) continue;
    event.eventId ||= batch.madeIds.get(index) ?? "";
    setContext(event, stamp);
    const personal = personalOf(event, rules);
    const sealedEvent =
      personal.fields.length === 0
        ? new Uint8Array()
        : secrets.seal(stamp.projectId, toBinary(EventSchema, event));
    maskBody(event, personal);
    indexes.push(index);
    events.push({
      projectId: stamp.projectId,
      event,
      fault,
      receivedTimeMs: BigInt(stamp.receivedMs),
      keyId: stamp.keyId,
      step: "ingestion",
      quarantineId: makeEventId(stamp.receivedMs),
      sealedEvent,
      inFlood,
    });
  }
  return { indexes, events };
}

/** What of an event is personal, by the schema that it was meant for. */
interface Personal {
  readonly fields: readonly PersonalField[];
  readonly schema: CompiledSchema | undefined;
}

/**
 * By the schema that the body names and by the type's newest one. What can't be told is personal as a whole: a version
 * that is not at hand may say that anything is, and bytes of a schema that nobody knows may mean anything.
 */
const personalOf = ({ body, type }: Event, { schemas, compiled }: Rules): Personal => {
  if (body.case === undefined) return { fields: [], schema: undefined };
  const noted = schemas.personal(type);
  const newest = schemas.newest.get(type) ?? schemas.deleted.get(type);
  const isNamed = body.case === "avro" || (body.case === "framed" && isFrame(body.value));
  const schemaId = schemaIdOf(body);
  const version = isNamed ? (schemas.find(type, schemaId) ?? schemas.anyOf(schemaId)) : newest;
  if (version === undefined) return { fields: isNamed ? everything : noted, schema: undefined };
  const written = compiled(version);
  const reader = newest === undefined ? written : compiled(newest);
  if (written === undefined || reader === undefined) return { fields: everything, schema: undefined };
  // What is no frame can't be read by any schema.
  const schema = body.case === "framed" && !isNamed ? undefined : written;
  const fields = personalBetween(reader, written, noted);
  // A payload may be of any message of the file.
  const isOther =
    body.case === "framed" && written.protobuf !== undefined && isPersonalAnywhere(written.protobuf);
  return { fields: isOther ? joinPersonal(fields, everything) : fields, schema };
};

const isFrame = (body: Uint8Array): boolean => body.length >= frameBytes && body[0] === 0;

/** The id that a body names; 0 where it names none. */
const schemaIdOf = (body: Event["body"]): number => {
  if (body.case === "avro") return body.value.schemaId;
  if (body.case !== "framed" || !isFrame(body.value)) return 0;
  return Buffer.from(body.value.buffer, body.value.byteOffset + 1, 4).readUInt32BE();
};

const maskBody = (event: Event, { fields, schema }: Personal): void => {
  const { body } = event;
  if (fields.length === 0) return;
  if (body.case === "properties") body.value = maskPersonal(body.value, fields);
  else if (body.case !== undefined) {
    const payload = body.case === "avro" ? body.value.data : body.value.subarray(frameBytes);
    event.body = { case: "properties", value: maskedPayload(schema, payload, fields) };
  }
};

/** A payload can't be masked in its own form: it becomes JSON, or nothing where it can't be read. */
const maskedPayload = (
  schema: CompiledSchema | undefined,
  payload: Uint8Array,
  personal: readonly PersonalField[],
): string => {
  if (schema?.kind === SchemaKind.JSON_SCHEMA) return maskPersonal(Buffer.from(payload).toString(), personal);
  const decoded = schema?.decode(payload);
  if (decoded === undefined || "refusal" in decoded) return JSON.stringify(maskText);
  const all = joinPersonal(decoded.personal ?? [], personal);
  return maskPersonal(Buffer.from(decoded.text).toString(), all);
};

const setContext = (event: Event, { browser, keepIp }: RequestStamp): void => {
  const ip = event.context?.ip || (browser?.ip ?? "");
  const userAgent = event.context?.userAgent || (browser?.userAgent ?? "");
  if (ip === "" && userAgent === "") return;
  event.context ??= create(ContextSchema);
  event.context.ip = keepIp ? ip : (truncateIp(ip) ?? "");
  event.context.userAgent = userAgent;
};
