import { ConnectError } from "@connectrpc/connect";
import type { Command } from "commander";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { RegistryService } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { newestSchemas } from "../registered-schemas.js";
import { answerLines } from "../schemas/answer-lines.js";
import { schemaOf, schemasTable } from "../schemas/schema-table.js";
import { safeText } from "../show/table.js";
import { wholeNumber } from "./options.js";
import { addSchemaChangeCommands } from "./schema-changes.js";
import { addSchemaNotesCommands } from "./schema-notes.js";
import { addSchemaSettingsCommands } from "./schema-settings.js";

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
      const { kind, text } = await schemaOf(file, flags.kind);
      const client = context.client(RegistryService, "admin");
      try {
        const { schema } = await client.registerSchema({ subject, kind, text }, unary);
        if (schema !== undefined) console.log(schemasTable([schema]));
      } catch (error) {
        const [detail] = error instanceof ConnectError ? error.findDetails(FaultDetailSchema) : [];
        if (detail?.reason !== FaultReason.SCHEMA_INCOMPATIBLE) throw error;
        const answer = await client.checkSchema({ subject, kind, text }, unary);
        for (const line of answerLines(answer)) console.log(safeText(line, 1_000));
        throw error;
      }
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
    .option("-v, --version <n>", "the version (default: the newest)", wholeNumber)
    .action(async (subject: string, flags: { version?: number }) => {
      const request = { subject, version: flags.version ?? 0 };
      const { schema } = await context.client(RegistryService, "admin").getSchema(request, unary);
      console.log(schema?.text);
    });
  addSchemaChangeCommands(schemas, context);
  addSchemaSettingsCommands(schemas, context);
  addSchemaNotesCommands(schemas, context);
}
