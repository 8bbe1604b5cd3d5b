import { requestInvalid } from "../../platform/fault.js";
import { type Call, replacesHeader } from "../../platform/serve/call.js";

/** By the index of an event in its batch: the raw sequence of the event that it replaces. */
export type Replaces = ReadonlyMap<number, number>;

const nothing: Replaces = new Map();

/**
 * What the events of a batch replace, as the call's header says it.
 * @throws Fault REQUEST_INVALID from anybody but the operator: an id's claim in the log would be worth nothing
 */
export function replacesOf(call: Call, count: number): Replaces {
  const header = call.header(replacesHeader);
  if (header === undefined || header === "") return nothing;
  if (!call.principal.isOperator) {
    throw requestInvalid(
      replacesHeader,
      "operator",
      "only the quarantine replaces events, with the operator's key",
    );
  }
  const parts = header.split(",").map((part) => part.trim());
  if (parts.length !== count || !parts.every((part) => /^\d{0,15}$/.test(part))) {
    throw requestInvalid(
      replacesHeader,
      "form",
      "must have a raw sequence or nothing for each event of the batch",
    );
  }
  const places = parts.map((part, index) => [index, Number(part)] as const);
  return new Map(places.filter(([, sequence]) => sequence > 0));
}
