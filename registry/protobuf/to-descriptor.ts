// A linked file as a compiler of .proto files would describe it: google.protobuf.FileDescriptorProto. What clients need
// to read messages is there; options that extensions declare are left out, since nothing here knows their types.
import { create, type DescField, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import {
  type DescriptorProto,
  type DescriptorProto_ExtensionRange,
  DescriptorProtoSchema,
  Edition,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  ExtensionRangeOptionsSchema,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FileOptionsSchema,
  FieldDescriptorProto_Label as Label,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
  ServiceOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { isMessage, type ProtoEnum, type ProtoField, type ProtoFile, type ProtoMessage } from "./model.js";
import { resolve } from "./scope.js";
import {
  isEdition,
  type MethodNode,
  type OptionNode,
  type OptionValue,
  type ScalarType,
  type ServiceNode,
} from "./syntax.js";

/** The bytes of a file's descriptor, under the name that it is to be imported by. */
export function descriptorBytes(file: ProtoFile, name: string): Uint8Array {
  const { node } = file;
  const edition = isEdition(node.syntax)
    ? Edition[`EDITION_${node.syntax}` as keyof typeof Edition]
    : undefined;
  const extensions = extensionsOf(file);
  const at = (modifier: "public" | "weak") =>
    node.imports.flatMap((it, index) => (it.modifier === modifier ? [index] : []));
  const described = create(FileDescriptorProtoSchema, {
    name,
    package: node.package,
    dependency: node.imports.map(({ path }) => path),
    publicDependency: at("public"),
    weakDependency: at("weak"),
    messageType: file.messages.map((it) => messageOf(it, extensions)),
    enumType: file.enums.map(enumOf),
    service: node.services.map((it) => serviceOf(file, it)),
    extension: node.extends.flatMap(({ fields }) => fields.flatMap((it) => extensions.get(it) ?? [])),
    options: create(FileOptionsSchema),
    ...(edition !== undefined
      ? { syntax: "editions", edition }
      : node.syntax === undefined
        ? {}
        : { syntax: node.syntax }),
  });
  if (!setOptions(FileOptionsSchema, described.options, node.options)) delete described.options;
  return toBinary(FileDescriptorProtoSchema, described);
}

type Extensions = ReadonlyMap<ProtoField["node"], FieldDescriptorProto>;

function extensionsOf(file: ProtoFile): Extensions {
  return new Map(
    file.extensions.map((field) => {
      const described = fieldOf(field, "");
      described.extendee = `.${field.extendee?.name ?? ""}`;
      return [field.node, described];
    }),
  );
}

function messageOf(message: ProtoMessage, extensions: Extensions): DescriptorProto {
  const { node, name } = message;
  const described = create(DescriptorProtoSchema, {
    name: node.name,
    field: message.fields.map((it) => fieldOf(it, name)),
    nestedType: [
      ...message.messages.map((it) => messageOf(it, extensions)),
      ...message.fields.filter(({ mapKey }) => mapKey !== undefined).map(entryOf),
    ],
    enumType: message.enums.map(enumOf),
    extension: node.extends.flatMap(({ fields }) => fields.flatMap((it) => extensions.get(it) ?? [])),
    extensionRange: node.extensionRanges.map(({ from, to, options }) => {
      const range: DescriptorProto_ExtensionRange = {
        $typeName: "google.protobuf.DescriptorProto.ExtensionRange",
        start: from,
        end: to + 1,
      };
      const set = create(ExtensionRangeOptionsSchema);
      return setOptions(ExtensionRangeOptionsSchema, set, options) ? { ...range, options: set } : range;
    }),
    oneofDecl: node.oneofs.map((oneof) => {
      const options = create(OneofOptionsSchema);
      const isSet = setOptions(OneofOptionsSchema, options, oneof.options);
      return { name: oneof.name, ...(isSet ? { options } : {}) };
    }),
    reservedRange: node.reservedRanges.map(({ from, to }) => ({ start: from, end: to + 1 })),
    reservedName: node.reservedNames.map((it) => it.name),
  });
  const options = create(MessageOptionsSchema);
  if (setOptions(MessageOptionsSchema, options, node.options)) described.options = options;
  placeInOneofs(message, described);
  return described;
}

/** Says each field's oneof; a field of proto3 that is "optional" has one of its own, behind the others. */
function placeInOneofs(message: ProtoMessage, described: DescriptorProto): void {
  message.fields.forEach((field, index) => {
    const made = described.field[index];
    if (made === undefined) return;
    if (field.oneof !== undefined) made.oneofIndex = message.oneofs.indexOf(field.oneof);
    else if (message.file.node.syntax === "proto3" && field.node.label === "optional") {
      made.proto3Optional = true;
      made.oneofIndex = described.oneofDecl.length;
      described.oneofDecl.push({ $typeName: "google.protobuf.OneofDescriptorProto", name: `_${field.name}` });
    }
  });
}

const scalarTypeNumbers: Readonly<Record<ScalarType, Type>> = {
  double: Type.DOUBLE,
  float: Type.FLOAT,
  int64: Type.INT64,
  uint64: Type.UINT64,
  int32: Type.INT32,
  fixed64: Type.FIXED64,
  fixed32: Type.FIXED32,
  bool: Type.BOOL,
  string: Type.STRING,
  bytes: Type.BYTES,
  uint32: Type.UINT32,
  sfixed32: Type.SFIXED32,
  sfixed64: Type.SFIXED64,
  sint32: Type.SINT32,
  sint64: Type.SINT64,
};

/** What a field's type is written as: a scalar's number, or a kind of type with its name. */
function typeOf({ type, node }: ProtoField): { type: Type; typeName?: string } {
  if (typeof type === "string") return { type: scalarTypeNumbers[type] };
  const typeName = `.${type.name}`;
  if (!isMessage(type)) return { type: Type.ENUM, typeName };
  return { type: node.group === undefined ? Type.MESSAGE : Type.GROUP, typeName };
}

/** The name of the message that protoc makes for a map's entries. */
const entryName = (name: string): string =>
  `${name.replace(/(?:^|_)([^_]?)/g, (_, first: string) => first.toUpperCase())}Entry`;

function fieldOf(field: ProtoField, messageName: string): FieldDescriptorProto {
  const { node, mapKey, isRepeated, name, number, jsonName } = field;
  const isMap = mapKey !== undefined;
  const described = create(FieldDescriptorProtoSchema, {
    name,
    number,
    jsonName,
    label: isMap || isRepeated ? Label.REPEATED : node.label === "required" ? Label.REQUIRED : Label.OPTIONAL,
    ...(isMap ? { type: Type.MESSAGE, typeName: `.${messageName}.${entryName(name)}` } : typeOf(field)),
  });
  const fallback = node.options.find((it) => it.name === "default")?.value;
  if (fallback !== undefined) described.defaultValue = defaultText(fallback, field);
  const options = create(FieldOptionsSchema);
  if (setOptions(FieldOptionsSchema, options, node.options)) described.options = options;
  return described;
}

function entryOf(field: ProtoField): DescriptorProto {
  const { mapKey = "string", name } = field;
  const entry = (label: string, number: number, type: { type: Type; typeName?: string }) =>
    create(FieldDescriptorProtoSchema, {
      name: label,
      jsonName: label,
      number,
      label: Label.OPTIONAL,
      ...type,
    });
  return create(DescriptorProtoSchema, {
    name: entryName(name),
    field: [entry("key", 1, { type: scalarTypeNumbers[mapKey] }), entry("value", 2, typeOf(field))],
    options: { mapEntry: true },
  });
}

function enumOf({ node }: ProtoEnum): EnumDescriptorProto {
  const described = create(EnumDescriptorProtoSchema, {
    name: node.name,
    value: node.values.map((value) => {
      const options = create(EnumValueOptionsSchema);
      const isSet = setOptions(EnumValueOptionsSchema, options, value.options);
      return { name: value.name, number: value.number, ...(isSet ? { options } : {}) };
    }),
    // Unlike those of messages, these end with their last number.
    reservedRange: node.reservedRanges.map(({ from, to }) => ({ start: from, end: to })),
    reservedName: node.reservedNames.map((it) => it.name),
  });
  const options = create(EnumOptionsSchema);
  if (setOptions(EnumOptionsSchema, options, node.options)) described.options = options;
  return described;
}

function serviceOf(file: ProtoFile, node: ServiceNode): ServiceDescriptorProto {
  const scope = file.node.package === "" ? node.name : `${file.node.package}.${node.name}`;
  const typeName = (name: string, { at }: MethodNode) =>
    `.${resolve(file, { name, scope, at }, ({ kind }) => kind === "message").name}`;
  const described = create(ServiceDescriptorProtoSchema, {
    name: node.name,
    method: node.methods.map((method) => {
      const options = create(MethodOptionsSchema);
      const isSet = setOptions(MethodOptionsSchema, options, method.options);
      return {
        name: method.name,
        inputType: typeName(method.input, method),
        outputType: typeName(method.output, method),
        ...(method.isClientStream ? { clientStreaming: true } : {}),
        ...(method.isServerStream ? { serverStreaming: true } : {}),
        ...(isSet ? { options } : {}),
      };
    }),
  });
  const options = create(ServiceOptionsSchema);
  if (setOptions(ServiceOptionsSchema, options, node.options)) described.options = options;
  return described;
}

/** A default as descriptors have it: a text as it is, bytes with escapes, the rest as it is written. */
function defaultText(value: OptionValue, { type }: ProtoField): string {
  if (value.kind === "name" || value.kind === "number") return value.text;
  if (value.kind !== "string") return "";
  if (type !== "bytes") return Buffer.from(value.bytes, "latin1").toString("utf8");
  return value.bytes.replace(/[^ -~]|["'\\]/g, (char) =>
    /[ -~]/.test(char) ? `\\${char}` : `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/** Written elsewhere in a field's descriptor, or known to no descriptor. */
const fieldsOwn: ReadonlySet<string> = new Set(["default", "json_name"]);

/** Sets those options that the message knows. @returns whether there was one */
function setOptions<Desc extends DescMessage>(
  schema: Desc,
  message: Parameters<typeof reflect<Desc>>[1],
  options: readonly OptionNode[],
): boolean {
  if (message === undefined) return false;
  const target = reflect(schema, message);
  const known = options.filter(({ name }) => !name.startsWith("(") && !fieldsOwn.has(name));
  const set = known.map(({ name, value }) => setMember(target, name.split("."), value));
  return set.some(Boolean);
}

function setMember(target: ReflectMessage, path: readonly string[], value: OptionValue): boolean {
  const [name = "", ...rest] = path;
  const field = target.fields.find((it) => it.name === name);
  if (field === undefined) return false;
  if (field.fieldKind === "message") {
    const inner = target.get(field);
    const members =
      rest.length > 0 ? [{ name: rest.join("."), value }] : value.kind === "message" ? value.members : [];
    const isSet = members.map((it) => setMember(inner, it.name.split("."), it.value)).some(Boolean);
    if (isSet) target.set(field, inner);
    return isSet;
  }
  if (rest.length > 0) return false;
  const values = (value.kind === "list" ? value.items : [value]).flatMap((it) => {
    const read = optionValue(field, it);
    return read === undefined ? [] : [read];
  });
  if (values.length === 0) return false;
  if (field.fieldKind === "list") for (const it of values) target.get(field).add(it);
  else target.set(field, values.at(-1));
  return true;
}

function optionValue(field: DescField, value: OptionValue): boolean | string | number | bigint | undefined {
  if (value.kind === "string") return Buffer.from(value.bytes, "latin1").toString("utf8");
  if (value.kind === "number") return Number(value.text);
  if (value.kind !== "name") return undefined;
  const { enum: type } = field as { enum?: { values: readonly { name: string; number: number }[] } };
  if (type !== undefined) return type.values.find(({ name }) => name === value.text)?.number;
  return value.text === "true" ? true : value.text === "false" ? false : undefined;
}
