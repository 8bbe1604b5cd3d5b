// The verdict on two JSON Schemas: what is proved is compatible, what a witness shows is incompatible, the rest is
// unproven.
import { type Budget, OutOfSteps } from "../rules/budget.js";
import type { Problem, Reading, ReadingQuestion } from "../rules/language.js";
import { Evaluator } from "./evaluate.js";
import type { JsonSchema } from "./parsed-schema.js";
import { circularAt, type Gap, Prover } from "./prover.js";
import { jsonRules } from "./rules.js";
import { findWitness, type Shown } from "./witness.js";

const PROBLEMS_MAX = 50;

const outOfSteps: Problem = {
  rule: "STEPS_EXCEEDED",
  outcome: "unproven",
  path: "",
  message: `${jsonRules.STEPS_EXCEEDED} Make the schema simpler, with less nesting of oneOf, anyOf and references.`,
};

/** What a bounded computation answers; undefined where it takes too many steps or goes too deep. */
const withinSteps = <T>(compute: () => T): T | undefined => {
  try {
    return compute();
  } catch (error) {
    if (error instanceof OutOfSteps || error instanceof RangeError) return undefined;
    throw error;
  }
};

const isSameText = (one: JsonSchema, other: JsonSchema): boolean => {
  const textOf = ({ document }: JsonSchema) => JSON.stringify(document);
  return one.canonical === other.canonical && textOf(one) === textOf(other);
};

/** Where a proof that the reader takes all that the writer may send stops; undefined where steps run out. */
export const gapsBetween = (prover: Prover, question: Omit<ReadingQuestion<JsonSchema>, "budget">) => {
  const { reader, writer, policy } = question;
  if (isSameText(reader, writer)) return [];
  // What such a schema accepts is not said: validators end in an error.
  const goesRound = reader.graph.circular();
  if (goesRound !== undefined) return [circularAt(goesRound)];
  const claim = { writer: [writer.graph.root], reader: reader.graph.root, depth: 0, isName: false };
  return withinSteps(() => {
    const strict = prover.gaps({ ...claim, isLenient: false });
    if (strict.length === 0 || policy === "strict") return strict;
    return prover.gaps({ ...claim, isLenient: true });
  });
};

/** Where in the reader's texts a gap is. */
export const pathOfGap = ({ node, keyword }: Gap): string => {
  const { schema } = node;
  const hasKeyword = typeof schema === "object" && schema !== null && Object.hasOwn(schema, keyword);
  return node.graph.pathOf(node) + (hasKeyword && node.negated === undefined ? `/${keyword}` : "");
};

/** The schemas and keywords that reject the values. */
const rejectingOf = (budget: Budget, reader: JsonSchema, { values }: Shown): ReadonlySet<string> => {
  const rejecting = new Set<string>();
  const evaluator = new Evaluator(budget, (place) => rejecting.add(place));
  withinSteps(() => {
    for (const value of values) evaluator.accepts(reader.graph.root, value);
  });
  return rejecting;
};

const isShown = ({ node, keyword }: Gap, rejecting: ReadonlySet<string>): boolean => {
  const { schema } = node;
  const hasKeyword = typeof schema === "object" && schema !== null && Object.hasOwn(schema, keyword);
  return rejecting.has(hasKeyword ? `${node.id}:${keyword}` : `${node.id}`);
};

const problemsOf = (gaps: readonly Gap[], rejecting: ReadonlySet<string> | undefined): Problem[] => {
  const shown = gaps.map((gap) => rejecting !== undefined && isShown(gap, rejecting));
  // A witness shows that something is wrong: where its place can't be told, it stands for the first.
  if (rejecting !== undefined && !shown.includes(true)) shown[0] = true;
  const problems = new Map<string, Problem>();
  for (const [index, gap] of gaps.entries()) {
    const { rule, keyword, advice } = gap;
    const path = pathOfGap(gap).slice(0, 500);
    const key = `${rule} ${path}`;
    const outcome = shown[index] === true ? "incompatible" : "unproven";
    if (problems.get(key)?.outcome === "incompatible") continue;
    problems.set(key, { rule, outcome, path, message: `${jsonRules[rule]} ${advice}`, keyword });
  }
  const sorted = [...problems.values()].sort(
    (one, other) => Number(one.outcome === "unproven") - Number(other.outcome === "unproven"),
  );
  return sorted.slice(0, PROBLEMS_MAX);
};

/** Whether the reader takes all that the writer may send. */
export function readsJson(question: ReadingQuestion<JsonSchema>): Reading {
  const { reader, writer, policy, budget } = question;
  const prover = new Prover(budget);
  const gaps = gapsBetween(prover, question);
  if (gaps === undefined) return { outcome: "unproven", problems: [outOfSteps] };
  if (gaps.length === 0) return { outcome: "compatible", problems: [] };
  const shown = withinSteps(() => findWitness(prover, { reader, writer, isLenient: policy === "lenient" }));
  if (shown === undefined) return { outcome: "unproven", problems: problemsOf(gaps, undefined) };
  const problems = problemsOf(gaps, rejectingOf(budget, reader, shown));
  return { outcome: "incompatible", problems, witness: shown.witness };
}
