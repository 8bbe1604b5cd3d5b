import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Command } from "commander";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { LiveVerdict } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import {
  QueryService,
  type SubscribeResponse,
  SubscribeResponseSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { CommandContext } from "../context.js";
import { jsonOf } from "../show/json.js";
import { safeText } from "../show/table.js";

/** `tideline tail` */
export function addTailCommand(program: Command, context: CommandContext): void {
  program
    .command("tail")
    .description(
      "Follows the project live, until Ctrl-C: a sample of events with their verdicts, and the rate.",
    )
    .option("--json", "prints each message as one line of JSON", false)
    .action(async (flags: { json: boolean }) => {
      const end = new AbortController();
      process.once("SIGINT", () => end.abort());
      process.once("SIGTERM", () => end.abort());
      try {
        const client = context.client(QueryService, "query");
        const stream = client.subscribe({ historyMinutes: 1, verdicts: true }, { signal: end.signal });
        for await (const message of stream) show(message, flags.json);
      } catch (error) {
        if (!(end.signal.aborted && ConnectError.from(error).code === Code.Canceled)) throw error;
      }
    });
}

function show(message: SubscribeResponse, asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify(JSON.parse(jsonOf(SubscribeResponseSchema, message))));
    return;
  }
  for (const verdict of message.verdicts) console.log(verdictLine(verdict));
  const time =
    message.time === undefined ? "" : new Date(timestampMs(message.time)).toISOString().slice(11, 19);
  const top = message.types.slice(0, 4).map(({ name, events }) => `${safeText(name, 24)} ${events}`);
  const rate = message.eventsPerSecond.toFixed(1);
  console.log(`${time}  ${rate}/s, ${message.eventsLastHour} in the last hour: ${top.join(", ")}`);
}

function verdictLine({ type, visitorId, outcome, fault, eventId, timeMs }: LiveVerdict): string {
  const why = fault === undefined ? "" : ` ${FaultReason[fault.reason]} ${safeText(fault.field, 60)}`;
  const time = new Date(Number(timeMs)).toISOString();
  const name = (Outcome[outcome] ?? "").toLowerCase().padEnd(11);
  const who = safeText(visitorId, 24).padEnd(18);
  return `  ${name} ${safeText(type, 24).padEnd(16)} ${who} ${time} ${safeText(eventId, 40)}${why}`;
}
