// The tests that tell a variant from the control, on sums that the engine made.
import {
  chiSquareAbove,
  normalQuantile,
  normalTwoSided,
  studentQuantile,
  studentTwoSided,
} from "../../../platform/statistics/distributions.js";

/** What is known of a metric in one variant. */
export interface Sample {
  readonly users: number;
  readonly mean: number;
  /** With n - 1; of a conversion rate p (1 - p). */
  readonly variance: number;
}

/** A variant against the control: see tideline.query.v1.Comparison. */
export interface Compared {
  readonly difference: number;
  readonly differenceLow: number;
  readonly differenceHigh: number;
  readonly lift: number;
  readonly hasLift: boolean;
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  readonly sequentialPValue: number;
  readonly sequentialLow: number;
  readonly sequentialHigh: number;
}

/** Two users each are the least that a test can be made of. */
export function areComparable(variant: Sample, control: Sample): boolean {
  return variant.users >= 2 && control.users >= 2;
}

/**
 * Conversion rates by the two-proportion z test: pooled for the statistic, each by itself for the interval, as in
 * Agresti, Categorical Data Analysis, 3.1.
 */
export function compareRates(variant: Sample, control: Sample, confidence: number): Compared {
  const difference = variant.mean - control.mean;
  const users = variant.users + control.users;
  const pooled = (variant.mean * variant.users + control.mean * control.users) / users;
  const pooledError = Math.sqrt(pooled * (1 - pooled) * (1 / variant.users + 1 / control.users));
  const statistic = ratio(difference, pooledError);
  const squaredError = variant.variance / variant.users + control.variance / control.users;
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt(squaredError);
  const fixed = { statistic, degreesOfFreedom: 0, pValue: normalTwoSided(statistic), half };
  return compared(difference, control, { ...fixed, squaredError, users, confidence });
}

/** Means by Welch's t test, with the degrees of freedom of Welch and Satterthwaite. */
export function compareMeans(variant: Sample, control: Sample, confidence: number): Compared {
  const difference = variant.mean - control.mean;
  const [own, other] = [variant.variance / variant.users, control.variance / control.users];
  const squaredError = own + other;
  const statistic = ratio(difference, Math.sqrt(squaredError));
  const parts = own ** 2 / (variant.users - 1) + other ** 2 / (control.users - 1);
  const degreesOfFreedom = parts === 0 ? 0 : squaredError ** 2 / parts;
  const varies = degreesOfFreedom > 0;
  const pValue = varies ? studentTwoSided(statistic, degreesOfFreedom) : difference === 0 ? 1 : 0;
  const half = varies ? studentQuantile((1 + confidence) / 2, degreesOfFreedom) * Math.sqrt(squaredError) : 0;
  const users = variant.users + control.users;
  const fixed = { statistic, degreesOfFreedom, pValue, half };
  return compared(difference, control, { ...fixed, squaredError, users, confidence });
}

interface Fixed {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** Half of the interval for one look. */
  readonly half: number;
  /** Of the difference. */
  readonly squaredError: number;
  readonly users: number;
  readonly confidence: number;
}

function compared(difference: number, control: Sample, fixed: Fixed): Compared {
  const { statistic, degreesOfFreedom, pValue, half } = fixed;
  const sequential = sequentially(difference, fixed);
  return {
    difference,
    differenceLow: difference - half,
    differenceHigh: difference + half,
    hasLift: control.mean !== 0,
    lift: control.mean === 0 ? 0 : difference / control.mean,
    ...{ statistic, degreesOfFreedom, pValue },
    sequentialPValue: sequential.pValue,
    sequentialLow: difference - sequential.half,
    sequentialHigh: difference + sequential.half,
  };
}

/** The number of users that the sequential bound is narrowest at. */
const tunedUsers = 5_000;

/**
 * An interval that holds at all looks at once: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha,
 * Kennedy and Ramdas (2021), Time-uniform central limit theory, theorem 2.2, with rho chosen by their equation (24)
 * for `tunedUsers`. The p-value is the level at which the interval just reaches 0.
 */
function sequentially(
  difference: number,
  { squaredError, users, confidence }: Fixed,
): { half: number; pValue: number } {
  const alpha = 1 - confidence;
  const logAlpha = -2 * Math.log(alpha);
  const rhoSquared = (logAlpha + Math.log(logAlpha + 1)) / tunedUsers;
  const growth = users * rhoSquared + 1;
  if (squaredError === 0) return { half: 0, pValue: difference === 0 ? 1 : 0 };
  // The variance of one user's part, so that squaredError = variance / users.
  const scale = (growth / (users * rhoSquared)) * squaredError;
  const half = Math.sqrt(2 * scale * Math.log(Math.sqrt(growth) / alpha));
  const pValue = Math.min(1, Math.sqrt(growth) * Math.exp(-(difference ** 2) / (2 * scale)));
  return { half, pValue };
}

/** 0 by 0 is 0: nothing differs where nothing varies. */
function ratio(value: number, by: number): number {
  return value === 0 ? 0 : value / by;
}

/** Pearson's chi square of users by variant against the shares they were to have. */
export function sampleRatio(
  users: readonly number[],
  shares: readonly number[],
): { chiSquare: number; degreesOfFreedom: number; pValue: number } {
  const all = users.reduce((sum, count) => sum + count, 0);
  const allShares = shares.reduce((sum, share) => sum + share, 0);
  const degreesOfFreedom = Math.max(0, users.length - 1);
  if (all === 0 || degreesOfFreedom === 0) return { chiSquare: 0, degreesOfFreedom, pValue: 1 };
  const chiSquare = users.reduce((sum, count, index) => {
    const expected = (all * (shares[index] ?? 0)) / allShares;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return { chiSquare, degreesOfFreedom, pValue: chiSquareAbove(chiSquare, degreesOfFreedom) };
}
