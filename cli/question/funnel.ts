import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type EventSelector, EventSelectorSchema } from "../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  FunnelAttribution,
  type FunnelExclusionSchema,
  FunnelFirstTime,
  FunnelOrder,
  type FunnelStepSchema,
} from "../../gen/ts/tideline/query/v1/funnel_pb.js";
import { UserError } from "../target.js";
import { parseFilter } from "./filter.js";

/** How a step is written on the command line; part of help texts. */
export const stepHelp = [
  "an event type, * for any; conditions in brackets: purchase[amount>10; field:country=AT]",
  "first: before it takes a user's first alone",
].join("; ");

/** Events of a type with conditions. @throws UserError */
function parseSelector(text: string): EventSelector {
  const [, type = "", conditions = ""] = /^([^[]*)(?:\[(.*)\])?$/s.exec(text) ?? [];
  if (type === "") throw new UserError(`${JSON.stringify(text)} is no step: ${stepHelp}`);
  const filters = conditions.split(";").filter((condition) => condition.trim() !== "");
  return create(EventSelectorSchema, {
    type: type === "*" ? "" : type,
    filters: filters.map((condition) => parseFilter(condition.trim())),
  });
}

/** One step. @throws UserError */
export function parseStep(text: string): MessageInitShape<typeof FunnelStepSchema> {
  const isFirst = text.startsWith("first:");
  return {
    event: parseSelector(isFirst ? text.slice("first:".length) : text),
    firstTime: isFirst ? FunnelFirstTime.OF_MATCHING : FunnelFirstTime.UNSPECIFIED,
  };
}

/** How an exclusion is written on the command line; part of help texts. */
export const exclusionHelp =
  "a step's text, after @ the numbers of the steps around it, from 1 on: refund@1-3";

/**
 * An event that must not come between two steps; between the first and the last where it names none.
 *
 * @throws UserError
 */
export function parseExclusion(text: string, steps: number): MessageInitShape<typeof FunnelExclusionSchema> {
  const [, selector = "", from = "1", to = String(steps)] = /^(.*?)(?:@(\d+)-(\d+))?$/s.exec(text) ?? [];
  if (Number(from) < 1) throw new UserError(`--exclude ${text}: ${exclusionHelp}`);
  return { event: parseSelector(selector), fromStep: Number(from) - 1, toStep: Number(to) - 1 };
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 7 * 86_400 };

/** The seconds of a text such as 30m or 14d. @throws UserError */
export function parseWindow(text: string): bigint {
  const [, count, unit = ""] = /^(\d{1,8})([smhdw])$/.exec(text) ?? [];
  if (count === undefined) throw new UserError(`--window ${text}: such as 30s, 20m, 12h, 14d or 2w`);
  return BigInt(count) * BigInt(unitSeconds[unit] ?? 1);
}

export const funnelOrders = {
  ordered: FunnelOrder.ORDERED,
  strict: FunnelOrder.STRICT,
  unordered: FunnelOrder.UNORDERED,
} as const;

/** Whose values count, by its word; a number is that step, from 1 on. @throws UserError */
export function parseAttribution(word: string): { attribution: FunnelAttribution; step: number } {
  if (/^[1-9]\d?$/.test(word)) return { attribution: FunnelAttribution.STEP, step: Number(word) - 1 };
  const words: Readonly<Record<string, FunnelAttribution>> = {
    first: FunnelAttribution.FIRST_TOUCH,
    last: FunnelAttribution.LAST_TOUCH,
    all: FunnelAttribution.ALL_STEPS,
  };
  const attribution = words[word];
  if (attribution === undefined) {
    throw new UserError(`--attribution ${word}: first, last, all, or the number of a step`);
  }
  return { attribution, step: 0 };
}
