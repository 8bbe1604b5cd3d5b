// Turns an encoded message into JSON text by Protobuf's JSON mapping, with every bound kept.
//
// Where the text differs from what protobuf libraries print: 64-bit numbers are numbers with all their digits, not
// strings, and a field without presence that was not sent stands there with its zero.
import { joinJsonPath } from "../../platform/json/path.js";
import { jsonLimits } from "../../platform/json/rules.js";
import { checkStepsMax } from "../compiled-schema.js";
import { type FieldPlan, isWellKnown, type Plans, Refused } from "./event-plan.js";
import { isEnum, isMessage, type ProtoEnum, type ProtoMessage } from "./model.js";
import { scalarText, wireTypeOf } from "./scalar-text.js";
import { wellKnownText } from "./well-known-text.js";
import { WireReader, wire } from "./wire-reader.js";

/** JSON text of an event, at most; names make it longer than its bytes. */
const TEXT_MAX = 256 * 1024;

/** What is done with fields that the schema does not have, and numbers that a closed enum does not have. */
export type Unknown = "refuse" | "skip";

type Content = string[] | Map<string, string> | Uint8Array[] | string;

/** What was found of a message's fields so far. */
class Contents {
  readonly slots: (Content | undefined)[];
  /** Of each oneof, the slot that was set last. */
  #chosen: number[] | undefined;

  constructor(fields: number) {
    this.slots = new Array<Content | undefined>(fields);
  }

  /** Of a oneof only the field that was sent last counts. */
  choose(oneof: number, slot: number): void {
    this.#chosen ??= [];
    const before = this.#chosen[oneof];
    if (before !== undefined && before !== slot) this.slots[before] = undefined;
    this.#chosen[oneof] = slot;
  }
}

const wireNames = ["a varint", "64 bits", "bytes", "a group", "a group's end", "32 bits"];

export class EventDecoder {
  path = "";
  readonly #plans: Plans;
  readonly #unknown: Unknown;
  readonly #tracks: boolean;
  #steps = 0;
  #written = 0;

  /** Paths cost more than the rest: only a second run, over what is refused, `tracks` them. */
  constructor(plans: Plans, unknown: Unknown = "refuse", tracks = true) {
    this.#plans = plans;
    this.#unknown = unknown;
    this.#tracks = tracks;
  }

