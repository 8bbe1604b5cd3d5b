import type { ValidateFunction } from "ajv";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../../platform/fault.js";
import type { ParsedSchema, SchemaSource } from "../rules/language.js";
import { requireTextBounds } from "../rules/text-bounds.js";
import { compactJson } from "./canonical-text.js";
import { compileValidator, type SchemaDocument, schemaDocument } from "./schema-document.js";
import { SchemaGraph } from "./schema-graph.js";

/** A JSON Schema that is valid, with what its references lead to. */
export interface JsonSchema extends ParsedSchema {
  readonly document: SchemaDocument;
  readonly graph: SchemaGraph;
  /** Asks the validator that ingestion asks. */
  readonly validate: ValidateFunction;
}

const jsonOf = (text: string, of: string): unknown => {
  requireTextBounds(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON${of}: ${error instanceof Error ? error.message : "unreadable"}`);
  }
};

/** Reads a schema. @throws Fault SCHEMA_INVALID that says what is wrong, with a JSON pointer where there is one */
export function jsonSchemaOf({ text, references }: SchemaSource): JsonSchema {
  try {
    const schema = jsonOf(text, "");
    const named = references.map(({ name, text: other }) => ({
      name,
      schema: jsonOf(other, ` in the reference ${name.slice(0, 100)}`),
    }));
    const document = schemaDocument(schema, named);
    const validate = compileValidator(document);
    const graph = new SchemaGraph(document);
    return { kind: SchemaKind.JSON_SCHEMA, canonical: compactJson(text), document, graph, validate };
  } catch (cause) {
    // Compiling recurses: a schema within the bounds may still have too much in one place.
    const isTooLarge = cause instanceof RangeError;
    const said = cause instanceof Error ? cause.message.slice(0, 500) : "unreadable";
    const reason = isTooLarge ? "it has too many parts in one place" : said;
    throw new Fault(FaultReason.SCHEMA_INVALID, `the schema can't be used: ${reason}`, {}, { cause });
  }
}
