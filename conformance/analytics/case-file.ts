import { readFileSync } from "node:fs";
import type { AnalyticsCase, Kind } from "./case-shape.js";

const kinds: readonly Kind[] = [
  "funnel",
  "retention",
  "trend",
  "lifecycle",
  "stickiness",
  "paths",
  "sessions",
];

/** Reads a file of analytics cases. @throws Error that names the file and what is wrong */
export function readAnalyticsCases(path: string): AnalyticsCase[] {
  const cases: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!Array.isArray(cases)) throw new Error(`${path}: not a JSON array of cases`);
  for (const [index, given] of (cases as readonly AnalyticsCase[]).entries()) {
    if (!kinds.includes(given?.kind)) {
      throw new Error(
        `${path}: case ${index} is of kind ${JSON.stringify(given?.kind)}, not ${kinds.join(", ")}`,
      );
    }
  }
  return cases as AnalyticsCase[];
}