  #join(path: string, step: string | number): string {
    return this.#tracks ? joinJsonPath(path, step) : "";
  }

  /** The JSON text of a message's bytes. @throws Refused; NotEncoded where the bytes are no message */
  message(message: ProtoMessage, bytes: Uint8Array, depth = 1): string {
    if (depth > jsonLimits.depth)
      throw new Refused("max_depth", `Messages are nested deeper than ${jsonLimits.depth} levels.`);
    if (isWellKnown(message))
      return this.#bounded(wellKnownText(this, this.#plans, { message, bytes, depth }));
    const plan = this.#plans.of(message);
    const contents = new Contents(plan.fields.length);
    const reader = new WireReader(bytes);
    while (reader.next()) {
      this.step();
      const field = plan.byNumber.get(reader.number);
      if (field !== undefined) this.#field(reader, field, contents, depth);
      else if (this.#unknown === "skip") reader.skip();
      else throw new Refused("unknown_field", `${plan.message.name} has no field ${reader.number}.`);
    }
    return this.#text(plan.fields, contents.slots, depth);
  }

  step(): void {
    if (++this.#steps > checkStepsMax)
      throw new Refused("max_steps", `The message has more than ${checkStepsMax} values.`);
  }

  #bounded(text: string): string {
    this.#written += text.length;
    if (this.#written > TEXT_MAX)
      throw new Refused("max_bytes", `The properties are over ${TEXT_MAX} bytes as text.`);
    return text;
  }

  #text(fields: readonly FieldPlan[], contents: readonly (Content | undefined)[], depth: number): string {
    const outer = this.path;
    let text = "{";
    for (const plan of fields) {
      const content = contents[plan.slot];
      let value: string;
      if (content === undefined) {
        if (plan.isRequired) {
          this.path = this.#join(outer, plan.name);
          throw new Refused("required", "The field is required and was not sent.");
        }
        if (plan.zero === undefined) continue;
        value = JSON.stringify(plan.zero);
      } else if (typeof content === "string") value = content;
      else if (content instanceof Map) {
        value = `{${[...content].map(([key, member]) => `${JSON.stringify(key)}:${member}`).join()}}`;
      } else if (plan.field.isRepeated) value = `[${content.join()}]`;
      else {
        // The parts of a message that was sent in several are one message.
        this.path = this.#join(outer, plan.name);
        const parts = content as Uint8Array[];
        const whole = parts.length === 1 ? parts[0] : Buffer.concat(parts);
        value = this.message(plan.field.type as ProtoMessage, whole ?? new Uint8Array(), depth + 1);
        this.path = outer;
      }
      text += `${text === "{" ? "" : ","}${plan.key}${value}`;
      this.#written += plan.key.length;
    }
    return this.#bounded(`${text}}`);
  }

  #field(reader: WireReader, plan: FieldPlan, contents: Contents, depth: number): void {
    const { field, slot } = plan;
    const { wireType } = reader;
    const outer = this.path;
    this.path = this.#join(outer, plan.name);
    if (plan.isMap) {
      this.#expect(wireType, wire.bytes);
      contents.slots[slot] ??= new Map<string, string>();
      this.#entry(plan, reader.bytes(), { into: contents.slots[slot] as Map<string, string>, depth });
    } else if (isMessage(field.type)) {
      const bytes = this.#messageBytes(reader, plan);
      if (field.isRepeated) {
        contents.slots[slot] ??= [];
        const items = contents.slots[slot] as string[];
        this.path = this.#join(this.path, items.length);
        items.push(this.message(field.type, bytes, depth + 2));
      } else {
        contents.slots[slot] ??= [];
        (contents.slots[slot] as Uint8Array[]).push(bytes);
      }
    } else if (field.isRepeated) {
      contents.slots[slot] ??= [];
      this.#repeated(reader, field.type, contents.slots[slot] as string[]);
    } else {
      this.#expect(wireType, isEnum(field.type) ? wire.varint : wireTypeOf(field.type));
      const text = this.#scalar(reader, field.type);
      if (text !== undefined) contents.slots[slot] = text;
    }
    if (plan.oneof >= 0) contents.choose(plan.oneof, slot);
    this.path = outer;
  }

  #expect(wireType: number, expected: number): void {
    if (wireType === expected) return;
    const found = wireNames[wireType] ?? "nothing known";
    throw new Refused(
      "wire_type",
      `The field is encoded as ${found}, and its type is encoded as ${wireNames[expected]}.`,
    );
  }

  /** The bytes of a message, or of a group up to its end. */
  #messageBytes(reader: WireReader, { field }: FieldPlan): Uint8Array {
    if (!field.features.isDelimited) {
      this.#expect(reader.wireType, wire.bytes);
      return reader.bytes();
    }
    this.#expect(reader.wireType, wire.start);
    return reader.group();
  }

  #repeated(
    reader: WireReader,
    type: Exclude<FieldPlan["field"]["type"], ProtoMessage>,
    items: string[],
  ): void {
    const { wireType } = reader;
    const single = isEnum(type) ? wire.varint : wireTypeOf(type);
    if (wireType !== wire.bytes || single === wire.bytes) {
      this.#expect(wireType, single);
      const text = this.#scalar(reader, type);
      if (text !== undefined) items.push(text);
      return;
    }
    const packed = new WireReader(reader.bytes());
    while (packed.pos < packed.end) {
      this.step();
      const text = this.#scalar(packed, type);
      if (text !== undefined) items.push(text);
    }
  }

  /** Undefined: a number that a closed enum does not have counts as not sent. */
  #scalar(reader: WireReader, type: Exclude<FieldPlan["field"]["type"], ProtoMessage>): string | undefined {
    return (
      this.#bounded(isEnum(type) ? this.#enumText(reader.int32(), type) : scalarText(reader, type)) ||
      undefined
    );
  }

  #enumText(number: number, type: ProtoEnum): string {
    if (type.name === "google.protobuf.NullValue") return "null";
    const name = type.nameOf.get(number);
    if (name !== undefined) return `"${name}"`;
    // An open enum takes every number, whoever wrote it: one that was removed must not be refused.
    if (type.isOpen) return String(number);
    if (this.#unknown === "refuse") throw new Refused("enum", `${type.name} has no value ${number}.`);
    return "";
  }

  #entry(
    plan: FieldPlan,
    bytes: Uint8Array,
    { into, depth }: { into: Map<string, string>; depth: number },
  ): void {
    const { type, mapKey = "string" } = plan.field;
    const reader = new WireReader(bytes);
    const outer = this.path;
    let key = mapKey === "string" ? "" : mapKey === "bool" ? "false" : "0";
    let value: string | undefined;
    let part: Uint8Array | undefined;
    while (reader.next()) {
      this.step();
      const { number, wireType } = reader;
      if (number === 1) {
        this.#expect(wireType, wireTypeOf(mapKey));
        const text = scalarText(reader, mapKey);
        key = mapKey === "string" ? (JSON.parse(text) as string) : text;
      } else if (number === 2 && isMessage(type)) part = this.#messageBytes(reader, plan);
      else if (number === 2 && !isMessage(type)) {
        this.#expect(wireType, isEnum(type) ? wire.varint : wireTypeOf(type));
        value = this.#scalar(reader, type);
      } else reader.skip();
    }
    this.path = this.#join(outer, key);
    if (isMessage(type)) value = this.message(type, part ?? new Uint8Array(), depth + 2);
    else value ??= isEnum(type) ? this.#enumText(0, type) : JSON.stringify(zeroText(type));
    into.set(key, value);
    this.path = outer;
  }
}

const zeroText = (type: string): unknown =>
  type === "string" || type === "bytes" ? "" : type === "bool" ? false : 0;
