import type { ValidateFunction } from "ajv";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../../platform/fault.js";
import type { ParsedSchema, SchemaSource } from "../rules/language.js";
import { requireTextBounds } from "../rules/text-bounds.js";
import { compactJson } from "./canonical-text.js";
import { compileValidator, type SchemaDocument, schemaDocument } from "./schema-document.js";
import { SchemaGraph } from "./schema-graph.js";

/** How many schemas keep what was made of them; the others make it anew when they are asked. */
const MADE_MAX = 64;

/** What is made of a schema to work with it; far larger than its text. */
interface Made {
  readonly graph: SchemaGraph;
  readonly validate: ValidateFunction;
}

const recent = new Map<JsonSchema, Made>();

/** A JSON Schema that is valid, with what its references lead to. */
export class JsonSchema implements ParsedSchema {
  readonly kind = SchemaKind.JSON_SCHEMA;
  readonly canonical: string;
  readonly document: SchemaDocument;

  /** @throws Error where the document does not compile */
  constructor(canonical: string, document: SchemaDocument) {
    this.canonical = canonical;
    this.document = document;
    this.#made();
  }

  get graph(): SchemaGraph {
    return this.#made().graph;
  }

  /** Asks the validator that ingestion asks. */
  get validate(): ValidateFunction {
    return this.#made().validate;
  }

  #made(): Made {
    const known = recent.get(this);
    recent.delete(this);
    const { document } = this;
    const made = known ?? { validate: compileValidator(document), graph: new SchemaGraph(document) };
    recent.set(this, made);
    if (recent.size > MADE_MAX) for (const oldest of [...recent.keys()].slice(0, 1)) recent.delete(oldest);
    return made;
  }
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
    return new JsonSchema(compactJson(text), schemaDocument(schema, named));
  } catch (cause) {
    // Compiling recurses: a schema within the bounds may still have too much in one place.
    const isTooLarge = cause instanceof RangeError;
    const said = cause instanceof Error ? cause.message.slice(0, 500) : "unreadable";
    const reason = isTooLarge ? "it has too many parts in one place" : said;
    throw new Fault(FaultReason.SCHEMA_INVALID, `the schema can't be used: ${reason}`, {}, { cause });
  }
}
