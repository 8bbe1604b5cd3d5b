// Turns a FileDescriptorProto into the statements that it was made of.
import {
  type DescriptorProto,
  Edition,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
  SymbolVisibility,
} from "@bufbuild/protobuf/wkt";
import { nestingMax } from "./cursor.js";
import { jsonNameOf } from "./link.js";
import { type Position, ProtoError, shown } from "./refusal.js";
import type {
  EnumNode,
  ExtendNode,
  FieldNode,
  FileNode,
  ImportNode,
  Label,
  MessageNode,
  OneofNode,
  OptionNode,
  OptionValue,
  ServiceNode,
  Visibility,
} from "./syntax.js";

/** A descriptor has no places. */
const at: Position = { line: 1, column: 1 };

/** Reads the options of an element, such as "FieldOptions". */
export type ReadOptions = (kind: string, options: object | undefined) => readonly OptionNode[];

const typeNames: Readonly<Partial<Record<FieldDescriptorProto_Type, string>>> = {
  [FieldDescriptorProto_Type.DOUBLE]: "double",
  [FieldDescriptorProto_Type.FLOAT]: "float",
  [FieldDescriptorProto_Type.INT64]: "int64",
  [FieldDescriptorProto_Type.UINT64]: "uint64",
  [FieldDescriptorProto_Type.INT32]: "int32",
  [FieldDescriptorProto_Type.FIXED64]: "fixed64",
  [FieldDescriptorProto_Type.FIXED32]: "fixed32",
  [FieldDescriptorProto_Type.BOOL]: "bool",
  [FieldDescriptorProto_Type.STRING]: "string",
  [FieldDescriptorProto_Type.BYTES]: "bytes",
  [FieldDescriptorProto_Type.UINT32]: "uint32",
  [FieldDescriptorProto_Type.SFIXED32]: "sfixed32",
  [FieldDescriptorProto_Type.SFIXED64]: "sfixed64",
  [FieldDescriptorProto_Type.SINT32]: "sint32",
  [FieldDescriptorProto_Type.SINT64]: "sint64",
};

const editionNames: Readonly<Partial<Record<Edition, string>>> = {
  [Edition.EDITION_2023]: "2023",
  [Edition.EDITION_2024]: "2024",
};

