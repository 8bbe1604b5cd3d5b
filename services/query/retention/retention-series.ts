import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BreakdownValueSchema } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { RetentionSeriesSchema } from "../../../gen/ts/tideline/query/v1/retention_pb.js";
import type { RetentionQuestion } from "./retention-question.js";
import type { CohortRow } from "./retention-sql.js";

type Series = MessageInitShape<typeof RetentionSeriesSchema>;
type Value = MessageInitShape<typeof BreakdownValueSchema>;

/** What the engine counted, by series and cohort. */
interface Counted {
  readonly value: string;
  readonly isOther: boolean;
  readonly cohorts: Map<number, Pick<CountedCohort, "users" | "cells">>;
}

interface CountedCohort {
  readonly users: number;
  /** Columns 1, 2 and so on. */
  readonly cells: readonly number[];
}

/** How many columns of a cohort have a value; see RetentionCohort.cells. Column 0 is the cohort itself. */
export function columnsWithValue(question: RetentionQuestion, cohort: number): number {
  for (let column = 1; column < question.columns; column++) {
    if (!hasValue(question, cohort, column)) return column;
  }
  return question.columns;
}

function hasValue(question: RetentionQuestion, cohort: number, column: number): boolean {
  const { frame, periods, clock, rollingMs, returnsToMs } = question;
  if (clock === "calendar") {
    const start = periods.starts[cohort + column] ?? Number.POSITIVE_INFINITY;
    const end = periods.ends[cohort + column] ?? Number.POSITIVE_INFINITY;
    // The range may cut its last period short: then that is what was asked for.
    return start < returnsToMs && end <= frame.nowMs;
  }
  // By then the column has ended for whoever started last.
  const lastStart = Math.min(periods.ends[cohort] ?? 0, frame.range.toMs);
  const end = lastStart + (column + 1) * rollingMs;
  return end <= returnsToMs && end <= frame.nowMs;
}

/** The instant from which on no cell changes because of the clock alone. */
export function settledAtMs(question: RetentionQuestion): number {
  const { periods, clock, rollingMs, returnsToMs, cohorts, columns } = question;
  if (clock === "rolling") return (periods.ends[cohorts - 1] ?? 0) + columns * rollingMs;
  const last = periods.starts.findLastIndex((start) => start < returnsToMs);
  return periods.ends[last] ?? 0;
}

/** The series of an answer: those of the breakdown in their order, what is beyond the limit last. */
export function retentionSeries(question: RetentionQuestion, rows: readonly CohortRow[]): Series[] {
  const counted = new Map<number, Counted>();
  const [nowhere] = [Number.MAX_SAFE_INTEGER];
  if (question.breakdown.length === 0) counted.set(1, { value: "[]", isOther: false, cohorts: new Map() });
  for (const [cohort, value, place, , users, cells] of rows) {
    if (users === 0) continue;
    const at = place === 0 ? nowhere : place;
    const own = counted.get(at) ?? { value, isOther: place === 0, cohorts: new Map() };
    counted.set(at, own);
    own.cohorts.set(cohort, { users, cells });
  }
  return [...counted]
    .sort(([a], [b]) => a - b)
    .map(([, { value, isOther, cohorts }]) => seriesOf(question, { value, isOther, cohorts }));
}

function seriesOf(question: RetentionQuestion, { value, isOther, cohorts }: Counted): Series {
  const { columns } = question;
  const all = Array.from({ length: question.cohorts }, (_, cohort) => {
    const { users, cells } = cohorts.get(cohort) ?? { users: 0, cells: [] };
    const known = columnsWithValue(question, cohort);
    const own = Array.from({ length: known }, (_each, column) =>
      column === 0 ? users : (cells[column - 1] ?? 0),
    );
    return { users, cells: own };
  });
  return {
    breakdown: isOther || question.breakdown.length === 0 ? [] : valuesOf(value),
    cohorts: all.map(({ users, cells }) => ({
      users: BigInt(users),
      cells: Array.from({ length: columns }, (_, column) => {
        const cell = cells[column];
        return cell === undefined ? { hasValue: false } : { users: BigInt(cell), hasValue: true };
      }),
    })),
    average: Array.from({ length: columns }, (_, column) => averageOf(all, column)),
    isOther,
  };
}

/** Each cohort weighs as much as it has users. */
function averageOf(cohorts: readonly CountedCohort[], column: number): { value: number; hasValue: boolean } {
  const known = cohorts.filter(({ cells }) => cells.length > column);
  const users = known.reduce((sum, { users }) => sum + users, 0);
  const back = known.reduce((sum, { cells }) => sum + (cells[column] ?? 0), 0);
  return users === 0 ? { value: 0, hasValue: false } : { value: back / users, hasValue: true };
}

function valuesOf(json: string): Value[] {
  const values = JSON.parse(json) as (string | null)[];
  return values.map((value) => ({ value: value ?? "", missing: value === null }));
}
