import { join } from "node:path";
import { repoRoot } from "../platform/root.js";

/** What the command line reads from its environment; each option of the same name goes before it. */
export interface CliConfig {
  /** The stack's folder: TIDELINE_DATA, by default .tideline in the project's folder. */
  readonly data: string;
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly project: string | undefined;
  /** The whole environment, for programs that a command starts. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads the environment. */
export function readCliConfig(env: Readonly<Record<string, string | undefined>>): CliConfig {
  return {
    data: env["TIDELINE_DATA"] || join(repoRoot, ".tideline"),
    url: env["TIDELINE_URL"] || undefined,
    key: env["TIDELINE_KEY"] || undefined,
    project: env["TIDELINE_PROJECT"] || undefined,
    env,
  };
}
