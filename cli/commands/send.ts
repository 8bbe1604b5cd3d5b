import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { create, fromJson, type JsonObject, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { PublishEventsRequestSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { failingField } from "../../platform/json/failing-field.js";
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
      const input = type === undefined ? readEvents(await text(process.stdin)) : only(eventOf(type, flags));
      process.exitCode = await sendEvents(input, flags.json, context);
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** The events of an input, and what in it is none. */
interface Input {
  /** Each with its line, or its place in a list. */
  readonly events: readonly { readonly event: Event; readonly place: number }[];
  readonly unreadable: readonly { readonly place: number; readonly why: string }[];
  readonly unit: "line" | "event";
}

const only = (event: Event): Input => ({ events: [{ event, place: 1 }], unreadable: [], unit: "event" });

/** What can't be read is told on stderr, so many times at most; the summary counts all of it. */
const TOLD_MAX = 10;

/** Says which lines are no events. @throws UserError where nothing else is there */
function tellUnreadable({ events, unreadable, unit }: Input, tally: Tally): void {
  const [first] = unreadable;
  if (events.length === 0)
    throw new UserError(first === undefined ? "stdin held no event" : `${unit} ${first.place}: ${first.why}`);
  for (const { place, why } of unreadable.slice(0, TOLD_MAX))
    console.error(`tideline: ${unit} ${place}: ${why}; not sent`);
  if (unreadable.length > TOLD_MAX)
    console.error(`tideline: ${unreadable.length - TOLD_MAX} more can't be read; not sent`);
  for (const { place, why } of unreadable) tally.addUnreadable(place, why);
}

async function sendEvents(input: Input, asJson: boolean, context: CommandContext): Promise<number> {
  const tally = new Tally();
  tellUnreadable(input, tally);
  const { events } = input;
  const target = context.target("ingest");
  const publisher = openPublisher({
    address: target.grpc,
    key: target.key,
    headers: target.headers,
    retryMsMax: 30_000,
  });
  const began = performance.now();
  try {
    await publisher.ready();
    for (let from = 0; from < events.length; from += BATCH_EVENTS) {
      const batch = events.slice(from, from + BATCH_EVENTS);
      const request = create(PublishEventsRequestSchema, { events: batch.map(({ event }) => event) });
      const verdicts = await publisher.publish(toBinary(PublishEventsRequestSchema, request));
      tally.addVerdicts(
        verdicts,
        batch.map(({ place }) => place),
      );
    }
  } finally {
    publisher.close();
  }
  if (asJson)
    console.log(JSON.stringify({ lines: tally.lines(), eventIds: events.map(({ event }) => event.eventId) }));
  else {
    console.log(tallyTable(tally, (performance.now() - began) / 1_000));
    if (events.length === 1) console.log(`event id ${events[0]?.event.eventId}`);
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
  return readEvent({
    type,
    properties: given,
    ...(flags.id === undefined ? {} : { eventId: flags.id }),
    ...(flags.user === undefined ? {} : { userId: flags.user }),
    ...(flags.anonymous === undefined ? {} : { anonymousId: flags.anonymous }),
    ...(flags.time === undefined ? {} : { clientTime: flags.time }),
  });
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

/** Events one a line, or a list of them; what is none stands beside them. */
function readEvents(input: string): Input {
  const isList = input.trimStart().startsWith("[");
  const items = isList ? listOf(input) : linesOf(input);
  const events: { event: Event; place: number }[] = [];
  const unreadable: { place: number; why: string }[] = [];
  for (const { place, read } of items) {
    try {
      events.push({ event: readEvent(read()), place });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push({ place, why: error.message });
    }
  }
  return { events, unreadable, unit: isList ? "event" : "line" };
}

interface Item {
  readonly place: number;
  /** @throws UserError */
  readonly read: () => JsonValue;
}

function listOf(input: string): Item[] {
  const list = parseJson(input, "stdin: ");
  return (Array.isArray(list) ? list : []).map((value, index) => ({ place: index + 1, read: () => value }));
}

function linesOf(input: string): Item[] {
  return input
    .split("\n")
    .map((line, index) => ({ place: index + 1, line, read: () => parseJson(line) }))
    .filter(({ line }) => line.trim() !== "");
}

/** An event in the JSON form of the API, with properties as a plain object; it gets an id and a time if it has none. */
function readEvent(source: JsonValue): Event {
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new UserError("not a JSON object");
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
    const { path, isUnknown } = failingField(EventSchema, rest);
    if (isUnknown) throw new UserError(`an event has no field ${JSON.stringify(path)}`);
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

function parseObject(json: string, where: string): JsonObject {
  const value = parseJson(json, `${where}: `);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UserError(`${where}: not a JSON object`);
}

function parseJson(json: string, where = ""): JsonValue {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    throw new UserError(`${where}not valid JSON`);
  }
}
