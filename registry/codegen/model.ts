// What typed clients are printed from: event types as records, enums and unions, with the names of the wire and how
// each value is written. Printers know languages and no schemas; readers know schemas and no languages.
import type { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";

/** The newest version of one event type, as the registry has it. */
export interface RegisteredSchema {
  readonly subject: string;
  readonly version: number;
  readonly schemaId: number;
  readonly kind: SchemaKind;
  readonly text: string;
  /** The texts that it refers to, directly or not; what is referred to stands before its referrer. */
  readonly references?: readonly { readonly name: string; readonly text: string }[];
  readonly notes?: SubjectRemarks | undefined;
}

/** What people say about an event type beside its schema. */
export interface SubjectRemarks {
  readonly description: string;
  readonly fields: readonly FieldRemarks[];
}

export interface FieldRemarks {
  /** Such as "customer.email" or "items[].price". */
  readonly path: string;
  readonly description: string;
  readonly unit: string;
  readonly pii: string;
  readonly deprecated: boolean;
}

/** How a value stands in a program; each language has one type for it. */
export type Api =
  | "boolean"
  | "int"
  | "uint"
  | "long"
  | "ulong"
  | "float"
  | "double"
  | "string"
  | "bytes"
  | "decimal"
  | "uuid"
  | "date"
  | "timeOfDay"
  | "instant"
  | "localDateTime"
  | "duration"
  | "elapsed"
  | "json";

/** What a map's keys are where they are no texts; in JSON they are written as texts all the same. */
export type MapKey = Extract<Api, "boolean" | "int" | "uint" | "long" | "ulong">;

/** The method of the runtime's writer that encodes a value, in camelCase, and what it takes besides the value. */
export interface WriterCall {
  readonly method: string;
  readonly args: readonly number[];
}

/** The type of a value. */
export type ValueType =
  | { readonly kind: "scalar"; readonly api: Api; readonly write: WriterCall }
  | { readonly kind: "named"; readonly type: NamedType }
  | { readonly kind: "array"; readonly items: ValueType }
  | { readonly kind: "map"; readonly values: ValueType; readonly keys?: MapKey }
  | NullableType;

/** A value or null. In Avro `nullIndex` is null's branch, `valueIndex` the value's unless the value writes its own. */
export interface NullableType {
  readonly kind: "nullable";
  readonly value: ValueType;
  readonly nullIndex: number;
  readonly valueIndex: number | undefined;
}

export type NamedType = RecordType | EnumType | UnionType;

/** What the schema says of a type or a field to people. */
export interface Remarks {
  readonly doc: string;
  /** Why it should not be used any more; empty where no reason is given, undefined where it is not deprecated. */
  readonly deprecated: string | undefined;
  /** Further sentences: unit, personal data, default, rules that only the server checks. */
  readonly facts: readonly string[];
}

export interface RecordType {
  readonly kind: "record";
  readonly name: string;
  readonly remarks: Remarks;
  /** Filled after the record has its name: a record may contain itself. */
  readonly fields: Field[];
  /** Whether it is a list in JSON, its fields in their order; the last may be all further items. */
  readonly isTuple?: boolean;
}

export interface Field {
  /** As it stands in the schema. */
  readonly wire: string;
  readonly type: ValueType;
  readonly remarks: Remarks;
  /** Whether a program has to state it, be it as null. */
  readonly isRequired: boolean;
  /**
   * What is written where the field is left out: the default's bytes in hex (Avro), or nothing at all. With "zero" that
   * means the same as the zero of its type.
   */
  readonly leftOut: LeftOut | undefined;
  /** Of a tuple: whether it holds all further items. */
  readonly isRest?: boolean;
  /** Set where there is only one value: it is written, and no program states it. */
  readonly constant: string | undefined;
}

export type LeftOut = { readonly kind: "hex"; readonly hex: string } | { readonly kind: "omit" | "zero" };

export interface EnumType {
  readonly kind: "enum";
  readonly name: string;
  readonly remarks: Remarks;
  /** In the schema's order: Avro's symbols, or any JSON values but null. */
  readonly symbols: readonly (string | number | boolean)[];
  /** What programs call them, where that is not what they are. */
  readonly labels?: readonly string[];
}

export interface UnionType {
  readonly kind: "union";
  readonly name: string;
  readonly remarks: Remarks;
  /** Filled after the union has its name: a branch may contain it. */
  readonly branches: UnionBranch[];
}

export interface UnionBranch {
  readonly label: string;
  /** Its place in Avro's union. */
  readonly index: number;
  /** Of a oneof: the member of the record around it that the value is written as. */
  readonly wire?: string;
  readonly type: ValueType;
}

/** How an event's properties travel: as one Avro datum with the schema's id, or as a JSON object. */
export type Format = "avro" | "json";

/** One event type. */
export interface EventModel {
  readonly language: "Avro" | "JSON Schema" | "Protobuf";
  readonly subject: string;
  readonly version: number;
  readonly schemaId: number;
  /** SHA-256 of the schema's text, in hex. */
  readonly fingerprint: string;
  readonly format: Format;
  readonly root: RecordType;
  /** All named types but the root, in the order in which the schema names them. */
  readonly named: readonly NamedType[];
}

/** A part of a schema, by subject and path, such as `purchase: items[].price`, and what is said of it. */
export interface PartNote {
  readonly subject: string;
  readonly path: string;
  readonly message: string;
}

/** What a reader makes of schemas. */
export interface ReadModels {
  /** By subject. */
  readonly events: readonly EventModel[];
  /** What no typed client can be made of; nothing is printed where there is any. */
  readonly problems: readonly PartNote[];
  /** What the types do not express and the server checks nevertheless. */
  readonly notes: readonly PartNote[];
}

/** A file to write, with its path below the output folder. */
export interface PrintedFile {
  readonly path: string;
  readonly text: string;
}

/** The value of a field where it is stated: without null. */
export function statedType({ type }: Field): ValueType {
  return type.kind === "nullable" ? type.value : type;
}

/** Whether a program may state a field as null or leave it out. */
export function mayBeNull({ type, leftOut }: Field): boolean {
  return type.kind === "nullable" || leftOut !== undefined;
}

/** Whether a field is one of several members of its record, none of which has the field's own name. */
export function isOneof({ type }: Field): boolean {
  return type.kind === "named" && type.type.kind === "union" && type.type.branches[0]?.wire !== undefined;
}

/** The fields that a program states. */
export function statedFields({ fields }: RecordType): Field[] {
  return fields.filter(({ constant }) => constant === undefined);
}

/** Whether a record holds itself without an array or a map between: some languages need an indirection then. */
export function holdsItself(record: RecordType): boolean {
  const seen = new Set<NamedType>();
  const reaches = (type: ValueType): boolean => {
    if (type.kind === "nullable") return reaches(type.value);
    if (type.kind !== "named") return false;
    if (type.type === record) return true;
    if (seen.has(type.type)) return false;
    seen.add(type.type);
    return membersOf(type.type).some(reaches);
  };
  return membersOf(record).some(reaches);
}

/** Every named type that values of a record can hold, the record itself aside. */
export function reachableFrom(root: RecordType): ReadonlySet<NamedType> {
  const found = new Set<NamedType>();
  const visit = (type: ValueType): void => {
    if (type.kind === "array") visit(type.items);
    else if (type.kind === "map") visit(type.values);
    else if (type.kind === "nullable") visit(type.value);
    else if (type.kind === "named" && !found.has(type.type)) {
      found.add(type.type);
      membersOf(type.type).forEach(visit);
    }
  };
  membersOf(root).forEach(visit);
  return found;
}

function membersOf(type: NamedType): ValueType[] {
  if (type.kind === "record") return type.fields.map((field) => field.type);
  return type.kind === "union" ? type.branches.map((branch) => branch.type) : [];
}
