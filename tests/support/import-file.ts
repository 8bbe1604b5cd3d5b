import { runTideline } from "./run.js";

/** What an import said of itself. */
export interface ImportSummary {
  readonly code: number;
  /** How many records had which outcome; "unreadable" is one too. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first places of what went wrong, such as "line 17: properties.amount: must be a number". */
  readonly examples: readonly string[];
  readonly seconds: number;
}

interface ImportOptions {
  readonly file: string;
  readonly preset: string;
  /** The stack's folder. */
  readonly data: string;
  readonly key: string;
}

const msMax = 170_000;

/** `npx tideline import --preset ... FILE`, with the key of a test's own project. */
export async function importFile({ file, preset, data, key }: ImportOptions): Promise<ImportSummary> {
  const env = { TIDELINE_KEY: key };
  const ran = await runTideline(["import", "--json", "--preset", preset, file], { data, env, msMax });
  if (!ran.stdout.startsWith("{"))
    throw new Error(`import: exit code ${ran.code}\n${ran.stdout}${ran.stderr}`);
  const said: { seconds: number; lines: { outcome: string; count: number; examples: string[] }[] } =
    JSON.parse(ran.stdout);
  const outcomes: Record<string, number> = {};
  for (const { outcome, count } of said.lines) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  return {
    code: ran.code,
    outcomes,
    examples: said.lines.flatMap(({ examples }) => examples),
    seconds: said.seconds,
  };
}
