import { spawnSync } from "node:child_process";

interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
}

let available: boolean | undefined;

/**
 * The same command, but told by the kernel to end when its parent is gone, however that happened (setpriv of
 * util-linux; plain where that is not at hand). So a killed supervisor leaves no process behind.
 */
export function bound({ command, args }: Invocation): Invocation {
  available ??= spawnSync("setpriv", ["--pdeathsig", "TERM", "true"], { stdio: "ignore" }).status === 0;
  if (!available) return { command, args: [...args] };
  const [first, ...rest] =
    args.length > 0 && command === "unshare" ? splitUnshare(args) : [[], [command, ...args]];
  const options = ["--pdeathsig", "TERM", "--"];
  if (first === undefined || first.length === 0)
    return { command: "setpriv", args: [...options, ...rest.flat()] };
  // Entering a user namespace takes the signal back, so it is asked for inside.
  return { command, args: [...first, "setpriv", ...options, ...rest.flat()] };
}

/** The options of unshare, and the command it runs. */
function splitUnshare(args: readonly string[]): [string[], string[]] {
  const at = args.findIndex((argument) => !argument.startsWith("--"));
  return [args.slice(0, at), args.slice(at)];
}
