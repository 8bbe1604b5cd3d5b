import { type DescEnum, type DescField, type DescMessage, getOption, ScalarType } from "@bufbuild/protobuf";
import {
  type FieldRules,
  oneof as oneofOption,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { commentOf } from "./comments.js";
import { isRequired, keywordsOf, rulesOf, type Schema } from "./limits.js";

/** Messages of protobuf itself whose JSON form is a form of its own. */
const wellKnown: Readonly<Record<string, Schema>> = {
  "google.protobuf.Timestamp": { type: "string", format: "date-time" },
  "google.protobuf.Duration": { type: "string", pattern: "^-?[0-9]+(\\.[0-9]{1,9})?s$" },
  "google.protobuf.Struct": { type: "object" },
  "google.protobuf.Value": {},
};

const int64: Schema = { type: "string", pattern: "^-?[0-9]{1,19}$", format: "int64" };
const uint64: Schema = { type: "string", pattern: "^[0-9]{1,20}$", format: "uint64" };
const int32: Schema = { type: "integer", format: "int32" };
const uint32: Schema = { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 };

const scalars: Readonly<Record<ScalarType, Schema>> = {
  [ScalarType.DOUBLE]: { type: "number", format: "double" },
  [ScalarType.FLOAT]: { type: "number", format: "float" },
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
};

/** The schemas of messages and enums in their JSON form, each once, by name: `components/schemas` of the document. */
export class Schemas {
  readonly #made = new Map<string, Schema>();

  /** A reference to the schema of a message or enum, which is made where it is not there yet. */
  refTo(desc: DescMessage | DescEnum): Schema {
    const known = wellKnown[desc.typeName];
    if (known !== undefined) return known;
    const name = nameOf(desc);
    if (!this.#made.has(name)) {
      // First its name: a message may hold itself.
      this.#made.set(name, {});
      this.#made.set(name, desc.kind === "enum" ? enumSchema(desc) : this.#message(desc));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** Those that were asked for, and what they hold, by name. */
  all(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#made].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  #message(desc: DescMessage): Schema {
    const required = desc.fields.filter(isRequired).map(({ jsonName }) => jsonName);
    const choices = desc.oneofs
      .filter((oneof) => getOption(oneof, oneofOption).required)
      .map(({ fields }) => ({ oneOf: fields.map(({ jsonName }) => ({ required: [jsonName] })) }));
    return {
      type: "object",
      ...described(commentOf(desc)),
      properties: Object.fromEntries(desc.fields.map((field) => [field.jsonName, this.field(field)])),
      ...(required.length === 0 ? {} : { required }),
      ...(choices.length === 0 ? {} : { allOf: choices }),
    };
  }

  /** A field with its limits and comment. */
  field(field: DescField): Schema {
    return { ...this.valueOf(field), ...described(commentOf(field)) };
  }

  /** A field with its limits. */
  valueOf(field: DescField): Schema {
    const { type } = rulesOf(field);
    if (field.fieldKind === "list") {
      const items = type.case === "repeated" ? type.value.items : undefined;
      return { type: "array", items: this.#single(field, items), ...keywordsOf(type) };
    }
    if (field.fieldKind === "map") {
      const { keys, values } = type.case === "map" ? type.value : {};
      const names = keys === undefined ? {} : keywordsOf(keys.type);
      return {
        type: "object",
        ...(Object.keys(names).length === 0 ? {} : { propertyNames: names }),
        additionalProperties: this.#single(field, values),
        ...keywordsOf(type),
      };
    }
    return this.#single(field, rulesOf(field));
  }

  /** One value of a field: the field itself, an item of a list or a value of a map. */
  #single(field: DescField, rules: FieldRules | undefined): Schema {
    if (field.message !== undefined) return this.refTo(field.message);
    const type = rules?.type ?? { case: undefined };
    if (field.enum === undefined)
      return { ...scalars[field.scalar ?? ScalarType.STRING], ...keywordsOf(type) };
    const ref = this.refTo(field.enum);
    if (type.case !== "enum" || (type.value.in.length === 0 && type.value.notIn.length === 0)) return ref;
    const { in: only, notIn } = type.value;
    const allowed = field.enum.values.filter(
      ({ number }) => (only.length === 0 || only.includes(number)) && !notIn.includes(number),
    );
    return { allOf: [ref], enum: allowed.map(({ name }) => name) };
  }
}

/** Its name, with that of its package where it is not of the queries' own. */
function nameOf({ typeName, file }: DescMessage | DescEnum): string {
  const name = typeName.slice(file.proto.package.length + 1);
  const [, part = ""] = file.proto.package.split(".");
  return part === "query" ? name : `${part}.${name}`;
}

function enumSchema(desc: DescEnum): Schema {
  const values = desc.values.map((value) => `- \`${value.name}\`: ${commentOf(value)}`);
  return {
    type: "string",
    enum: desc.values.map(({ name }) => name),
    description: [commentOf(desc), values.join("\n")].join("\n\n"),
  };
}

/** A description where there is a comment. */
export function described(comment: string): Schema {
  return comment === "" ? {} : { description: comment };
}