const namePattern = /^[A-Za-z_]\w*$/;
const fullNamePattern = /^\.?[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/** Names of a descriptor come from anywhere; only what could stand in a text may go into one. */
const plainName = (name: string | undefined, what: string): string => {
  if (name === undefined || !namePattern.test(name))
    throw new ProtoError(`${shown(name ?? "")} is no ${what}'s name`);
  return name;
};

const typeName = (name: string | undefined): string => {
  if (name === undefined || !fullNamePattern.test(name))
    throw new ProtoError(`${shown(name ?? "")} is no type's name`);
  return name;
};

/** @throws ProtoError where it describes nothing that a text could say */
export function readDescriptor(proto: FileDescriptorProto, readOptions: ReadOptions): FileNode {
  const reader = new DescriptorReader(syntaxOf(proto), readOptions);
  const isPublic = new Set(proto.publicDependency);
  const isWeak = new Set(proto.weakDependency);
  const groups = reader.syntax === undefined ? groupsOf(proto.extension) : new Set<string>();
  if (proto.package !== "" && !fullNamePattern.test(proto.package))
    throw new ProtoError(`${shown(proto.package)} is no package`);
  return {
    syntax: reader.syntax,
    package: proto.package,
    imports: [
      ...proto.dependency.map(
        (path, index): ImportNode => ({
          path,
          modifier: isPublic.has(index) ? "public" : isWeak.has(index) ? "weak" : undefined,
          at,
        }),
      ),
      ...proto.optionDependency.map((path): ImportNode => ({ path, modifier: "option", at })),
    ],
    options: readOptions("FileOptions", proto.options),
    messages: proto.messageType.filter((one) => !groups.has(one.name)).map((one) => reader.message(one, 1)),
    enums: proto.enumType.map((one) => reader.enumeration(one)),
    extends: reader.extensions(proto.extension, new Map(proto.messageType.map((one) => [one.name, one])), 0),
    services: reader.services(proto),
  };
}

function syntaxOf(proto: FileDescriptorProto): string | undefined {
  if (proto.syntax !== "editions") {
    if (proto.syntax === "" || proto.syntax === "proto2") return undefined;
    if (proto.syntax === "proto3") return "proto3";
    throw new ProtoError(`syntax ${shown(proto.syntax)} is not known`);
  }
  const edition = editionNames[proto.edition];
  if (edition === undefined) throw new ProtoError("its edition is not known; 2023 and 2024 are");
  return edition;
}

const visibly = (visibility: SymbolVisibility): { visibility?: Visibility } => {
  if (visibility === SymbolVisibility.VISIBILITY_LOCAL) return { visibility: "local" };
  return visibility === SymbolVisibility.VISIBILITY_EXPORT ? { visibility: "export" } : {};
};

class DescriptorReader {
  readonly syntax: string | undefined;
  readonly #options: ReadOptions;

  constructor(syntax: string | undefined, options: ReadOptions) {
    this.syntax = syntax;
    this.#options = options;
  }

  message(proto: DescriptorProto, depth: number): MessageNode {
    if (depth > nestingMax) throw new ProtoError(`messages are nested deeper than ${nestingMax} levels`);
    const entries = new Map(
      proto.nestedType.filter(({ options }) => options?.mapEntry === true).map((one) => [one.name, one]),
    );
    const groups = groupsOf([...proto.field, ...proto.extension]);
    const nested = proto.nestedType.filter(({ name }) => !entries.has(name));
    const isGroup = (name: string): boolean => this.syntax === undefined && groups.has(name);
    const byName = new Map(nested.filter(({ name }) => isGroup(name)).map((one) => [one.name, one]));
    const field = (one: FieldDescriptorProto): FieldNode => {
      const type = lastPart(one.typeName);
      const isMany = one.label === FieldDescriptorProto_Label.REPEATED;
      return this.field(one, {
        entry: isMany ? entries.get(type) : undefined,
        group: byName.get(type),
        depth,
      });
    };
    return {
      name: plainName(proto.name, "message"),
      ...visibly(proto.visibility),
      fields: proto.field.filter((one) => !isInOneof(one)).map(field),
      oneofs: this.#oneofs(proto, field),
      messages: nested.filter(({ name }) => !isGroup(name)).map((one) => this.message(one, depth + 1)),
      enums: proto.enumType.map((one) => this.enumeration(one)),
      extensionRanges: proto.extensionRange.map(({ start, end, options }) => ({
        from: start,
        to: end - 1,
        options: this.#options("ExtensionRangeOptions", options),
        at,
      })),
      extends: this.extensions(proto.extension, byName, depth),
      reservedRanges: proto.reservedRange.map(({ start, end }) => ({ from: start, to: end - 1, at })),
      reservedNames: proto.reservedName.map((name) => ({ name: plainName(name, "field"), at })),
      options: this.#options("MessageOptions", proto.options),
      at,
    };
  }

  #oneofs(proto: DescriptorProto, field: (one: FieldDescriptorProto) => FieldNode): OneofNode[] {
    const members = new Map<number, FieldDescriptorProto[]>();
    for (const one of proto.field.filter(isInOneof)) {
      const known = members.get(one.oneofIndex) ?? [];
      known.push(one);
      members.set(one.oneofIndex, known);
    }
    if ([...members.keys()].some((index) => index < 0 || index >= proto.oneofDecl.length))
      throw new ProtoError("a field is in a oneof that there is not");
    return proto.oneofDecl
      .map(({ name, options }, index) => ({
        name: plainName(name, "oneof"),
        fields: (members.get(index) ?? []).map(field),
        options: this.#options("OneofOptions", options),
        at,
      }))
      .filter(({ fields }) => fields.length > 0);
  }

  field(
    proto: FieldDescriptorProto,
    {
      entry,
      group,
      depth,
    }: { entry?: DescriptorProto | undefined; group?: DescriptorProto | undefined; depth: number },
  ): FieldNode {
    const name = plainName(proto.name, "field");
    const base = { name, number: proto.number, at };
    const options = [...fieldOptions(proto, name), ...this.#options("FieldOptions", proto.options)];
    if (entry !== undefined) {
      const [key, value] = ["key", "value"].map((part) => entry.field.find((one) => one.name === part));
      if (key === undefined || value === undefined) throw new ProtoError(`${shown(name)} is no map`);
      return { ...base, label: undefined, type: typeOf(value), mapKey: typeOf(key), options };
    }
    const label = labelOf(proto, this.syntax);
    if (group === undefined) return { ...base, label, type: typeOf(proto), options };
    const message = this.message(group, depth + 1);
    return { ...base, label, type: message.name, group: message, options };
  }

  extensions(
    protos: readonly FieldDescriptorProto[],
    groups: ReadonlyMap<string, DescriptorProto>,
    depth: number,
  ): ExtendNode[] {
    return protos.map((proto) => {
      const group =
        proto.type === FieldDescriptorProto_Type.GROUP && this.syntax === undefined
          ? groups.get(lastPart(proto.typeName))
          : undefined;
      return {
        extendee: typeName(proto.extendee),
        fields: [this.field(proto, { group, depth })],
        at,
      };
    });
  }

  enumeration(proto: EnumDescriptorProto): EnumNode {
    return {
      name: plainName(proto.name, "enum"),
      ...visibly(proto.visibility),
      values: proto.value.map(({ name, number, options }) => ({
        name: plainName(name, "value"),
        number,
        options: this.#options("EnumValueOptions", options),
        at,
      })),
      reservedRanges: proto.reservedRange.map(({ start, end }) => ({ from: start, to: end, at })),
      reservedNames: proto.reservedName.map((name) => ({ name: plainName(name, "value"), at })),
      options: this.#options("EnumOptions", proto.options),
      at,
    };
  }

  services(proto: FileDescriptorProto): ServiceNode[] {
    return proto.service.map((service) => ({
      name: plainName(service.name, "service"),
      methods: service.method.map((method) => ({
        name: plainName(method.name, "method"),
        input: typeName(method.inputType),
        output: typeName(method.outputType),
        isClientStream: method.clientStreaming,
        isServerStream: method.serverStreaming,
        options: this.#options("MethodOptions", method.options),
        at,
      })),
      options: this.#options("ServiceOptions", service.options),
      at,
    }));
  }
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** Messages that are groups; their fields are declared in the same scope. */
const groupsOf = (fields: readonly FieldDescriptorProto[]): Set<string> =>
  new Set(
    fields
      .filter(({ type }) => type === FieldDescriptorProto_Type.GROUP)
      .map(({ typeName: name }) => lastPart(name)),
  );

const isInOneof = (proto: FieldDescriptorProto): boolean =>
  Object.hasOwn(proto, "oneofIndex") && !proto.proto3Optional;

const typeOf = (proto: FieldDescriptorProto): string => typeNames[proto.type] ?? typeName(proto.typeName);

function labelOf(proto: FieldDescriptorProto, syntax: string | undefined): Label | undefined {
  if (proto.label === FieldDescriptorProto_Label.REPEATED) return "repeated";
  if (syntax === undefined) {
    if (isInOneof(proto)) return undefined;
    return proto.label === FieldDescriptorProto_Label.REQUIRED ? "required" : "optional";
  }
  return proto.proto3Optional ? "optional" : undefined;
}

function fieldOptions(proto: FieldDescriptorProto, name: string): OptionNode[] {
  const options: OptionNode[] = [];
  if (Object.hasOwn(proto, "defaultValue"))
    options.push({ name: "default", value: defaultOf(proto.type, proto.defaultValue), at });
  if (Object.hasOwn(proto, "jsonName") && proto.jsonName !== "" && proto.jsonName !== jsonNameOf(name)) {
    const bytes = Buffer.from(proto.jsonName).toString("latin1");
    options.push({ name: "json_name", value: { kind: "string", bytes }, at });
  }
  return options;
}

function defaultOf(type: FieldDescriptorProto_Type, text: string): OptionValue {
  const bytes = Buffer.from(text).toString("latin1");
  if (type === FieldDescriptorProto_Type.STRING) return { kind: "string", bytes };
  if (type === FieldDescriptorProto_Type.BYTES) {
    const plain = bytes.replace(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
      /^[0-7]/.test(code)
        ? String.fromCharCode(Number.parseInt(code, 8) & 0xff)
        : (({ n: "\n", r: "\r", t: "\t" } as Record<string, string>)[code] ?? code),
    );
    return { kind: "string", bytes: plain };
  }
  if (/^-?[\d.]/.test(text)) {
    if (!/^-?[\d.][\d.eE+-]*$/.test(text)) throw new ProtoError(`${shown(text)} is no number`);
    return { kind: "number", text };
  }
  if (!/^-?[A-Za-z_]\w*$/.test(text)) throw new ProtoError(`${shown(text)} is no default`);
  return { kind: "name", text };
}
