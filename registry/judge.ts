// Whether a schema may follow those of its subject, as its level asks.
import { setImmediate as breathe } from "node:timers/promises";
import type { Candidate, SubjectState } from "./candidate.js";
import { languageOf, type ParsedSchemas } from "./languages.js";
import { parseVersion } from "./parse-version.js";
import type { RegistryView } from "./ports.js";
import type { VersionRecord } from "./records.js";
import type { ParsedSchema } from "./rules/language.js";
import { checkLevel, type Verdict } from "./rules/levels.js";

/** A verdict with the versions it is about, newest first. */
export interface Judgement extends Verdict {
  readonly versions: readonly VersionRecord[];
}

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
    const records = await view.versions(state.name, versions);
    const previous: { version: number; schema: ParsedSchema }[] = [];
    for (const record of records) {
      const { parsed } = await parseVersion(view, this.#parsedSchemas, record);
      previous.push({ version: record.version, schema: parsed });
    }
    // Others that wait for this process go first.
    await breathe();
    const language = languageOf(candidate.kind);
    const verdict = checkLevel({ language, level, policy, previous, next: candidate.parsed });
    const compared = records.filter(({ version }) => verdict.compared.includes(version)).reverse();
    return { ...verdict, versions: compared };
  }
}

function keyOf({ state, candidate, versions }: JudgedQuestion): string {
  const { level, policy } = state.config;
  const compared = state.headers.filter(({ version }) => versions.includes(version));
  return JSON.stringify([level, policy, candidate.key, compared.map(({ version, guid }) => [version, guid])]);
}
