import type { Command } from "commander";
import {
  QueryMetricsResponseSchema,
  QueryService,
} from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { unary } from "../../client.js";
import type { CommandContext } from "../../context.js";
import { filterHelp, parseFilter, parseProperty, propertyHelp } from "../../question/filter.js";
import { intervalHelp, measureHelp, parseInterval, parseMeasure } from "../../question/measure.js";
import { parseRange, timeHelp } from "../../question/range.js";
import { jsonOf } from "../../show/json.js";
import { seriesCsv, seriesTable } from "../../show/series.js";
import { collect, wholeNumber } from "../options.js";

interface QueryFlags {
  readonly measure: string;
  readonly property?: string;
  readonly from?: string;
  readonly to?: string;
  readonly interval: string;
  readonly zone: string;
  readonly weekStart: string;
  readonly filter: string[];
  readonly by: string[];
  readonly limit: number;
  readonly json: boolean;
  readonly csv: boolean;
}

/** `tideline query metrics`, or `tideline query` alone. */
export function addQueryMetrics(query: Command, context: CommandContext): void {
  query
    .command("metrics", { isDefault: true })
    .description(
      "Computes a series over events: how many, by whom, how much; as a table with bars, JSON or CSV.",
    )
    .argument("[type]", "the event type; without it all but system events")
    .option("-m, --measure <word>", measureHelp, "count")
    .option("-P, --property <name>", "the property that is summed and so on")
    .option("--from <time>", `from this instant (default: 30 days before --to): ${timeHelp}`)
    .option("--to <time>", "up to, and without, this instant (default: now)")
    .option("-i, --interval <word>", intervalHelp, "all")
    .option("-z, --zone <name>", "the time zone of buckets and times (default: the project's)", "")
    .option("--week-start <day>", "monday or sunday (default: the project's)", "")
    .option("-f, --filter <condition>", `a condition, may be given again: ${filterHelp}`, collect, [])
    .option("-b, --by <property>", `one series a value, up to three: ${propertyHelp}`, collect, [])
    .option("-l, --limit <n>", "the most series", wholeNumber, 25)
    .option("--json", "prints the answer as JSON", false)
    .option("--csv", "prints the answer as CSV", false)
    .addHelpText(
      "after",
      `
Examples:
  tideline query purchase -m sum -P amount -i day --from 7d
  tideline query purchase -m sum -P amount -b country --from 2010-12-01 --to 2011-12-10
  tideline query page_view -m users -b field:country -f field:device_class=mobile`,
    )
    .action((type: string | undefined, flags: QueryFlags) => runQuery(type ?? "", flags, context));
}

async function runQuery(type: string, flags: QueryFlags, context: CommandContext): Promise<void> {
  const interval = parseInterval(flags.interval);
  const answer = await context.client(QueryService, "query").queryMetrics(
    {
      type,
      ...parseMeasure(flags.measure),
      ...(flags.property === undefined ? {} : { property: parseProperty(flags.property) }),
      range: parseRange(flags, flags.zone || "UTC", Date.now()),
      interval,
      timeZone: flags.zone,
      weekStart: flags.weekStart,
      filters: flags.filter.map(parseFilter),
      breakdown: flags.by.map(parseProperty),
      limit: flags.limit,
    },
    unary,
  );
  if (flags.json) console.log(jsonOf(QueryMetricsResponseSchema, answer));
  else console.log(flags.csv ? seriesCsv(answer, interval) : seriesTable(answer, interval));
}
