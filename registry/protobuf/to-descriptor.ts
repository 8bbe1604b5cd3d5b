// Turns a file into the FileDescriptorProto that protoc makes of its text, without places in the source.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  Edition,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  ExtensionRangeOptionsSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  ServiceOptionsSchema,
  SymbolVisibility,
} from "@bufbuild/protobuf/wkt";
import { jsonNameOf } from "./link.js";
import { isMessage, type ProtoEnum, type ProtoField, type ProtoFile, type ProtoMessage } from "./model.js";
import { optionBytes } from "./option-bytes.js";
import { resolve } from "./scope.js";
import {
  type ExtendNode,
  isEdition,
  type OptionNode,
  type OptionValue,
  type ServiceNode,
  type Visibility,
} from "./syntax.js";
import { integerOf } from "./validate.js";
import { optionsMessage } from "./validate-options.js";

const optionSchemas = {
  FileOptions: FileOptionsSchema,
  MessageOptions: MessageOptionsSchema,
  FieldOptions: FieldOptionsSchema,
  OneofOptions: OneofOptionsSchema,
  ExtensionRangeOptions: ExtensionRangeOptionsSchema,
  EnumOptions: EnumOptionsSchema,
  EnumValueOptions: EnumValueOptionsSchema,
  ServiceOptions: ServiceOptionsSchema,
  MethodOptions: MethodOptionsSchema,
} as const;

type OptionKind = keyof typeof optionSchemas;

/** The bytes of a file's descriptor; what an import has to be called is `name`. */
export const descriptorBytes = (file: ProtoFile, name = file.name): Uint8Array =>
  toBinary(FileDescriptorProtoSchema, writeDescriptor(file, name));

export function writeDescriptor(file: ProtoFile, name = file.name): FileDescriptorProto {
  return new DescriptorWriter(file).file(name);
}

const inside = (scope: string, name: string): string => (scope === "" ? name : `${scope}.${name}`);

const shortName = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** The name of the message that protoc makes of a map's entries. */
const entryName = (name: string): string => {
  const camel = jsonNameOf(name);
  return `${camel.slice(0, 1).toUpperCase()}${camel.slice(1)}Entry`;
};

const isProto3Optional = (field: ProtoField, syntax: string | undefined): boolean =>
  syntax === "proto3" && field.node.label === "optional";

const visible = (visibility: Visibility | undefined): { visibility?: SymbolVisibility } => {
  if (visibility === undefined) return {};
  return {
    visibility:
      visibility === "local" ? SymbolVisibility.VISIBILITY_LOCAL : SymbolVisibility.VISIBILITY_EXPORT,
  };
};

class DescriptorWriter {
  readonly #file: ProtoFile;

  constructor(file: ProtoFile) {
    this.#file = file;
  }

