// The drafts of JSON Schema, each with its own validator instance and its own set of keywords.
import { createRequire } from "node:module";
import { Ajv, type AnySchemaObject, type ErrorObject, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as ajvDraft4 from "ajv-draft-04";
import * as ajvFormats from "ajv-formats";
import { canonicalJson } from "./canonical-value.js";
import { isMultipleOf } from "./decimal.js";
import { linearPattern } from "./linear-pattern.js";
import { allowSteps, STEP, spendSteps } from "./steps.js";

/** The drafts that are taken, oldest first. */
export const drafts = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"] as const;
export type Draft = (typeof drafts)[number];

const draftOfUri: Readonly<Record<string, Draft>> = {
  "json-schema.org/draft-04/schema": "draft-04",
  "json-schema.org/draft-06/schema": "draft-06",
  "json-schema.org/draft-07/schema": "draft-07",
  "json-schema.org/schema": "draft-07",
  "json-schema.org/draft/2019-09/schema": "2019-09",
  "json-schema.org/draft/2020-12/schema": "2020-12",
  // Iglu's self-describing schemas are draft-04 with a member "self".
  "iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0": "draft-04",
};

const refs = createRequire(import.meta.url);

/** A meta-schema of ajv that takes what its draft does: also an enum with no values, or with one twice. */
const metaSchema = (file: string): AnySchemaObject => {
  const schema = refs(`ajv/dist/refs/${file}`) as AnySchemaObject;
  return { ...schema, properties: { ...schema["properties"], enum: { type: "array" } } };
};

/** A pattern whose tests are steps of the event that is checked. */
const countedPattern = (pattern: string) => {
  const linear = linearPattern(pattern);
  return {
    test: (text: string) => {
      spendSteps(linear.stepsOf(text));
      return linear.test(text);
    },
    toString: () => String(linear),
  };
};
const regExp = Object.assign(countedPattern, { code: "linearPattern" });

const options: Options = {
  strict: false,
  allErrors: false,
  // Done apart, on the schema as it was written: see `metaFault`.
  validateSchema: false,
  inlineRefs: false,
  logger: false,
  messages: true,
  // Names such as "toString" are properties only where the event has them.
  ownProperties: true,
  // Optimizing the code takes longer than it saves, and its depth grows with the schema.
  code: { regExp: regExp as never, optimize: false },
  unicodeRegExp: false,
};

const prepared = <T extends Ajv>(ajv: T): T => {
  const addFormats = ajvFormats.default as unknown as (instance: Ajv) => void;
  addFormats(ajv);
  ajv.addKeyword({
    keyword: STEP,
    before: "$ref",
    errors: false,
    validate: (weight: number) => {
      spendSteps(weight);
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
      !wanted || new Set(items.map(canonicalJson)).size === items.length,
    error: { message: "must not have equal items" },
  });
  // ajv divides in binary: 0.3 is no multiple of 0.1 there.
  ajv.removeKeyword("multipleOf");
  ajv.addKeyword({
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    errors: false,
    validate: (divisor: number, value: number) => isMultipleOf(value, divisor),
    error: { message: "must be a multiple of the schema's number" },
  });
  return ajv;
};

/** Takes out keywords that the draft does not know yet. */
const without = (ajv: Ajv, keywords: readonly string[]): Ajv => {
  for (const keyword of keywords) ajv.removeKeyword(keyword);
  return ajv;
};

const legacy: Options = { ...options, ignoreKeywordsWithRef: true };

const metaUri: Readonly<Record<Draft, string>> = {
  "draft-04": "http://json-schema.org/draft-04/schema",
  "draft-06": "http://json-schema.org/draft-06/schema",
  "draft-07": "http://json-schema.org/draft-07/schema",
  "2019-09": "https://json-schema.org/draft/2019-09/schema",
  "2020-12": "https://json-schema.org/draft/2020-12/schema",
};

const makers: Readonly<Record<Draft, () => Ajv>> = {
  "draft-04": () => {
    const ajv = new (ajvDraft4.default as unknown as new (given: Options) => Ajv)(legacy);
    return prepared(without(ajv, ["if", "then", "else", "contains", "propertyNames"]));
  },
  "draft-06": () => {
    const ajv = new Ajv(legacy).addMetaSchema(metaSchema("json-schema-draft-06.json"));
    return prepared(without(ajv, ["if", "then", "else"]));
  },
  "draft-07": () => {
    const ajv = new Ajv(legacy).removeSchema(metaUri["draft-07"]);
    return prepared(ajv.addMetaSchema(metaSchema("json-schema-draft-07.json")));
  },
  "2019-09": () => prepared(new Ajv2019(options)),
  "2020-12": () => prepared(new Ajv2020(options)),
};

/** An instance, and the ids that it knows of itself. */
export interface Dialect {
  readonly draft: Draft;
  readonly ajv: Ajv;
  readonly ownIds: ReadonlySet<string>;
}

const instances = new Map<Draft, Dialect>();

/** One instance a draft: preparing one takes far longer than compiling a schema. */
export function dialectOf(draft: Draft): Dialect {
  const known = instances.get(draft);
  if (known !== undefined) return known;
  const ajv = makers[draft]();
  const made = { draft, ajv, ownIds: new Set([...Object.keys(ajv.schemas), ...Object.keys(ajv.refs)]) };
  instances.set(draft, made);
  return made;
}

/** A draft's meta-schema, where the URI is its own. */
export function metaSchemaOf(draft: Draft, uri: string): unknown {
  return uri === metaUri[draft] ? dialectOf(draft).ajv.getSchema(uri)?.schema : undefined;
}

/** What its meta-schema says against a schema; undefined where nothing. */
export function metaFault(draft: Draft, schema: unknown): string | undefined {
  if (typeof schema === "boolean") {
    return draft === "draft-04" ? "draft-04 knows no boolean schemas" : undefined;
  }
  const validate = dialectOf(draft).ajv.getSchema(metaUri[draft]);
  if (validate === undefined) throw new Error(`the meta-schema of ${draft} is missing`);
  // Its patterns are short, and a schema's text is bounded.
  allowSteps(Number.POSITIVE_INFINITY);
  if (validate(schema) === true) return undefined;
  const error: ErrorObject | undefined = validate.errors?.[0];
  return `${error?.instancePath || "/"} ${error?.message ?? "is not valid"} (${draft})`.slice(0, 300);
}

/**
 * The draft of a schema: the one that `$schema` names, else the newest whose meta-schema takes it.
 * @throws Error where `$schema` names another one.
 */
export function draftOf(schema: unknown): Draft {
  const named: unknown =
    typeof schema === "object" && schema !== null ? (schema as AnySchemaObject)["$schema"] : undefined;
  if (named === undefined) {
    return drafts.findLast((draft) => metaFault(draft, schema) === undefined) ?? "2020-12";
  }
  const draft =
    draftOfUri[
      String(named)
        .replace(/^https?:\/\//, "")
        .replace(/#$/, "")
    ];
  if (draft === undefined) {
    throw new Error("$schema must be draft 2020-12, 2019-09, draft-07, draft-06 or draft-04");
  }
  return draft;
}
