// Compatibility levels over the versions of a subject, for any language.
import { Budget } from "./budget.js";
import type { Outcome, ParsedSchema, Policy, Problem, SchemaLanguage, Witness } from "./language.js";

export const levels = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;

/** BACKWARD: the new schema reads what the previous one wrote. FORWARD: the previous reads the new. FULL: both. */
export type Level = (typeof levels)[number];

/** Who can't read whom. */
export type Direction = "backward" | "forward";

/** A version to compare with. */
export interface PreviousVersion {
  readonly version: number;
  readonly schema: ParsedSchema;
}

/** A problem with one version in one direction. */
export interface Finding extends Problem {
  readonly version: number;
  readonly direction: Direction;
  readonly witness?: Witness;
}

/** The answer for a level: the worst outcome over all versions and directions it asks about. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  /** The versions that were compared with, newest first. */
  readonly compared: readonly number[];
}

/** What is to be checked: `previous` oldest first; those of another kind are incompatible unless the level is NONE. */
export interface LevelQuestion {
  readonly language: SchemaLanguage;
  readonly level: Level;
  readonly policy: Policy;
  readonly previous: readonly PreviousVersion[];
  readonly next: ParsedSchema;
}

const directionsOf = (level: Level): readonly Direction[] => {
  if (level === "NONE") return [];
  if (level.startsWith("FULL")) return ["backward", "forward"];
  return level.startsWith("BACKWARD") ? ["backward"] : ["forward"];
};

const kindChanged = (version: number, direction: Direction): Finding => ({
  rule: "SCHEMA_KIND_CHANGED",
  outcome: "incompatible",
  path: "",
  message: `Version ${version} is in another schema language: take a new subject, or set the level to NONE.`,
  version,
  direction,
});

/** Whether `next` may follow `previous` at this level. One budget for the whole question. */
export function checkLevel({ language, level, policy, previous, next }: LevelQuestion): Verdict {
  const directions = directionsOf(level);
  const newestFirst = previous.toReversed();
  const asked =
    directions.length === 0 ? [] : level.endsWith("_TRANSITIVE") ? newestFirst : newestFirst.slice(0, 1);
  const budget = new Budget();
  const findings: Finding[] = [];
  for (const { version, schema } of asked) {
    for (const direction of directions) {
      if (schema.kind !== next.kind) {
        findings.push(kindChanged(version, direction));
        continue;
      }
      const [reader, writer] = direction === "backward" ? [next, schema] : [schema, next];
      const { problems, witness } = language.reads({ reader, writer, policy, budget });
      for (const problem of problems) {
        // What could not be proved has no event that shows it, whatever else is wrong.
        const shown = problem.witness ?? (problem.outcome === "unproven" ? undefined : witness);
        findings.push({ ...problem, version, direction, ...(shown === undefined ? {} : { witness: shown }) });
      }
    }
  }
  const outcome = findings.some((it) => it.outcome === "incompatible")
    ? "incompatible"
    : findings.length > 0
      ? "unproven"
      : "compatible";
  return { outcome, findings, compared: asked.map(({ version }) => version) };
}
