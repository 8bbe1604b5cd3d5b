// A .proto file as it is written: names as they stand, options in their order, nothing resolved.
import type { Position } from "./refusal.js";

export type OptionValue =
  | { readonly kind: "name"; readonly text: string }
  /** With its sign, digits as they are written. */
  | { readonly kind: "number"; readonly text: string }
  /** Bytes, one UTF-16 unit each. */
  | { readonly kind: "string"; readonly bytes: string }
  | { readonly kind: "list"; readonly items: readonly OptionValue[] }
  | { readonly kind: "message"; readonly members: readonly OptionMember[] };

/** A member of a value in braces; its name is plain, or in brackets: an extension, or the URL of an Any's type. */
export interface OptionMember {
  readonly name: string;
  readonly value: OptionValue;
}

export interface OptionNode {
  /** Such as "deprecated", "features.field_presence" or "(buf.validate.field).string.min_len". */
  readonly name: string;
  readonly value: OptionValue;
  readonly at: Position;
}

export type Label = "optional" | "required" | "repeated";

export interface FieldNode {
  readonly name: string;
  readonly number: number;
  readonly label: Label | undefined;
  /** As it is written; of a map, the type of its values; of a group, the name of its message. */
  readonly type: string;
  /** Of a map: the type of its keys. */
  readonly mapKey?: string;
  /** The message that a group is. */
  readonly group?: MessageNode;
  readonly options: readonly OptionNode[];
  readonly at: Position;
}

export interface OneofNode {
  readonly name: string;
  readonly fields: readonly FieldNode[];
  readonly options: readonly OptionNode[];
  readonly at: Position;
}

/** Both ends included. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
  readonly at: Position;
}

export interface ExtensionRangeNode extends NumberRange {
  readonly options: readonly OptionNode[];
}

export interface ReservedName {
  readonly name: string;
  readonly at: Position;
}

/** Of edition 2024, kept and not enforced. */
export type Visibility = "export" | "local";

export interface MessageNode {
  readonly name: string;
  readonly visibility?: Visibility;
  readonly fields: readonly FieldNode[];
  readonly oneofs: readonly OneofNode[];
  readonly messages: readonly MessageNode[];
  readonly enums: readonly EnumNode[];
  readonly extensionRanges: readonly ExtensionRangeNode[];
  readonly extends: readonly ExtendNode[];
  readonly reservedRanges: readonly NumberRange[];
  readonly reservedNames: readonly ReservedName[];
  readonly options: readonly OptionNode[];
  readonly at: Position;
}

export interface EnumValueNode {
  readonly name: string;
  readonly number: number;
  readonly options: readonly OptionNode[];
  readonly at: Position;
}

export interface EnumNode {
  readonly name: string;
  readonly visibility?: Visibility;
  readonly values: readonly EnumValueNode[];
  readonly reservedRanges: readonly NumberRange[];
  readonly reservedNames: readonly ReservedName[];
  readonly options: readonly OptionNode[];
  readonly at: Position;
}

export interface ExtendNode {
  /** As it is written. */
  readonly extendee: string;
  readonly fields: readonly FieldNode[];
  readonly at: Position;
}

export interface MethodNode {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly isClientStream: boolean;
  readonly isServerStream: boolean;
  readonly options: readonly OptionNode[];
  readonly at: Position;
}

export interface ServiceNode {
  readonly name: string;
  readonly methods: readonly MethodNode[];
  readonly options: readonly OptionNode[];
  readonly at: Position;
}

export interface ImportNode {
  readonly path: string;
  readonly modifier: "public" | "weak" | "option" | undefined;
  readonly at: Position;
}

export interface FileNode {
  /** "proto2", "proto3", or an edition such as "2023"; undefined: not said, which means proto2. */
  readonly syntax: string | undefined;
  readonly package: string;
  readonly imports: readonly ImportNode[];
  readonly options: readonly OptionNode[];
  readonly messages: readonly MessageNode[];
  readonly enums: readonly EnumNode[];
  readonly extends: readonly ExtendNode[];
  readonly services: readonly ServiceNode[];
}

export const isEdition = (syntax: string | undefined): boolean =>
  syntax !== undefined && !syntax.startsWith("proto");

/** The highest number of a field, and of an enum's value. */
export const fieldNumberMax = 2 ** 29 - 1;
export const enumNumberMax = 2 ** 31 - 1;

export const scalarTypes = [
  "double",
  "float",
  "int64",
  "uint64",
  "int32",
  "fixed64",
  "fixed32",
  "bool",
  "string",
  "bytes",
  "uint32",
  "sfixed32",
  "sfixed64",
  "sint32",
  "sint64",
] as const;

export type ScalarType = (typeof scalarTypes)[number];

const scalars: ReadonlySet<string> = new Set(scalarTypes);

export const isScalar = (type: string): type is ScalarType => scalars.has(type);
