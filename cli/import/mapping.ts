import { MappingError } from "./record.js";
import { type Encoding, encodings } from "./sources/text-lines.js";

/** The forms of files that can be imported. */
export const formats = ["csv", "ndjson", "json", "combined-log"] as const;

export type Format = (typeof formats)[number];

/** A mapping file: how a file is written, and what of a record goes where in an event. docs/import.md describes it. */
export interface Mapping {
  readonly format: Format;
  readonly encoding: Encoding;
  readonly csv: {
    readonly delimiter: string;
    readonly columns: string[] | undefined;
    readonly skipRecords: number;
  };
  /** Records for which this is true are passed over. */
  readonly skip: unknown;
  /** Expressions by the event's field: event_id, type, ... and context's, such as context.ip. */
  readonly event: Readonly<Record<string, unknown>>;
  /** Expressions by the property's name. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Fields of the record that become properties as they are: all but these; undefined: none. */
  readonly restExcept: readonly string[] | undefined;
}

/** The event's fields that a mapping may give, by their names in the contract. */
export const eventFields = [
  "event_id",
  "type",
  "user_id",
  "anonymous_id",
  "session_id",
  "producer_id",
  "sequence",
  "client_time",
  "context.ip",
  "context.user_agent",
  "context.page_url",
  "context.page_title",
  "context.referrer",
  "context.locale",
  "context.campaign.source",
  "context.campaign.medium",
  "context.campaign.name",
  "context.campaign.term",
  "context.campaign.content",
  "context.library",
  "context.library_version",
] as const;

export type EventField = (typeof eventFields)[number];

/**
 * Checks what a mapping file says.
 * @throws MappingError for the first thing that no mapping has, by its place
 */
export function readMapping(source: unknown): Mapping {
  const mapping = objectOf(source, "the mapping");
  allow(
    mapping,
    ["description", "format", "encoding", "csv", "skip", "event", "properties", "rest"],
    "the mapping",
  );
  const event = objectOf(mapping["event"], "event");
  allow(event, eventFields, "event");
  if (event["type"] === undefined) throw new MappingError("event.type: every event needs a type");
  return {
    format: oneOf(mapping["format"], formats, "format"),
    encoding: oneOf(mapping["encoding"] ?? "utf-8", encodings, "encoding"),
    csv: readCsv(mapping["csv"] ?? {}),
    skip: mapping["skip"],
    event,
    properties: objectOf(mapping["properties"] ?? {}, "properties"),
    restExcept: readRest(mapping["rest"]),
  };
}

function readCsv(source: unknown): Mapping["csv"] {
  const csv = objectOf(source, "csv");
  allow(csv, ["delimiter", "columns", "skip_records"], "csv");
  const delimiter = csv["delimiter"] ?? ",";
  if (
    typeof delimiter !== "string" ||
    (delimiter.length !== 1 && delimiter !== "whitespace") ||
    delimiter === '"'
  ) {
    throw new MappingError('csv.delimiter: one character, or "whitespace"');
  }
  const skipRecords = csv["skip_records"] ?? 0;
  if (!Number.isSafeInteger(skipRecords) || Number(skipRecords) < 0) {
    throw new MappingError("csv.skip_records: a whole number");
  }
  const columns = csv["columns"];
  return {
    delimiter,
    columns: columns === undefined ? undefined : textsOf(columns, "csv.columns"),
    skipRecords: Number(skipRecords),
  };
}

/** `true` takes everything, `{"except": [...]}` all but some. */
function readRest(source: unknown): string[] | undefined {
  if (source === undefined || source === false) return undefined;
  if (source === true) return [];
  const rest = objectOf(source, "rest");
  allow(rest, ["except"], "rest");
  return textsOf(rest["except"], "rest.except");
}

function objectOf(source: unknown, where: string): Record<string, unknown> {
  if (typeof source === "object" && source !== null && !Array.isArray(source)) {
    return source as Record<string, unknown>;
  }
  throw new MappingError(`${where}: must be an object`);
}

function allow(object: Record<string, unknown>, keys: readonly string[], where: string): void {
  const unknown = Object.keys(object).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw new MappingError(`${where}: has no ${JSON.stringify(unknown)}; there are ${keys.join(", ")}`);
}

function oneOf<T extends string>(value: unknown, known: readonly T[], where: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new MappingError(`${where}: one of ${known.join(", ")}`);
  return found;
}

function textsOf(source: unknown, where: string): string[] {
  if (Array.isArray(source) && source.every((text) => typeof text === "string")) return source;
  throw new MappingError(`${where}: must be a list of texts`);
}
