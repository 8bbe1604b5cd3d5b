import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
  toJson,
} from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { FilterSchema, PropertySchema } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import { filterHelp, filterOfText, propertyHelp, propertyOfText } from "../../../platform/filter-text.js";

/**
 * The JSON form of the field that a parameter of an address fills.
 * @throws Fault REQUEST_INVALID that names the parameter
 */
export function valueOfParameter(name: string, field: DescField, texts: readonly string[]): JsonValue {
  if (field.fieldKind === "list") return listed(field, texts).map((text) => valueOfText(name, field, text));
  const [text = "", ...more] = texts;
  if (more.length > 0) throw requestInvalid(name, "parameter.once", "is given more than once");
  return valueOfText(name, field, text);
}

/** Several values: the parameter again, and of names also one after another with commas between. */
function listed(field: DescField, texts: readonly string[]): readonly string[] {
  return field.message === undefined ? texts.flatMap((text) => text.split(",")) : texts;
}

function valueOfText(name: string, field: DescField, text: string): JsonValue {
  if (field.message !== undefined) return messageValue(name, field.message, text);
  if (field.enum !== undefined) return enumValue(name, field.enum, text);
  return scalarValue(name, field.scalar, text);
}

function messageValue(name: string, schema: DescMessage, text: string): JsonValue {
  if (schema.typeName === FilterSchema.typeName) {
    const filter = filterOfText(text);
    if (filter === undefined) throw requestInvalid(name, "parameter.filter", `must read ${filterHelp}`);
    return toJson(FilterSchema, filter);
  }
  if (schema.typeName === PropertySchema.typeName) {
    const property = propertyOfText(text);
    if (property === undefined) throw requestInvalid(name, "parameter.property", `must read ${propertyHelp}`);
    return toJson(PropertySchema, property);
  }
  if (schema.typeName === TimestampSchema.typeName) return instant(name, text);
  throw new Error(`parameter ${name}: ${schema.typeName} has no form in an address`);
}

/** RFC 3339; a + that an address was not told to keep has become a space. */
function instant(name: string, text: string): JsonValue {
  const time = text.replace(/ (?=\d\d:\d\d$)/, "+");
  try {
    fromJson(TimestampSchema, time);
    return time;
  } catch {
    const message = "must be a time of RFC 3339 with its zone, such as 2026-11-01T00:00:00Z";
    throw requestInvalid(name, "parameter.time", message);
  }
}

/** The names of an enum's values in addresses: in small letters, without what all of them begin with. */
export function shortNames(schema: DescEnum): ReadonlyMap<string, string> {
  const given = schema.values.filter(({ number }) => number !== 0);
  return new Map(given.map((value) => [value.localName.toLowerCase(), value.name]));
}

function enumValue(name: string, schema: DescEnum, text: string): JsonValue {
  const names = shortNames(schema);
  const found = names.get(text.toLowerCase()) ?? schema.values.find((value) => value.name === text)?.name;
  if (found === undefined)
    throw requestInvalid(name, "parameter.enum", `must be one of ${[...names.keys()].join(", ")}`);
  return found;
}

function scalarValue(name: string, scalar: ScalarType | undefined, text: string): JsonValue {
  if (scalar === ScalarType.STRING) return text;
  if (scalar === ScalarType.BOOL) {
    if (text === "true" || text === "false") return text === "true";
    throw requestInvalid(name, "parameter.boolean", "must be true or false");
  }
  const whole = scalar !== ScalarType.DOUBLE && scalar !== ScalarType.FLOAT;
  if (!(whole ? /^-?\d{1,20}$/ : /^-?\d{1,20}(\.\d{1,20})?$/).test(text))
    throw requestInvalid(name, "parameter.number", whole ? "must be a whole number" : "must be a number");
  return text;
}
