// Which of the places where a proof stopped events show to be wrong, each with the shortest event that shows it.
import { type Budget, OutOfSteps } from "../rules/budget.js";
import type { Policy, Witness } from "../rules/language.js";
import { Evaluator } from "./evaluate.js";
import type { JsonSchema } from "./parsed-schema.js";
import type { Gap, Prover } from "./prover.js";
import { SchemaGraph, type SchemaNode } from "./schema-graph.js";
import { findWitnesses, shortest } from "./witness.js";

/** How often events are looked for anew, with what was shown before left out of the reader. */
const ROUNDS_MAX = 8;

export interface ShownGaps {
  /** The shortest of all; undefined where no event was found. */
  readonly witness: Witness | undefined;
  readonly byGap: ReadonlyMap<Gap, Witness>;
}

interface Question {
  readonly reader: JsonSchema;
  readonly writer: JsonSchema;
  readonly policy: Policy;
  readonly budget: Budget;
}

/** What a bounded computation answers; undefined where it takes too many steps or goes too deep. */
export const withinSteps = <T>(compute: () => T): T | undefined => {
  try {
    return compute();
  } catch (error) {
    if (error instanceof OutOfSteps || error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Whether a gap is at a keyword that its schema has; else it is about the schema as a whole. */
export const isAtKeyword = ({ node: { schema }, keyword }: Gap): boolean =>
  typeof schema === "object" && schema !== null && Object.hasOwn(schema, keyword);

/** As the evaluator names the schema or keyword that rejects a value. */
const placeOf = (gap: Gap): string => (isAtKeyword(gap) ? `${gap.node.id}:${gap.keyword}` : `${gap.node.id}`);

/** The schemas and keywords that reject a value. */
const rejecting = (budget: Budget, reader: JsonSchema, value: unknown): ReadonlySet<string> => {
  const places = new Set<string>();
  const evaluator = new Evaluator(budget, (place) => places.add(place));
  withinSteps(() => evaluator.accepts(reader.graph.root, value));
  return places;
};

/**
 * Looks for events; once some are found, those places are taken out of the reader and events are looked for that it
 * still rejects: the first of many changes would else stand in the way of all others. Every event is asked of the
 * whole reader.
 */
export function showGaps(prover: Prover, gaps: readonly Gap[], question: Question): ShownGaps {
  const { reader, writer, policy, budget } = question;
  const isLenient = policy === "lenient";
  const byGap = new Map<Gap, Witness>();
  const all: Witness[] = [];
  let hint: SchemaNode | undefined = reader.graph.root;
  for (let round = 0; round < ROUNDS_MAX && hint !== undefined; round++) {
    const asked: SchemaNode = hint;
    const found = withinSteps(() => findWitnesses(prover, { reader, writer, isLenient, hint: asked })) ?? [];
    const before = byGap.size;
    for (const { value, witness } of found) {
      all.push(witness);
      const places = rejecting(budget, reader, value);
      for (const gap of gaps) {
        if (!places.has(placeOf(gap))) continue;
        byGap.set(gap, shortest(byGap.get(gap), witness));
      }
    }
    if (byGap.size === before || byGap.size === gaps.length) break;
    hint = withinSteps(() => without(reader, [...byGap.keys()]));
  }
  return { witness: all.reduce<Witness | undefined>(shortest, undefined), byGap };
}

type Schemas = Record<string, unknown> | unknown[];

/** The root of a reader that lacks what was shown; undefined where nothing of that stands in its texts. */
function without(reader: JsonSchema, shown: readonly Gap[]): SchemaNode | undefined {
  const { graph, document } = reader;
  const schema = [structuredClone(document.schema)];
  const references = document.references.map((it) => ({ ...it, schema: structuredClone(it.schema) }));
  let isChanged = false;
  for (const gap of shown) {
    const { reference, steps } = graph.placeOf(gap.node);
    const holder: Schemas | undefined =
      reference === undefined ? schema : (references[reference] as Record<string, unknown> | undefined);
    if (holder === undefined || gap.node.negated !== undefined) continue;
    const way = [reference === undefined ? "0" : "schema", ...steps];
    if (isAtKeyword(gap) ? remove(holder, [...way, gap.keyword]) : open(holder, way)) isChanged = true;
  }
  if (!isChanged) return undefined;
  return new SchemaGraph({ ...document, schema: schema[0], references }).root;
}

const memberAt = (holder: unknown, way: readonly string[]): unknown => {
  let at = holder;
  for (const step of way)
    at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[step] : undefined;
  return at;
};

function remove(holder: Schemas, way: readonly string[]): boolean {
  const at = memberAt(holder, way.slice(0, -1));
  const last = way.at(-1) ?? "";
  if (typeof at !== "object" || at === null || Array.isArray(at) || !Object.hasOwn(at, last)) return false;
  delete (at as Record<string, unknown>)[last];
  return true;
}

/** Lets a schema take everything. */
function open(holder: Schemas, way: readonly string[]): boolean {
  const at = memberAt(holder, way.slice(0, -1)) as Record<string, unknown> | undefined;
  const last = way.at(-1) ?? "";
  if (typeof at !== "object" || at === null || !Object.hasOwn(at, last) || at[last] === true) return false;
  at[last] = true;
  return true;
}
