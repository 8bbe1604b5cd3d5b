import { readFile } from "node:fs/promises";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Schema, SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { safeText, textTable } from "../show/table.js";
import { UserError } from "../target.js";

const kinds: ReadonlyMap<string, SchemaKind> = new Map([
  ["avro", SchemaKind.AVRO],
  ["json-schema", SchemaKind.JSON_SCHEMA],
  ["protobuf", SchemaKind.PROTOBUF],
]);

/** The kind of a file by its name. */
function kindOfFile(file: string): string {
  if (file.endsWith(".avsc")) return "avro";
  return file.endsWith(".proto") ? "protobuf" : "json-schema";
}

/** A schema's text and kind, by its file. */
export async function schemaOf(
  file: string,
  named: string | undefined,
): Promise<{ kind: SchemaKind; text: string }> {
  const kind = kinds.get(named ?? kindOfFile(file));
  if (kind === undefined) throw new UserError(`--kind ${named}: one of ${[...kinds.keys()].join(", ")}`);
  const text = await readFile(file, "utf8").catch(() => {
    throw new UserError(`${file}: can't be read`);
  });
  return { kind, text };
}

export function schemasTable(schemas: readonly Schema[]): string {
  const rows = schemas.map(({ subject, version, schemaVer, schemaId, kind, createTime }) => [
    safeText(subject, 60),
    version,
    schemaVer,
    schemaId,
    [...kinds].find(([, known]) => known === kind)?.[0] ?? "",
    createTime === undefined
      ? ""
      : new Date(timestampMs(createTime)).toISOString().slice(0, 19).replace("T", " "),
  ]);
  return textTable(["type", "version", "schemaver", "id", "kind", "registered"], rows);
}
