import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { create, fromJson, type JsonObject, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { PublishEventsRequestSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import type { CommandContext } from "../context.js";
import { Tally } from "../import/tally.js";
import { openPublisher } from "../publisher.js";
import { tallyTable } from "../show/tally-table.js";
import { UserError } from "../target.js";
import { exitCodeOf } from "./import.js";

interface SendFlags {
  readonly id?: string;
  readonly user?: string;
  readonly anonymous?: string;
  readonly time?: string;
  readonly property: string[];
  readonly properties?: string;
  readonly json: boolean;
}

const BATCH_EVENTS = 500;

/** `tideline send` */
export function addSendCommand(program: Command, context: CommandContext): void {
  program
    .command("send")
    .description(
      "Sends one event, or those on stdin: JSON objects, one a line or an array, as POST /v1/events takes.",
    )
    .argument("[type]", "the event type; without it events are read from stdin")
    .option("--id <id>", "the event's id (default: a new one)")
    .option("--user <id>", "user_id")
    .option("--anonymous <id>", "anonymous_id")
    .option("--time <time>", "client time, RFC 3339 (default: now)")
    .option(
      "-p, --property <name=value>",
      "a property; numbers, true, false and null are read as such",
      collect,
      [],
    )
    .option("--properties <json>", "the properties as a JSON object")
    .option("--json", "prints the verdicts' summary as JSON", false)
    .addHelpText(
      "after",
      `
Examples:
  tideline send purchase --user ada -p amount=19.90 -p product="Red mug"
  echo '{"type":"purchase","userId":"ada","properties":{"amount":19.9}}' | tideline send`,
    )
    .action(async (type: string | undefined, flags: SendFlags) => {
      const events = type === undefined ? readEvents(await text(process.stdin)) : [eventOf(type, flags)];
      process.exitCode = await sendEvents(events, flags.json, context);
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

async function sendEvents(
  events: readonly Event[],
  asJson: boolean,
  context: CommandContext,
): Promise<number> {
  if (events.length === 0) throw new UserError("stdin held no event");
  const target = context.target("ingest");
  const publisher = openPublisher({
    address: target.grpc,
    key: target.key,
    headers: target.headers,
    retryMsMax: 30_000,
  });
  const tally = new Tally();
  const began = performance.now();
  try {
    await publisher.ready();
    for (let from = 0; from < events.length; from += BATCH_EVENTS) {
      const batch = events.slice(from, from + BATCH_EVENTS);
      const request = create(PublishEventsRequestSchema, { events: batch });
      const verdicts = await publisher.publish(toBinary(PublishEventsRequestSchema, request));
      tally.addVerdicts(
        verdicts,
        batch.map((_, index) => from + index + 1),
      );
    }
  } finally {
    publisher.close();
  }
  if (asJson)
    console.log(JSON.stringify({ lines: tally.lines(), eventIds: events.map(({ eventId }) => eventId) }));
  else {
    console.log(tallyTable(tally, (performance.now() - began) / 1_000));
    if (events.length === 1) console.log(`event id ${events[0]?.eventId}`);
  }
  return exitCodeOf(tally);
}

function eventOf(type: string, flags: SendFlags): Event {
  const given: JsonObject =
    flags.properties === undefined ? {} : parseObject(flags.properties, "--properties");
  for (const pair of flags.property) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UserError(`-p ${pair}: write name=value`);
    given[pair.slice(0, at)] = scalarOf(pair.slice(at + 1));
  }
  return readEvent(
    {
      type,
      properties: given,
      ...(flags.id === undefined ? {} : { eventId: flags.id }),
      ...(flags.user === undefined ? {} : { userId: flags.user }),
      ...(flags.anonymous === undefined ? {} : { anonymousId: flags.anonymous }),
      ...(flags.time === undefined ? {} : { clientTime: flags.time }),
    },
    "the event",
  );
}

/** A number, true, false or null where the text is one in JSON; else the text. */
function scalarOf(value: string): JsonValue {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? value : (parsed as JsonValue);
  } catch {
    return value;
  }
}

function readEvents(input: string): Event[] {
  if (input.trimStart().startsWith("[")) {
    const list = parseJson(input, "stdin");
    return (Array.isArray(list) ? list : []).map((event, index) => readEvent(event, `event ${index + 1}`));
  }
  return input
    .split("\n")
    .map((line, index) => ({ line, where: `line ${index + 1}` }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, where }) => readEvent(parseJson(line, where), where));
}

/** An event in the JSON form of the API, with properties as a plain object; it gets an id and a time if it has none. */
function readEvent(source: JsonValue, where: string): Event {
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new UserError(`${where}: not a JSON object`);
  }
  const { properties, ...rest } = source;
  try {
    const event = fromJson(EventSchema, rest);
    if (properties !== undefined && properties !== null) {
      const json = typeof properties === "string" ? properties : JSON.stringify(properties);
      event.body = { case: "properties", value: json };
    }
    if (event.eventId === "") event.eventId = randomUUID();
    event.clientTime ??= timestampNow();
    return event;
  } catch (error) {
    throw new UserError(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseObject(json: string, where: string): JsonObject {
  const value = parseJson(json, where);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UserError(`${where}: not a JSON object`);
}

function parseJson(json: string, where: string): JsonValue {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    throw new UserError(`${where}: not valid JSON`);
  }
}
