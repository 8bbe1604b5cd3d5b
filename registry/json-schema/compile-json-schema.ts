// JSON Schemas made ready for ingestion.
import type { ErrorObject, ValidateFunction } from "ajv";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { joinJsonPath } from "../../platform/json/path.js";
import {
  type CompiledSchema,
  checkStepsMax,
  type SchemaRefusal,
  type SchemaResult,
  tooCostly,
} from "../compiled-schema.js";
import type { FieldTags } from "../personal-class.js";
import { personalInJsonSchema } from "./personal-fields.js";
import { compileValidator, type NamedSchema, schemaDocument } from "./schema-document.js";
import { allowSteps, TooManySteps } from "./steps.js";

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

/** The refusal of what the validator stumbles over: some rare mixes of keywords break the code it makes of them. */
const unevaluable: SchemaRefusal = {
  path: "",
  rule: "schema",
  message: "The validator can't evaluate the schema for this value.",
};

/** Whether a refusal is about the schema's cost or the validator, and not about the value. */
export const isUndecided = (refusal: SchemaRefusal): boolean =>
  refusal === tooCostly || refusal === unevaluable;

/** Checks a value within the steps that one event may take; undefined where it is valid. */
export function checkValue(
  validate: ValidateFunction,
  value: unknown,
  steps: number = checkStepsMax,
): SchemaRefusal | undefined {
  allowSteps(steps);
  try {
    return validate(value) ? undefined : refusalOf(validate.errors?.[0]);
  } catch (error) {
    // A schema that refers to itself without end, or one that is too costly for the value.
    if (error instanceof TooManySteps || error instanceof RangeError) return tooCostly;
    if (error instanceof TypeError || error instanceof ReferenceError) return unevaluable;
    throw error;
  }
}

const checkText = (validate: ValidateFunction, text: Uint8Array): SchemaResult => {
  const parsed: unknown = JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.length).toString());
  const refusal = checkValue(validate, parsed);
  return refusal === undefined ? { text, parsed } : { refusal };
};

const noAvro: SchemaRefusal = { path: "", rule: "kind", message: "The schema is no Avro schema." };

/**
 * Compiles a JSON Schema, with the schemas that it refers to.
 * @throws Error that says what is wrong with it.
 */
export function compileJsonSchema(
  parsed: unknown,
  references: readonly NamedSchema[] = [],
  tags?: FieldTags,
): CompiledSchema {
  const document = schemaDocument(parsed, references);
  const validate = compileValidator(document);
  return {
    kind: SchemaKind.JSON_SCHEMA,
    personal: personalInJsonSchema(document, tags),
    check: (text) => checkText(validate, text),
    decode: () => ({ refusal: noAvro }),
    resolve: () => ({ refusal: noAvro }),
  };
}
