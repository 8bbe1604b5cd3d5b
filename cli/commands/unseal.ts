import type { Command } from "commander";
import { AdminService } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { exitCodes } from "../failure.js";

/** `tideline unseal` */
export function addUnsealCommand(program: Command, context: CommandContext): void {
  program
    .command("unseal")
    .description(
      "Opens personal values that were encrypted; one line of JSON each (admin key, noted in the log).",
    )
    .argument("<value...>", "as they stand in properties: sealed:...")
    .action(async (values: string[]) => {
      const opened = await context.client(AdminService, "admin").openSealed({ values }, unary);
      for (const [index, value] of opened.values.entries()) {
        if (value !== "") console.log(value);
        else {
          console.error(`value ${index + 1}: not sealed for this project, or by a secret that is gone`);
          process.exitCode = exitCodes.failed;
        }
      }
    });
}
