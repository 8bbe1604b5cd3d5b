// Proves that every value which all schemas of a writer accept is accepted by a reader's schema. A proof that succeeds
// is sound: it goes by what each keyword says of all values, never by samples. One that fails says where it stopped.
import type { Budget } from "../rules/budget.js";
import { all, Evaluator } from "./evaluate.js";
import { type Facts, FactsReader, typeBits } from "./facts.js";
import { isImpossible } from "./impossible.js";
import { keywordGaps } from "./keyword-gaps.js";
import { TextSearch } from "./regular.js";
import type { JsonRule } from "./rules.js";
import { SchemaGraph, type SchemaNode } from "./schema-graph.js";

/** Where a proof stopped. */
export interface Gap {
  readonly rule: JsonRule;
  /** The reader's schema that could not be shown to hold. */
  readonly node: SchemaNode;
  readonly keyword: string;
  /** A sentence that says what to do. */
  readonly advice: string;
}

/** "All values that the writer's schemas accept together, the reader's accepts." */
export interface Claim {
  readonly writer: readonly SchemaNode[];
  readonly reader: SchemaNode;
  /** How deep within the document the value stands; grows with every step into a member, an item or a name. */
  readonly depth: number;
  /** Writers send only what they name: properties that neither names, or that one has closed, are passed over. */
  readonly isLenient: boolean;
  /** The value is the name of a property. */
  readonly isName: boolean;
}

const proved: readonly Gap[] = [];
/** Asking about a claim costs as much as visiting so many schemas. */
const CLAIM_STEPS = 4;
const CHOICES_MAX = 64;
const VALUES_MAX = 1_000;

/** What a proof that is under way stands on. */
interface OpenClaim {
  readonly depth: number;
  readonly index: number;
}

export class Prover {
  readonly budget: Budget;
  readonly evaluator: Evaluator;
  readonly texts: TextSearch;
  readonly #spend = (steps = 1): void => this.budget.spend(steps);
  readonly #facts = new Map<string, Facts>();
  readonly #made = new Map<string, SchemaNode>();
  readonly #open = new Map<string, OpenClaim>();
  readonly #proved = new Set<string>();
  readonly #failed = new Map<string, readonly Gap[]>();
  /** The outermost open claim that the proof at hand has taken for granted. */
  #outermost = Number.POSITIVE_INFINITY;

  constructor(budget: Budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
    this.texts = new TextSearch(budget);
  }

  /** A schema of the newest draft that stands in no text. */
  made(schema: unknown): SchemaNode {
    const key = JSON.stringify(schema);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const { root } = new SchemaGraph({ draft: "2020-12", schema, references: [] });
    this.#made.set(key, root);
    return root;
  }

