import { clone } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Correction } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { requestInvalid } from "../../platform/fault.js";
import { checkJsonObject } from "../../platform/json/check.js";
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../../platform/json/exact.js";

const castKinds = ["number", "integer", "string", "boolean"] as const;

type CastKind = (typeof castKinds)[number];

/** A correction whose parts were checked. */
export interface CheckedCorrection {
  readonly rename: readonly (readonly [from: string, to: string])[];
  readonly defaults: readonly (readonly [name: string, value: ExactValue])[];
  readonly casts: readonly (readonly [name: string, kind: CastKind])[];
  readonly type: string;
  readonly useReceiveTime: boolean;
}

/** @throws Fault REQUEST_INVALID for a default that is no JSON, an unknown kind, or an empty name */
export function checkCorrection(correction: Correction | undefined): CheckedCorrection {
  const { rename = {}, defaults = {}, casts = {}, type = "", useReceiveTime = false } = correction ?? {};
  for (const name of [...Object.keys(rename), ...Object.values(rename)]) {
    if (name === "") throw requestInvalid("correction.rename", "min_len", "a property's name is not empty");
  }
  return {
    rename: Object.entries(rename),
    defaults: Object.entries(defaults).map(([name, json]) => [name, defaultValue(name, json)]),
    casts: Object.entries(casts).map(([name, kind]) => [name, castKind(name, kind)]),
    type,
    useReceiveTime,
  };
}

function defaultValue(name: string, json: string): ExactValue {
  const field = `correction.defaults[${JSON.stringify(name)}]`;
  // A value is checked as the member of an object, by the rules that an event's properties are checked by.
  const wrapped = `{"value":${json}}`;
  if (checkJsonObject(Buffer.from(wrapped)) === undefined) {
    const parsed = parseExact(wrapped);
    const value = parsed instanceof Map && parsed.size === 1 ? parsed.get("value") : undefined;
    if (value !== undefined) return value;
  }
  throw requestInvalid(field, "json", 'must be a JSON text, such as 0, "EUR" or null');
}

function castKind(name: string, kind: string): CastKind {
  const found = castKinds.find((known) => known === kind);
  if (found !== undefined) return found;
  const field = `correction.casts[${JSON.stringify(name)}]`;
  throw requestInvalid(field, "in", `must be one of ${castKinds.join(", ")}`);
}

/**
 * The event as it is fed again: its id as it was, corrected, at the time it was meant for.
 *
 * What the door once did with its times is done here, once and for all: an event without client time happened when it
 * was received, and a client's clock that was over a minute wrong is set right by the sent time, which then goes.
 * Properties that are no JSON object, or still in bytes, stay as they are: the door says what is wrong with them.
 */
export function correctEvent(original: Event, receivedMs: number, correction: CheckedCorrection): Event {
  const event = clone(EventSchema, original);
  event.clientTime = timestampFromMs(
    correction.useReceiveTime ? receivedMs : (skewedTime(original, receivedMs) ?? receivedMs),
  );
  delete event.sentTime;
  if (correction.type !== "") event.type = correction.type;
  const { rename, defaults, casts } = correction;
  if (rename.length + defaults.length + casts.length > 0 && isJson(event.body)) {
    const corrected = correctProperties(event.body.value ?? "{}", correction);
    if (corrected !== undefined) event.body = { case: "properties", value: corrected };
  }
  return event;
}

type JsonBody = Extract<Event["body"], { case: "properties" | undefined }>;

function isJson(body: Event["body"]): body is JsonBody {
  return body.case === "properties" || body.case === undefined;
}

const SKEW_MS_MIN = 60_000;

function skewedTime({ clientTime, sentTime }: Event, receivedMs: number): number | undefined {
  if (clientTime === undefined) return undefined;
  const skewMs = sentTime === undefined ? 0 : receivedMs - timestampMs(sentTime);
  const isWrong = Number.isFinite(skewMs) && Math.abs(skewMs) > SKEW_MS_MIN;
  return timestampMs(clientTime) + (isWrong ? skewMs : 0);
}

/** Renames, then fills in what is missing, then casts; every digit that is not touched stays. */
function correctProperties(text: string, { rename, defaults, casts }: CheckedCorrection): string | undefined {
  if (text !== "" && checkJsonObject(Buffer.from(text)) !== undefined) return undefined;
  const parsed = parseExact(text === "" ? "{}" : text);
  if (!(parsed instanceof Map)) return undefined;
  const names = new Map(rename);
  const taken = new Set(parsed.keys());
  const properties = new Map<string, ExactValue>();
  for (const [name, value] of parsed) {
    const renamed = names.get(name);
    const here = renamed === undefined || taken.has(renamed) ? name : renamed;
    // A property that has the new name already is not overwritten, nor is another one that got it before.
    taken.add(here);
    properties.set(here, value);
  }
  for (const [name, value] of defaults) if (!properties.has(name)) properties.set(name, value);
  for (const [name, kind] of casts) {
    const value = properties.get(name);
    if (value !== undefined) properties.set(name, cast(value, kind));
  }
  return stringifyExact(properties);
}

/** The value as the kind; what can't be cast stays, and is judged as it is. */
function cast(value: ExactValue, kind: CastKind): ExactValue {
  if (kind === "string") return textOf(value);
  if (kind === "boolean") return truthOf(value);
  const number = numberOf(value);
  if (number === undefined) return value;
  return kind === "number" || isWhole(number) ? number : value;
}

function textOf(value: ExactValue): ExactValue {
  if (typeof value === "string" || value === null) return value;
  return value instanceof Map || Array.isArray(value) ? value : stringifyExact(value);
}

function truthOf(value: ExactValue): ExactValue {
  const text = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (text === "true" || text === "yes" || text === "1" || text === 1) return true;
  return text === "false" || text === "no" || text === "0" || text === 0 ? false : value;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function numberOf(value: ExactValue): number | ExactNumber | undefined {
  if (typeof value === "number" || value instanceof ExactNumber) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const text = typeof value === "string" ? value.trim() : "";
  if (!NUMBER.test(text)) return undefined;
  const parsed = parseExact(text);
  return typeof parsed === "number" || parsed instanceof ExactNumber ? parsed : undefined;
}

/** 12, but also 12.0; digits that a double can't hold have to be whole as they stand. */
function isWhole(number: number | ExactNumber): boolean {
  return number instanceof ExactNumber ? /^-?\d+$/.test(number.text) : Number.isInteger(number);
}
