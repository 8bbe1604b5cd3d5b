import { posix } from "node:path";
import { type Schema, SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { SchemaReference } from "../../gen/ts/tideline/registry/v1/schema_pb.js";
import { newestSchemas } from "../registered-schemas.js";
import { indentedJson } from "./indented-json.js";
import type { FolderRule, SchemaConfig } from "./schema-config.js";
import { extensionOf, type Registry, SchemaSources } from "./schema-source.js";

interface PulledFile {
  readonly file: string;
  readonly text: string;
  /** What it refers to that the config does not say. */
  readonly references: readonly SchemaReference[];
}

/** What the registry has and the folder has not, or otherwise. */
export interface PulledFiles {
  readonly written: readonly PulledFile[];
  /** Subjects that a folder would take, whose names can't be those of files. */
  readonly unnamed: readonly string[];
}

/** A name that is a file's on every system, and no way out of the folder. */
const FILE_NAME = /^[\p{L}\d_][\p{L}\d_. -]{0,150}$/u;

/**
 * The files to write. A file whose schema is that of the newest version, however it is laid out, stays as it is.
 * Subjects of no file go to the first folder that they fit.
 */
export async function pulledFiles(config: SchemaConfig, registry: Registry): Promise<PulledFiles> {
  const sources = new SchemaSources(config, registry);
  const bySubject = new Map(config.files.map((file) => [file.subject, file]));
  const written: PulledFile[] = [];
  const unnamed: string[] = [];
  for (const schema of await newestSchemas(registry)) {
    const known = bySubject.get(schema.subject);
    if (known === undefined) {
      const place = placeOf(schema, config.folders);
      if (place === "unnamed") unnamed.push(schema.subject);
      else if (place !== undefined)
        written.push({ file: place, text: layOut(schema), references: schema.references });
      continue;
    }
    const canonical = await sources.parseFile(known).then(
      (parsed) => parsed.canonical,
      () => undefined,
    );
    const isSame = known.kind === schema.kind && canonical === (await sources.parseSchema(schema)).canonical;
    const isNamed = (name: string) => known.references.some((reference) => reference.name === name);
    const references = schema.references.filter(({ name }) => !isNamed(name));
    if (!isSame) written.push({ file: known.file, text: layOut(schema), references });
  }
  return { written, unnamed };
}

function placeOf(schema: Schema, folders: readonly FolderRule[]): string | undefined {
  for (const { folder, subject } of folders) {
    const [before = "", after = ""] = subject.split("{name}");
    const { length } = schema.subject;
    const fits = schema.subject.startsWith(before) && schema.subject.endsWith(after);
    if (!fits || length <= before.length + after.length) continue;
    const name = schema.subject.slice(before.length, length - after.length);
    return FILE_NAME.test(name) ? posix.join(folder, `${name}${extensionOf[schema.kind]}`) : "unnamed";
  }
  return undefined;
}

function layOut({ kind, text }: Schema): string {
  if (kind === SchemaKind.PROTOBUF) return text.endsWith("\n") ? text : `${text}\n`;
  return indentedJson(text);
}
