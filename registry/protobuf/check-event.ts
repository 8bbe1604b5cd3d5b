// Checks JSON properties against a message by Protobuf's JSON mapping, and brings them into the form that
// `decode-event.ts` writes: JSON names, enums by name, 64-bit numbers as numbers, zeros of fields without presence.
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../../platform/json/exact.js";
import { joinJsonPath } from "../../platform/json/path.js";
import { checkStepsMax, type SchemaRefusal, type SchemaResult, tooCostly } from "../compiled-schema.js";
import { type FieldPlan, isWellKnown, type MessagePlan, type Plans, Refused } from "./event-plan.js";
import { isEnum, isMessage, type ProtoEnum, type ProtoField, type ProtoMessage } from "./model.js";
import { NeedsDigits, scalarValue } from "./scalar-value.js";
import type { ScalarType } from "./syntax.js";
import { checkWellKnown } from "./well-known-value.js";

/** Zeros of fields without presence may make an event so much larger. */
const filledMax = 256 * 1024;

export type JsonObject = Record<string, unknown>;

/** Behind numbers whose digits matter, objects are as `JSON.parse` makes them, "__proto__" included. */
const plain = (value: ExactValue): unknown => {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
};

const exact = (value: unknown): ExactValue => {
  if (Array.isArray(value)) return value.map(exact);
  if (typeof value === "object" && value !== null && !(value instanceof ExactNumber))
    return new Map(Object.entries(value).map(([name, member]) => [name, exact(member)]));
  return value as ExactValue;
};

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

const own = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** Sets an own property, whatever its name. */
const put = (object: JsonObject, name: string, value: unknown): void => {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
};

/** A new object with the members up to an index. */
const firstOf = (object: JsonObject, names: readonly string[], end: number): JsonObject => {
  const first: JsonObject = {};
  for (let index = 0; index < end; index++) {
    const name = names[index] as string;
    first[name] = object[name];
  }
  return first;
};

export class EventChecker {
  /** Whether anything had to be changed. */
  isChanged = false;
  /** Whether there is a number in it that a double can't hold. */
  isExact = false;
  readonly plans: Plans;
  readonly #tracks: boolean;
  #steps = 0;
  /** Bytes of the zeros that were put in. */
  #filled = 0;

  /** Paths cost more than the rest: only a second run, over what is refused, `tracks` them. */
  constructor(plans: Plans, tracks: boolean) {
    this.plans = plans;
    this.#tracks = tracks;
  }

  /** The path of a member or item. */
  join(path: string, step: string | number): string {
    return this.#tracks ? joinJsonPath(path, step) : "";
  }

  /** Checks a message's object and brings it into form, in place. @throws Refused with its path; NeedsDigits */
  message(message: ProtoMessage, value: unknown, path: string): unknown {
    this.step(path);
    if (isWellKnown(message)) return checkWellKnown(this, message, { value, path });
    if (!isObject(value)) throw new Refused("message", "The value is no object.", path);
    return this.members(this.plans.of(message), value, path);
  }

  step(path: string): void {
    if (++this.#steps > checkStepsMax) throw new Refused(tooCostly.rule, tooCostly.message, path);
  }

  /** The object itself where all its names stay, else a new one. */
  members(plan: MessagePlan, object: JsonObject, path: string): JsonObject {
    const names = Object.keys(object);
    let result = object;
    let chosen: Map<number, FieldPlan> | undefined;
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      const field = plan.byName.get(name);
      const fieldPath = this.join(path, name);
      // Nothing may be set by that name but as a property of its own.
      if (field === undefined || name === "__proto__")
        throw new Refused("unknown_field", `${plan.message.name} has no field of that name.`, fieldPath);
      const value = object[name];
      const isUnset = value === null && !takesNull(field.field);
      if (isUnset || name !== field.name) {
        if (result === object) result = firstOf(object, names, index);
        this.isChanged = true;
        if (isUnset) continue;
        if (Object.hasOwn(object, field.name) && object[field.name] !== null)
          throw new Refused(
            "duplicate_field",
            `The field stands there twice, as ${field.name} too.`,
            fieldPath,
          );
      }
      if (field.oneof >= 0) {
        chosen ??= new Map();
        const other = chosen.get(field.oneof);
        chosen.set(field.oneof, field);
        if (other !== undefined && other !== field) throw onlyOne(field, fieldPath);
      }
      const checked = this.#field(field, value, fieldPath);
      if (checked !== value) this.isChanged = true;
      if (result !== object || checked !== value) result[field.name] = checked;
    }
    this.#fill(plan, result, path);
    return result;
  }

