// Gives every name of a file its meaning and makes the model of what it declares.
import { featuresOfField, featuresOfSyntax, withFeatures } from "./features.js";
import type {
  Features,
  OtherSymbol,
  ProtoEnum,
  ProtoField,
  ProtoFile,
  ProtoMessage,
  ProtoOneof,
  ProtoSymbol,
} from "./model.js";
import { isEnum, isMessage } from "./model.js";
import { type Position, ProtoError, shown } from "./refusal.js";
import { addVisible, declare, declarePackage, resolve } from "./scope.js";
import {
  type EnumNode,
  type ExtendNode,
  type FieldNode,
  type FileNode,
  isScalar,
  type MessageNode,
  type OptionNode,
} from "./syntax.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A scope: the name that those in it begin with, and the features that they inherit. */
interface Scope {
  readonly name: string;
  readonly features: Features;
}

const inside = (scope: string, name: string): string => (scope === "" ? name : `${scope}.${name}`);

/** The name that protoc gives a field in JSON. */
export const jsonNameOf = (name: string): string =>
  name.replace(/_+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? "");

const textOption = (options: readonly OptionNode[], wanted: string): string | undefined => {
  const value = options.find(({ name }) => name === wanted)?.value;
  return value?.kind === "string" ? Buffer.from(value.bytes, "latin1").toString() : undefined;
};

/** @throws ProtoError with its place in the file */
export function linkFile(name: string, node: FileNode, imports: readonly ProtoFile[]): ProtoFile {
  const file: ProtoFile = {
    name,
    node,
    imports,
    messages: [],
    enums: [],
    extensions: [],
    symbols: new Map(),
    visible: new Map(),
  };
  for (const imported of imports) addVisible(file, imported);
  declarePackage(file);
  new Linker(file).run();
  return file;
}

class Linker {
  readonly #file: ProtoFile;
  readonly #syntax: string | undefined;
  /** What is done once every type is declared. */
  readonly #later: (() => void)[] = [];

  constructor(file: ProtoFile) {
    this.#file = file;
    this.#syntax = file.node.syntax;
  }

