// Holds an answer against what a case expects, which says only what its source asserts.
import type { Failure } from "../report.js";
import type { AnalyticsCase, Answer } from "./case-shape.js";

interface Comparison {
  readonly tolerance: number;
  /** Rows of a breakdown stand in the order that is expected. */
  readonly isOrdered: boolean;
  /** Everything is asserted that both have: null too, and that there is no more of anything. */
  readonly isWhole: boolean;
  /** Whether a cell of a retention matrix may be left out where 0 is expected. */
  isBeyond(row: number, column: number): boolean;
}

/** Of rounding alone: the sources show seconds and shares with six digits or more. */
const toleranceDefault = 1e-6;

/** How to read a case, not what to answer. */
const directions = new Set(["tolerance", "order_asserted", "partial", "users_ordered"]);

/** What of a case's expectation an answer does not meet. */
export function unmet(given: AnalyticsCase, got: Answer, { isWhole = false } = {}): Failure[] {
  const expected = given.expected ?? {};
  const { tolerance, order_asserted } = expected;
  const rows = Array.isArray(expected["row_starts"]) ? expected["row_starts"].length : undefined;
  const comparison: Comparison = {
    tolerance: typeof tolerance === "number" ? tolerance : toleranceDefault,
    isOrdered: order_asserted === true,
    isWhole,
    isBeyond: (row, column) => row + column >= (rows ?? rowsOf(expected)),
  };
  const failures: Failure[] = [];
  for (const [key, value] of Object.entries(expected)) {
    if (value === null || directions.has(key)) continue;
    const found = derived(key, got);
    if (isWhole && found === undefined) continue;
    failures.push(...differences(key, value, found, comparison));
  }
  return failures;
}

function rowsOf({ matrix }: Answer): number {
  return Array.isArray(matrix) ? matrix.length : 0;
}

/** The part of an answer that an expectation speaks of. */
function derived(key: string, got: Answer): unknown {
  if (key !== "every_breakdown_row_counts") return got[key];
  const rows = (got["breakdown"] ?? []) as readonly { readonly counts: unknown }[];
  return rows.map(({ counts }) => counts);
}

/** Where a value differs from what is expected; empty where it does not. */
function differences(where: string, expected: unknown, got: unknown, how: Comparison): Failure[] {
  if (expected === null || expected === undefined) {
    const isMet = !how.isWhole || expected === undefined || (got ?? null) === null;
    return isMet ? [] : [{ where, expected, got }];
  }
  const name = /[^.]*$/.exec(where)?.[0] ?? "";
  if (Array.isArray(expected)) return listDifferences(where, expected, got, { ...how, name });
  if (typeof expected === "object") {
    const of = Object(got) as Record<string, unknown>;
    const entries = Object.entries(expected).filter(([key]) => !directions.has(key));
    const isPartial = "partial" in expected;
    const isOrdered = "users_ordered" in expected ? expected.users_ordered === true : how.isOrdered;
    return entries.flatMap(([key, value]) => {
      const next = `${where}.${key}`;
      if (how.isWhole && of[key] === undefined) return [];
      if (isPartial && key === "buckets")
        return keyedDifferences(next, value, of[key], { ...how, keys: ["time"] });
      return differences(next, value, of[key], { ...how, isOrdered });
    });
  }
  return isSame(expected, got, how.tolerance) ? [] : [{ where, expected, got }];
}

/** Lists whose entries are told apart by some of their members, not by their place. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  edges: ["source", "source_step", "target", "target_step"],
  row_users: ["row", "row_start"],
  users_at: ["time", "status"],
  users_in_bucket: ["time", "series"],
};

const breakdowns = new Set([
  "breakdown",
  "by_breakdown",
  "previous_by_breakdown",
  "trend_by_breakdown",
  "trend_percent_by_breakdown",
]);

function listDifferences(
  where: string,
  expected: readonly unknown[],
  got: unknown,
  how: Comparison & { readonly name: string },
): Failure[] {
  if (!Array.isArray(got)) return [{ where, expected, got }];
  const { name } = how;
  if (name === "every_breakdown_row_counts") {
    return got.flatMap((row, index) => differences(`every row.counts ${index}`, expected, row, how));
  }
  if (name === "matrix") return matrixDifferences(where, expected as unknown[][], got as unknown[][], how);
  const keys = keysOf[name];
  if (keys !== undefined) return keyedDifferences(where, expected, got, { ...how, keys });
  if (breakdowns.has(name) && !how.isOrdered) {
    return keyedDifferences(where, expected, got, { ...how, keys: ["value", "series"] });
  }
  const isSet = name === "breakdown_values" || expected.every((it) => typeof it === "string");
  if (isSet && !how.isOrdered && name !== "value" && name !== "row_starts" && name !== "times") {
    const texts = (of: readonly unknown[]) => of.map((it) => JSON.stringify(it)).sort();
    return isSameList(texts(expected), texts(got)) ? [] : [{ where, expected, got }];
  }
  if (name === "value" && isSameList(expected.map(blank), got.map(blank))) return [];
  if (expected.length !== got.length) return [{ where, expected, got }];
  return expected.flatMap((it, index) => differences(`${where}[${index}]`, it, got[index], how));
}

/** What is missing in a breakdown is written as null or as nothing. */
const blank = (value: unknown) => String(value ?? "");

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((it, index) => it === b[index]);
}

/** Each expected entry, by its keys as far as it has them, among the answered ones. */
function keyedDifferences(
  where: string,
  expected: unknown,
  got: unknown,
  { keys, ...how }: Comparison & { readonly keys: readonly string[] },
): Failure[] {
  if (!Array.isArray(expected) || !Array.isArray(got)) return [{ where, expected, got }];
  if (how.isWhole && expected.length !== got.length) return [{ where, expected, got }];
  return expected.flatMap((entry: Record<string, unknown>) => {
    const named = keys.filter((key) => entry[key] !== undefined && entry[key] !== null);
    const found = got.find((it: Record<string, unknown>) =>
      named.every((key) => differences(key, entry[key], it[key], { ...how, isOrdered: true }).length === 0),
    );
    const at = `${where}[${named.map((key) => JSON.stringify(entry[key])).join(" ")}]`;
    if (found === undefined) return [{ where: at, expected: entry, got: got.map((it) => keyed(it, named)) }];
    return differences(at, entry, found, how);
  });
}

/** What tells an entry apart. */
function keyed(entry: Record<string, unknown>, keys: readonly string[]): unknown {
  return Object.fromEntries(keys.map((key) => [key, entry[key]]));
}

function matrixDifferences(
  where: string,
  expected: readonly (readonly unknown[])[],
  got: readonly (readonly unknown[])[],
  how: Comparison,
): Failure[] {
  return expected.flatMap((row, index) =>
    row.flatMap((cell, column) => {
      const found = got[index]?.[column] ?? null;
      if (found === null && cell === 0 && how.isBeyond(index, column)) return [];
      return differences(`${where}[${index}][${column}]`, cell, found, how);
    }),
  );
}

function isSame(expected: unknown, got: unknown, tolerance: number): boolean {
  if (typeof expected === "number" && typeof got === "number") {
    return Math.abs(expected - got) <= Math.max(tolerance, Math.abs(expected) * 1e-9);
  }
  if (typeof expected === "string" && typeof got === "string" && isInstant(expected) && isInstant(got)) {
    return Date.parse(expected) === Date.parse(got);
  }
  return expected === got;
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}
