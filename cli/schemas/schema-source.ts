// A schema of a folder with all that it refers to, as the rules read it.
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import {
  type RegistryService,
  type Schema,
  SchemaKind,
} from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { ParsedSchema, ReferencedSchema, SchemaSource } from "../../registry/rules/language.js";
import { unary } from "../client.js";
import { UserError } from "../target.js";
import type { SchemaConfig, SchemaFile } from "./schema-config.js";

export type Registry = Client<typeof RegistryService>;

const REFERENCES_MAX = 200;

/** Reads schemas with what they refer to: files from the folder, subjects from the registry where there is one. */
export class SchemaSources {
  readonly #files: ReadonlyMap<string, SchemaFile>;
  readonly #registry: Registry | undefined;

  constructor({ files }: Pick<SchemaConfig, "files">, registry?: Registry) {
    this.#files = new Map(files.map((file) => [file.file, file]));
    this.#registry = registry;
  }

  /** A parsed file. @throws Fault SCHEMA_INVALID, UserError for what only the registry knows */
  async parseFile(file: SchemaFile): Promise<ParsedSchema> {
    const { text, references } = await this.sourceOf(file);
    return await parse(file.kind, text, references);
  }

  /** A file with all that it refers to. @throws UserError for what only the registry knows */
  async sourceOf(file: SchemaFile): Promise<SchemaSource> {
    const references: ReferencedSchema[] = [];
    await this.#closeFile(file, references);
    return { text: file.text, references };
  }

  /** A parsed version of the registry. */
  async parseSchema(schema: Schema): Promise<ParsedSchema> {
    return await parse(schema.kind, schema.text, await this.referencesOf(schema));
  }

  /** What a version of the registry refers to, directly or not; what is referred to stands before its referrer. */
  async referencesOf({ references }: Schema): Promise<readonly ReferencedSchema[]> {
    const closure: ReferencedSchema[] = [];
    for (const { name, subject, version } of references) {
      await this.#closeSubject({ name, subject, version }, closure);
    }
    return closure;
  }

  async #closeFile(file: SchemaFile, closure: ReferencedSchema[]): Promise<void> {
    for (const reference of file.references) {
      if (!("file" in reference)) {
        await this.#closeSubject(reference, closure);
        continue;
      }
      const target = this.#files.get(reference.file);
      if (target === undefined) throw new UserError(`${reference.file} is not of the folder`);
      if (!isIn(closure, reference.name)) {
        await this.#closeFile(target, closure);
        add(closure, { name: reference.name, subject: target.subject, version: 0, text: target.text });
      }
    }
  }

  async #closeSubject(
    { name, subject, version }: { name: string; subject: string; version: number },
    closure: ReferencedSchema[],
  ): Promise<void> {
    if (isIn(closure, name)) return;
    if (this.#registry === undefined) {
      throw new UserError(`refers to the subject ${subject}, which only the registry has; check asks it`);
    }
    const request = { subject, version: Math.max(0, version) };
    const { schema } = await this.#registry.getSchema(request, unary);
    if (schema === undefined) throw new UserError(`the registry has no ${subject}`);
    for (const inner of schema.references) await this.#closeSubject(inner, closure);
    add(closure, { name, subject, version: schema.version, text: schema.text });
  }
}

const isIn = (closure: readonly ReferencedSchema[], name: string): boolean =>
  closure.some((one) => one.name === name);

const add = (closure: ReferencedSchema[], schema: ReferencedSchema): void => {
  if (closure.length >= REFERENCES_MAX) throw new UserError(`refers to more than ${REFERENCES_MAX} schemas`);
  closure.push(schema);
};

async function parse(
  kind: SchemaKind,
  text: string,
  references: readonly ReferencedSchema[],
): Promise<ParsedSchema> {
  // Loaded only where schemas are read: most commands do without.
  const { languageOf } = await import("../../registry/languages.js");
  return languageOf(kind).parse({ text, references });
}

/** The newest version of a subject; undefined where there is none. */
export async function newestOf(registry: Registry, subject: string): Promise<Schema | undefined> {
  try {
    return (await registry.getSchema({ subject }, unary)).schema;
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
    throw error;
  }
}

/** The language's own extension. */
export const extensionOf: Readonly<Record<SchemaKind, string>> = {
  [SchemaKind.UNSPECIFIED]: "",
  [SchemaKind.AVRO]: ".avsc",
  [SchemaKind.JSON_SCHEMA]: ".json",
  [SchemaKind.PROTOBUF]: ".proto",
};