  run(): void {
    const { node } = this.#file;
    const features = withFeatures(featuresOfSyntax(node.syntax), node.options, node.syntax);
    const scope = { name: node.package, features };
    for (const one of node.messages) this.#file.messages.push(this.#message(one, scope));
    for (const one of node.enums) this.#file.enums.push(this.#enum(one, scope));
    for (const one of node.extends) this.#extend(one, scope);
    for (const service of node.services) {
      const serviceName = inside(scope.name, service.name);
      declare(this.#file, { kind: "service", name: serviceName }, service.at);
      for (const method of service.methods) {
        const methodName = inside(serviceName, method.name);
        declare(this.#file, { kind: "method", name: methodName }, method.at);
        this.#later.push(() => {
          for (const type of [method.input, method.output]) this.#messageOf(type, serviceName, method.at);
        });
      }
    }
    for (const step of this.#later) step();
  }

  #message(node: MessageNode, scope: Scope): ProtoMessage {
    const name = inside(scope.name, node.name);
    const features = withFeatures(scope.features, node.options, this.#syntax);
    const message: ProtoMessage = {
      kind: "message",
      name,
      file: this.#file,
      node,
      fields: [],
      byNumber: new Map(),
      byName: new Map(),
      oneofs: [],
      messages: [],
      enums: [],
    };
    declare(this.#file, message, node.at);
    const own = { name, features };
    for (const field of node.fields) this.#field(field, message, own);
    for (const { name: oneofName, fields, options, at } of node.oneofs) {
      declare(this.#file, { kind: "oneof", name: inside(name, oneofName) }, at);
      if (fields.length === 0) throw new ProtoError(`the oneof ${shown(oneofName)} has no field`, at);
      const oneof: ProtoOneof = { name: oneofName, fields: [] };
      message.oneofs.push(oneof);
      const scopeOfOneof = { name, features: withFeatures(features, options, this.#syntax) };
      for (const field of fields) this.#field(field, message, scopeOfOneof, oneof);
    }
    for (const one of node.messages) message.messages.push(this.#message(one, own));
    for (const one of node.enums) message.enums.push(this.#enum(one, own));
    for (const one of node.extends) this.#extend(one, own, message);
    return message;
  }

  #enum(node: EnumNode, scope: Scope): ProtoEnum {
    const name = inside(scope.name, node.name);
    const nameOf = new Map<number, string>();
    const numberOf = new Map<string, number>();
    const { isEnumOpen } = withFeatures(scope.features, node.options, this.#syntax);
    const made: ProtoEnum = {
      kind: "enum",
      name,
      file: this.#file,
      node,
      isOpen: isEnumOpen,
      nameOf,
      numberOf,
    };
    declare(this.#file, made, node.at);
    for (const value of node.values) {
      declare(this.#file, { kind: "value", name: inside(scope.name, value.name) }, value.at);
      if (!nameOf.has(value.number)) nameOf.set(value.number, value.name);
      numberOf.set(value.name, value.number);
    }
    return made;
  }

  #field(node: FieldNode, message: ProtoMessage, scope: Scope, oneof?: ProtoOneof): void {
    if (node.group !== undefined) message.messages.push(this.#message(node.group, scope));
    const symbol = { kind: "field", name: inside(message.name, node.name) } as const;
    declare(this.#file, symbol, node.at);
    const field = this.#newField(node, scope, { oneof, extendee: undefined });
    message.fields.push(field);
    oneof?.fields.push(field);
    message.byNumber.set(node.number, field);
    message.byName.set(field.name, field);
    message.byName.set(field.jsonName, field);
  }

  #extend(node: ExtendNode, scope: Scope, around?: ProtoMessage): void {
    for (const one of node.fields) {
      if (one.group !== undefined) {
        const group = this.#message(one.group, scope);
        (around?.messages ?? this.#file.messages).push(group);
      }
      const name = inside(scope.name, one.name);
      const symbol: Mutable<OtherSymbol> = {
        kind: "extension",
        name,
      };
      declare(this.#file, symbol, one.at);
      this.#later.push(() => {
        const extendee = this.#messageOf(node.extendee, scope.name, node.at);
        const field = this.#newField(one, scope, { oneof: undefined, extendee }, true);
        symbol.field = field;
        this.#file.extensions.push(field);
      });
    }
  }

  #newField(
    node: FieldNode,
    scope: Scope,
    { oneof, extendee }: Pick<ProtoField, "oneof" | "extendee">,
    isLater = false,
  ): ProtoField {
    const features = featuresOfField(scope.features, node, this.#syntax);
    const field: Mutable<ProtoField> = {
      name: node.name,
      fullName: inside(scope.name, node.name),
      jsonName: textOption(node.options, "json_name") ?? jsonNameOf(node.name),
      number: node.number,
      type: isScalar(node.type) ? node.type : "int32",
      mapKey: node.mapKey as ProtoField["mapKey"],
      isRepeated: node.label === "repeated",
      features,
      oneof,
      extendee,
      node,
    };
    if (isScalar(node.type)) return field;
    const step = (): void => {
      field.type = this.#typeOf(node.type, scope.name, node.at);
      // Neither a oneof's field nor a message nor an extension can be without presence.
      requirePresence(field, this.#syntax);
    };
    if (isLater) step();
    else this.#later.push(step);
    return field;
  }

  #typeOf(name: string, scope: string, at: Position): ProtoMessage | ProtoEnum {
    const isType = ({ kind }: ProtoSymbol): boolean => kind === "message" || kind === "enum";
    return resolve(this.#file, { name, scope, at }, isType) as ProtoMessage | ProtoEnum;
  }

  #messageOf(name: string, scope: string, at: Position): ProtoMessage {
    return resolve(this.#file, { name, scope, at }, ({ kind }) => kind === "message") as ProtoMessage;
  }
}

const requirePresence = (field: ProtoField, syntax: string | undefined): void => {
  const { type, features, node } = field;
  const isImplicit =
    features.presence === "implicit" &&
    field.oneof === undefined &&
    !field.isRepeated &&
    field.mapKey === undefined;
  if (isEnum(type) && !type.isOpen && (isImplicit || syntax === "proto3")) {
    throw new ProtoError(
      `${shown(field.name)} has no presence, and ${shown(type.name)} is a closed enum of proto2: ` +
        "make the field optional, or the enum open",
      node.at,
    );
  }
};

/** Whether a field that is not sent can be told from one that is sent as its default. */
export const hasPresence = (field: ProtoField): boolean =>
  !field.isRepeated &&
  field.mapKey === undefined &&
  (field.features.presence !== "implicit" ||
    field.oneof !== undefined ||
    field.extendee !== undefined ||
    isMessage(field.type));
