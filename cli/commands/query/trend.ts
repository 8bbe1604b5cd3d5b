import type { Command } from "commander";
import { Semantics } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { QueryTrendResponseSchema, TrendDisplay } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { unary } from "../../client.js";
import type { CommandContext } from "../../context.js";
import { filterHelp, parseFilter, parseProperty, propertyHelp } from "../../question/filter.js";
import { intervalHelp, parseInterval } from "../../question/measure.js";
import { parseRange, timeHelp } from "../../question/range.js";
import { comparisonHelp, parseComparison, parseSeries, seriesHelp } from "../../question/trend.js";
import { jsonOf } from "../../show/json.js";
import { trendCsv, trendTable } from "../../show/trend.js";
import { collect, wholeNumber } from "../options.js";

/** What trends and metrics are both asked. */
export interface LineFlags {
  readonly from?: string;
  readonly to?: string;
  readonly interval: string;
  readonly zone: string;
  readonly weekStart: string;
  readonly filter: string[];
  readonly by: string[];
  readonly limit: number;
  readonly compare?: string;
  readonly cumulative: boolean;
  readonly total: boolean;
  readonly explain: boolean;
  readonly json: boolean;
  readonly csv: boolean;
}

interface TrendFlags extends LineFlags {
  readonly formula: string[];
  readonly bins: number;
  readonly posthog: boolean;
}

/** The options of what is told in lines over time. */
export function addLineOptions(command: Command, byHelp: string): Command {
  return command
    .option("--from <time>", `from this instant (default: 30 days before --to): ${timeHelp}`)
    .option("--to <time>", "up to, and without, this instant (default: now)")
    .option("-i, --interval <word>", intervalHelp, "day")
    .option("-z, --zone <name>", "the time zone of buckets and times (default: the project's)", "")
    .option("--week-start <day>", "monday or sunday (default: the project's)", "")
    .option("-f, --filter <condition>", `on every event, may be given again: ${filterHelp}`, collect, [])
    .option("-b, --by <name>", byHelp, collect, [])
    .option("-l, --limit <n>", "the most rows of a breakdown", wholeNumber, 25)
    .option("--compare <time>", `beside an earlier time: ${comparisonHelp}`)
    .option("--cumulative", "each bucket with all before it", false)
    .option("--total", "totals alone", false)
    .option("--explain", "says where it was read, and why", false)
    .option("--json", "prints the answer as JSON", false)
    .option("--csv", "prints the answer as CSV", false);
}

/** The part of a request that the options of `addLineOptions` make. */
export function linesAsked(flags: LineFlags) {
  const { cumulative, total, compare } = flags;
  return {
    frame: {
      range: parseRange(flags, flags.zone || "UTC", Date.now()),
      timeZone: flags.zone,
      weekStart: flags.weekStart,
      filters: flags.filter.map(parseFilter),
      explain: flags.explain,
    },
    interval: parseInterval(flags.interval),
    limit: flags.limit,
    display:
      total || flags.interval === "all" ? TrendDisplay.TOTAL : cumulative ? TrendDisplay.CUMULATIVE : 0,
    ...(compare === undefined ? {} : { comparison: parseComparison(compare) }),
  };
}

/** `tideline query trend` */
export function addQueryTrend(query: Command, context: CommandContext): void {
  const command = query
    .command("trend")
    .description("Computes series over time, formulas of them, and what they were before.")
    .argument("<series...>", seriesHelp)
    .option(
      "-F, --formula <text>",
      'told instead of the series, such as "B / A * 100"; may be given again',
      collect,
      [],
    )
    .option("--bins <n>", "sorts the numbers of --by into so many bins", wholeNumber)
    .option("--posthog", "by PostHog's meaning of totals, missing values and bins", false);
  addLineOptions(command, `one row a value, up to three: ${propertyHelp}`)
    .addHelpText(
      "after",
      `
Examples:
  tideline query trend page_view:users purchase:users -F "B / A * 100" --from 14d
  tideline query trend purchase:sum:amount -i week --compare before
  tideline query trend '*:wau' -b field:country`,
    )
    .action((series: string[], flags: TrendFlags) => runTrend(series, flags, context));
}

async function runTrend(series: string[], flags: TrendFlags, context: CommandContext): Promise<void> {
  const asked = linesAsked(flags);
  const { bins = 0 } = flags;
  const semantics = flags.posthog ? Semantics.POSTHOG : Semantics.NATIVE;
  const answer = await context.client(QueryService, "query").queryTrend(
    {
      ...asked,
      frame: { ...asked.frame, semantics },
      series: series.map(parseSeries),
      formulas: flags.formula,
      breakdown: flags.by.map((name) => ({ property: parseProperty(name), bins })),
    },
    unary,
  );
  if (flags.json) console.log(jsonOf(QueryTrendResponseSchema, answer));
  else console.log(flags.csv ? trendCsv(answer, asked.interval) : trendTable(answer, asked.interval));
}
