import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { type EventFault, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { EventSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import {
  type ExplainEventResponse,
  ExplainEventResponseSchema,
  type GetUserResponse,
  GetUserResponseSchema,
  QueryService,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { filterHelp, parseFilter } from "../question/filter.js";
import { parseRange, timeHelp } from "../question/range.js";
import { eventsTable } from "../show/events.js";
import { jsonOf } from "../show/json.js";
import { safeText, textTable } from "../show/table.js";
import { collect, wholeNumber } from "./options.js";

interface EventsFlags {
  readonly user?: string;
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly filter: string[];
  readonly limit: number;
  readonly json: boolean;
}

/** `tideline events`, `tideline user` and `tideline explain` */
export function addLookCommands(program: Command, context: CommandContext): void {
  program
    .command("events")
    .description("Lists stored events, newest first.")
    .argument("[type]", "the event type; without it all")
    .option("--user <id>", "of this user_id or anonymous_id")
    .option("--id <id>", "of this event id")
    .option("--from <time>", `from this instant (default: 30 days before --to): ${timeHelp}`)
    .option("--to <time>", "up to this instant (default: now)")
    .option("-f, --filter <condition>", filterHelp, collect, [])
    .option("-l, --limit <n>", "at most so many", wholeNumber, 20)
    .option("--json", "prints one JSON object a line", false)
    .action((type: string | undefined, flags: EventsFlags) => listEvents(type ?? "", flags, context));
  program
    .command("user")
    .description("Shows one user: ids, traits, totals and the newest events.")
    .argument("<id>", "a user_id or anonymous_id")
    .option("-l, --limit <n>", "events of the timeline", wholeNumber, 20)
    .option("--json", "prints the answer as JSON", false)
    .action(async (userId: string, flags: { limit: number; json: boolean }) => {
      const client = context.client(QueryService, "query");
      const answer = await client.getUser({ userId, pageSize: flags.limit }, unary);
      console.log(flags.json ? jsonOf(GetUserResponseSchema, answer) : userText(answer));
    });
  program
    .command("explain")
    .description("Follows one event through every stage: verdict, log positions, enrichment, tables.")
    .argument("<event-id>", "the event's id")
    .option("--json", "prints the answer as JSON", false)
    .action(async (eventId: string, flags: { json: boolean }) => {
      const answer = await context.client(QueryService, "query").explainEvent({ eventId }, unary);
      console.log(flags.json ? jsonOf(ExplainEventResponseSchema, answer) : explainText(answer));
    });
}

async function listEvents(type: string, flags: EventsFlags, context: CommandContext): Promise<void> {
  const answer = await context.client(QueryService, "query").listEvents(
    {
      type,
      range: parseRange(flags, "UTC", Date.now()),
      filters: flags.filter.map(parseFilter),
      pageSize: flags.limit,
      eventId: flags.id ?? "",
      userId: flags.user ?? "",
    },
    unary,
  );
  if (flags.json)
    for (const event of answer.events) console.log(JSON.stringify(JSON.parse(jsonOf(EventSchema, event))));
  else console.log(eventsTable(answer.events));
}

function userText(user: GetUserResponse): string {
  const time = (stamp: GetUserResponse["firstSeen"]) =>
    stamp === undefined ? "-" : new Date(timestampMs(stamp)).toISOString();
  const facts = [
    ["user", safeText(user.userId)],
    ["known as", safeText(user.knownIds.join(", "))],
    ["first seen", time(user.firstSeen)],
    ["last seen", time(user.lastSeen)],
    ["events", user.events.toLocaleString("en")],
    ["sessions", user.sessions.toLocaleString("en")],
    ...Object.entries(user.traits).map(([name, json]) => [`trait ${safeText(name, 40)}`, safeText(json)]),
  ];
  const width = Math.max(...facts.map(([name = ""]) => name.length));
  const lines = facts.map(([name = "", value = ""]) => `${name.padEnd(width)}  ${value}`);
  return [...lines, "", eventsTable(user.timeline)].join("\n");
}

/** For people; exported for its test. */
export function explainText(answer: ExplainEventResponse): string {
  const rows = answer.stages.map(({ name, reached, time, facts }) => [
    reached ? "✔" : "·",
    name,
    time === undefined ? "" : new Date(timestampMs(time)).toISOString(),
    safeText(
      Object.entries(facts)
        .map(([fact, value]) => `${fact}=${value}`)
        .join(" "),
    ),
  ]);
  const { fault, pastFault } = answer;
  const why = [
    ...(fault === undefined ? [] : [faultText(fault)]),
    ...(pastFault === undefined ? [] : [`${pastText(answer)}: ${faultText(pastFault)}`]),
  ];
  return [
    `outcome ${Outcome[answer.outcome]?.toLowerCase()}`,
    ...why,
    textTable(["", "stage", "time", "facts"], rows),
  ].join("\n");
}

/** What else happened to an event that was accepted. */
function pastText({ stages }: ExplainEventResponse): string {
  const aside = stages.findIndex(({ name }) => name === "quarantine");
  const state = stages[aside]?.facts["state"] ?? "";
  return aside === 0
    ? `kept aside first (now ${state}), then accepted; the reason was`
    : `accepted first; a copy that came afterwards is ${state}; the reason is`;
}

function faultText({ reason, field, message }: EventFault): string {
  return `${FaultReason[reason]} ${safeText(field)} ${safeText(message)}`.replace(/ +/g, " ");
}
