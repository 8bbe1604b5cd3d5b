import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, type Option } from "commander";
import { repoRoot } from "../platform/root.js";
import { addCodegenCommand } from "./commands/codegen.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addEngineCommands } from "./commands/engines.js";
import { addHelpCommand } from "./commands/help.js";
import { addImportCommand } from "./commands/import.js";
import { addKeysCommands } from "./commands/keys.js";
import { addLookCommands } from "./commands/look.js";
import { addProjectsCommands } from "./commands/projects.js";
import { addQuarantineCommands } from "./commands/quarantine.js";
import { addQueryCommand } from "./commands/query.js";
import { addSchemaFilesCommands } from "./commands/schema-files.js";
import { addSchemasCommands } from "./commands/schemas.js";
import { addSendCommand } from "./commands/send.js";
import { addTailCommand } from "./commands/tail.js";
import { addUnsealCommand } from "./commands/unseal.js";
import { readCliConfig } from "./config.js";
import { type AddCommand, contextOf } from "./context.js";
import { exitCodes, failureLine } from "./failure.js";

/** An option's text, with its default where that says something. */
function optionDescription({ description, defaultValue }: Option): string {
  const isTelling =
    typeof defaultValue === "number" || (typeof defaultValue === "string" && defaultValue !== "");
  return isTelling ? `${description} (default: ${defaultValue})` : description;
}

/** The package's version. */
function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as { version: string };
  return version;
}

// A reader that has seen enough, such as head, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  throw error;
});

const config = readCliConfig(process.env);
const program = new Command("tideline")
  .description("Sends, imports and asks for events, and looks after projects, keys, schemas and the stack.")
  .option(
    "--data <folder>",
    "the stack's folder, with stack.json (env TIDELINE_DATA; default: .tideline in the project)",
  )
  .option("--url <address>", "the server instead of the stack's (env TIDELINE_URL)")
  .option("--key <secret>", "the API key instead of the stack's (env TIDELINE_KEY)")
  .option(
    "--project <id>",
    "another project than the stack's, or than the key's with the operator's key (env TIDELINE_PROJECT)",
  )
  .showHelpAfterError("(tideline help says more)")
  .configureHelp({ showGlobalOptions: true, optionDescription })
  .addHelpText(
    "after",
    `
tideline --version prints the version of this command line.

Exit codes: 0 done · 1 failed, refused or stopped · 2 done, but events were rejected, quarantined or in conflict ·
3 done, but records could not be read`,
  );
const commands: readonly AddCommand[] = [
  addSendCommand,
  addImportCommand,
  addQueryCommand,
  addLookCommands,
  addTailCommand,
  addKeysCommands,
  addProjectsCommands,
  addSchemasCommands,
  addSchemaFilesCommands,
  addCodegenCommand,
  addQuarantineCommands,
  addUnsealCommand,
  addEngineCommands,
  addDoctorCommand,
];
const context = contextOf(program, config);
for (const add of commands) add(program, context);
addHelpCommand(program);

// Not an option of the program's: commands have a --version of their own.
const [word, ...others] = process.argv.slice(2);
const asksVersion = others.length === 0 && (word === "--version" || word === "-V");

try {
  if (asksVersion) console.log(versionOf());
  else await program.parseAsync();
} catch (error) {
  console.error(`tideline: ${failureLine(error, context.address())}`);
  process.exitCode = exitCodes.failed;
}
