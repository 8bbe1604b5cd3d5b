// Events that show a problem: made from the writer's schema, encoded as it encodes them, and read with the reader's.
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { checkJsonObject } from "../../platform/json/check.js";
import type { Witness } from "../rules/language.js";
import { checkEvent } from "./check-event.js";
import { counterpart, type Evidence, type Route } from "./compare.js";
import { EventDecoder } from "./decode-event.js";
import { type Plans, Refused } from "./event-plan.js";
import { messageIndex } from "./message-index.js";
import {
  fieldOf,
  fieldsOf,
  isEnum,
  isMessage,
  type ProtoField,
  type ProtoMessage,
  type ProtoSet,
} from "./model.js";
import { wireTypeOf } from "./scalar-text.js";
import type { ScalarType } from "./syntax.js";
import { NotEncoded, wire } from "./wire-reader.js";

/** A message that needs messages deeper than this is not made. */
const sampleDepthMax = 12;
/** Fields that are looked at for one event. */
const sampleStepsMax = 20_000;

class TooDeep extends Error {}

function writeScalar(writer: BinaryWriter, type: ScalarType): void {
  switch (type) {
    case "string":
      writer.string("event");
      break;
    case "bytes":
      writer.bytes(Uint8Array.of(1, 2, 3));
      break;
    case "bool":
      writer.bool(true);
      break;
    case "float":
    case "double":
      writer[type](1.5);
      break;
    default:
      writer[type](5);
  }
}

class Sampler {
  readonly #set: ProtoSet;
  #steps = 0;

  constructor(set: ProtoSet) {
    this.#set = set;
  }

  /** The bytes of an event whose route leads to a message with these fields. */
  event({ root, steps }: Route, fields: readonly ProtoField[]): Uint8Array {
    const writer = new BinaryWriter();
    const [step, ...rest] = steps;
    if (step === undefined) {
      this.#members(writer, root, { fields, depth: 0 });
      return writer.finish();
    }
    const inner = this.event({ root: step.type as ProtoMessage, steps: rest }, fields);
    this.#members(writer, root, { fields: [], depth: 0, without: step });
    if (step.mapKey !== undefined) {
      writer.tag(step.number, wire.bytes).fork();
      this.#single(writer.tag(1, wireTypeOf(step.mapKey)), step.mapKey);
      writer.tag(2, wire.bytes).bytes(inner).join();
    } else if (step.features.isDelimited) {
      writer.tag(step.number, wire.start).raw(inner).tag(step.number, wire.end);
    } else writer.tag(step.number, wire.bytes).bytes(inner);
    return writer.finish();
  }

  #single(writer: BinaryWriter, type: ScalarType): void {
    writeScalar(writer, type);
  }

  #members(
    writer: BinaryWriter,
    message: ProtoMessage,
    { fields, depth, without }: { fields: readonly ProtoField[]; depth: number; without?: ProtoField },
  ): void {
    if (depth > sampleDepthMax) throw new TooDeep();
    this.#steps += message.fields.length;
    if (this.#steps > sampleStepsMax) throw new TooDeep();
    const wanted = new Set(fields);
    for (const field of fieldsOf(this.#set, message)) {
      if (field === without) continue;
      if (wanted.has(field) || field.features.presence === "required") this.#field(writer, field, depth);
    }
  }

  #field(writer: BinaryWriter, field: ProtoField, depth: number): void {
    const { type, number, mapKey } = field;
    if (mapKey !== undefined) {
      writer.tag(number, wire.bytes).fork();
      writeScalar(writer.tag(1, wireTypeOf(mapKey)), mapKey);
      this.#field(writer, { ...field, number: 2, mapKey: undefined, isRepeated: false }, depth);
      writer.join();
    } else if (isMessage(type)) {
      // Something should be in it, so that it can be told from nothing.
      const filled = type.fields.find((one) => typeof one.type === "string" && one.mapKey === undefined);
      const inner = new BinaryWriter();
      this.#members(inner, type, { fields: filled === undefined ? [] : [filled], depth: depth + 1 });
      if (field.features.isDelimited)
        writer.tag(number, wire.start).raw(inner.finish()).tag(number, wire.end);
      else writer.tag(number, wire.bytes).bytes(inner.finish());
    } else this.#scalars(writer, { ...field, type });
  }

  #scalars(
    writer: BinaryWriter,
    field: ProtoField & { type: Exclude<ProtoField["type"], ProtoMessage> },
  ): void {
    const { type, number, isRepeated, features } = field;
    const wireType = isEnum(type) ? wire.varint : wireTypeOf(type);
    const one = (): void => {
      if (!isEnum(type)) writeScalar(writer, type);
      else writer.int32([...type.nameOf.keys()].at(-1) ?? 0);
    };
    if (isRepeated && features.isPacked && wireType !== wire.bytes) {
      writer.tag(number, wire.bytes).fork();
      one();
      one();
      writer.join();
      return;
    }
    for (let count = isRepeated ? 2 : 1; count > 0; count--) {
      writer.tag(number, wireType);
      one();
    }
  }
}

