// Whether a schema may follow those of its subject, as its level asks.
import { setImmediate as breathe } from "node:timers/promises";
import type { Candidate, SubjectState } from "./candidate.js";
import { languageOf, type ParsedSchemas } from "./languages.js";
import { parseVersion } from "./parse-version.js";
import type { RegistryView } from "./ports.js";
import type { VersionRecord } from "./records.js";
import type { ParsedSchema, Reading, SchemaLanguage } from "./rules/language.js";
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
  /** Whether its SchemaVer is asked for too. */
  readonly isNumbered: boolean;
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

  async #answer(view: RegistryView, question: JudgedQuestion): Promise<Judgement> {
    const { state, candidate, versions, isNumbered } = question;
    const { level, policy } = state.config;
    const counted = countedOf(question);
    const headers = state.live.filter(
      ({ version }) => versions.includes(version) || counted.includes(version),
    );
    const records = await view.records(state.name, headers);
    const parsed = await this.#parse(view, records);
    const previousOf = (numbers: readonly number[]) =>
      parsed.filter(({ version }) => numbers.includes(version));
    // Others that wait for this process go first.
    await breathe();
    const language = comparingOnce(languageOf(candidate.kind));
    const next = candidate.parsed;
    const verdict = checkLevel({ language, level, policy, previous: previousOf(versions), next });
    const schemaVer = isNumbered
      ? deriveSchemaVer({ language, policy, previous: previousOf(counted), next })
      : undefined;
    const compared = records.filter(({ version }) => verdict.compared.includes(version)).reverse();
    return { ...verdict, versions: compared, schemaVer, newestSchemaVer: state.live.at(-1)?.schemaVer ?? "" };
  }

  /** Versions of a subject, parsed. */
  async #parse(view: RegistryView, records: readonly VersionRecord[]): Promise<NumberedVersion[]> {
    const parsed: NumberedVersion[] = [];
    for (const record of records) {
      const known = await parseVersion(view, this.#parsedSchemas, record);
      parsed.push({ version: record.version, schema: known.parsed, schemaVer: record.schemaVer });
    }
    return parsed;
  }
}

/** The versions that a SchemaVer is found by, ascending: those of the newest one's revision. */
function countedOf({ state: { live }, isNumbered }: JudgedQuestion): number[] {
  if (!isNumbered) return [];
  const ofRevision = sinceRevision(live).slice(-numberedMax);
  return (ofRevision.length === 0 ? live.slice(-1) : ofRevision).map(({ version }) => version);
}

/** The same language, which finds out once for each pair whether one schema reads the other. */
function comparingOnce(language: SchemaLanguage): SchemaLanguage {
  const known = new Map<ParsedSchema, Map<ParsedSchema, Reading>>();
  return {
    ...language,
    reads(question) {
      const { reader, writer } = question;
      const ofReader = known.get(reader) ?? new Map<ParsedSchema, Reading>();
      known.set(reader, ofReader);
      const reading = ofReader.get(writer) ?? language.reads(question);
      // What was not proved may have been for want of steps, of which the next question has its own.
      if (reading.outcome !== "unproven") ofReader.set(writer, reading);
      return reading;
    },
  };
}

function keyOf(question: JudgedQuestion): string {
  const { state, candidate, versions, isNumbered } = question;
  const { level, policy } = state.config;
  const counted = countedOf(question);
  const compared = state.live.filter(
    ({ version }) => versions.includes(version) || counted.includes(version),
  );
  const told = compared.map(({ version, guid, schemaVer }) => [version, guid, schemaVer]);
  return JSON.stringify([level, policy, candidate.key, versions, isNumbered, told]);
}
