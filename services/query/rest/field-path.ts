import type { DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";

/** The fields along a path such as "frame.range.from". @throws Error where the message has no such field: a bug */
export function fieldsAlong(schema: DescMessage, path: string): readonly [DescField, ...DescField[]] {
  const [name = "", ...rest] = path.split(".");
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${schema.typeName} has no field ${name}`);
  if (rest.length === 0) return [field];
  if (field.message === undefined) throw new Error(`${schema.typeName}.${name} is no message`);
  return [field, ...fieldsAlong(field.message, rest.join("."))];
}

/** The field at the end of a path. */
export function fieldAt(schema: DescMessage, path: string): DescField {
  const fields = fieldsAlong(schema, path);
  return fields[fields.length - 1] ?? fields[0];
}

/** JSON with one more value at the end of a path; messages on the way are made where they are not there. */
export function withValue(json: JsonObject, fields: readonly DescField[], value: JsonValue): JsonObject {
  const [field, ...rest] = fields;
  if (field === undefined) return json;
  const name = nameIn(json, field);
  if (rest.length === 0) return { ...json, [name]: value };
  const inner = json[name];
  return { ...json, [name]: withValue(isJsonObject(inner) ? inner : {}, rest, value) };
}

/** What JSON has at the end of a path; undefined where there is nothing. */
export function valueAt(json: JsonObject, fields: readonly DescField[]): JsonValue | undefined {
  const [field, ...rest] = fields;
  if (field === undefined) return json;
  const inner = json[nameIn(json, field)];
  if (rest.length === 0) return inner;
  return isJsonObject(inner) ? valueAt(inner, rest) : undefined;
}

/** A field may be written by either of its names. */
const nameIn = (json: JsonObject, { name, jsonName }: DescField): string =>
  json[name] === undefined ? jsonName : name;

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
