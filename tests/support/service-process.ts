import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repoRoot } from "../../platform/root.js";

/** A service running as its own process, as in production, on free ports. */
export interface ServiceProcess {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly pid: number;
  /** What it logged at warn and above, a JSON line each. */
  readonly complaints: string[];
  /** Stops it gracefully; its exit code. */
  stop(): Promise<number>;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
}

const startTimeoutMs = 20_000;
const warnLevel = 40;

/**
 * Starts `dist/services/<name>/main.js` (the registry: `dist/registry/main.js`) and waits until it serves.
 * @throws Error with its log when it ends before.
 */
export async function startService(
  name: string,
  env: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): Promise<ServiceProcess> {
  const main = join(repoRoot, "dist", name === "registry" ? name : `services/${name}`, "main.js");
  const child = spawn(process.execPath, ["--enable-source-maps", ...nodeArguments, main], {
    env: { PATH: process.env["PATH"] ?? "", TIDELINE_GRPC_PORT: "0", TIDELINE_HTTP_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaints: string[] = [];
  const ports = await portsOf(name, child, complaints);
  return {
    ...ports,
    pid: child.pid ?? 0,
    complaints,
    stop: async () => {
      child.kill("SIGTERM");
      return exitOf(child);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exitOf(child);
    },
  };
}

const exitOf = async (child: ChildProcess): Promise<number> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode ?? -1;
};

interface Ports {
  readonly grpcPort: number;
  readonly httpPort: number;
}

function portsOf(name: string, child: ChildProcess, complaints: string[]): Promise<Ports> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`${name} ${why}: ${complaints.join("\n")}`));
    };
    const timer = setTimeout(() => fail("does not serve in time"), startTimeoutMs);
    child.once("exit", () => fail("ended"));
    child.stderr?.on("data", (chunk: Buffer) => void complaints.push(chunk.toString()));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = parse(line);
      if (Number(said["level"] ?? warnLevel) >= warnLevel) complaints.push(line);
      if (said["msg"] !== "serving") return;
      clearTimeout(timer);
      child.removeAllListeners("exit");
      resolve({ grpcPort: Number(said["grpcPort"]), httpPort: Number(said["httpPort"]) });
    });
  });
}

const parse = (line: string): Record<string, unknown> => {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
};
