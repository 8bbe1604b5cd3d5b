import { spawnSync } from "node:child_process";

interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  /** A command that this one is run by: it enters a namespace or becomes another user. */
  readonly inside?: readonly string[];
}

let available: boolean | undefined;

/**
 * The same command, but told by the kernel to end when its parent is gone, however that happened (setpriv of
 * util-linux; plain where that is not at hand). So a killed supervisor leaves no process behind.
 */
export function bound({ command, args, inside = [] }: Invocation): { command: string; args: string[] } {
  available ??= spawnSync("setpriv", ["--pdeathsig", "TERM", "true"], { stdio: "ignore" }).status === 0;
  // Becoming somebody else takes the signal back, so it is asked for inside.
  const bond = available ? ["setpriv", "--pdeathsig", "TERM", "--"] : [];
  const [first = command, ...rest] = [...inside, ...bond, command, ...args];
  return { command: first, args: rest };
}
