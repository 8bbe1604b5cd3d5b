// Whether one schema reads what another wrote, with what is wrong and a datum that shows it.
import { type Budget, OutOfSteps } from "../rules/budget.js";
import type { Problem, Reading, ReadingQuestion, Witness } from "../rules/language.js";
import { chosen, type Mismatch, type Pair, pairTypes } from "./pairing.js";
import { compileReader } from "./resolving.js";
import { type DatumStep, SampleWriter } from "./sample-datum.js";
import type { AvroSchema } from "./schema.js";
import type { AvroType } from "./type.js";

/** Problems that one answer lists; more say no more. */
const problemsMax = 100;
/** Problems that a witness is looked for, the nearest first. */
const attemptsMax = 20;
/** A witness may be nested deeper than an event, since its schema may be. */
const witnessLimits = { depth: 500, names: 100_000 } as const;

/** A broken pair, and how a datum of the root gets there. */
interface Visit {
  readonly pair: Pair;
  readonly step: DatumStep | undefined;
  readonly from: Visit | undefined;
}

/** The broken pairs that a broken one leads to. */
const nextOf = (visit: Visit): Visit[] => {
  const { pair } = visit;
  const next: Visit[] = [];
  const add = (one: Pair | undefined, step?: DatumStep) => {
    if (one?.isBroken) next.push({ pair: one, step, from: visit });
  };
  const isUnion = pair.writer.kind === "union";
  for (const [index, part] of pair.parts.entries()) {
    add(part, isUnion ? { kind: "branch", index } : { kind: "part" });
  }
  for (const { index, pair: source } of pair.fields) {
    if (index !== undefined) add(source, { kind: "field", index });
  }
  add(chosen(pair));
  return next;
};

/** The broken pairs below a root, the nearest first. */
const visitsFrom = (root: Pair, budget: Budget): Visit[] => {
  const visits: Visit[] = root.isBroken ? [{ pair: root, step: undefined, from: undefined }] : [];
  const seen = new Set<Pair>([root]);
  for (const visit of visits) {
    for (const next of nextOf(visit)) {
      budget.spend();
      if (seen.has(next.pair)) continue;
      seen.add(next.pair);
      visits.push(next);
    }
  }
  return visits;
};

const stepsTo = (visit: Visit): DatumStep[] => {
  const steps: DatumStep[] = [];
  for (let at: Visit | undefined = visit; at !== undefined; at = at.from) {
    if (at.step !== undefined) steps.push(at.step);
  }
  return steps.reverse();
};

/** Makes data that lead into what is wrong, and asks both sides about them. */
class WitnessSearch {
  readonly #samples: SampleWriter;
  readonly #write: ReturnType<typeof compileReader>;
  readonly #read: ReturnType<typeof compileReader>;
  readonly #writer: AvroType;

  constructor(root: Pair, budget: Budget) {
    this.#writer = root.writer;
    this.#samples = new SampleWriter(root.writer, (steps) => budget.spend(steps));
    const own = pairTypes(root.writer, root.writer, { budget, withAliases: false });
    this.#write = compileReader(own, witnessLimits);
    this.#read = compileReader(root, witnessLimits);
  }

  find(visit: Visit, { symbols }: Mismatch): Witness | undefined {
    const bytes = this.#samples.write(this.#writer, { steps: stepsTo(visit), symbol: symbols?.[0] });
    if (bytes === undefined) return undefined;
    const written = this.#write(bytes);
    const read = this.#read(bytes);
    if ("refusal" in written || !("refusal" in read)) return undefined;
    const { path, message } = read.refusal;
    const rejection = path === "" ? message : `${path}: ${message}`;
    return { json: Buffer.from(written.text).toString(), bytes, rejection };
  }
}

const witnessOf = (root: Pair, visits: readonly Visit[], budget: Budget): Witness | undefined => {
  try {
    const search = new WitnessSearch(root, budget);
    let attempts = 0;
    for (const visit of visits) {
      for (const mismatch of visit.pair.mismatches) {
        const witness = search.find(visit, mismatch);
        if (witness !== undefined) return witness;
        if (++attempts === attemptsMax) return undefined;
      }
    }
  } catch (error) {
    // Types within types beyond what a datum may be made of.
    if (!(error instanceof OutOfSteps) && !(error instanceof RangeError)) throw error;
  }
  return undefined;
};

const problemsOf = (visits: readonly Visit[], hasWitness: boolean): Problem[] => {
  const problems: Problem[] = [];
  const remark = hasWitness
    ? ""
    : " No event can show it: what was written there has no end, or is too large.";
  for (const { pair } of visits) {
    for (const { rule, at, message, expected } of pair.mismatches) {
      if (problems.length === problemsMax) return problems;
      const problem = { rule, outcome: "incompatible", path: at, message: `${message}${remark}` } as const;
      problems.push(expected === undefined ? problem : { ...problem, expected });
    }
  }
  return problems;
};

/** What is said where the budget ends before the answer is there. */
export const stepsExceeded: Problem = {
  rule: "STEPS_EXCEEDED",
  outcome: "unproven",
  path: "",
  message: "Comparing the schemas takes more steps than it may: make them smaller, or split them.",
};

export function readsAvro({ reader, writer, budget }: ReadingQuestion<AvroSchema>): Reading {
  try {
    const root = pairTypes(writer.type, reader.type, { budget });
    if (!root.isBroken) return { outcome: "compatible", problems: [] };
    const visits = visitsFrom(root, budget);
    const witness = witnessOf(root, visits, budget);
    const problems = problemsOf(visits, witness !== undefined);
    return { outcome: "incompatible", problems, ...(witness === undefined ? {} : { witness }) };
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    return { outcome: "unproven", problems: [stepsExceeded] };
  }
}
