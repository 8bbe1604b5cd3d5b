// The JSON forms of the messages that Protobuf's JSON mapping knows by name, checked.
import { ExactNumber } from "../../platform/json/exact.js";
import { type EventChecker, isObject, type JsonObject } from "./check-event.js";
import { isWellKnown, Refused } from "./event-plan.js";
import type { ProtoMessage } from "./model.js";
import type { ScalarType } from "./syntax.js";
import { durationParts, timestampParts, timestampText } from "./well-known-forms.js";

interface Checked {
  readonly value: unknown;
  readonly path: string;
}

/** The value as it is kept. @throws Refused with its path */
export function checkWellKnown(
  checker: EventChecker,
  message: ProtoMessage,
  { value, path }: Checked,
): unknown {
  const name = message.name.slice("google.protobuf.".length);
  switch (name) {
    case "Timestamp":
      return timestamp(value, path);
    case "Duration":
      if (typeof value === "string" && durationParts(value) !== undefined) return value;
      throw new Refused("duration", 'The value is no duration such as "1.5s".', path);
    case "FieldMask":
      if (typeof value === "string" && /^[A-Za-z\d.,]*$/.test(value)) return value;
      throw new Refused("field_mask", "The value is no list of field paths.", path);
    case "Any":
      return any(checker, value, path);
    case "Struct":
      if (isObject(value)) return dynamic(checker, value, path);
      throw new Refused("struct", "The value is no object.", path);
    case "ListValue":
      if (Array.isArray(value)) return dynamic(checker, value, path);
      throw new Refused("list_value", "The value is no array.", path);
    case "Value":
      return dynamic(checker, value, path);
    default:
      return checker.scalar(message.fields[0]?.type as ScalarType, value, path);
  }
}

function timestamp(value: unknown, path: string): unknown {
  const parts = typeof value === "string" ? timestampParts(value) : undefined;
  if (parts === undefined)
    throw new Refused("timestamp", 'The value is no time such as "2026-01-31T10:00:00Z".', path);
  // Kept as it came where it is in UTC.
  if (typeof value === "string" && value.endsWith("Z")) return value;
  return timestampText(parts.seconds, parts.nanos) ?? value;
}

function dynamic(checker: EventChecker, value: unknown, path: string): unknown {
  checker.step(path);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) dynamic(checker, item, checker.join(path, index));
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) dynamic(checker, member, checker.join(path, name));
  } else if (value instanceof ExactNumber) checker.isExact = true;
  if (value instanceof ExactNumber && !Number.isFinite(Number(value.text))) {
    throw new Refused("finite_number", "A number is not finite.", path);
  }
  return value;
}

function any(checker: EventChecker, value: unknown, path: string): unknown {
  if (!isObject(value)) throw new Refused("any", "The value is no object.", path);
  const keys = Object.keys(value);
  if (keys.length === 0) return value;
  const url = value["@type"];
  const name = typeof url === "string" ? url.slice(url.lastIndexOf("/") + 1) : "";
  const message = checker.plans.set.messages.get(name);
  if (message === undefined)
    throw new Refused("any", '"@type" names no message of the schema.', checker.join(path, "@type"));
  const rest: JsonObject = Object.fromEntries(Object.entries(value).filter(([key]) => key !== "@type"));
  if (isWellKnown(message)) {
    if (keys.length > 2 || !Object.hasOwn(value, "value"))
      throw new Refused("any", 'The value stands in "value".', path);
    return { "@type": url, value: checker.message(message, value["value"], checker.join(path, "value")) };
  }
  return { "@type": url, ...(checker.message(message, rest, path) as JsonObject) };
}
