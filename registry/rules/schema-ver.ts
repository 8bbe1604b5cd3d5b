// SchemaVer: MODEL-REVISION-ADDITION, such as 1-0-2, as Iglu has it, found by comparing instead of being believed.
//
// ADDITION: everything is read that was written since the last revision. REVISION: something may not be, or that it is
// can't be proved. MODEL: nothing of what the version before allows is read, or the schema language is another one.
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import { Budget } from "./budget.js";
import type { ParsedSchema, Policy, SchemaLanguage } from "./language.js";

export interface SchemaVer {
  readonly model: number;
  readonly revision: number;
  readonly addition: number;
}

export type Bump = "MODEL" | "REVISION" | "ADDITION";

/** A version with what it was given; empty where it was given none. */
export interface NumberedVersion {
  readonly version: number;
  readonly schema: ParsedSchema;
  readonly schemaVer: string;
}

export interface SchemaVerQuestion {
  /** Of `next`. */
  readonly language: SchemaLanguage;
  readonly policy: Policy;
  /** Those that are live, oldest first. */
  readonly previous: readonly NumberedVersion[];
  readonly next: ParsedSchema;
  readonly budget?: Budget;
}

/** What a schema gets, and why. */
export interface DerivedSchemaVer {
  readonly schemaVer: string;
  /** Undefined for a subject's first version. */
  readonly bump: Bump | undefined;
  /** What may be claimed instead, where the languages' rules can't tell the two apart. */
  readonly orClaimed: string | undefined;
  /** One sentence. */
  readonly reason: string;
}

const FIRST = "1-0-0";
const PARTS = /^([1-9]\d{0,8})-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;

/** Reads what looks like 1-0-2; undefined for anything else, such as a model 0 or a leading zero. */
export function parseSchemaVer(text: string): SchemaVer | undefined {
  const found = PARTS.exec(text);
  if (found === null) return undefined;
  const [model = 0, revision = 0, addition = 0] = found.slice(1).map(Number);
  return { model, revision, addition };
}

/** The version that follows with a change. */
export function bumped({ model, revision, addition }: SchemaVer, bump: Bump): string {
  if (bump === "MODEL") return `${model + 1}-0-0`;
  return bump === "REVISION" ? `${model}-${revision + 1}-0` : `${model}-${revision}-${addition + 1}`;
}

interface Found {
  readonly bump: Bump;
  readonly reason: string;
  /** Whether it may as well be a MODEL. */
  readonly isOpen?: boolean;
}

/** The versions that a new one is compared with: those of the newest one's model and revision. Oldest first. */
export function sinceRevision<T extends Pick<NumberedVersion, "schemaVer">>(previous: readonly T[]): T[] {
  const current = parseSchemaVer(previous.at(-1)?.schemaVer ?? "");
  if (current === undefined) return [];
  return previous.filter(({ schemaVer }) => {
    const own = parseSchemaVer(schemaVer);
    return own?.model === current.model && own.revision === current.revision;
  });
}

/** What the change is; the newest version is asked first, since most changes show there. */
const findBump = (question: SchemaVerQuestion, newest: NumberedVersion): Found => {
  const { language, policy, next, budget = new Budget() } = question;
  if (newest.schema.kind !== next.kind) {
    return { bump: "MODEL", reason: `Version ${newest.version} is in another schema language.` };
  }
  for (const { version, schema } of sinceRevision(question.previous).toReversed()) {
    const asked = { reader: next, writer: schema, policy, budget };
    const { outcome, problems } = language.reads(asked);
    if (outcome === "compatible") continue;
    const [problem] = problems;
    const why =
      problem === undefined ? "" : ` ${problem.message} (${problem.rule} at ${problem.path || "the top"})`;
    if (outcome === "unproven") {
      const reason = `That all of version ${version} can be read is not proved.${why}`;
      return { bump: "REVISION", reason };
    }
    const some = version === newest.version ? readsSome(language, asked) : true;
    if (some === false) return { bump: "MODEL", reason: `Nothing of version ${version} can be read.${why}` };
    const reason = `Not all of version ${version} can be read.${why}`;
    return { bump: "REVISION", reason, isOpen: some === undefined };
  }
  return { bump: "ADDITION", reason: "All that was written since the last revision can be read." };
};

const readsSome = (
  language: SchemaLanguage,
  question: Parameters<NonNullable<SchemaLanguage["readsSome"]>>[0],
): boolean | undefined => language.readsSome?.(question);

/**
 * The SchemaVer of what is about to be registered; undefined where the newest version has none, so that there is
 * nothing to count on from.
 */
export function deriveSchemaVer(question: SchemaVerQuestion): DerivedSchemaVer | undefined {
  const newest = question.previous.at(-1);
  if (newest === undefined) {
    return { schemaVer: FIRST, bump: undefined, orClaimed: undefined, reason: "It is the first version." };
  }
  const current = parseSchemaVer(newest.schemaVer);
  if (current === undefined) return undefined;
  const { bump, reason, isOpen = false } = findBump(question, newest);
  const orClaimed = isOpen ? bumped(current, "MODEL") : undefined;
  return { schemaVer: bumped(current, bump), bump, orClaimed, reason };
}

const bumpTo = (claimed: string, current: SchemaVer): Bump | undefined =>
  (["MODEL", "REVISION", "ADDITION"] as const).find((bump) => bumped(current, bump) === claimed);

/**
 * What a schema gets where `claimed` is what its owner says, or empty.
 * @throws Fault SCHEMA_VER_WRONG that says what it is and why
 */
export function requireSchemaVer(
  claimed: string,
  derived: DerivedSchemaVer | undefined,
  newest: string,
): string {
  if (claimed === "") return derived?.schemaVer ?? "";
  if (derived === undefined) {
    throw wrong(claimed, "", "the version before has no SchemaVer to count on from");
  }
  if (claimed === derived.schemaVer || claimed === derived.orClaimed) return claimed;
  const current = parseSchemaVer(newest);
  const said = current === undefined ? undefined : bumpTo(claimed, current);
  const start = said === undefined ? "it is not the next one" : `the change is no ${said}`;
  throw wrong(claimed, derived.schemaVer, `${start}. ${derived.reason}`);
}

const wrong = (claimed: string, derived: string, why: string): Fault => {
  const instead = derived === "" ? "Claim none" : `Claim ${derived}, or none`;
  const end = /[.)]$/.test(why) ? "" : ".";
  return new Fault(
    FaultReason.SCHEMA_VER_WRONG,
    `the SchemaVer can't be ${claimed.slice(0, 40)}: ${why}${end} ${instead}.`,
    { claimed: claimed.slice(0, 40), derived },
  );
};
