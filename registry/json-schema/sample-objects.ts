import type { Facts } from "./facts.js";
import { isDeclared, presentAt } from "./object-gaps.js";
import type { SampleQuestion, Sampler, TypedQuestion } from "./sampler.js";
import type { SchemaNode } from "./schema-graph.js";

const NAMES_MAX = 60;
const VALUES_MAX = 10;
const PAIRS_MAX = 8;
const MEMBERS_MAX = 150;

type Members = Readonly<Record<string, unknown>>;

/** What one side says of a name, as far as it says anything. */
const saidOf = (sampler: Sampler, facts: Facts, name: string): SchemaNode[] => {
  const nodes: SchemaNode[] = [];
  for (const { properties, patterns, additional } of facts.objects) {
    const own = properties.get(name);
    const matched = patterns.filter(([pattern]) => sampler.prover.evaluator.matches(pattern, name));
    if (own !== undefined) nodes.push(own);
    nodes.push(...matched.map(([, schema]) => schema));
    if (own === undefined && matched.length === 0 && additional !== undefined) nodes.push(additional);
  }
  return nodes;
};

class ObjectSampler {
  readonly #sampler: Sampler;
  readonly #typed: TypedQuestion;

  constructor(sampler: Sampler, typed: TypedQuestion) {
    this.#sampler = sampler;
    this.#typed = typed;
  }

  sample(): Members[] {
    const { facts } = this.#typed;
    const names = this.#names();
    const base = this.#with({}, [...facts.required]);
    if (base === undefined) return [];
    const objects: Members[] = [base];
    const interesting: [string, readonly unknown[]][] = [];
    for (const name of names) {
      const question = this.#at(name);
      if (question === undefined) continue;
      const values = this.#sampler.pool(question).slice(0, VALUES_MAX);
      if (values.length > 0) interesting.push([name, values]);
      for (const value of values) objects.push(this.#plus(base, name, value));
    }
    objects.push(...this.#pairs(base, interesting), ...this.#counted(base, names));
    const full = this.#with(base, [...names]);
    if (full !== undefined) {
      objects.push(full);
      for (const [name, values] of interesting) {
        for (const value of values.slice(0, 3)) objects.push({ ...full, [name]: value });
      }
    }
    return objects;
  }

  /** Two interesting values at once: what one property says may depend on another. */
  #pairs(base: Members, interesting: readonly [string, readonly unknown[]][]): Members[] {
    const pairs: Members[] = [];
    const few = interesting.slice(0, PAIRS_MAX);
    for (const [index, [one, values]] of few.entries()) {
      for (const [other, otherValues] of few.slice(index + 1)) {
        for (const value of values.slice(0, 3)) {
          const held = this.#plus(base, one, value);
          for (const otherValue of otherValues.slice(0, 3)) pairs.push(this.#plus(held, other, otherValue));
        }
      }
    }
    return pairs;
  }

  /** Objects with as many members as the facts tell apart. */
  #counted(base: Members, names: readonly string[]): Members[] {
    const counts = new Set<number>();
    for (const { members } of [this.#typed.facts, ...this.#typed.hints]) {
      for (const end of [members.least, members.most])
        counts
          .add(end)
          .add(end + 1)
          .add(end - 1);
    }
    const objects: Members[] = [];
    for (const count of [...counts].sort((one, other) => one - other)) {
      if (count > MEMBERS_MAX || count <= Object.keys(base).length) continue;
      const object: Record<string, unknown> = { ...base };
      const more = [...names, ...Array.from({ length: count }, (_, index) => `p${index}`)];
      for (const name of more) {
        if (Object.keys(object).length >= count) break;
        if (!Object.hasOwn(object, name)) Object.assign(object, this.#with({}, [name]));
      }
      if (Object.keys(object).length === count) objects.push(object);
    }
    return objects;
  }

  /** The names that either side knows, and some that none does. */
  #names(): string[] {
    const { facts, hints } = this.#typed;
    const names = new Set<string>();
    for (const it of [...hints, facts]) {
      for (const object of it.objects) {
        for (const name of object.properties.keys()) names.add(name);
        for (const [pattern] of object.patterns) this.#addMatching(names, pattern);
      }
      for (const name of it.required) names.add(name);
      for (const [name, needed] of it.needs) for (const one of [name, ...needed]) names.add(one);
      for (const [name] of it.dependents) names.add(name);
      for (const schema of it.propertyNames) this.#addNames(names, schema);
    }
    for (const name of ["other", "a", ""]) names.add(name);
    return [...names].filter((name) => name !== "__proto__").slice(0, NAMES_MAX);
  }

  #addMatching(names: Set<string>, pattern: string): void {
    for (const extra of [[], ["^[^]{4}"]]) {
      const found = this.#sampler.prover.texts.find({ in: [pattern, ...extra], out: [] });
      if (typeof found === "string") names.add(found);
    }
  }

  #addNames(names: Set<string>, schema: SchemaNode): void {
    const writer = [this.#sampler.prover.made({ type: "string" })];
    const texts = this.#sampler.pool({ writer, hints: [schema], depth: this.#typed.question.depth + 1 });
    for (const text of texts.slice(0, 12)) names.add(String(text));
    const own = this.#typed.facts.propertyNames;
    for (const text of this.#sampler.pool({ writer: [...writer, ...own], hints: [schema], depth: 0 })) {
      names.add(String(text));
    }
  }

  #at(name: string): SampleQuestion | undefined {
    const { facts, hints, question } = this.#typed;
    const { prover, isLenient } = this.#sampler;
    if (isLenient && !isDeclared(prover, facts, name)) return undefined;
    const [writerNode] = question.writer;
    const reader = writerNode ?? prover.made(true);
    const claim = { writer: question.writer, reader, depth: question.depth, isLenient: false, isName: false };
    const writer = presentAt(prover, { claim, facts, name });
    if (writer === undefined) return undefined;
    const said = hints.flatMap((it) => saidOf(this.#sampler, it, name));
    return { writer, hints: said, depth: question.depth + 1 };
  }

  /** With a member, and with all that the writer wants beside it. */
  #plus(base: Members, name: string, value: unknown): Members {
    const { prover } = this.#sampler;
    const held = { ...base, [name]: value };
    const facts = prover.factsOf([...this.#typed.question.writer, prover.made({ required: [name] })]);
    const missing = [...facts.required].filter((it) => !Object.hasOwn(held, it));
    return missing.length === 0 ? held : (this.#with(held, missing) ?? held);
  }

  /** With plain values for the names; undefined where one of them can't be there. */
  #with(base: Members, names: readonly string[]): Members | undefined {
    const object: Record<string, unknown> = { ...base };
    let isWhole = true;
    for (const name of names) {
      if (Object.hasOwn(object, name)) continue;
      const question = this.#at(name);
      const value = question === undefined ? undefined : this.#sampler.plain(question);
      if (value === undefined) isWhole &&= !this.#typed.facts.required.has(name);
      else object[name] = value;
    }
    return isWhole ? object : undefined;
  }
}

/** Objects with interesting members, and with more or fewer of them. */
export const sampleObjects = (sampler: Sampler, typed: TypedQuestion): Members[] =>
  new ObjectSampler(sampler, typed).sample();
