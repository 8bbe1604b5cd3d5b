import { type Filter, FilterOp } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../platform/fault.js";
import type { Analytics } from "./ports.js";

/** Conditions, and where the request has them. */
export interface FilterGroup {
  /** Such as "filters". */
  readonly field: string;
  readonly filters: readonly Filter[];
  /** True where the field holds one condition, and no list. */
  readonly isOne?: boolean;
}

/** The refusal where the engine said that it can't compile a regular expression of these. */
export async function badPattern(
  groups: readonly FilterGroup[],
  analytics: Analytics,
  signal: AbortSignal,
): Promise<Error> {
  const refusal = await firstBadPattern(groups, analytics, signal);
  return refusal ?? new Error("the engine refused a regular expression that it can compile");
}

/** The refusal that names the first regular expression that the engine can't compile, if any. */
export async function firstBadPattern(
  groups: readonly FilterGroup[],
  analytics: Analytics,
  signal: AbortSignal,
): Promise<Error | undefined> {
  for (const { field, op, values } of groups.flatMap(filtersOf)) {
    if (op !== FilterOp.REGEX && op !== FilterOp.NOT_REGEX) continue;
    for (const [at, pattern] of values.entries()) {
      if (await analytics.compiles(pattern, signal)) continue;
      return requestInvalid(`${field}.values[${at}]`, "regex", "not a regular expression (RE2)");
    }
  }
  return undefined;
}

function filtersOf({
  field,
  filters,
  isOne = false,
}: FilterGroup): (Pick<Filter, "op" | "values"> & { field: string })[] {
  return filters.map(({ op, values }, index) => ({
    op,
    values,
    field: isOne ? field : `${field}[${index}]`,
  }));
}
