import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
} from "@bufbuild/protobuf";

/** Where a JSON value is not the JSON form of a message. */
export interface FailingField {
  /** The first field that is wrong, by the contract's names ("context.user_agent"); empty for the value as a whole. */
  readonly path: string;
  /** The message has no such field. */
  readonly isUnknown: boolean;
}

/** A name that a caller made up is not repeated at any length. */
const nameLengthMax = 100;

/** Looks for what makes a JSON value no message of `schema`; only worth its while where fromJson refused it. */
export function failingField(schema: DescMessage, json: JsonValue): FailingField {
  if (!isObject(json)) return { path: "", isUnknown: false };
  const fields = new Map(
    schema.fields.flatMap((field) => [field.name, field.jsonName].map((it) => [it, field])),
  );
  for (const [name, value] of Object.entries(json)) {
    const field = fields.get(name);
    if (field === undefined) return { path: cleaned(name), isUnknown: true };
    if (takes(schema, { [name]: value })) continue;
    const inner = isOurs(field) ? failingField(field.message, value) : undefined;
    if (inner === undefined || inner.path === "") return { path: field.name, isUnknown: false };
    return { path: `${field.name}.${inner.path}`, isUnknown: inner.isUnknown };
  }
  const twice = schema.oneofs.find(
    ({ fields: some }) => some.filter((field) => field.name in json || field.jsonName in json).length > 1,
  );
  return { path: twice?.name ?? "", isUnknown: false };
}

const isObject = (json: JsonValue): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** Well-known messages have JSON forms of their own. */
const isOurs = (field: DescField): field is DescField & { fieldKind: "message" } =>
  field.fieldKind === "message" && !field.message.typeName.startsWith("google.protobuf.");

const takes = (schema: DescMessage, json: JsonValue): boolean => {
  try {
    fromJson(schema, json);
    return true;
  } catch {
    return false;
  }
};

const cleaned = (name: string): string =>
  name.slice(0, nameLengthMax).replaceAll(/\p{Surrogate}/gu, "\ufffd");
