import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  FunnelConversionTimesSchema,
  FunnelRowSchema,
  FunnelStepResultSchema,
} from "../../../gen/ts/tideline/query/v1/funnel_pb.js";
import type { RowValues } from "./entrants.js";
import type { RowTally } from "./tally.js";

/** Bins where a request names no number of them, at most. */
const binsMax = 60;

export interface FiguresOptions {
  /** How many buckets of entries there are. */
  readonly buckets: number;
  /** Set where the request asks how long converting took; 0 bins: as many as suit. */
  readonly bins?: number;
  readonly isOther?: boolean;
}

/** A row of the answer. */
export function rowOf(row: RowTally, options: FiguresOptions): MessageInitShape<typeof FunnelRowSchema> {
  const { buckets, bins, isOther = false } = options;
  return {
    breakdown: breakdownOf(row.values),
    isOther,
    steps: stepsOf(row),
    pending: BigInt(row.pending),
    overTime: Array.from({ length: buckets }, (_, index) => {
      const { entered = 0, converted = 0 } = row.buckets.get(index) ?? {};
      const conversionPercent = entered === 0 ? 0 : Math.round((converted / entered) * 10_000) / 100;
      return { entered: BigInt(entered), converted: BigInt(converted), conversionPercent };
    }),
    ...(bins === undefined ? {} : { timeToConvert: timesOf(row.conversions, bins) }),
  };
}

export function breakdownOf(values: RowValues): { value: string; missing: boolean }[] {
  return values.map((value) => ({ value: value ?? "", missing: value === null }));
}

function stepsOf(row: RowTally): MessageInitShape<typeof FunnelStepResultSchema>[] {
  const { users: entered } = row;
  let users = entered;
  return row.seconds.map((seconds, step) => {
    if (step > 0) users -= row.reached[step] ?? 0;
    const result = { users: BigInt(users), share: entered === 0 ? 0 : users / entered };
    if (seconds.length === 0) return result;
    return { ...result, averageSeconds: average(seconds), medianSeconds: median(seconds) };
  });
}

function average(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  const [below, above] = [sorted[Math.floor(middle)] as number, sorted[Math.ceil(middle)] as number];
  return below + (above - below) / 2;
}

/** Bins of one width of whole seconds from the shortest time to the longest, as PostHog cuts them. */
function timesOf(
  seconds: readonly number[],
  bins: number,
): MessageInitShape<typeof FunnelConversionTimesSchema> {
  if (seconds.length === 0) return {};
  let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
  for (const each of seconds) {
    shortest = Math.min(shortest, each);
    longest = Math.max(longest, each);
  }
  const least = Math.floor(shortest);
  const count = bins || Math.min(binsMax, Math.ceil(Math.cbrt(seconds.length)));
  const width = Math.ceil((Math.ceil(longest) - least) / count) || 60;
  const users = new Array<number>(count + 1).fill(0);
  for (const each of seconds) {
    const bin = Math.floor((each - least) / width);
    users[bin] = (users[bin] ?? 0) + 1;
  }
  return {
    averageSeconds: average(seconds),
    bins: users.map((some, bin) => ({ fromSeconds: least + bin * width, users: BigInt(some) })),
  };
}
