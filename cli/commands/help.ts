import type { Command } from "commander";
import { UserError } from "../target.js";

/** `tideline help`; commander's own takes the name of a command that there is not for none at all. */
export function addHelpCommand(program: Command): void {
  program.helpCommand(false);
  program
    .command("help")
    .description("Says what a command does and takes.")
    .argument("[command...]", "the command, such as keys create")
    .action((words: string[]) => {
      let found = program;
      for (const [index, word] of words.entries()) {
        const next = found.commands.find((one) => one.name() === word || one.aliases().includes(word));
        if (next === undefined)
          throw new UserError(
            `there is no command ${words.slice(0, index + 1).join(" ")}; tideline help lists them`,
          );
        found = next;
      }
      found.outputHelp();
    });
}
