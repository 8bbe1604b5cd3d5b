import type { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { AvroRecord } from "./avro/type.js";
import type { FieldKinds } from "./field-kinds/field-kind.js";
import type { PersonalField } from "./personal.js";
import type { ProtoSet } from "./protobuf/model.js";

/** Where and how properties break a schema; `path` is within the properties, such as "items[2].price". */
export interface SchemaRefusal {
  readonly path: string;
  /** The keyword or rule that is broken. */
  readonly rule: string;
  /** One sentence; never a value. */
  readonly message: string;
}

/** Properties that are taken: their text, with defaults filled in. */
export interface TakenProperties {
  readonly text: Uint8Array;
  /** The text as JSON.parse reads it, where the check has done so anyway. */
  readonly parsed?: unknown;
  /** What is personal in them, where they are not of the message that `personal` of the schema is about. */
  readonly personal?: readonly PersonalField[];
}

/** What became of properties, or why they are refused. */
export type SchemaResult = TakenProperties | { readonly refusal: SchemaRefusal };

/** A schema made ready to check events with. Checking is synchronous, bounded, and throws nothing. */
export interface CompiledSchema {
  readonly kind: SchemaKind;
  /** The fields that it says are personal. */
  readonly personal: readonly PersonalField[];
  /** Checks JSON text that has passed `checkJsonObject`. */
  check(text: Uint8Array): SchemaResult;
  /** Turns one Avro datum, written with this schema, into JSON text; refuses where the schema is no Avro schema. */
  decode(datum: Uint8Array): SchemaResult;
  /**
   * Turns one Avro datum, written with another version, into the JSON text that this one takes: aliases followed,
   * defaults filled in, numbers promoted. Refuses, with a rule of docs/registry.md, what this schema can't read, and
   * every datum where one of the two is no Avro schema.
   */
  resolve(datum: Uint8Array, writer: CompiledSchema): SchemaResult;
  /** What it says of the values of properties; worked out when it is first asked. Not there where nothing is known. */
  fieldKinds?(): FieldKinds;
  /** The same without the rules behind its shape, where it has some. */
  readonly shape?: CompiledSchema;
  /** The record that it describes, where it is an Avro schema. */
  readonly avro?: AvroRecord;
  /** The files that it stands for, where it is a Protobuf schema: `decode` then takes a payload behind its index. */
  readonly protobuf?: ProtoSet;
}

/** Steps that checking one event may take, subschemas or items; what needs more is refused. */
export const checkStepsMax = 100_000;

/** The refusal of what takes too many steps. */
export const tooCostly: SchemaRefusal = {
  path: "",
  rule: "max_steps",
  message: `Checking takes more than ${checkStepsMax} steps.`,
};
