import { Command } from "commander";
import { addImportCommand } from "./commands/import.js";
import { addSendCommand } from "./commands/send.js";
import { readCliConfig } from "./config.js";
import { contextOf } from "./context.js";
import { exitCodes, failureLine } from "./failure.js";

const config = readCliConfig(process.env);
const program = new Command("tideline")
  .description("Sends, imports and asks for events, and looks after projects, keys, schemas and the stack.")
  .option(
    "--data <folder>",
    "the stack's folder, with stack.json (env TIDELINE_DATA; default: .tideline in the project)",
  )
  .option("--url <address>", "the server instead of the stack's (env TIDELINE_URL)")
  .option("--key <secret>", "the API key instead of the stack's (env TIDELINE_KEY)")
  .option("--project <id>", "the project, with the operator's key (env TIDELINE_PROJECT)")
  .showHelpAfterError("(tideline help says more)")
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    "after",
    `
Exit codes: 0 done · 1 failed, refused or stopped · 2 done, but events were rejected, quarantined or in conflict ·
3 done, but records could not be read`,
  );
const context = contextOf(program, config);
for (const add of [addSendCommand, addImportCommand]) add(program, context);

try {
  await program.parseAsync();
} catch (error) {
  console.error(`tideline: ${failureLine(error, context.address())}`);
  process.exitCode = exitCodes.failed;
}
