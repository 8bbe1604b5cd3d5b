// What questions of every kind are made of.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type EventSelectorSchema,
  type FrameSchema,
  Semantics,
} from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  FilterOp,
  type FilterSchema,
  Interval,
  type PropertySchema,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  type AnalyticsCase,
  type CaseFilter,
  endMsOf,
  presetOf,
  type Scope,
  type Selector,
  type Unit,
} from "../case-shape.js";

/** Users of one number on a page: more than a case has. */
export const pageSize = 1_000;
/** Lists of users that are asked for at once. */
export const listsAtOnce = 4;

/** A case that can't be put to this API. */
export class NotAskable extends Error {}

const ops: Readonly<Record<string, FilterOp>> = {
  exact: FilterOp.EQUALS,
  is_not: FilterOp.NOT_EQUALS,
  icontains: FilterOp.CONTAINS,
  not_icontains: FilterOp.NOT_CONTAINS,
  regex: FilterOp.REGEX,
  not_regex: FilterOp.NOT_REGEX,
  is_set: FilterOp.SET,
  is_not_set: FilterOp.NOT_SET,
  gt: FilterOp.GREATER,
  gte: FilterOp.GREATER_OR_EQUAL,
  lt: FilterOp.LESS,
  lte: FilterOp.LESS_OR_EQUAL,
};

export function filterOp(op: string): FilterOp {
  const known = ops[op];
  if (known === undefined) throw new NotAskable(`there is no operator ${op}`);
  return known;
}

/** A property by its whole name: a dot in it is no path. */
export function property(scope: Scope, name: string): MessageInitShape<typeof PropertySchema> {
  if (scope === "user") return { scope: PropertyScope.USER, name };
  return { scope: PropertyScope.EVENT, name: name.replaceAll(/[\\.]/g, "\\$&") };
}

export function filters(of: readonly CaseFilter[] = []): MessageInitShape<typeof FilterSchema>[] {
  return of.map(({ scope, property: name, op, value }) => ({
    property: property(scope, name),
    op: filterOp(op),
    values: op === "is_set" || op === "is_not_set" ? [] : texts(value),
  }));
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map((it) =>
    typeof it === "string" ? it : JSON.stringify(it),
  );
}

/** Any event but system events, or those of a name. */
export function selector({ event, filters: of }: Selector): MessageInitShape<typeof EventSelectorSchema> {
  return { type: event ?? "", filters: filters(of) };
}

/** When, in whose calendar, under which preset. Cases end with their `to`, questions before theirs. */
export function frame(given: AnalyticsCase): MessageInitShape<typeof FrameSchema> {
  const { query, timezone, week_start = "monday", now } = given;
  return {
    range: { from: timestampFromMs(Date.parse(query.from)), to: timestampFromMs(endMsOf(query.to).endMs) },
    timeZone: timezone,
    weekStart: week_start,
    filters: filters(query.filters),
    semantics: presetOf(given) === "NATIVE" ? Semantics.NATIVE : Semantics.POSTHOG,
    maxStaleness: {},
    ...(now === undefined ? {} : { now: timestampFromMs(Date.parse(now)) }),
  };
}

const intervals: Readonly<Partial<Record<Unit, Interval>>> = {
  minute: Interval.MINUTE,
  hour: Interval.HOUR,
  day: Interval.DAY,
  week: Interval.WEEK,
  month: Interval.MONTH,
};

export function interval(unit: Unit): Interval {
  const known = intervals[unit];
  if (known === undefined) throw new NotAskable(`there are no buckets of a ${unit}`);
  return known;
}

/** The properties of a breakdown. */
export function properties(
  breakdown: { readonly scope?: Scope; readonly properties: readonly string[] } | undefined,
): MessageInitShape<typeof PropertySchema>[] {
  return (breakdown?.properties ?? []).map((name) => property(breakdown?.scope ?? "event", name));
}

/** What a row of a breakdown is called: its values, "" for what is missing. */
export function rowValue(row: {
  readonly breakdown: readonly { readonly value: string }[];
  readonly isOther?: boolean;
}): string[] {
  return row.isOther === true ? ["Other"] : row.breakdown.map(({ value }) => value);
}

/** An instant as cases write it. */
export function shown(time: Timestamp): string {
  return timestampDate(time).toISOString();
}
