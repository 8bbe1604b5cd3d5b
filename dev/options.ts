import { join, resolve } from "node:path";
import type { Env } from "../platform/settings.js";
import { type ServiceName, serviceNames } from "./services.js";

export interface StackOptions {
  /** Where everything of the stack lives. */
  readonly data: string;
  readonly ports: Readonly<Record<"http" | "grpc" | "registry", number>>;
  readonly detach: boolean;
  readonly demo: boolean;
  readonly instances: Readonly<Partial<Record<ServiceName, number>>>;
}

export interface StackFolders {
  /** The project's own folder, which has the stack where nothing else is said. */
  readonly house: string;
  /** Where the caller stands: relative paths begin there. */
  readonly caller: string;
}

const offsetMax = 50_000;
const instancesMax = 8;

/** Reads the command line and the environment. @throws Error in one line for what can't be meant. */
export function readOptions(args: readonly string[], env: Env, folders: StackFolders): StackOptions | "help" {
  let detach = false;
  let demo = true;
  let instances: StackOptions["instances"] = {};
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === "--help" || argument === "-h") return "help";
    if (argument === "--detach") detach = true;
    else if (argument === "--no-demo") demo = false;
    else if (argument === "--instances") instances = readInstances(rest.shift() ?? "");
    else if (argument.startsWith("--instances="))
      instances = readInstances(argument.slice("--instances=".length));
    else throw new Error(`npm start knows no ${argument}; npm start -- --help lists its options`);
  }
  const offset = readOffset(env["TIDELINE_PORT_OFFSET"]);
  const ports = { http: 8080 + offset, grpc: 9090 + offset, registry: 8081 + offset };
  return { data: dataFolder(env, folders), ports, detach, demo, instances };
}

/** The stack's folder, absolute. */
function dataFolder(env: Env, { house, caller }: StackFolders): string {
  const told = env["TIDELINE_DATA"];
  return told === undefined || told === "" ? join(house, ".tideline") : resolve(caller, told);
}

function readOffset(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  const offset = Number(text);
  if (/^\d{1,5}$/.test(text) && offset <= offsetMax) return offset;
  throw new Error(`TIDELINE_PORT_OFFSET has to be a whole number from 0 to ${offsetMax}`);
}

function readInstances(text: string): StackOptions["instances"] {
  const counts: Partial<Record<ServiceName, number>> = {};
  for (const part of text.split(",")) {
    const [, name = "", count = ""] = /^(\w+)=(\d+)$/.exec(part.trim()) ?? [];
    const service = serviceNames.find((known) => known === name);
    if (service === undefined || Number(count) < 1 || Number(count) > instancesMax) {
      const known = serviceNames.join(", ");
      throw new Error(`--instances wants service=1..${instancesMax}, comma between; services are ${known}`);
    }
    counts[service] = Number(count);
  }
  return counts;
}
