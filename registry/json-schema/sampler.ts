// Makes values that a writer's schemas accept and a reader's reject, if it can. Nothing is taken on trust from here:
// the validators decide whether a value is a witness.
import { canonicalJson } from "./canonical-value.js";
import { all } from "./evaluate.js";
import { type Facts, typeBits } from "./facts.js";
import type { Prover } from "./prover.js";
import { sampleArrays } from "./sample-arrays.js";
import { sampleObjects } from "./sample-objects.js";
import { sampleNumbers, sampleTexts } from "./sample-texts.js";
import type { SchemaNode } from "./schema-graph.js";

const DEPTH_MAX = 12;
const POOL_MAX = 24;
const RAW_MAX = 240;
const HINTS_MAX = 24;
const CHOICES_MAX = 8;
const CALLS_MAX = 1_500;

/** What values are made for. */
export interface SampleQuestion {
  readonly writer: readonly SchemaNode[];
  /** The reader's schemas for the place: they say which values are interesting. */
  readonly hints: readonly SchemaNode[];
  readonly depth: number;
}

const idsOf = (nodes: readonly SchemaNode[]): string => nodes.map(({ id }) => id).join("&");

export class Sampler {
  readonly prover: Prover;
  readonly isLenient: boolean;
  readonly #pools = new Map<string, readonly unknown[]>();
  #calls = 0;

  constructor(prover: Prover, isLenient: boolean) {
    this.prover = prover;
    this.isLenient = isLenient;
  }

  /** Values that the writer accepts as far as can be told; first those that a hint rejects. */
  pool(question: SampleQuestion): readonly unknown[] {
    const key = `${idsOf(question.writer)}|${idsOf(question.hints)}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    this.#calls++;
    if (question.depth > DEPTH_MAX || this.#calls > CALLS_MAX) return [];
    // What is asked for within itself gets nothing, so that recursive values end.
    this.#pools.set(key, []);
    const pool = this.#sorted(question, this.#raw(question));
    this.#pools.set(key, pool);
    return pool;
  }

  /** A value that the writer accepts and, if there is one, no hint rejects; undefined where there is none. */
  plain(question: SampleQuestion): unknown {
    const pool = this.pool(question);
    return pool.findLast((value) => !this.#isRejected(question.hints, value)) ?? pool[0];
  }

  #accepts(nodes: readonly SchemaNode[], value: unknown): boolean {
    return all(nodes.map((node) => this.prover.evaluator.accepts(node, value))) !== false;
  }

  #isRejected(hints: readonly SchemaNode[], value: unknown): boolean {
    return hints.some((hint) => this.prover.evaluator.accepts(hint, value) === false);
  }

  /** Accepted ones, no two equal: first those that a hint rejects, then those of which that can't be said. */
  #sorted({ writer, hints }: SampleQuestion, raw: readonly unknown[]): unknown[] {
    const seen = new Set<string>();
    const rejected: unknown[] = [];
    const open: unknown[] = [];
    const others: unknown[] = [];
    for (const value of raw) {
      const text = canonicalJson(value);
      if (seen.has(text)) continue;
      seen.add(text);
      if (!this.#accepts(writer, value)) continue;
      const answer = all(hints.map((hint) => this.prover.evaluator.accepts(hint, value)));
      (answer === false ? rejected : answer === undefined ? open : others).push(value);
    }
    const [few, most] = [POOL_MAX / 2, POOL_MAX];
    return [...rejected.slice(0, most), ...open.slice(0, few), ...others.slice(0, few)];
  }

  #raw(question: SampleQuestion): unknown[] {
    const { writer, depth, hints } = question;
    const facts = this.prover.factsOf(writer);
    const values: unknown[] = [];
    const [choice] = facts.choices;
    const [conditional] = facts.conditionals;
    if (choice !== undefined) {
      for (const it of choice.alternatives.slice(0, CHOICES_MAX)) {
        values.push(...this.pool({ writer: [...writer, it], hints, depth }));
      }
    } else if (conditional !== undefined) {
      const { condition } = conditional;
      for (const it of [condition, condition.graph.negationOf(condition)]) {
        values.push(...this.pool({ writer: [...writer, it], hints, depth }));
      }
    }
    if (values.length === 0) values.push(...this.#byType(question, facts));
    return values.slice(0, RAW_MAX);
  }

  #byType(question: SampleQuestion, facts: Facts): unknown[] {
    if (facts.values !== undefined) return facts.values.slice(0, RAW_MAX);
    const hints = this.#hintFacts(question.hints, facts);
    const { types } = facts;
    const values: unknown[] = [];
    if ((types & typeBits.null) !== 0) values.push(null);
    if ((types & typeBits.boolean) !== 0) values.push(true, false);
    if ((types & typeBits.number) !== 0) values.push(...sampleNumbers(facts, hints));
    if ((types & typeBits.string) !== 0) values.push(...sampleTexts(this.prover.texts, facts, hints));
    if ((types & typeBits.array) !== 0) values.push(...sampleArrays(this, { facts, hints, question }));
    if ((types & typeBits.object) !== 0) values.push(...sampleObjects(this, { facts, hints, question }));
    for (const hint of hints) values.push(...(hint.values ?? []).slice(0, 10));
    return values;
  }

  /** What the hints say, each alternative, condition and negation by itself. */
  #hintFacts(hints: readonly SchemaNode[], writer: Facts): Facts[] {
    const nodes = [...hints, ...writer.nots];
    const found: Facts[] = [];
    // Grows while it is walked.
    for (const node of nodes) {
      if (found.length >= HINTS_MAX) break;
      const facts = this.prover.factsOf([node]);
      found.push(facts);
      nodes.push(...facts.nots);
      for (const choice of facts.choices) nodes.push(...choice.alternatives.slice(0, CHOICES_MAX));
      for (const it of facts.conditionals) {
        nodes.push(it.condition);
        if (it.whenTrue !== undefined) nodes.push(it.whenTrue);
        if (it.whenFalse !== undefined) nodes.push(it.whenFalse);
      }
      for (const [, schema] of facts.dependents) nodes.push(schema);
    }
    return found;
  }
}

/** A question about values of one type. */
export interface TypedQuestion {
  readonly facts: Facts;
  readonly hints: readonly Facts[];
  readonly question: SampleQuestion;
}
