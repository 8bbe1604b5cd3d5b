// How values are written, as statements of any language. Avro is straight-line: no name, no type is looked up when an
// event is sent. JSON is written the same way, through a writer of text.
import {
  type Field,
  type Format,
  isOneof,
  type MapKey,
  type NamedType,
  type RecordType,
  type UnionBranch,
  type ValueType,
} from "./model.js";

/** The statements of a language. Every text is an expression or a statement; `lines` stand one level deep. */
export interface Statements {
  /** Calls a method of the writer, named in camelCase. */
  call(method: string, args: readonly string[]): string;
  text(value: string): string;
  number(value: number): string;
  /** How many items an array or a map has. */
  size(value: string, type: ValueType): string;
  /** Writes a value of a named type. */
  named(value: string, type: NamedType): string;
  /** Does one thing where a value is there, under a name of its own, and another where it is not. */
  ifThere(value: Present, then: (value: string) => string[], otherwise: readonly string[]): string[];
  /** Writes a field that has to be stated, in a language whose compiler lets it be forgotten. */
  required?(field: Field, then: (value: string) => string[]): string[];
  each(value: Looped, body: (item: string) => string[]): string[];
  eachEntry(value: Looped, body: (key: string, member: string) => string[]): string[];
  /** A map's key as a text. */
  keyText(key: string, keys: MapKey): string;
  /** A field of the record that is written. */
  member(field: Field): string;
}

/** A value that may be missing. */
export interface Present {
  readonly value: string;
  readonly type: ValueType;
  /** Unique among the variables around. */
  readonly depth: number;
  /** Of all further items of a tuple: how many are stated before them. */
  readonly restAfter?: number;
  /** Whether leaving it out means the same as its type's zero. */
  readonly isZero?: boolean;
}

/** An array or a map. */
export interface Looped {
  readonly value: string;
  /** Of its items. */
  readonly type: ValueType;
  /** Of a map whose keys are no texts. */
  readonly keys?: MapKey | undefined;
  readonly depth: number;
}

/** Writes values of one format in one language. */
export class Encoder {
  readonly #format: Format;
  readonly #to: Statements;

  constructor(format: Format, statements: Statements) {
    this.#format = format;
    this.#to = statements;
  }

  /** The statements that write a record. */
  record(record: RecordType): string[] {
    if (record.isTuple === true) return this.#tuple(record);
    const fields = record.fields.flatMap((field) => this.#field(field, this.#name(field)));
    if (this.#format === "avro") return fields;
    return [this.#to.call("beginObject", []), ...fields, this.#to.call("endObject", [])];
  }

  #tuple({ fields }: RecordType): string[] {
    const to = this.#to;
    const restAfter = fields.filter(
      ({ constant, isRest }) => constant === undefined && isRest !== true,
    ).length;
    const items = fields.flatMap((field) => {
      if (field.isRest !== true || field.type.kind !== "array") return this.#field(field, []);
      const type = field.type.items;
      const rest = { value: to.member(field), type: field.type, depth: 0, restAfter };
      const each = (value: string) => to.each({ value, type, depth: 1 }, (item) => this.value(type, item, 2));
      return to.ifThere(rest, each, []);
    });
    return [to.call("beginArray", []), ...items, to.call("endArray", [])];
  }

  #name(field: Field): string[] {
    return this.#format === "json" && !isOneof(field)
      ? [this.#to.call("name", [this.#to.text(field.wire)])]
      : [];
  }

  #field(field: Field, name: readonly string[]): string[] {
    const { constant, type, leftOut } = field;
    const to = this.#to;
    if (constant !== undefined) {
      return this.#format === "json" ? [...name, to.call("raw", [to.text(constant)])] : [];
    }
    if (type.kind !== "nullable" && leftOut === undefined) {
      const write = (value: string) => [...name, ...this.value(type, value, 0)];
      return to.required?.(field, write) ?? write(to.member(field));
    }
    const stated = type.kind === "nullable" ? type.value : type;
    const otherwise = () => {
      if (leftOut?.kind === "omit" || leftOut?.kind === "zero") return [];
      if (leftOut?.kind === "hex") return [to.call("hex", [to.text(leftOut.hex)])];
      return [...name, ...this.#null(type)];
    };
    const then = (value: string) => [...name, ...this.#branch(type), ...this.value(stated, value, 1)];
    const isZero = leftOut?.kind === "zero";
    return to.ifThere({ value: to.member(field), type: stated, depth: 0, isZero }, then, otherwise());
  }

  /** The statements that write a value. */
  value(type: ValueType, value: string, depth: number): string[] {
    const to = this.#to;
    switch (type.kind) {
      case "scalar": {
        const { method, args } = type.write;
        return [to.call(method, [value, ...args.map((arg) => to.number(arg))])];
      }
      case "named":
        return [to.named(value, type.type)];
      case "nullable":
        return to.ifThere(
          { value, type: type.value, depth },
          (inner) => [...this.#branch(type), ...this.value(type.value, inner, depth + 1)],
          this.#null(type),
        );
      case "array":
        return this.#array(type, value, depth);
      case "map":
        return this.#map(type, value, depth);
    }
  }

  #array(type: Extract<ValueType, { kind: "array" }>, value: string, depth: number): string[] {
    const to = this.#to;
    const items = to.each({ value, type: type.items, depth }, (item) =>
      this.value(type.items, item, depth + 1),
    );
    if (this.#format === "json") return [to.call("beginArray", []), ...items, to.call("endArray", [])];
    return [to.call("block", [to.size(value, type)]), ...items, to.call("end", [])];
  }

  #map(type: Extract<ValueType, { kind: "map" }>, value: string, depth: number): string[] {
    const to = this.#to;
    const isJson = this.#format === "json";
    const members = to.eachEntry({ value, type: type.values, keys: type.keys, depth }, (key, member) => [
      to.call(isJson ? "name" : "text", [type.keys === undefined ? key : to.keyText(key, type.keys)]),
      ...this.value(type.values, member, depth + 1),
    ]);
    if (isJson) return [to.call("beginObject", []), ...members, to.call("endObject", [])];
    return [to.call("block", [to.size(value, type)]), ...members, to.call("end", [])];
  }

  /** The index of a nullable value's branch, where the value does not write its own. */
  #branch(type: ValueType): string[] {
    if (this.#format === "json" || type.kind !== "nullable" || type.valueIndex === undefined) return [];
    return [this.index(type.valueIndex)];
  }

  #null(type: ValueType): string[] {
    if (this.#format === "json") return [this.#to.call("nullValue", [])];
    return type.kind === "nullable" ? [this.index(type.nullIndex)] : [];
  }

  /** Writes the index of a branch. */
  index(index: number): string {
    return this.#to.call("index", [this.#to.number(index)]);
  }

  /** The statements that write a branch of a union. */
  unionBranch({ index, type, wire }: UnionBranch, value: string): string[] {
    const branch = this.#format === "avro" ? [this.index(index)] : [];
    const name = wire === undefined ? [] : [this.#to.call("name", [this.#to.text(wire)])];
    return [...branch, ...name, ...this.value(type, value, 0)];
  }
}
