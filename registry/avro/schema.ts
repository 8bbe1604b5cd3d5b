import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../../platform/fault.js";
import { OutOfSteps } from "../rules/budget.js";
import type { ParsedSchema, ParseOptions, SchemaSource } from "../rules/language.js";
import { canonicalText } from "./canonical.js";
import { parseAvro } from "./parse.js";
import type { AvroNamed, AvroType } from "./type.js";

/** An Avro schema that has been read and is valid. Any type may stand at its top. */
export interface AvroSchema extends ParsedSchema {
  readonly kind: SchemaKind.AVRO;
  readonly type: AvroType;
  /** The named types of the schemas that it refers to. */
  readonly foreign: ReadonlySet<AvroNamed>;
}

/** Reads a schema's text. @throws Fault SCHEMA_INVALID that says what is wrong and where */
export function avroSchemaOf(
  source: SchemaSource,
  { allowsInvalidDefaults = false }: ParseOptions = {},
): AvroSchema {
  try {
    const { type, foreign } = parseAvro(source, allowsInvalidDefaults ? "kept" : "refused");
    const canonical = canonicalText(type, { isSorted: false, known: foreign });
    return { kind: SchemaKind.AVRO, canonical, type, foreign };
  } catch (cause) {
    // Reading recurses: a schema within the bounds may still have too much in one place.
    const isTooLarge = cause instanceof RangeError || cause instanceof OutOfSteps;
    const said = cause instanceof Error ? cause.message.slice(0, 500) : "unreadable";
    const reason = isTooLarge ? "it has too many parts in one place" : said;
    throw new Fault(FaultReason.SCHEMA_INVALID, `the schema can't be used: ${reason}`, {}, { cause });
  }
}
