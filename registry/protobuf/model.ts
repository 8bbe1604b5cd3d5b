// What a Protobuf schema declares, with every name resolved.
import type { FieldTags } from "../personal-class.js";
import type { EnumNode, FieldNode, FileNode, MessageNode, ScalarType } from "./syntax.js";

/** The features that decide how a field is encoded; registry.md calls a file's syntax and edition by them. */
export interface Features {
  readonly presence: "explicit" | "implicit" | "required";
  readonly isEnumOpen: boolean;
  readonly isPacked: boolean;
  readonly isUtf8: boolean;
  readonly isDelimited: boolean;
}

export interface ProtoEnum {
  readonly kind: "enum";
  /** Full, without a dot before it. */
  readonly name: string;
  readonly file: ProtoFile;
  readonly node: EnumNode;
  readonly isOpen: boolean;
  /** The first name of a number. */
  readonly nameOf: ReadonlyMap<number, string>;
  readonly numberOf: ReadonlyMap<string, number>;
}

export interface ProtoOneof {
  readonly name: string;
  readonly fields: ProtoField[];
}

export interface ProtoField {
  readonly name: string;
  /** Full; of an extension, in the scope that declares it. */
  readonly fullName: string;
  readonly jsonName: string;
  readonly number: number;
  /** Of a map, the type of its values. */
  readonly type: ScalarType | ProtoMessage | ProtoEnum;
  readonly mapKey: ScalarType | undefined;
  readonly isRepeated: boolean;
  readonly features: Features;
  readonly oneof: ProtoOneof | undefined;
  readonly extendee: ProtoMessage | undefined;
  readonly node: FieldNode;
}

export interface ProtoMessage {
  readonly kind: "message";
  readonly name: string;
  readonly file: ProtoFile;
  readonly node: MessageNode;
  readonly fields: ProtoField[];
  readonly byNumber: Map<number, ProtoField>;
  /** By JSON name and by name. */
  readonly byName: Map<string, ProtoField>;
  readonly oneofs: ProtoOneof[];
  /** Declared in it, in the order of the text; groups among them, entries of maps not. */
  readonly messages: ProtoMessage[];
  readonly enums: ProtoEnum[];
}

/** Anything that has a name, which nothing else in its scope may have. */
export interface OtherSymbol {
  readonly kind: "package" | "field" | "oneof" | "value" | "service" | "method" | "extension";
  readonly name: string;
  readonly field?: ProtoField;
}

export type ProtoSymbol = ProtoMessage | ProtoEnum | OtherSymbol;

export interface ProtoFile {
  /** As it is imported; empty for the schema itself. */
  readonly name: string;
  readonly node: FileNode;
  readonly imports: readonly ProtoFile[];
  readonly messages: ProtoMessage[];
  readonly enums: ProtoEnum[];
  readonly extensions: ProtoField[];
  /** Its own, by full name. */
  readonly symbols: Map<string, ProtoSymbol>;
  /** All that it may refer to: its own, those of its imports, and what those import publicly. */
  readonly visible: Map<string, ProtoSymbol>;
}

/** A file with all it imports, directly or not. */
export interface ProtoSet {
  readonly file: ProtoFile;
  readonly files: readonly ProtoFile[];
  readonly messages: ReadonlyMap<string, ProtoMessage>;
  /** Fields that `extend` adds, by message and number. */
  readonly extensions: ReadonlyMap<string, ReadonlyMap<number, ProtoField>>;
  /** What tags beside the schema say of its fields. */
  readonly tags?: FieldTags;
}

export const isMessage = (type: ProtoField["type"]): type is ProtoMessage =>
  typeof type !== "string" && type.kind === "message";
export const isEnum = (type: ProtoField["type"]): type is ProtoEnum =>
  typeof type !== "string" && type.kind === "enum";

export const fieldOf = (set: ProtoSet, message: ProtoMessage, number: number): ProtoField | undefined =>
  message.byNumber.get(number) ?? set.extensions.get(message.name)?.get(number);

/** All fields of a message, those that `extend` adds behind its own. */
export const fieldsOf = (set: ProtoSet, message: ProtoMessage): readonly ProtoField[] => {
  const added = set.extensions.get(message.name);
  return added === undefined ? message.fields : [...message.fields, ...added.values()];
};
