import type { Command } from "commander";
import { filterHelp, parseFilter } from "../../question/filter.js";
import { intervalHelp } from "../../question/measure.js";
import { parseRange, timeHelp } from "../../question/range.js";
import { collect } from "../options.js";

/** The options that every analysis has. */
export interface AnalysisFlags {
  readonly from?: string;
  readonly to?: string;
  readonly zone: string;
  readonly weekStart: string;
  readonly filter: string[];
  readonly interval: string;
  readonly json: boolean;
  readonly csv: boolean;
}

/** Adds the options that every analysis has. */
export function withAnalysisFlags(command: Command, interval: string): Command {
  return command
    .option("--from <time>", `from this instant (default: 30 days before --to): ${timeHelp}`)
    .option("--to <time>", "up to, and without, this instant (default: now)")
    .option("-i, --interval <word>", intervalHelp, interval)
    .option("-z, --zone <name>", "the time zone of buckets and times (default: the project's)", "")
    .option("--week-start <day>", "monday or sunday (default: the project's)", "")
    .option("-f, --filter <condition>", `on every event, may be given again: ${filterHelp}`, collect, [])
    .option("--json", "prints the answer as JSON", false)
    .option("--csv", "prints the answer as CSV", false);
}

/** The frame that the options say. @throws UserError */
export function frameOf({ from, to, zone, weekStart, filter }: AnalysisFlags) {
  return {
    range: parseRange({ from, to }, zone || "UTC", Date.now()),
    timeZone: zone,
    weekStart,
    filters: filter.map(parseFilter),
  };
}
