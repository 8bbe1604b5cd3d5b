// The form in which schemas that mean the same are the same text: options and imports sorted, fields by number, types
// by their full names. Messages keep their order, since the wire format counts them.
import type { ProtoField, ProtoFile } from "./model.js";
import { isUnresolved, optionBytes, optionsFromBytes } from "./option-bytes.js";
import { resolve } from "./scope.js";
import {
  type EnumNode,
  type ExtendNode,
  type FieldNode,
  type FileNode,
  isScalar,
  type MessageNode,
  type NumberRange,
  type OneofNode,
  type OptionNode,
  type OptionValue,
  type ReservedName,
} from "./syntax.js";
import { integerOf } from "./validate.js";
import { optionsMessage } from "./validate-options.js";

const inside = (scope: string, name: string): string => (scope === "" ? name : `${scope}.${name}`);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const byNumber = (one: { number: number }, other: { number: number }): number => one.number - other.number;

const ranges = <T extends NumberRange>(all: readonly T[]): T[] =>
  all.toSorted((one, other) => one.from - other.from);

const names = (all: readonly ReservedName[]): ReservedName[] =>
  all.toSorted((one, other) => compare(one.name, other.name));

export function normalizeFile(file: ProtoFile): FileNode {
  return new Normalizer(file).file();
}

class Normalizer {
  readonly #file: ProtoFile;

  readonly #extensions = new Map<string, ProtoField>();

  constructor(file: ProtoFile) {
    this.#file = file;
    for (const symbol of file.visible.values()) {
      const field = symbol.kind === "extension" ? symbol.field : undefined;
      if (field !== undefined) this.#extensions.set(`${field.extendee?.name}#${field.number}`, field);
    }
  }

  file(): FileNode {
    const { node } = this.#file;
    const scope = node.package;
    return {
      syntax: node.syntax === "proto2" ? undefined : node.syntax,
      package: node.package,
      imports: node.imports.toSorted((one, other) => compare(one.path, other.path)),
      options: this.#options("FileOptions", node.options, scope),
      messages: node.messages.map((one) => this.#message(one, scope)),
      enums: node.enums.map((one) => this.#enum(one, scope)),
      extends: this.#extends(node.extends, scope),
      services: node.services
        .map((service) => {
          const own = inside(scope, service.name);
          const methods = service.methods.map((method) => ({
            ...method,
            input: this.#type(method.input, own, method.at),
            output: this.#type(method.output, own, method.at),
            options: this.#options("MethodOptions", method.options, own),
          }));
          return {
            ...service,
            methods: methods.toSorted((one, other) => compare(one.name, other.name)),
            options: this.#options("ServiceOptions", service.options, own),
          };
        })
        .toSorted((one, other) => compare(one.name, other.name)),
    };
  }

  #type(name: string, scope: string, at: FieldNode["at"]): string {
    if (isScalar(name)) return name;
    const found = resolve(
      this.#file,
      { name, scope, at },
      ({ kind }) => kind === "message" || kind === "enum",
    );
    return `.${found.name}`;
  }

  #message(node: MessageNode, around: string): MessageNode {
    const scope = inside(around, node.name);
    return {
      ...node,
      fields: this.#fields(node.fields, scope),
      oneofs: node.oneofs
        .map(
          (oneof): OneofNode => ({
            ...oneof,
            fields: this.#fields(oneof.fields, scope),
            options: this.#options("OneofOptions", oneof.options, scope),
          }),
        )
        .toSorted((one, other) => (one.fields[0]?.number ?? 0) - (other.fields[0]?.number ?? 0)),
      messages: node.messages.map((one) => this.#message(one, scope)),
      enums: node.enums.map((one) => this.#enum(one, scope)),
      extensionRanges: ranges(node.extensionRanges).map((one) => ({
        ...one,
        options: this.#options("ExtensionRangeOptions", one.options, scope),
      })),
      extends: this.#extends(node.extends, scope),
      reservedRanges: ranges(node.reservedRanges),
      reservedNames: names(node.reservedNames),
      options: this.#options("MessageOptions", node.options, scope),
    };
  }

  #fields(fields: readonly FieldNode[], scope: string): FieldNode[] {
    return fields.toSorted(byNumber).map((field) => ({
      ...field,
      type: field.group === undefined ? this.#type(field.type, scope, field.at) : field.type,
      options: this.#options("FieldOptions", field.options, scope),
      ...(field.group === undefined ? {} : { group: this.#message(field.group, scope) }),
    }));
  }

  /** One block for each message that is extended. */
  #extends(nodes: readonly ExtendNode[], scope: string): ExtendNode[] {
    const byName = new Map<string, ExtendNode>();
    for (const node of nodes) {
      const extendee = this.#type(node.extendee, scope, node.at);
      const before = byName.get(extendee);
      const fields = this.#fields([...(before?.fields ?? []), ...node.fields], scope);
      byName.set(extendee, { extendee, fields: fields.toSorted(byNumber), at: node.at });
    }
    return [...byName.values()].toSorted((one, other) => compare(one.extendee, other.extendee));
  }

  #enum(node: EnumNode, scope: string): EnumNode {
    return {
      ...node,
      // The first value is the enum's default and stays the first.
      values: [...node.values.slice(0, 1), ...node.values.slice(1).toSorted(byNumber)].map((value) => ({
        ...value,
        options: this.#options("EnumValueOptions", value.options, scope),
      })),
      reservedRanges: ranges(node.reservedRanges),
      reservedNames: names(node.reservedNames),
      options: this.#options("EnumOptions", node.options, scope),
    };
  }

  /**
   * By name; of a repeated one the order counts, which sorting keeps. Going through their bytes, options that are set
   * part by part become one value, and numbers decimal.
   */
  #options(kind: string, options: readonly OptionNode[], scope: string): OptionNode[] {
    if (options.length === 0) return [];
    const place = { file: this.#file, scope, message: optionsMessage(kind) };
    const asWritten = options.filter(
      (option) => option.name === "default" || option.name === "json_name" || isUnresolved(option, place),
    );
    const find = (message: string, number: number): ProtoField | undefined =>
      this.#extensions.get(`${message}#${number}`);
    const rest = optionsFromBytes(place.message, optionBytes(options, place), find);
    return [...asWritten, ...rest]
      .map((option) => ({ ...option, value: normalValue(option.value) }))
      .toSorted((one, other) => compare(one.name, other.name));
  }
}

const decimal = (text: string): string => String(integerOf(text) ?? Number(text.replace(/[fF]$/, "")));

function normalValue(value: OptionValue): OptionValue {
  if (value.kind === "number") return { kind: "number", text: decimal(value.text) };
  if (value.kind === "list") return { kind: "list", items: value.items.map(normalValue) };
  if (value.kind !== "message") return value;
  const members = value.members.map((one) => ({ name: one.name, value: normalValue(one.value) }));
  return { kind: "message", members: members.toSorted((one, other) => compare(one.name, other.name)) };
}
