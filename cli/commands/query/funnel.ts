import { type Command, Option } from "commander";
import { Semantics } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import { QueryFunnelResponseSchema } from "../../../gen/ts/tideline/query/v1/funnel_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { unary } from "../../client.js";
import type { CommandContext } from "../../context.js";
import { parseProperty, propertyHelp } from "../../question/filter.js";
import {
  exclusionHelp,
  funnelOrders,
  parseAttribution,
  parseExclusion,
  parseStep,
  parseWindow,
  stepHelp,
} from "../../question/funnel.js";
import { parseInterval } from "../../question/measure.js";
import { funnelCsv, funnelTable } from "../../show/funnel.js";
import { jsonOf } from "../../show/json.js";
import { collect, wholeNumber } from "../options.js";
import { type AnalysisFlags, frameOf, withAnalysisFlags } from "./analysis-flags.js";

interface FunnelFlags extends AnalysisFlags {
  readonly order: keyof typeof funnelOrders;
  readonly window: string;
  readonly exclude: string[];
  readonly by: string[];
  readonly attribution: string;
  readonly limit: number;
  readonly times: boolean;
  readonly posthog: boolean;
}

/** `tideline query funnel` */
export function addQueryFunnelCommand(query: Command, context: CommandContext): void {
  withAnalysisFlags(query.command("funnel"), "all")
    .description(
      "Counts users by how far they get through a sequence of steps, as a table with bars, JSON or CSV.",
    )
    .argument("<steps...>", `two to twenty: ${stepHelp}`)
    .addOption(
      new Option("-o, --order <word>", "what may lie between the steps")
        .choices(Object.keys(funnelOrders))
        .default("ordered"),
    )
    .option("-w, --window <time>", "how long it may take from the first step on: 30s, 20m, 12h, 14d", "14d")
    .option(
      "-x, --exclude <event>",
      `must not come between, may be given again: ${exclusionHelp}`,
      collect,
      [],
    )
    .option("-b, --by <property>", `one funnel a value, up to three: ${propertyHelp}`, collect, [])
    .option("-a, --attribution <word>", "whose values: first, last, all, or the number of a step", "first")
    .option("-l, --limit <n>", "the most values", wholeNumber, 25)
    .option("--times", "also how long converting took, in bins", false)
    .option(
      "--posthog",
      "means it as PostHog does: the range cuts every step, exclusions drop the user",
      false,
    )
    .addHelpText(
      "after",
      `
Examples:
  tideline query funnel page_view add_to_cart purchase --from 30d
  tideline query funnel signup "purchase[amount>10]" -w 7d -b field:country
  tideline query funnel signup purchase -x refund -i week --times`,
    )
    .action((steps: string[], flags: FunnelFlags) => runFunnel(steps, flags, context));
}

async function runFunnel(steps: string[], flags: FunnelFlags, context: CommandContext): Promise<void> {
  const interval = parseInterval(flags.interval);
  const answer = await context.client(QueryService, "query").queryFunnel(
    {
      frame: {
        ...frameOf(flags),
        semantics: flags.posthog ? Semantics.POSTHOG : Semantics.NATIVE,
      },
      funnel: {
        steps: steps.map(parseStep),
        order: funnelOrders[flags.order],
        window: { seconds: parseWindow(flags.window) },
        exclusions: flags.exclude.map((text) => parseExclusion(text, steps.length)),
      },
      ...(flags.by.length === 0
        ? {}
        : {
            breakdown: {
              ...parseAttribution(flags.attribution),
              properties: flags.by.map(parseProperty),
              limit: flags.limit,
            },
          }),
      ...(interval === Interval.UNSPECIFIED ? {} : { overTime: { interval } }),
      ...(flags.times ? { timeToConvert: {} } : {}),
    },
    unary,
  );
  if (flags.json) console.log(jsonOf(QueryFunnelResponseSchema, answer));
  else console.log(flags.csv ? funnelCsv(answer, steps) : funnelTable(answer, steps));
}
