import { statfs } from "node:fs/promises";
import type { Command } from "commander";
import type { CommandContext } from "../context.js";
import { checkClickHouse, checkPostgres, checkRedis, disk } from "../doctor/data-engines.js";
import { examine, type Finding, fail, ok } from "../doctor/finding.js";
import { checkNats } from "../doctor/log-engine.js";
import { checkGateway, checkLag, checkService } from "../doctor/services.js";
import { examineMachine } from "../doctor/without-stack.js";
import { exitCodes } from "../failure.js";
import { readStack, type Stack, UserError } from "../target.js";

/** `tideline doctor` */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  program
    .command("doctor")
    .description("Looks at every engine and service of the stack and says what is wrong and what to do.")
    .option("--json", "prints the findings as JSON", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 all is well or only warned of · 1 something is broken, or there is no stack",
    )
    .action(async (flags: { json: boolean }) => {
      const { data } = context.options();
      const stack = stackOf(data);
      const findings =
        typeof stack === "string"
          ? examineMachine(stack, context.env["PATH"] ?? "")
          : await diagnose(stack, data);
      if (flags.json) console.log(JSON.stringify(findings, undefined, 2));
      else console.log(findings.map(findingLine).join("\n"));
      if (findings.some(({ level }) => level === "fail")) process.exitCode = exitCodes.failed;
      // What a hanging engine holds open does not hold the doctor.
      setTimeout(() => process.exit(), LINGER_MS).unref();
    });
}

const LINGER_MS = 250;

/** The stack, or why there is none. */
function stackOf(data: string): Stack | string {
  try {
    return readStack(data);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Everything is looked at together; the order of the findings is that of the checks. */
async function diagnose(stack: Stack, data: string): Promise<Finding[]> {
  const { engines, services = [] } = stack;
  if (engines === undefined) return [fail("stack", "stack.json names no engines; start the stack again")];
  const names = [...new Set(services.map(({ service }) => service))];
  const checks = [
    examine("disk", () => checkDisk(data)),
    examine("nats", () => checkNats(engines.nats, engines.natsMonitor ?? "")),
    examine("redis", () => checkRedis(engines.redis)),
    examine("postgres", () => checkPostgres(engines.postgres)),
    examine("clickhouse", () => checkClickHouse(engines.clickhouse)),
    examine("gateway", () => checkGateway(stack)),
    ...services.map((service) => examine(service.name, () => checkService(service))),
    examine("lag", () => checkLag(engines.nats, names)),
  ];
  const findings = (await Promise.all(checks)).flat();
  return [ok("node", process.version), ...findings];
}

async function checkDisk(data: string): Promise<Finding[]> {
  const { bavail, blocks, bsize } = await statfs(data);
  return [disk("disk", bavail * bsize, blocks * bsize)];
}

const signs = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

function findingLine({ level, about, text }: Finding): string {
  return `${signs[level]}  ${about.padEnd(22)} ${text}`;
}