  file(name: string): FileDescriptorProto {
    const { node, messages, enums } = this.#file;
    const indexes = (wanted: string): number[] =>
      node.imports
        .filter(({ modifier }) => modifier !== "option")
        .flatMap(({ modifier }, index) => (modifier === wanted ? [index] : []));
    const proto = create(FileDescriptorProtoSchema, {
      name,
      dependency: node.imports.filter(({ modifier }) => modifier !== "option").map(({ path }) => path),
      optionDependency: node.imports.filter(({ modifier }) => modifier === "option").map(({ path }) => path),
      publicDependency: indexes("public"),
      weakDependency: indexes("weak"),
      messageType: messages.map((one) => this.#message(one)),
      enumType: enums.map((one) => this.#enum(one)),
      extension: this.#extensions(node.extends, node.package),
      service: node.services.map((one) => this.#service(one)),
      ...this.#options("FileOptions", node.options, node.package),
    });
    if (node.package !== "") proto.package = node.package;
    if (node.syntax === "proto3") proto.syntax = "proto3";
    else if (isEdition(node.syntax)) {
      proto.syntax = "editions";
      proto.edition = node.syntax === "2023" ? Edition.EDITION_2023 : Edition.EDITION_2024;
    }
    return proto;
  }

  #options<Kind extends OptionKind>(
    kind: Kind,
    options: readonly OptionNode[],
    scope: string,
  ): { options?: never } {
    const bytes = optionBytes(options, { file: this.#file, scope, message: optionsMessage(kind) });
    if (bytes.length === 0) return {};
    // Each descriptor has its own kind of options; the kind is chosen beside it.
    return { options: fromBinary(optionSchemas[kind], bytes) as never };
  }

  #message(message: ProtoMessage): DescriptorProto {
    const { node, name, file } = message;
    const { syntax } = file.node;
    const entries = message.fields.filter(({ mapKey }) => mapKey !== undefined);
    const synthetic = message.fields.filter((field) => isProto3Optional(field, syntax));
    const indexOf = (field: ProtoField): number | undefined => {
      if (field.oneof !== undefined) return message.oneofs.indexOf(field.oneof);
      return synthetic.includes(field) ? message.oneofs.length + synthetic.indexOf(field) : undefined;
    };
    return create(DescriptorProtoSchema, {
      name: shortName(name),
      ...visible(node.visibility),
      field: message.fields.map((field) => this.#field(field, name, indexOf(field))),
      nestedType: [
        ...message.messages.map((one) => this.#message(one)),
        ...entries.map((field) => this.#entry(field, name)),
      ],
      enumType: message.enums.map((one) => this.#enum(one)),
      extensionRange: node.extensionRanges.map(({ from, to, options }) => ({
        start: from,
        end: to + 1,
        ...this.#options("ExtensionRangeOptions", options, name),
      })),
      extension: this.#extensions(node.extends, name),
      oneofDecl: [
        ...node.oneofs.map((one) => ({
          name: one.name,
          ...this.#options("OneofOptions", one.options, name),
        })),
        ...synthetic.map((field) => ({ name: `_${field.name}` })),
      ],
      reservedRange: node.reservedRanges.map(({ from, to }) => ({ start: from, end: to + 1 })),
      reservedName: node.reservedNames.map((one) => one.name),
      ...this.#options("MessageOptions", node.options, name),
    });
  }

  #entry(field: ProtoField, around: string): DescriptorProto {
    const name = inside(around, entryName(field.name));
    const part = (partName: string, number: number, type: ProtoField["type"]): FieldDescriptorProto =>
      this.#bare({ ...field, name: partName, jsonName: partName, number, type, mapKey: undefined }, name);
    return create(DescriptorProtoSchema, {
      name: shortName(name),
      field: [part("key", 1, field.mapKey ?? "string"), part("value", 2, field.type)],
      options: { mapEntry: true },
    });
  }

  /** A field without options, default and oneof. */
  #bare(field: ProtoField, scope: string): FieldDescriptorProto {
    const { type, mapKey, isRepeated } = field;
    const proto = create(FieldDescriptorProtoSchema, {
      name: field.name,
      number: field.number,
      jsonName: field.jsonName,
      label: isRepeated || mapKey !== undefined ? FieldDescriptorProto_Label.REPEATED : this.#label(field),
    });
    if (mapKey !== undefined) {
      proto.type = FieldDescriptorProto_Type.MESSAGE;
      proto.typeName = `.${inside(scope, entryName(field.name))}`;
    } else if (typeof type === "string") {
      proto.type = FieldDescriptorProto_Type[type.toUpperCase() as "INT32"];
    } else {
      proto.typeName = `.${type.name}`;
      const isGroup = isMessage(type) && field.node.group !== undefined;
      proto.type = !isMessage(type)
        ? FieldDescriptorProto_Type.ENUM
        : isGroup
          ? FieldDescriptorProto_Type.GROUP
          : FieldDescriptorProto_Type.MESSAGE;
    }
    return proto;
  }

  #label({ node }: ProtoField): FieldDescriptorProto_Label {
    return node.label === "required"
      ? FieldDescriptorProto_Label.REQUIRED
      : FieldDescriptorProto_Label.OPTIONAL;
  }

  #field(field: ProtoField, scope: string, oneofIndex?: number): FieldDescriptorProto {
    const proto = this.#bare(field, scope);
    const fallback = field.node.options.find(({ name }) => name === "default");
    if (fallback !== undefined) proto.defaultValue = defaultText(field, fallback.value);
    if (oneofIndex !== undefined) proto.oneofIndex = oneofIndex;
    if (field.extendee === undefined && isProto3Optional(field, this.#file.node.syntax))
      proto.proto3Optional = true;
    if (field.extendee !== undefined) proto.extendee = `.${field.extendee.name}`;
    return Object.assign(proto, this.#options("FieldOptions", field.node.options, scope));
  }

  #extensions(nodes: readonly ExtendNode[], scope: string): FieldDescriptorProto[] {
    return nodes.flatMap(({ fields }) =>
      fields.map((one) => {
        const symbol = this.#file.symbols.get(inside(scope, one.name));
        const field = symbol?.kind === "extension" ? symbol.field : undefined;
        if (field === undefined) throw new Error("an extension has not been linked");
        return this.#field(field, scope);
      }),
    );
  }

  #enum({ name, node }: ProtoEnum): EnumDescriptorProto {
    const scope = name.slice(0, Math.max(name.lastIndexOf("."), 0));
    return create(EnumDescriptorProtoSchema, {
      name: shortName(name),
      ...visible(node.visibility),
      value: node.values.map((value) => ({
        name: value.name,
        number: value.number,
        ...this.#options("EnumValueOptions", value.options, scope),
      })),
      reservedRange: node.reservedRanges.map(({ from, to }) => ({ start: from, end: to })),
      reservedName: node.reservedNames.map((one) => one.name),
      ...this.#options("EnumOptions", node.options, scope),
    });
  }

  #service(service: ServiceNode): object {
    const scope = inside(this.#file.node.package, service.name);
    const typeName = (name: string): string =>
      `.${resolve(this.#file, { name, scope, at: service.at }, ({ kind }) => kind === "message").name}`;
    return {
      name: service.name,
      method: service.methods.map((method) => ({
        name: method.name,
        inputType: typeName(method.input),
        outputType: typeName(method.output),
        ...(method.isClientStream ? { clientStreaming: true } : {}),
        ...(method.isServerStream ? { serverStreaming: true } : {}),
        ...this.#options("MethodOptions", method.options, scope),
      })),
      ...this.#options("ServiceOptions", service.options, scope),
    };
  }
}

/** A default as descriptors have it: text of strings as it is, bytes escaped, numbers in decimal. */
function defaultText({ type }: ProtoField, value: OptionValue): string {
  if (value.kind === "string") {
    if (type === "string") return Buffer.from(value.bytes, "latin1").toString();
    return value.bytes.replace(/[^ -~]|["'\\]/g, escaped);
  }
  if (value.kind === "name") return value.text;
  if (value.kind !== "number") return "";
  const whole = integerOf(value.text);
  if (whole !== undefined) return String(whole);
  const number = Number(value.text.replace(/[fF]$/, ""));
  return String(number);
}

const escaped = (character: string): string => {
  const known = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "'": "\\'", "\\": "\\\\" }[character];
  return known ?? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
};