/** Both schemas, ready to read events. */
export interface Sides {
  readonly writer: Plans;
  readonly reader: Plans;
}

/** An event that the reader does not read as it was written; undefined where none was found. */
export function findWitness(sides: Sides, evidence: Evidence): Witness | undefined {
  if (evidence.kind === "none") return undefined;
  const { route } = evidence;
  const fields = evidence.kind === "fields" ? evidence.fields : [];
  try {
    const bytes = new Sampler(sides.writer.set).event(route, fields);
    const json = new EventDecoder(sides.writer).message(route.root, bytes);
    const text = Buffer.from(json);
    if (checkJsonObject(text) !== undefined || "refusal" in checkEvent(sides.writer, route.root, text))
      return undefined;
    const rejection = rejectionOf(sides, { bytes, json, route, fields });
    if (rejection === undefined) return undefined;
    const index = messageIndex(sides.writer.set.file, route.root);
    return { json, bytes: Buffer.concat([index, bytes]), rejection };
  } catch (error) {
    if (error instanceof TooDeep || error instanceof Refused || error instanceof NotEncoded) return undefined;
    throw error;
  }
}

interface Tried {
  readonly bytes: Uint8Array;
  readonly json: string;
  readonly route: Route;
  readonly fields: readonly ProtoField[];
}

function rejectionOf({ writer, reader }: Sides, { bytes, json, route, fields }: Tried): string | undefined {
  const root = counterpart(writer.set, route.root, reader.set);
  if (root === undefined) return `The reader has no message ${route.root.name} to read the event with.`;
  const decoder = new EventDecoder(reader, "skip");
  let read: string;
  try {
    read = decoder.message(root, bytes);
  } catch (error) {
    const said = error instanceof Error ? error.message : "it can't be read";
    return `The reader can't decode it${decoder.path === "" ? "" : ` at ${decoder.path}`}: ${said}`;
  }
  for (const field of fields) {
    const written = valueAt(writer.set, JSON.parse(json), {
      steps: [...route.steps, field],
      of: writer.set,
      root: route.root,
    });
    const found = valueAt(reader.set, JSON.parse(read), {
      steps: [...route.steps, field],
      of: reader.set,
      root,
    });
    if (JSON.stringify(written) === JSON.stringify(found)) continue;
    const finds = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 100);
    return `The reader finds ${finds} where ${field.name} was sent as ${JSON.stringify(written)?.slice(0, 100)}.`;
  }
  return undefined;
}

/** The value that the steps lead to, by their numbers in the message that is read; the first item of what is many. */
function valueAt(
  set: ProtoSet,
  value: unknown,
  { steps, root }: { steps: readonly ProtoField[]; of: ProtoSet; root: ProtoMessage },
): unknown {
  let at: unknown = value;
  let message: ProtoMessage | undefined = root;
  for (const [index, { number }] of steps.entries()) {
    const field: ProtoField | undefined = message === undefined ? undefined : fieldOf(set, message, number);
    if (field === undefined || typeof at !== "object" || at === null) return undefined;
    const name = field.extendee === undefined ? field.jsonName : `[${field.fullName}]`;
    at = (at as Record<string, unknown>)[name];
    message = isMessage(field.type) ? field.type : undefined;
    if (index === steps.length - 1) return at;
    if (Array.isArray(at)) [at] = at;
    else if (field.mapKey !== undefined && typeof at === "object" && at !== null) [at] = Object.values(at);
  }
  return at;
}
