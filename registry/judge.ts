// Whether a schema may follow those of its subject, as its level asks.
import { setImmediate as breathe } from "node:timers/promises";
import type { Candidate, SubjectState } from "./candidate.js";
import { languageOf, type ParsedSchemas } from "./languages.js";
import { parseVersion } from "./parse-version.js";
import type { RegistryView } from "./ports.js";
import type { VersionRecord } from "./records.js";
import { checkLevel, type Verdict } from "./rules/levels.js";
import {
  type DerivedSchemaVer,
  deriveSchemaVer,
  type NumberedVersion,
  sinceRevision,
} from "./rules/schema-ver.js";

/** A verdict with the versions it is about, newest first. */
export interface Judgement extends Verdict {
  readonly versions: readonly VersionRecord[];
  /** The SchemaVer that the candidate gets after the newest version; undefined where none can be found. */
  readonly schemaVer: DerivedSchemaVer | undefined;
  /** The newest version's; empty where it has none. */
  readonly newestSchemaVer: string;
}

/** Live versions that a SchemaVer is found by, at most: the newest ones. */
const numberedMax = 100;

/** What is asked: whether the candidate may follow these versions. */
export interface JudgedQuestion {
  readonly state: SubjectState;
  readonly candidate: Candidate;
  /** Ascending. */
  readonly versions: readonly number[];
}

/** Thrown under the lock where the question is not one that was answered before it. */
export class Unjudged extends Error {
  override readonly name = "Unjudged";
}

/**
 * Answers questions, each once. Comparing may take tens of milliseconds, so that it is done before a subject is
 * locked; under the lock the same question is looked up, and another one means that somebody was faster.
 */
export class Judge {
  readonly #parsedSchemas: ParsedSchemas;
  readonly #answers = new Map<string, Judgement>();

  constructor(parsedSchemas: ParsedSchemas) {
    this.#parsedSchemas = parsedSchemas;
  }

  async judge(view: RegistryView, question: JudgedQuestion): Promise<Judgement> {
    const key = keyOf(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = await this.#answer(view, question);
    this.#answers.set(key, answer);
    return answer;
  }

  /** @throws Unjudged */
  known(question: JudgedQuestion): Judgement {
    const known = this.#answers.get(keyOf(question));
    if (known === undefined) throw new Unjudged("the subject has changed");
    return known;
  }

  async #answer(view: RegistryView, { state, candidate, versions }: JudgedQuestion): Promise<Judgement> {
    const { level, policy } = state.config;
    const recent = recentOf(state);
    const asked = [...new Set([...versions, ...recent])].sort((a, b) => a - b);
    const all = await view.versions(state.name, asked);
    const counted = all.filter(({ version }) => recent.includes(version));
    const numbered = await this.#parse(view, [...sinceRevision(counted), ...counted.slice(-1)]);
    const records = all.filter(({ version }) => versions.includes(version));
    const previous = await this.#parse(view, records);
    // Others that wait for this process go first.
    await breathe();
    const language = languageOf(candidate.kind);
    const verdict = checkLevel({ language, level, policy, previous, next: candidate.parsed });
    const compared = records.filter(({ version }) => verdict.compared.includes(version)).reverse();
    const schemaVer = deriveSchemaVer({ language, policy, previous: numbered, next: candidate.parsed });
    const newestSchemaVer = counted.at(-1)?.schemaVer ?? "";
    return { ...verdict, versions: compared, schemaVer, newestSchemaVer };
  }

  /** The versions parsed, each once. */
  async #parse(view: RegistryView, records: readonly VersionRecord[]): Promise<NumberedVersion[]> {
    const parsed: NumberedVersion[] = [];
    for (const record of new Set(records)) {
      const known = await parseVersion(view, this.#parsedSchemas, record);
      parsed.push({ version: record.version, schema: known.parsed, schemaVer: record.schemaVer });
    }
    return parsed;
  }
}

const recentOf = ({ live }: SubjectState): number[] => live.slice(-numberedMax).map(({ version }) => version);

function keyOf({ state, candidate, versions }: JudgedQuestion): string {
  const { level, policy } = state.config;
  const recent = recentOf(state);
  const compared = state.headers.filter(
    ({ version }) => versions.includes(version) || recent.includes(version),
  );
  return JSON.stringify([
    level,
    policy,
    candidate.key,
    versions,
    compared.map(({ version, guid }) => [version, guid]),
  ]);
}
