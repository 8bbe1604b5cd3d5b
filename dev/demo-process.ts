import { join } from "node:path";
import { repoRoot } from "../platform/root.js";
import type { ProcessSpec } from "./processes/managed-process.js";

/** The simulator of a shop's visitors: fills in the days before, then goes on live. */
export function demoSpec(options: { data: string; onTerminal: boolean }): ProcessSpec {
  return {
    name: "demo",
    command: process.execPath,
    args: ["--enable-source-maps", join(repoRoot, "dist/dev/demo/main.js")],
    cwd: repoRoot,
    env: { TIDELINE_STACK: join(options.data, "stack.json") },
    // Nothing depends on it: it is there as soon as it runs.
    ready: async () => true,
    readyMsMax: 5_000,
    ends: true,
    onTerminal: options.onTerminal,
  };
}