  factsOf(nodes: readonly SchemaNode[]): Facts {
    const key = keyOf(nodes);
    const known = this.#facts.get(key);
    if (known !== undefined) return known;
    const facts = new FactsReader(nodes, this.#spend).read();
    const { values } = facts;
    if (values !== undefined && values.length <= VALUES_MAX) {
      facts.values = values.filter(
        (value) => all(nodes.map((node) => this.evaluator.accepts(node, value))) !== false,
      );
      if (facts.values.length === 0) facts.types = 0;
    }
    this.#facts.set(key, facts);
    return facts;
  }

  /** Whether it is proved that no value is accepted by all of them. */
  isEmpty(nodes: readonly SchemaNode[], depth: number): boolean {
    const reader = this.made(false);
    return this.gaps({ writer: nodes, reader, depth, isLenient: false, isName: false }).length === 0;
  }

  holds(claim: Claim): boolean {
    return this.gaps(claim).length === 0;
  }

  isSameShape(one: SchemaNode, other: SchemaNode): boolean {
    if (one === other) return true;
    const shape = one.graph.shapeOf(one, this.#spend);
    return shape !== undefined && shape === other.graph.shapeOf(other, this.#spend);
  }

  /**
   * Where the proof of a claim stops; empty where it is proved. A claim about a part of a value may rest on itself
   * about a smaller part: documents are finite.
   */
  gaps(claim: Claim): readonly Gap[] {
    this.budget.spend(CLAIM_STEPS);
    const { writer, reader, depth } = claim;
    if (reader.schema === true || writer.includes(reader)) return proved;
    const key = `${keyOf(writer)}<${reader.id}${claim.isLenient ? "l" : ""}${claim.isName ? "n" : ""}`;
    if (this.#proved.has(key)) return proved;
    const failed = this.#failed.get(key);
    if (failed !== undefined) return failed;
    const open = this.#open.get(key);
    if (open !== undefined) {
      if (depth <= open.depth) return [circularAt(reader)];
      this.#outermost = Math.min(this.#outermost, open.index);
      return proved;
    }
    return this.#proveOnce(key, claim);
  }

  #proveOnce(key: string, claim: Claim): readonly Gap[] {
    const before = this.#outermost;
    const index = this.#open.size;
    this.#outermost = Number.POSITIVE_INFINITY;
    this.#open.set(key, { depth: claim.depth, index });
    let gaps: readonly Gap[];
    try {
      gaps = this.#prove(claim);
    } finally {
      this.#open.delete(key);
    }
    // What rests on a claim that is still open may yet turn out wrong with it.
    const restsOnOpen = this.#outermost < index;
    if (gaps.length > 0) this.#failed.set(key, gaps);
    else if (!restsOnOpen) this.#proved.add(key);
    this.#outermost = Math.min(before, restsOnOpen ? this.#outermost : Number.POSITIVE_INFINITY);
    return gaps;
  }

  #prove(claim: Claim): readonly Gap[] {
    const { writer, reader, depth } = claim;
    const facts = this.factsOf(writer);
    if (facts.types === 0) return proved;
    const isNothing = reader.schema === false;
    if (isNothing) {
      if (isImpossible(this, claim, facts) || this.#holdsInEveryCase(claim, facts)) return proved;
      return [nothingAllowed(reader)];
    }
    if (writer.some((node) => this.isSameShape(node, reader))) return proved;
    const { values } = facts;
    if (values !== undefined && values.length <= VALUES_MAX) {
      if (all(values.map((value) => this.evaluator.accepts(reader, value))) === true) return proved;
    }
    const gaps = keywordGaps(this, claim, facts);
    if (gaps.length === 0 || this.#holdsInEveryCase(claim, facts)) return proved;
    return this.isEmpty(writer, depth) ? proved : gaps;
  }

  /** Whether the claim holds in each case that the writer distinguishes. */
  #holdsInEveryCase(claim: Claim, facts: Facts): boolean {
    const holdsWith = (extra: SchemaNode): boolean =>
      this.holds({ ...claim, writer: [...claim.writer, extra] });
    const [choice] = facts.choices;
    if (choice !== undefined && choice.alternatives.length <= CHOICES_MAX) {
      if (choice.alternatives.every(holdsWith)) return true;
    }
    const [conditional] = facts.conditionals;
    if (conditional !== undefined) {
      const { condition } = conditional;
      if (holdsWith(condition) && holdsWith(condition.graph.negationOf(condition))) return true;
    }
    const types = facts.typesAreNamed ? typesOf(facts.types) : [];
    return types.length > 1 && types.every((type) => holdsWith(this.made({ type })));
  }
}

const typesOf = (bits: number): string[] => {
  const names = ["null", "boolean", "object", "array", "string"] as const;
  const types: string[] = names.filter((name) => (bits & typeBits[name]) !== 0);
  if ((bits & typeBits.fraction) !== 0) types.push("number");
  else if ((bits & typeBits.integer) !== 0) types.push("integer");
  return types;
};

const keyOf = (nodes: readonly SchemaNode[]): string =>
  nodes.length === 1 ? String(nodes[0]?.id) : [...new Set(nodes.map(({ id }) => id))].sort().join("&");

/** The gap at a schema that leads back to itself. */
export const circularAt = (node: SchemaNode): Gap => ({
  rule: "JSON_REFERENCE_CIRCULAR",
  node,
  keyword: "$ref",
  advice: "Let the reference lead to a schema that looks at the value before it leads back.",
});

const nothingAllowed = (node: SchemaNode): Gap => ({
  rule: "JSON_NOTHING_ALLOWED",
  node,
  keyword: "false",
  advice: "Allow here what older events may hold, or leave the place open.",
});