  #fill(plan: MessagePlan, object: JsonObject, path: string): void {
    for (const field of plan.expected) {
      if (own(object, field.name) !== undefined) continue;
      if (field.isRequired)
        throw new Refused("required", "The field is required and is missing.", this.join(path, field.name));
      this.#filled += field.key.length + 5;
      if (this.#filled > filledMax)
        throw new Refused("max_bytes", `With its zeros the value is over ${filledMax} bytes.`, path);
      put(object, field.name, field.zero);
      this.isChanged = true;
    }
  }

  #field({ field, isMap }: FieldPlan, value: unknown, path: string): unknown {
    if (isMap) return this.#map(field, value, path);
    if (!field.isRepeated) return this.single(field.type, value, path);
    if (!Array.isArray(value)) throw new Refused("repeated", "The value is no array.", path);
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      const itemPath = this.join(path, index);
      if (item === null && !takesNull(field))
        throw new Refused("repeated", "An item can't be null.", itemPath);
      const checked = this.single(field.type, item, itemPath);
      if (checked === item) continue;
      value[index] = checked;
      this.isChanged = true;
    }
    return value;
  }

  #map(field: ProtoField, value: unknown, path: string): unknown {
    if (!isObject(value)) throw new Refused("map", "The value is no object.", path);
    for (const name of Object.keys(value)) {
      const memberPath = this.join(path, name);
      requireKey(field.mapKey ?? "string", name, memberPath);
      const member = value[name];
      if (member === null && !takesNull(field))
        throw new Refused("map", "A member can't be null.", memberPath);
      const checked = this.single(field.type, member, memberPath);
      if (checked === member) continue;
      put(value, name, checked);
      this.isChanged = true;
    }
    return value;
  }

  single(type: ProtoField["type"], value: unknown, path: string): unknown {
    if (isMessage(type)) return this.message(type, value, path);
    this.step(path);
    return isEnum(type) ? enumValue(type, value, path) : this.scalar(type, value, path);
  }

  scalar(type: ScalarType, value: unknown, path: string): unknown {
    const checked = scalarValue(type, value, path);
    if (checked instanceof ExactNumber) this.isExact = true;
    return checked;
  }
}

/** null means "not sent", but for the messages and the enum that null is a value of. */
const takesNull = ({ type }: ProtoField): boolean =>
  typeof type !== "string" &&
  (type.name === "google.protobuf.Value" || type.name === "google.protobuf.NullValue");

const onlyOne = ({ field }: FieldPlan, path: string): Refused =>
  new Refused("oneof", `Only one of the fields of ${field.oneof?.name} can be there.`, path);

function requireKey(type: string, name: string, path: string): void {
  if (type === "string") return;
  if (type === "bool") {
    if (name !== "true" && name !== "false")
      throw new Refused("map", "The key is neither true nor false.", path);
    return;
  }
  if (!/^-?\d{1,20}$/.test(name)) throw new Refused("map", "The key is no whole number.", path);
  scalarValue(type as "int64", name, path);
}

function enumValue(type: ProtoEnum, value: unknown, path: string): unknown {
  if (type.name === "google.protobuf.NullValue" && (value === null || value === "NULL_VALUE")) return null;
  if (typeof value === "string" && type.numberOf.has(value)) return value;
  const name = typeof value === "number" ? type.nameOf.get(value) : undefined;
  if (name !== undefined) return name;
  // An open enum takes every number that has its size, as in a payload.
  if (type.isOpen && typeof value === "number" && value === (value | 0)) return value;
  throw new Refused("enum", `The value is none of ${type.name}.`, path);
}

const refusalOf = (error: unknown): SchemaRefusal => {
  if (!(error instanceof Refused)) throw error;
  return { path: error.path.slice(0, 256), rule: error.rule, message: error.message.slice(0, 300) };
};

interface Run {
  readonly message: ProtoMessage;
  readonly text: Uint8Array;
  readonly tracks: boolean;
}

function run(plans: Plans, { message, text, tracks }: Run): SchemaResult {
  const json = Buffer.from(text.buffer, text.byteOffset, text.length).toString();
  try {
    const checker = new EventChecker(plans, tracks);
    return outcome(checker, checker.message(message, JSON.parse(json), ""), text);
  } catch (error) {
    if (!(error instanceof NeedsDigits)) throw error;
    const checker = new EventChecker(plans, tracks);
    return outcome(checker, checker.message(message, plain(parseExact(json)), ""), text);
  }
}

function outcome({ isChanged, isExact }: EventChecker, value: unknown, text: Uint8Array): SchemaResult {
  if (!isChanged) return { text };
  return { text: Buffer.from(isExact ? stringifyExact(exact(value)) : JSON.stringify(value)) };
}

/** Checks text that has passed `checkJsonObject`. */
export function checkEvent(plans: Plans, message: ProtoMessage, text: Uint8Array): SchemaResult {
  try {
    return run(plans, { message, text, tracks: false });
  } catch {
    try {
      return run(plans, { message, text, tracks: true });
    } catch (error) {
      return { refusal: refusalOf(error) };
    }
  }
}
