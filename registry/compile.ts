import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../platform/fault.js";
import { checkAvroJson, requireDefaults } from "./avro-check.js";
import { decodeAvro } from "./avro-decode.js";
import { avroRecordOf } from "./avro-type.js";
import type { CompiledSchema, SchemaResult } from "./compiled-schema.js";
import { Conditions } from "./conditions/condition.js";
import { type DeclaredProperties, declaredByAvro, declaredByJsonSchema } from "./conditions/number-hints.js";
import { rulesInSet, rulesInText } from "./conditions/rule-sources.js";
import { compileJsonSchema } from "./json-schema/compile-json-schema.js";
import { personalInAvro } from "./personal.js";
import type { RuleSet } from "./records.js";

/** The limits of a schema's text. */
export const schemaLimits = { bytes: 256 * 1024, depth: 64, nodes: 5_000 } as const;

/** Objects and arrays in a text are counted by their brackets before anything recursive looks at it. */
const requireBounds = (text: string): void => {
  if (Buffer.byteLength(text) > schemaLimits.bytes) throw new Error(`it is over ${schemaLimits.bytes} bytes`);
  let depth = 0;
  let nodes = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === 92) at++;
      else if (code === 34) isText = false;
    } else if (code === 34) isText = true;
    else if (code === 123 || code === 91) {
      nodes++;
      depth++;
    } else if (code === 125 || code === 93) depth--;
    if (depth > schemaLimits.depth) throw new Error(`it is nested deeper than ${schemaLimits.depth} levels`);
  }
  if (nodes > schemaLimits.nodes)
    throw new Error(`it has more than ${schemaLimits.nodes} objects and arrays`);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
};

/** A schema with what its rules have to know of it. */
interface Bare {
  readonly compiled: CompiledSchema;
  readonly declared: DeclaredProperties;
}

const compileAvro = (schema: unknown): Bare => {
  const record = avroRecordOf(schema);
  requireDefaults(record);
  const compiled: CompiledSchema = {
    kind: SchemaKind.AVRO,
    personal: personalInAvro(record),
    check: (text) => checkAvroJson(record, text),
    decode: (datum) => decodeAvro(record, datum),
  };
  return { compiled, declared: declaredByAvro(record) };
};

const compileBare = (kind: SchemaKind, schema: unknown): Bare => {
  if (kind === SchemaKind.AVRO) return compileAvro(schema);
  if (kind !== SchemaKind.JSON_SCHEMA) throw new Error("its kind is not known");
  return { compiled: compileJsonSchema(schema), declared: declaredByJsonSchema(schema) };
};

/** Checks the rules behind the shape, on properties with their defaults. */
const withConditions = (compiled: CompiledSchema, conditions: Conditions): CompiledSchema => {
  const judged = (result: SchemaResult): SchemaResult => {
    if ("refusal" in result) return result;
    const broken = conditions.broken(result.text);
    if (broken === undefined) return result;
    const { name, property: path, message } = broken;
    return { refusal: { path, rule: `cel.${name}`.slice(0, 128), message: message.slice(0, 300) } };
  };
  return {
    ...compiled,
    check: (text) => judged(compiled.check(text)),
    decode: (datum) => judged(compiled.decode(datum)),
  };
};

/**
 * Makes the text of a schema, with the rules registered beside it, ready to check events with. A text that compiles
 * today compiles tomorrow: nothing outside of it is read.
 * @throws Fault SCHEMA_INVALID that says what is wrong with the text or a rule.
 */
export function compileSchema(kind: SchemaKind, text: string, ruleSet?: RuleSet): CompiledSchema {
  try {
    requireBounds(text);
    const schema = parse(text);
    const { compiled, declared } = compileBare(kind, schema);
    const rules = [...rulesInText(schema), ...rulesInSet(ruleSet)];
    if (rules.length === 0) return compiled;
    return withConditions(compiled, new Conditions(rules, declared.names, declared.hint));
  } catch (cause) {
    // Compiling recurses: a schema within the bounds may still have too much in one place.
    const isTooLarge = cause instanceof RangeError;
    const said = cause instanceof Error ? cause.message.slice(0, 500) : "unreadable";
    const reason = isTooLarge ? "it has too many parts in one place" : said;
    throw new Fault(FaultReason.SCHEMA_INVALID, `the schema can't be used: ${reason}`, {}, { cause });
  }
}
