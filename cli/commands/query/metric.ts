import type { Command } from "commander";
import { QueryMetricResponseSchema } from "../../../gen/ts/tideline/query/v1/metric_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { unary } from "../../client.js";
import type { CommandContext } from "../../context.js";
import { jsonOf } from "../../show/json.js";
import { safeText, textTable } from "../../show/table.js";
import { trendCsv, trendTable } from "../../show/trend.js";
import { addLineOptions, type LineFlags, linesAsked } from "./trend.js";

/** `tideline query metric` */
export function addQueryMetric(query: Command, context: CommandContext): void {
  const command = query
    .command("metric")
    .description("Computes a metric by its name; without one it lists the project's metrics.")
    .argument("[name]", "the metric, such as revenue");
  addLineOptions(command, "one row a value of this dimension of the metric, up to three")
    .addHelpText(
      "after",
      `
Examples:
  tideline query metric
  tideline query metric revenue -i week --compare before
  tideline query metric dau -b country --from 7d`,
    )
    .action((name: string | undefined, flags: LineFlags) =>
      name === undefined ? listMetrics(context) : runMetric(name, flags, context),
    );
}

async function listMetrics(context: CommandContext): Promise<void> {
  const rows: string[][] = [];
  const client = context.client(QueryService, "query");
  let pageToken = "";
  do {
    const page = await client.listMetrics({ pageToken }, unary);
    for (const { definition, version } of page.metrics) {
      const { name = "", unit = "", dimensions = [], description = "" } = definition ?? {};
      const by = dimensions.map((dimension) => dimension.name).join(", ");
      rows.push([
        name,
        version === 0 ? "-" : String(version),
        unit,
        safeText(description, 80),
        safeText(by, 60),
      ]);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  console.log(textTable(["metric", "version", "unit", "what it is", "by"], rows));
}

async function runMetric(name: string, flags: LineFlags, context: CommandContext): Promise<void> {
  const asked = linesAsked(flags);
  const request = { ...asked, name, dimensions: flags.by };
  const response = await context.client(QueryService, "query").queryMetric(request, unary);
  const { answer, metric } = response;
  if (flags.json || answer === undefined) {
    console.log(jsonOf(QueryMetricResponseSchema, response));
    return;
  }
  const unit = metric?.definition?.unit ?? "";
  const title = unit === "" ? name : `${name} (${unit})`;
  console.log(flags.csv ? trendCsv(answer, asked.interval) : trendTable(answer, asked.interval, title));
}
