import type { Tally } from "../import/tally.js";
import { safeText, textTable } from "./table.js";

/** The summary of an import: what became of the events, and where the first mishaps are. */
export function tallyTable(tally: Tally, seconds: number): string {
  const lines = tally.lines();
  const rows = lines.map(({ outcome, reason, count }) => [outcome, safeText(reason), count]);
  const events = tally.count() - tally.count("unreadable");
  const rate = Math.round(events / Math.max(0.001, seconds));
  const examples = lines
    .filter((line) => line.examples.length > 0)
    .flatMap(({ outcome, reason, examples: places }) => [
      `${outcome}${reason === "" ? "" : ` (${safeText(reason)})`}, first:`,
      ...places.map((place) => `  ${safeText(place)}`),
    ]);
  const counted = `${events.toLocaleString("en")} event${events === 1 ? "" : "s"}`;
  const sum = `${counted} in ${seconds.toFixed(1)} s, ${rate.toLocaleString("en")}/s`;
  return [textTable(["outcome", "reason", "records"], rows), ...examples, sum].join("\n");
}
