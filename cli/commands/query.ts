import type { Command } from "commander";
import type { CommandContext } from "../context.js";
import { addQueryLifecycleCommand, addQueryStickinessCommand } from "./query/activity.js";
import { addQueryFunnelCommand } from "./query/funnel.js";
import { addQueryMetric } from "./query/metric.js";
import { addQueryMetrics } from "./query/metrics.js";
import { addQueryRetentionCommand } from "./query/retention.js";
import { addQueryTrend } from "./query/trend.js";
import { addQuerySqlCommand } from "./query-sql.js";

/** `tideline query ...`; without the name of a question it is `tideline query metrics`. */
export function addQueryCommand(program: Command, context: CommandContext): void {
  const query = program
    .command("query")
    .description(
      "Asks about events: series, trends, metrics, funnels, SQL; as tables with bars, JSON or CSV.",
    );
  addQueryMetrics(query, context);
  addQueryTrend(query, context);
  addQueryMetric(query, context);
  addQueryFunnelCommand(query, context);
  addQueryRetentionCommand(query, context);
  addQueryLifecycleCommand(query, context);
  addQueryStickinessCommand(query, context);
  addQuerySqlCommand(query, context);
}
