import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as ajvFormats from "ajv-formats";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { joinJsonPath } from "../platform/json/path.js";
import {
  type CompiledSchema,
  checkStepsMax,
  type SchemaRefusal,
  type SchemaResult,
  tooCostly,
} from "./compiled-schema.js";
import { linearPattern } from "./linear-pattern.js";
import { personalInJsonSchema } from "./personal.js";

/** Thrown by the step keyword where a schema and a value together take too long. */
class TooManySteps extends Error {}

/** Put into every subschema that has others in it; counts the evaluations of an event, its simple parts among them. */
const STEP = "x-tideline-step";
let stepsLeft = 0;

const regExp = Object.assign((pattern: string) => linearPattern(pattern), { code: "linearPattern" });

const options: Options = {
  strict: false,
  allErrors: false,
  // The registry's own checks say what is taken; ajv's check against the meta-schema comes on top.
  validateSchema: true,
  inlineRefs: false,
  logger: false,
  messages: true,
  // Optimizing the code takes longer than it saves, and its depth grows with the schema.
  code: { regExp: regExp as never, optimize: false },
  unicodeRegExp: false,
};

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
};

const prepared = <T extends Ajv>(ajv: T): T => {
  const addFormats = ajvFormats.default as unknown as (instance: Ajv) => void;
  addFormats(ajv);
  ajv.addKeyword({
    keyword: STEP,
    before: "$ref",
    errors: false,
    validate: (weight: number) => {
      stepsLeft -= weight;
      if (stepsLeft < 0) throw new TooManySteps();
      return true;
    },
  });
  // ajv compares every pair of items.
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    errors: false,
    validate: (wanted: boolean, items: unknown[]) =>
      !wanted || new Set(items.map(canonical)).size === items.length,
    error: { message: "must not have equal items" },
  });
  return ajv;
};

const dialects: Readonly<Record<string, () => Ajv>> = {
  "https://json-schema.org/draft/2020-12/schema": () => prepared(new Ajv2020(options)),
  "https://json-schema.org/draft/2019-09/schema": () => prepared(new Ajv2019(options)),
  "http://json-schema.org/draft-07/schema": () => prepared(new Ajv(options)),
};

/** An instance, and the ids that it knows of itself. */
interface Dialect {
  readonly ajv: Ajv;
  readonly ownIds: ReadonlySet<string>;
}

const instances = new Map<string, Dialect>();

/** One instance a dialect: preparing one takes far longer than compiling a schema. */
const dialectOf = (schema: AnySchemaObject): Dialect => {
  const named: unknown = schema["$schema"] ?? "https://json-schema.org/draft/2020-12/schema";
  const dialect = String(named).replace(/#$/, "");
  const make = dialects[dialect];
  if (make === undefined) throw new Error("$schema must be draft 2020-12, 2019-09 or draft-07");
  const known = instances.get(dialect);
  if (known !== undefined) return known;
  const ajv = make();
  const made = { ajv, ownIds: new Set([...Object.keys(ajv.schemas), ...Object.keys(ajv.refs)]) };
  instances.set(dialect, made);
  return made;
};

/** Forgets a schema and every id in it: schemas of one customer are never visible to another's. */
const forget = ({ ajv, ownIds }: Dialect, schema: AnySchemaObject): void => {
  ajv.removeSchema(schema);
  for (const known of [ajv.schemas, ajv.refs]) {
    for (const id of Object.keys(known)) if (!ownIds.has(id)) Reflect.deleteProperty(known, id);
  }
};

/** Keywords whose values are data, not schemas. */
const dataKeywords = new Set(["const", "enum", "default", "examples", "required", "type"]);
/** A longer list of values to compare with is no small thing. */
const LEAF_LIST_MAX = 100;
/** Keywords whose values are schemas by name. */
const mapKeywords = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);

/** Whether a schema looks at one value by itself: it takes no steps of its own. */
const isLeaf = (schema: unknown): boolean =>
  typeof schema !== "object" ||
  schema === null ||
  Object.entries(schema).every(([name, value]) => {
    if (dataKeywords.has(name)) return !Array.isArray(value) || value.length <= LEAF_LIST_MAX;
    return (
      (typeof value !== "object" || value === null) &&
      name !== "$ref" &&
      name !== "$dynamicRef" &&
      name !== "$recursiveRef"
    );
  });

/** The schemas in a schema's keyword. */
const withStepsIn = (name: string, value: unknown): { copy: unknown; leaves: number } => {
  if (typeof value !== "object" || value === null || dataKeywords.has(name))
    return { copy: value, leaves: 0 };
  if (Array.isArray(value)) return { copy: value.map(withSteps), leaves: value.filter(isLeaf).length };
  if (!mapKeywords.has(name)) return { copy: withSteps(value), leaves: isLeaf(value) ? 1 : 0 };
  const members = Object.entries(value);
  return {
    copy: Object.fromEntries(members.map(([key, member]) => [key, withSteps(member)])),
    leaves: members.filter(([, member]) => isLeaf(member)).length,
  };
};

/** A copy of a schema with the step keyword where it has to be. */
const withSteps = (schema: unknown): unknown => {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const copy: [string, unknown][] = [];
  let weight = 1;
  for (const [name, value] of Object.entries(schema)) {
    if (name === "$async" || name === STEP) throw new Error(`${name} is not taken`);
    const inside = withStepsIn(name, value);
    weight += inside.leaves;
    copy.push([name, inside.copy]);
  }
  if (!isLeaf(schema)) copy.push([STEP, weight]);
  return Object.fromEntries(copy);
};

const pathOf = (error: ErrorObject): string => {
  let path = "";
  for (const step of error.instancePath.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    path = joinJsonPath(path, /^\d{1,9}$/.test(name) ? Number(name) : name);
  }
  const params = error.params as Record<string, unknown>;
  const extra = params["missingProperty"] ?? params["additionalProperty"] ?? params["unevaluatedProperty"];
  return typeof extra === "string" ? joinJsonPath(path, extra.slice(0, 256)) : path;
};

const refusalOf = (error: ErrorObject | undefined): SchemaRefusal => {
  if (error === undefined) return { path: "", rule: "schema", message: "The properties break the schema." };
  const message = (error.message ?? "breaks the schema").slice(0, 300);
  return { path: pathOf(error).slice(0, 256), rule: error.keyword, message: `The value ${message}.` };
};

const checkWith = (validate: ValidateFunction, text: Uint8Array): SchemaResult => {
  stepsLeft = checkStepsMax;
  try {
    const value: unknown = JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.length).toString());
    return validate(value) ? { text } : { refusal: refusalOf(validate.errors?.[0]) };
  } catch (error) {
    // A schema that refers to itself without end, or one that is too costly for the value.
    if (error instanceof TooManySteps || error instanceof RangeError) return { refusal: tooCostly };
    throw error;
  }
};

/** Compiles a JSON Schema. @throws Error that says what is wrong with it. */
export function compileJsonSchema(parsed: unknown): CompiledSchema {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new Error("a JSON Schema for events must be an object");
  }
  const dialect = dialectOf(parsed);
  const schema = withSteps(parsed) as AnySchemaObject;
  let validate: ValidateFunction;
  try {
    validate = dialect.ajv.compile(schema);
  } finally {
    forget(dialect, schema);
  }
  return {
    kind: SchemaKind.JSON_SCHEMA,
    personal: personalInJsonSchema(parsed as Readonly<Record<string, unknown>>),
    check: (text) => checkWith(validate, text),
    decode: () => ({ refusal: { path: "", rule: "kind", message: "The schema is no Avro schema." } }),
  };
}
