import type { Command } from "commander";
import { RegistryService } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { RegisteredSchema } from "../../registry/codegen/model.js";
import {
  isPackageName,
  type Language,
  languages,
  packageByDefault,
  printClient,
} from "../../registry/codegen/print-client.js";
import { unary } from "../client.js";
import { changeFolder, changeLines, compareFolder } from "../codegen/output-folder.js";
import type { CommandContext } from "../context.js";
import { exitCodes } from "../failure.js";
import { newestSchemas } from "../registered-schemas.js";
import { SchemaSources } from "../schemas/schema-source.js";
import { safeText } from "../show/table.js";
import { UserError } from "../target.js";

interface CodegenFlags {
  readonly lang: string;
  readonly out: string;
  readonly check?: true;
  readonly subject?: readonly string[];
  readonly package?: string;
}

const LINE_LENGTH_MAX = 400;

/** `tideline codegen` */
export function addCodegenCommand(program: Command, context: CommandContext): void {
  program
    .command("codegen")
    .description("Writes a typed tracker from the project's event types: one method each.")
    .requiredOption("-l, --lang <language>", languages.join(", "))
    .requiredOption(
      "-o, --out <folder>",
      "the folder to write to; what was generated there before is replaced",
    )
    .option("--check", "write nothing, and fail where the folder is stale")
    .option("-s, --subject <types...>", "these event types only (default: all)")
    .option("--package <name>", "the package of go, java or kotlin (default: events, tideline.events)")
    .action(async (flags: CodegenFlags) => {
      const language = languageOf(flags.lang);
      const packageName = packageOf(language, flags.package);
      const schemas = await schemasOf(context, flags.subject);
      // Loaded only here: most commands do without what reads schemas.
      const { partLine, readModels } = await import("../../registry/codegen/read-models.js");
      const { events, problems, notes } = readModels(schemas);
      if (problems.length > 0) {
        for (const problem of problems) console.error(safeText(partLine(problem), LINE_LENGTH_MAX));
        throw new UserError(`nothing was written: ${problems.length} parts of schemas are not supported`);
      }
      const files = printClient(language, events, packageName);
      const changes = await compareFolder(flags.out, files);
      if (flags.check === true) {
        const lines = changeLines(flags.out, changes);
        for (const line of lines) console.log(line);
        if (lines.length > 0) process.exitCode = exitCodes.failed;
        else console.log(`${flags.out}: ${files.length} files, none stale`);
        return;
      }
      for (const note of notes) console.error(`note: ${safeText(partLine(note), LINE_LENGTH_MAX)}`);
      await changeFolder(flags.out, changes);
      const { written, removed } = changes;
      console.log(
        `${flags.out}: ${events.length} event types, ${written.length} of ${files.length} files written` +
          `${removed.length === 0 ? "" : `, ${removed.length} removed`}`,
      );
    });
}

function languageOf(name: string): Language {
  const found = languages.find((language) => language === name);
  if (found === undefined) throw new UserError(`--lang ${name}: one of ${languages.join(", ")}`);
  return found;
}

function packageOf(language: Language, name: string | undefined): string {
  if (name === undefined) return packageByDefault[language];
  if (packageByDefault[language] === "") throw new UserError(`--package: ${language} has none`);
  if (!isPackageName(language, name)) throw new UserError(`--package ${name}: no name of a package`);
  return name;
}

/** The schemas to print, by subject. @throws UserError where one of the wanted is not there, or none at all */
async function schemasOf(
  context: CommandContext,
  wanted: readonly string[] | undefined,
): Promise<RegisteredSchema[]> {
  const registry = context.client(RegistryService, "admin");
  // Event types are the subjects of the default context.
  const all = (await newestSchemas(registry)).filter(({ subject }) => !subject.startsWith(":."));
  const missing = (wanted ?? []).filter((subject) => all.every((schema) => schema.subject !== subject));
  if (missing.length > 0) {
    throw new UserError(
      `--subject ${missing.join(", ")}: no schema is registered; see tideline schemas list`,
    );
  }
  const chosen = all.filter(({ subject }) => wanted === undefined || wanted.includes(subject));
  if (chosen.length === 0) throw new UserError("the project has no schemas; see tideline schemas register");
  const sources = new SchemaSources({ files: [] }, registry);
  const found: RegisteredSchema[] = [];
  for (const schema of chosen) {
    const { subject, version, schemaId, kind, text } = schema;
    const references = await sources.referencesOf(schema);
    const { notes } = await registry.getSubject({ subject }, unary);
    found.push({ subject, version, schemaId, kind, text, references, notes });
  }
  return found;
}
