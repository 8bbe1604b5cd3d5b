import { readFile } from "node:fs/promises";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import {
  RegistryService,
  type Schema,
  SchemaKind,
} from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { newestSchemas } from "../registered-schemas.js";
import { safeText, textTable } from "../show/table.js";
import { UserError } from "../target.js";
import { wholeNumber } from "./query.js";

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

/** `tideline schemas` */
export function addSchemasCommands(program: Command, context: CommandContext): void {
  const schemas = program.command("schemas").description("Registers and reads the schemas of event types.");
  schemas
    .command("register")
    .description("Adds a version to an event type; from then on its events are checked against it.")
    .argument("<type>", "the event type")
    .argument("<file>", "the schema's text")
    .option("-k, --kind <kind>", "avro, json-schema or protobuf (default: by the file's ending)")
    .action(async (subject: string, file: string, flags: { kind?: string }) => {
      const kind = kinds.get(flags.kind ?? kindOfFile(file));
      if (kind === undefined)
        throw new UserError(`--kind ${flags.kind}: one of ${[...kinds.keys()].join(", ")}`);
      const text = await readFile(file, "utf8").catch(() => {
        throw new UserError(`${file}: can't be read`);
      });
      const { schema } = await context
        .client(RegistryService, "admin")
        .registerSchema({ subject, kind, text }, unary);
      if (schema !== undefined) console.log(schemasTable([schema]));
    });
  schemas
    .command("list")
    .description("Lists the newest version of each event type.")
    .action(async () => {
      const found = await newestSchemas(context.client(RegistryService, "admin"));
      console.log(schemasTable(found));
    });
  schemas
    .command("get")
    .description("Prints the text of a version.")
    .argument("<type>", "the event type")
    .option("-v, --schema-version <n>", "the version (default: the newest)", wholeNumber)
    .action(async (subject: string, flags: { schemaVersion?: number }) => {
      const request = { subject, version: flags.schemaVersion ?? 0 };
      const { schema } = await context.client(RegistryService, "admin").getSchema(request, unary);
      console.log(schema?.text);
    });
}

function schemasTable(schemas: readonly Schema[]): string {
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
