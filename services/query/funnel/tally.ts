import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import { entrantsOf, keyOf, type RowValues } from "./entrants.js";
import type { FunnelQuestion } from "./funnel-question.js";
import type { Sequence } from "./read-sequences.js";
import { type Course, firstAbove, type TryRules } from "./tries/course.js";
import { BestTry, bestTry, findTries } from "./tries/tries.js";

/** Different values of a breakdown that one answer looks at. */
export const valuesMax = 100_000;

/** What is counted beside the steps. */
export interface TallyQuestion
  extends Pick<FunnelQuestion, "rules" | "breakdown" | "frame" | "cutsEveryStep"> {
  /** Entries by bucket. */
  readonly overTime?: {
    readonly starts: readonly number[];
    readonly fromStep: number;
    readonly toStep: number;
  };
  /** How long it took from one step to another. */
  readonly conversion?: { readonly fromStep: number; readonly toStep: number };
}

/** What became of the users of a row. */
export class RowTally {
  readonly values: RowValues;
  /** Users by how many steps they did. */
  readonly reached: number[];
  /** By step: the seconds that it took from the step before. */
  readonly seconds: number[][];
  pending = 0;
  readonly conversions: number[] = [];
  /** By bucket: users who entered in it, and who converted. */
  readonly buckets = new Map<number, { entered: number; converted: number }>();

  constructor(values: RowValues, steps: number) {
    this.values = values;
    this.reached = new Array<number>(steps + 1).fill(0);
    this.seconds = Array.from({ length: steps }, () => []);
  }

  /** Users who did the first step. */
  get users(): number {
    return this.reached.slice(1).reduce((sum, count) => sum + count, 0);
  }

  bucket(index: number): { entered: number; converted: number } {
    const known = this.buckets.get(index) ?? { entered: 0, converted: 0 };
    this.buckets.set(index, known);
    return known;
  }

  /** Adds another row's users. */
  add(other: RowTally): void {
    for (const [steps, count] of other.reached.entries())
      this.reached[steps] = (this.reached[steps] ?? 0) + count;
    for (const [step, list] of other.seconds.entries())
      for (const each of list) this.seconds[step]?.push(each);
    for (const each of other.conversions) this.conversions.push(each);
    this.pending += other.pending;
    for (const [index, { entered, converted }] of other.buckets) {
      const own = this.bucket(index);
      own.entered += entered;
      own.converted += converted;
    }
  }
}

/** Counts users into the rows of a funnel. */
export class Tally {
  readonly rows = new Map<string, RowTally>();
  counted = 0;
  late = 0;
  readonly #question: TallyQuestion;

  constructor(question: TallyQuestion) {
    this.#question = question;
  }

  /** @throws Fault QUERY_TOO_LARGE where there are too many values, or near events. */
  add(sequence: Sequence): void {
    this.counted += sequence.counted;
    this.late += sequence.late;
    for (const { values, course } of entrantsOf(sequence, this.#question.breakdown)) {
      const { overTime } = this.#question;
      const best =
        overTime === undefined
          ? bestTry(course, this.#question.rules)
          : this.#overTime(course, overTime, () => this.#row(values));
      if (best !== undefined) this.#count(this.#row(values), best);
    }
  }

  #row(values: RowValues): RowTally {
    const key = keyOf(values);
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    if (this.rows.size >= valuesMax) {
      const facts = { limit: "breakdown_values", most: String(valuesMax) };
      const message = `breakdown.properties: more than ${valuesMax} different values`;
      throw new Fault(FaultReason.QUERY_TOO_LARGE, message, facts);
    }
    const row = new RowTally(values, this.#question.rules.steps);
    this.rows.set(key, row);
    return row;
  }

  #count(row: RowTally, times: readonly number[]): void {
    const { conversion } = this.#question;
    row.reached[times.length] = (row.reached[times.length] ?? 0) + 1;
    for (let step = 1; step < times.length; step++) {
      row.seconds[step]?.push(((times[step] as number) - (times[step - 1] as number)) / 1_000);
    }
    if (isPending(this.#question, times)) row.pending++;
    if (conversion === undefined || times.length <= conversion.toStep) return;
    const [fromMs, toMs] = [times[conversion.fromStep] as number, times[conversion.toStep] as number];
    row.conversions.push((toMs - fromMs) / 1_000);
  }

  /** Counts the best try of each bucket; gives the best of all. */
  #overTime(
    course: Course,
    { starts, fromStep, toStep }: NonNullable<TallyQuestion["overTime"]>,
    row: () => RowTally,
  ): readonly number[] | undefined {
    const { rules } = this.#question;
    const best = new BestTry(rules.steps);
    let bucket = -1;
    let own = new BestTry(rules.steps);
    const close = (): void => {
      const reach = own.best?.length ?? 0;
      if (bucket < 0 || reach <= fromStep) return;
      const counts = row().bucket(bucket);
      counts.entered++;
      if (reach > toStep) counts.converted++;
    };
    findTries(course, rules, (found) => {
      const index = firstAbove(starts, found.times[0] as number) - 1;
      if (index !== bucket) {
        close();
        bucket = index;
        own = new BestTry(rules.steps);
      }
      own.offer(found);
      best.offer(found);
      return false;
    });
    close();
    return best.best;
  }
}

/** Whether a user who is not through may still get further. */
export function isPending(
  { rules, frame, cutsEveryStep }: Pick<TallyQuestion, "rules" | "frame" | "cutsEveryStep">,
  times: readonly number[],
): boolean {
  if (times.length >= rules.steps) return false;
  const openUntilMs = (times[0] as number) + rules.windowMs;
  return (cutsEveryStep ? Math.min(openUntilMs, rules.toMs) : openUntilMs) > frame.nowMs;
}

/** The rows of an answer: the greatest, then what is beyond the limit as one. */
export function shownRows(
  rows: ReadonlyMap<string, RowTally>,
  { steps }: Pick<TryRules, "steps">,
  limit: number,
): { readonly shown: readonly RowTally[]; readonly other?: RowTally; readonly otherValues: number } {
  // In JSON a missing value stands after every text.
  const sorted = [...rows.values()]
    .map((row) => ({ row, users: row.users, key: keyOf(row.values) }))
    .sort((a, b) => b.users - a.users || (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
  const rest = sorted.slice(limit);
  if (rest.length === 0) return { shown: sorted, otherValues: 0 };
  const other = new RowTally([], steps);
  for (const row of rest) other.add(row);
  return { shown: sorted.slice(0, limit), other, otherValues: rest.length };
}
