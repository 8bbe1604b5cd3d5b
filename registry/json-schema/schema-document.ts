// A JSON Schema with the schemas that it refers to. Nothing is ever fetched.
import type { AnySchemaObject, ValidateFunction } from "ajv";
import { type Draft, dialectOf, draftOf, metaFault } from "./dialect.js";
import { preparedSchema } from "./prepare-schema.js";

/** A schema that another one refers to by name. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: unknown;
}

/** Schemas as JSON values, of one draft. */
export interface SchemaDocument {
  readonly draft: Draft;
  readonly schema: unknown;
  readonly references: readonly NamedSchema[];
}

/** The URI under which the nth reference is known: its name where that is one. */
export const referenceUri = ({ name }: NamedSchema, index: number): string =>
  /^[a-z][a-z0-9+.-]+:/i.test(name) ? name.replace(/#$/, "") : `tideline-reference:/${index}`;

/** Turns a `$ref` that begins with a reference's name into one by its URI. */
export const referenceRewriter = (references: readonly NamedSchema[]) => {
  const uriOf = new Map(
    references.map((reference, index) => [reference.name, referenceUri(reference, index)]),
  );
  return (ref: string): string | undefined => {
    const hash = ref.indexOf("#");
    const uri = uriOf.get(hash < 0 ? ref : ref.slice(0, hash));
    return uri === undefined ? undefined : uri + (hash < 0 ? "" : ref.slice(hash));
  };
};

const requireValid = (draft: Draft, schema: unknown, of: string): void => {
  if (
    typeof schema !== "boolean" &&
    (typeof schema !== "object" || schema === null || Array.isArray(schema))
  ) {
    throw new Error(`a JSON Schema must be an object, true or false${of}`);
  }
  const fault = metaFault(draft, schema);
  if (fault !== undefined) throw new Error(fault + of);
};

/** @throws Error that says what is wrong, with its JSON pointer */
export function schemaDocument(schema: unknown, references: readonly NamedSchema[]): SchemaDocument {
  const draft = draftOf(schema);
  requireValid(draft, schema, "");
  for (const reference of references) {
    const of = ` in the reference ${reference.name.slice(0, 100)}`;
    const named = (reference.schema as AnySchemaObject | null)?.["$schema"];
    if (named !== undefined && draftOf(reference.schema) !== draft) {
      throw new Error(`its draft is not that of the schema, which is ${draft}:${of}`);
    }
    requireValid(draft, reference.schema, of);
  }
  return { draft, schema, references };
}

const faultOf = (error: unknown): unknown => {
  const missing = (error as { missingRef?: unknown }).missingRef;
  if (typeof missing !== "string") return error;
  return new Error(
    `$ref ${JSON.stringify(missing.slice(0, 200))} is neither in the schema nor in its references; no download`,
  );
};

/** Compiles a document for its draft's validator. @throws Error that says what is wrong with it */
export function compileValidator({ draft, schema, references }: SchemaDocument): ValidateFunction {
  const { ajv, ownIds } = dialectOf(draft);
  const rewrite = referenceRewriter(references);
  const copies = [schema, ...references.map((it) => it.schema)].map((it) =>
    preparedSchema(it, draft, rewrite),
  );
  const [main = {}, ...others] = copies;
  try {
    for (const [index, reference] of references.entries()) {
      ajv.addSchema(others[index] ?? {}, referenceUri(reference, index));
    }
    return ajv.compile(main);
  } catch (error) {
    throw faultOf(error);
  } finally {
    // Schemas of one customer are never visible to another's.
    for (const copy of copies) ajv.removeSchema(copy);
    for (const known of [ajv.schemas, ajv.refs]) {
      for (const id of Object.keys(known)) if (!ownIds.has(id)) Reflect.deleteProperty(known, id);
    }
  }
}
