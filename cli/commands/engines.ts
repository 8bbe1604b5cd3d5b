import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { migrateAll } from "../../platform/migrate-all.js";
import { repoRoot } from "../../platform/root.js";
import type { CommandContext } from "../context.js";
import { exitCodes } from "../failure.js";
import { readStack, type StackEngines, UserError } from "../target.js";

const REPLAY = "dist/services/aggregation/replay/main.js";

/** `tideline replay` and `tideline migrate`, which work on the engines themselves. */
export function addEngineCommands(program: Command, context: CommandContext): void {
  program
    .command("replay")
    .description(
      "Reads a range of the log again into the live tables, without counting twice, or into a shadow.",
    )
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .argument("[options...]", "handed to the replay; --help says which there are")
    .action(async (_options: string[], _flags: object, command: Command) => {
      process.exitCode = await runReplay(command.args, context);
    });
  program
    .command("migrate")
    .description("Brings Postgres and ClickHouse to the state that this version needs; safe to repeat.")
    .option("--database-url <url>", "Postgres (default: the stack's)")
    .option("--clickhouse-url <url>", "ClickHouse (default: the stack's)")
    .option("--clickhouse-database <name>", "its database", "tideline")
    .action(async (flags: { databaseUrl?: string; clickhouseUrl?: string; clickhouseDatabase: string }) => {
      const isTold = flags.databaseUrl !== undefined && flags.clickhouseUrl !== undefined;
      const engines = isTold ? undefined : enginesOf(context);
      const applied = await migrateAll({
        databaseUrl: flags.databaseUrl ?? engines?.postgres ?? "",
        clickhouseUrl: flags.clickhouseUrl ?? engines?.clickhouse ?? "",
        clickhouseDatabase: flags.clickhouseDatabase,
      });
      console.log(
        applied.length === 0 ? "nothing to do" : applied.map((name) => `applied ${name}`).join("\n"),
      );
    });
}

function enginesOf(context: CommandContext): StackEngines {
  const { engines } = readStack(context.options().data);
  if (engines === undefined) throw new UserError("stack.json names no engines; start the stack again");
  return engines;
}

/** --project is an option of every command, so it is never among the replay's own; without it the stack's is meant. */
function runReplay(args: readonly string[], context: CommandContext): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) return replay(args, context.env);
  const project = context.options().project ?? readStack(context.options().data).project;
  return replay(["--project", project, ...args], engineEnv(context));
}

/** The environment that services of the stack are given, so that the replay finds the same engines. */
function engineEnv(context: CommandContext): NodeJS.ProcessEnv {
  const { nats, redis, postgres, clickhouse } = enginesOf(context);
  const { keys } = readStack(context.options().data);
  return {
    ...context.env,
    NATS_URL: nats,
    REDIS_URL: redis,
    DATABASE_URL: postgres,
    CLICKHOUSE_URL: clickhouse,
    TIDELINE_OPERATOR_KEY: keys.operator,
  };
}

function replay(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const main = join(repoRoot, REPLAY);
  if (!existsSync(main)) throw new UserError("the replay is not built; npm run build makes it");
  const child = spawn(process.execPath, ["--enable-source-maps", main, ...args], {
    stdio: "inherit",
    env,
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? exitCodes.interrupted));
  });
}
