import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../platform/fault.js";
import { compileAvroRecord } from "./avro/compiled.js";
import { parseAvro } from "./avro/parse.js";
import type { CompiledSchema, SchemaResult } from "./compiled-schema.js";
import { Conditions } from "./conditions/condition.js";
import { type DeclaredProperties, declaredByAvro, declaredByJsonSchema } from "./conditions/number-hints.js";
import { rulesInSet, rulesInText } from "./conditions/rule-sources.js";
import type { FieldKinds } from "./field-kinds/field-kind.js";
import { kindsOfAvro, kindsOfJsonSchema, kindsOfProtobuf } from "./field-kinds.js";
import { compileJsonSchema } from "./json-schema/compile-json-schema.js";
import { type FieldTags, fieldTagsOf } from "./personal-class.js";
import { compileProtobuf } from "./protobuf/compile-protobuf.js";
import { declaredByProtobuf } from "./protobuf/declared-properties.js";
import type { RuleSet, SchemaMetadata } from "./records.js";
import type { ReferencedSchema, SchemaSource } from "./rules/language.js";
import { requireTextBounds } from "./rules/text-bounds.js";

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
  readonly kinds: () => FieldKinds;
}

const compileAvro = (source: SchemaSource, tags: FieldTags | undefined): Bare => {
  // A project may let defaults through that do not fit their type: an event has to bring such a field itself.
  const { type } = parseAvro(source, "dropped");
  if (type.kind !== "record") throw new Error("an Avro schema for events must be a record");
  return {
    compiled: compileAvroRecord(type, tags),
    declared: declaredByAvro(type),
    kinds: () => kindsOfAvro(type),
  };
};

const compileProto = (source: SchemaSource, tags: FieldTags | undefined): Bare => {
  const compiled = compileProtobuf(source, tags);
  const { protobuf } = compiled;
  return { compiled, declared: declaredByProtobuf(protobuf), kinds: () => kindsOfProtobuf(protobuf) };
};

const named = ({ name, text }: ReferencedSchema) => ({ name, schema: parse(text) });

/** A schema's parts, read. */
interface Parts {
  readonly source: SchemaSource;
  /** The text as JSON; undefined for Protobuf. */
  readonly schema: unknown;
  readonly tags: FieldTags | undefined;
}

const compileBare = (kind: SchemaKind, { source, schema, tags }: Parts): Bare => {
  if (kind === SchemaKind.PROTOBUF) return compileProto(source, tags);
  if (kind === SchemaKind.AVRO) return compileAvro(source, tags);
  if (kind !== SchemaKind.JSON_SCHEMA) throw new Error("its kind is not known");
  const references = source.references.map(named);
  return {
    compiled: compileJsonSchema(schema, references, tags),
    declared: declaredByJsonSchema(schema),
    kinds: () => kindsOfJsonSchema(schema, references),
  };
};

const withKinds = ({ compiled, kinds }: Bare): CompiledSchema => {
  let known: FieldKinds | undefined;
  return {
    ...compiled,
    fieldKinds: () => {
      known ??= kinds();
      return known;
    },
  };
};

/** Checks the rules behind the shape, on properties with their defaults. */
const withConditions = (compiled: CompiledSchema, conditions: Conditions): CompiledSchema => {
  const judged = (result: SchemaResult): SchemaResult => {
    if ("refusal" in result) return result;
    const broken = conditions.broken(result);
    if (broken === undefined) return result;
    const { name, property: path, message } = broken;
    return { refusal: { path, rule: `cel.${name}`.slice(0, 128), message: message.slice(0, 300) } };
  };
  return {
    ...compiled,
    shape: compiled,
    check: (text) => judged(compiled.check(text)),
    decode: (datum) => judged(compiled.decode(datum)),
    resolve: (datum, writer) => judged(compiled.resolve(datum, writer)),
  };
};

/** What is registered with a schema's text. */
export interface BesideText {
  readonly ruleSet?: RuleSet | undefined;
  readonly references?: readonly ReferencedSchema[];
  /** Its tags may say that fields are personal. */
  readonly metadata?: SchemaMetadata | undefined;
}

/**
 * Makes the text of a schema, with the rules registered beside it, ready to check events with. A text that compiles
 * today compiles tomorrow: nothing outside of it is read.
 * @throws Fault SCHEMA_INVALID that says what is wrong with the text or a rule.
 */
export function compileSchema(
  kind: SchemaKind,
  text: string,
  { ruleSet, references = [], metadata }: BesideText = {},
): CompiledSchema {
  try {
    // Protobuf's text is no JSON, and has bounds of its own.
    const isJson = kind !== SchemaKind.PROTOBUF;
    if (isJson) requireTextBounds(text);
    const schema = isJson ? parse(text) : undefined;
    const source = { text, references };
    const bare = compileBare(kind, { source, schema, tags: fieldTagsOf(metadata?.tags) });
    const { declared } = bare;
    const compiled = withKinds(bare);
    const rules = [...rulesInText(schema), ...rulesInSet(ruleSet)];
    if (rules.length === 0) return compiled;
    return withConditions(compiled, new Conditions(rules, declared.names, declared.hint));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    // Compiling recurses: a schema within the bounds may still have too much in one place.
    const isTooLarge = cause instanceof RangeError;
    const said = cause instanceof Error ? cause.message.slice(0, 500) : "unreadable";
    const reason = isTooLarge ? "it has too many parts in one place" : said;
    throw new Fault(FaultReason.SCHEMA_INVALID, `the schema can't be used: ${reason}`, {}, { cause });
  }
}
