import { type Filter, FilterOp } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../platform/fault.js";
import type { Analytics } from "./ports.js";

/** The refusal that names the first regular expression of the filters that the engine can't compile. */
export async function badPattern(
  filters: readonly Filter[],
  analytics: Analytics,
  signal: AbortSignal,
): Promise<Error> {
  for (const [index, { op, values }] of filters.entries()) {
    if (op !== FilterOp.REGEX && op !== FilterOp.NOT_REGEX) continue;
    for (const [at, pattern] of values.entries()) {
      if (await analytics.compiles(pattern, signal)) continue;
      return requestInvalid(`filters[${index}].values[${at}]`, "regex", "not a regular expression (RE2)");
    }
  }
  return new Error("the engine refused a regular expression that it can compile");
}
