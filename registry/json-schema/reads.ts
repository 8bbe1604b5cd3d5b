// The verdict on two JSON Schemas: what is proved is compatible, what a witness shows is incompatible, the rest is
// unproven.
import type { Problem, Reading, ReadingQuestion } from "../rules/language.js";
import type { JsonSchema } from "./parsed-schema.js";
import { circularAt, type Gap, Prover } from "./prover.js";
import { jsonRules } from "./rules.js";
import { isAtKeyword, type ShownGaps, showGaps, withinSteps } from "./show-gaps.js";

const PROBLEMS_MAX = 50;

const outOfSteps: Problem = {
  rule: "STEPS_EXCEEDED",
  outcome: "unproven",
  path: "",
  message: `${jsonRules.STEPS_EXCEEDED} Make the schema simpler, with less nesting of oneOf, anyOf and references.`,
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
export const pathOfGap = (gap: Gap): string => {
  const { node, keyword } = gap;
  return node.graph.pathOf(node) + (isAtKeyword(gap) && node.negated === undefined ? `/${keyword}` : "");
};

const problemsOf = (gaps: readonly Gap[], { witness, byGap }: ShownGaps): Problem[] => {
  const problems = new Map<string, Problem>();
  for (const [index, gap] of gaps.entries()) {
    const { rule, keyword, advice } = gap;
    const path = pathOfGap(gap).slice(0, 500);
    const key = `${rule} ${path}`;
    // A witness shows that something is wrong: where its place can't be told, it stands for the first.
    const own = byGap.get(gap) ?? (byGap.size === 0 && index === 0 ? witness : undefined);
    const outcome = own === undefined ? "unproven" : "incompatible";
    const known = problems.get(key);
    if (known?.outcome === "incompatible" || (known !== undefined && own === undefined)) continue;
    const message = `${jsonRules[rule]} ${advice}`;
    problems.set(key, {
      rule,
      outcome,
      path,
      message,
      keyword,
      ...(own === undefined ? {} : { witness: own }),
    });
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
  const shown = showGaps(prover, gaps, { reader, writer, policy, budget });
  const problems = problemsOf(gaps, shown);
  if (shown.witness === undefined) return { outcome: "unproven", problems };
  return { outcome: "incompatible", problems, witness: shown.witness };
}
