import { spawn } from "node:child_process";
import { repoRoot } from "../../platform/root.js";

/** What a command said and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** The repository's root by default. */
  readonly cwd?: string;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After so long the command is killed, and its exit code is 124. */
  readonly msMax?: number;
  readonly stdin?: string;
}

const msMaxByDefault = 60_000;

/** Runs a command as a user would and waits for its end, whatever its exit code. */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd = repoRoot, env = {}, msMax = msMaxByDefault, stdin = "" }: RunOptions = {},
): Promise<Ran> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
      });
    }
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, msMax);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(limit);
      resolve({ code: isLate ? 124 : (code ?? 1), ...texts, seconds: (performance.now() - began) / 1_000 });
    });
    child.stdin.on("error", () => undefined); // A command that reads nothing may be gone before its input is.
    child.stdin.end(stdin);
  });
}

/** `npx tideline ...`, told of its stack by the folder alone. */
export function runTideline(
  args: readonly string[],
  options: RunOptions & { readonly data: string },
): Promise<Ran> {
  const env = { ...options.env, TIDELINE_DATA: options.data };
  return runCommand("npx", ["--no-install", "tideline", ...args], { ...options, env });
}
