import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** A reference of a compatibility case, with the text that is to be registered for it. */
export interface CaseReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
  readonly schema: unknown;
}

/** Whether `next` may follow `previous`, oldest first, at a level. */
export interface CompatCase {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly previous: readonly unknown[];
  readonly next: unknown;
  readonly compatible?: boolean;
  readonly compatible_lenient?: boolean;
  /** The expected verdict is a peer's that a counterexample disproves. */
  readonly upstream_unsound?: boolean;
  /** The draft of JSON Schema where the schemas do not name theirs. */
  readonly dialect?: string;
  readonly previous_references?: readonly (readonly CaseReference[] | null)[];
  readonly next_references?: readonly CaseReference[];
}

/** One request of a sequence. */
export interface RestStep {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Names for values of the answer, each at a JSON pointer. */
  readonly save?: Readonly<Record<string, string>>;
  readonly expect?: Readonly<Record<string, unknown>>;
}

/** A sequence of requests to a registry of its own. */
export interface RestCase {
  readonly id: string;
  readonly name: string;
  readonly server_default_compatibility?: string;
  readonly steps: readonly RestStep[];
}

/** The REST face's names of the schema languages. */
export type SchemaType = "AVRO" | "JSON" | "PROTOBUF";

/** A file of cases of one shape. */
export type CaseFile =
  | { readonly kind: "compat"; readonly schemaType: SchemaType; readonly cases: readonly CompatCase[] }
  | { readonly kind: "rest"; readonly cases: readonly RestCase[] };

const typesOfNames: readonly (readonly [RegExp, SchemaType])[] = [
  [/avro/i, "AVRO"],
  [/json_?schema/i, "JSON"],
  [/proto/i, "PROTOBUF"],
];

/** Reads a file of cases. @throws Error that names the file and what is wrong */
export function readCaseFile(path: string): CaseFile {
  const cases: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!Array.isArray(cases)) throw new Error(`${path}: not a JSON array of cases`);
  const [first] = cases as readonly object[];
  if (first !== undefined && "steps" in first) return { kind: "rest", cases: cases as RestCase[] };
  const schemaType = typesOfNames.find(([pattern]) => pattern.test(basename(path)))?.[1];
  if (schemaType === undefined) {
    throw new Error(`${path}: the name says no schema language (avro_, jsonschema_ or protobuf_)`);
  }
  return { kind: "compat", schemaType, cases: cases as CompatCase[] };
}

const dialects: Readonly<Record<string, string>> = {
  "04": "http://json-schema.org/draft-04/schema#",
  "06": "http://json-schema.org/draft-06/schema#",
  "07": "http://json-schema.org/draft-07/schema#",
  "2019-09": "https://json-schema.org/draft/2019-09/schema",
  "2020-12": "https://json-schema.org/draft/2020-12/schema",
};

/** The text that is registered for a schema of a case, which may be given as text or as its JSON. */
export function schemaText(schema: unknown, schemaType: SchemaType, dialect?: string): string {
  if (schemaType === "PROTOBUF") return String(schema);
  if (typeof schema === "string") return isJson(schema) ? schema : JSON.stringify(schema);
  const isSilent = typeof schema === "object" && schema !== null && !("$schema" in schema);
  if (schemaType === "JSON" && dialect !== undefined && isSilent) {
    const short = /(\d{4}-\d{2}|\d{1,2})\D*$/.exec(dialect.replace(/\/schema#?$/, ""))?.[1] ?? "";
    return JSON.stringify({ $schema: dialects[short.padStart(2, "0")] ?? dialect, ...schema });
  }
  return JSON.stringify(schema);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
