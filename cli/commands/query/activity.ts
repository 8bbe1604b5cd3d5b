import type { Command } from "commander";
import { QueryLifecycleResponseSchema } from "../../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { QueryStickinessResponseSchema } from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import { unary } from "../../client.js";
import type { CommandContext } from "../../context.js";
import { parseInterval } from "../../question/measure.js";
import { lifecycleCsv, lifecycleTable, stickinessCsv, stickinessTable } from "../../show/activity.js";
import { jsonOf } from "../../show/json.js";
import { wholeNumber } from "../options.js";
import { type AnalysisFlags, frameOf, withAnalysisFlags } from "./analysis-flags.js";

interface StickinessFlags extends AnalysisFlags {
  readonly each: number;
  readonly cumulative: boolean;
}

/** `tideline query lifecycle` */
export function addQueryLifecycleCommand(query: Command, context: CommandContext): void {
  withAnalysisFlags(query.command("lifecycle"), "day")
    .description("Counts in each bucket users who are new, returning, resurrecting and dormant.")
    .argument("[type]", "the type of events that make a user active; without it any")
    .action(async (type: string | undefined, flags: AnalysisFlags) => {
      const interval = parseInterval(flags.interval);
      const asked = { frame: frameOf(flags), event: { type: type ?? "" }, interval };
      const answer = await context.client(QueryService, "query").queryLifecycle(asked, unary);
      if (flags.json) console.log(jsonOf(QueryLifecycleResponseSchema, answer));
      else console.log(flags.csv ? lifecycleCsv(answer, interval) : lifecycleTable(answer, interval));
    });
}

/** `tideline query stickiness` */
export function addQueryStickinessCommand(query: Command, context: CommandContext): void {
  withAnalysisFlags(query.command("stickiness"), "day")
    .description("Counts users by the number of intervals in which they were active.")
    .argument("[type]", "the type of events that make a user active; without it any")
    .option("--each <n>", "so many intervals are one", wholeNumber, 1)
    .option("--cumulative", "counts users active in at least so many intervals", false)
    .action(async (type: string | undefined, flags: StickinessFlags) => {
      const { each, cumulative } = flags;
      const interval = parseInterval(flags.interval);
      const asked = { frame: frameOf(flags), event: { type: type ?? "" }, interval, cumulative };
      const answer = await context
        .client(QueryService, "query")
        .queryStickiness({ ...asked, intervalCount: each }, unary);
      if (flags.json) console.log(jsonOf(QueryStickinessResponseSchema, answer));
      else console.log(flags.csv ? stickinessCsv(answer) : stickinessTable(answer));
    });
}
