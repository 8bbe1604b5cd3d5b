import { type Command, Option } from "commander";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import {
  QueryRetentionResponseSchema,
  RetentionBirth,
  RetentionBound,
  RetentionClock,
} from "../../../gen/ts/tideline/query/v1/retention_pb.js";
import { unary } from "../../client.js";
import type { CommandContext } from "../../context.js";
import { parseProperty, propertyHelp } from "../../question/filter.js";
import { parseInterval } from "../../question/measure.js";
import { jsonOf } from "../../show/json.js";
import { retentionCsv, retentionTable } from "../../show/retention.js";
import { collect, wholeNumber } from "../options.js";
import { type AnalysisFlags, frameOf, withAnalysisFlags } from "./analysis-flags.js";

const births = {
  recurring: RetentionBirth.RECURRING,
  first: RetentionBirth.FIRST_MATCHING,
  "first-ever": RetentionBirth.FIRST_EVER,
};
const bounds = {
  on: RetentionBound.ON,
  "on-or-after": RetentionBound.ON_OR_AFTER,
  "on-or-before": RetentionBound.ON_OR_BEFORE,
};

interface RetentionFlags extends AnalysisFlags {
  readonly return?: string;
  readonly columns?: number;
  readonly birth: keyof typeof births;
  readonly bound: keyof typeof bounds;
  readonly rolling: boolean;
  readonly minimum: number;
  readonly after: boolean;
  readonly by: string[];
  readonly limit: number;
}

/** `tideline query retention` */
export function addQueryRetentionCommand(query: Command, context: CommandContext): void {
  withAnalysisFlags(query.command("retention"), "week")
    .description("Follows cohorts of users: who started in a period, and which share of them came back.")
    .argument("[start]", "the type of events that start; without it any")
    .option("-r, --return <type>", "the type of events that are a return (default: the start's)")
    .option("-c, --columns <n>", "how many periods a cohort is followed, its own among them", wholeNumber)
    .addOption(new Option("--birth <word>", "who belongs").choices(Object.keys(births)).default("recurring"))
    .addOption(new Option("--bound <word>", "when it counts").choices(Object.keys(bounds)).default("on"))
    .option("--rolling", "counts whole periods from each user's own start", false)
    .option("--minimum <n>", "so many returns in a period", wholeNumber, 1)
    .option("--after", "follows cohorts beyond the end of the range", false)
    .option("-b, --by <property>", `one table a value, up to three: ${propertyHelp}`, collect, [])
    .option("-l, --limit <n>", "the most tables", wholeNumber, 5)
    .action((start: string | undefined, flags: RetentionFlags) => runRetention(start ?? "", flags, context));
}

async function runRetention(start: string, flags: RetentionFlags, context: CommandContext): Promise<void> {
  const period = parseInterval(flags.interval);
  const answer = await context.client(QueryService, "query").queryRetention(
    {
      frame: frameOf(flags),
      startEvent: { type: start },
      returnEvent: { type: flags.return ?? start },
      period,
      ...(flags.columns === undefined ? {} : { periods: flags.columns }),
      clock: flags.rolling ? RetentionClock.ROLLING : RetentionClock.CALENDAR,
      birth: births[flags.birth],
      bound: bounds[flags.bound],
      minimumOccurrences: flags.minimum,
      returnsAfterRange: flags.after,
      breakdown: flags.by.map(parseProperty),
      limit: flags.limit,
    },
    unary,
  );
  if (flags.json) console.log(jsonOf(QueryRetentionResponseSchema, answer));
  else console.log(flags.csv ? retentionCsv(answer, period) : retentionTable(answer, period));
}
