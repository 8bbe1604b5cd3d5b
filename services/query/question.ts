import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { WeekStart as ProjectWeekStart } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import type { QueryMetricsRequest } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import {
  Aggregation,
  type Filter,
  type Interval,
  type Property,
  PropertyScope,
  type TimeRange,
} from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { EffectiveSettings } from "../../platform/control/projects.js";
import { requestInvalid } from "../../platform/fault.js";
import { isTimeZone } from "../../platform/local-time.js";
import { type Buckets, bucketsMax, bucketsOf, type WeekStart } from "./calendar.js";
import type { FilterGroup } from "./patterns.js";
import type { RegisteredKinds } from "./registered-kinds.js";
import type { AskedData } from "./sql/version.js";

/** A range with its ends filled in: [fromMs, toMs). */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
  /** True where the request left the end open: it moves with the clock. */
  readonly endsNow: boolean;
  /** True where its start moves with the clock as well. */
  readonly startsOpen: boolean;
  /** True where the request named no start. */
  readonly isStartChosen: boolean;
}

/** One series, complete and checked: what is computed, of which events, in which buckets. */
export interface SeriesQuestion {
  readonly type: string;
  readonly aggregation: Aggregation;
  /** Set for all aggregations that need one. */
  readonly property: Property | undefined;
  readonly percentile: number;
  readonly range: Range;
  readonly buckets: Buckets;
  readonly timeZone: string;
  readonly filters: readonly Filter[];
  readonly breakdown: readonly Property[];
  readonly limit: number;
  /** Set where the question names properties of an event type that has a schema. */
  readonly registered?: RegisteredKinds;
  /** Conditions that it shares with other series. */
  readonly commonFilters?: readonly Filter[];
  /** Computes over the numbers of events of users instead of a property. */
  readonly perUser?: boolean;
  /** Each bucket with all of the range before it. */
  readonly isCumulative?: boolean;
  /** Set where each bucket counts users of the days before it as well. */
  readonly active?: ActiveDays;
  /** Of each property of the breakdown the bins that its numbers are sorted into. */
  readonly bins?: readonly (Bins | undefined)[];
  /** What is told of values beyond the limit: all as one where it can be summed up (not set), or whatever it is. */
  readonly others?: "sums" | "all" | "none";
  /** Where the request has its parts, for faults; not set: where QueryMetrics has them. */
  readonly places?: QuestionPlaces;
}

/** Trailing days. */
export interface ActiveDays {
  /** So many days end with each day. */
  readonly span: number;
  /** All that are read: the days of the range, and as many before as the first span has. */
  readonly days: Buckets;
}

/** Consecutive bins: bin i is [edges[i], edges[i + 1]), the last has its upper edge as well. */
export interface Bins {
  readonly edges: readonly number[];
}

export interface QuestionPlaces {
  readonly filters: string;
  readonly commonFilters: string;
  readonly property: string;
  readonly aggregation: string;
  readonly breakdown: (index: number) => string;
}

/** What QueryMetrics is asked. */
export interface MetricsQuestion extends SeriesQuestion {
  readonly interval: Interval;
  readonly weekStart: WeekStart;
}

/** All conditions on its events, and where the request has them. */
export function conditionsOf({ filters, commonFilters = [], places }: SeriesQuestion): FilterGroup[] {
  return [
    { field: places?.filters ?? "filters", filters },
    { field: places?.commonFilters ?? "filters", filters: commonFilters },
  ];
}

/** The range that is read: trailing days begin before the range that is asked for. */
export function readRange({ range, active }: Pick<SeriesQuestion, "range" | "active">): Range {
  return active === undefined ? range : { ...range, fromMs: active.days.starts[0] ?? range.fromMs };
}

const defaultRangeMs = 30 * 86_400_000;
const defaultLimit = 25;

/** The types of system events, which count only where they are asked for by name. */
export const systemTypes: ReadonlySet<string> = new Set(["identify", "traits", "alias"]);

const takesNoProperty: ReadonlySet<Aggregation> = new Set([Aggregation.COUNT, Aggregation.UNIQUE_USERS]);

/** @throws Fault REQUEST_INVALID that names the field. */
export function metricsQuestion(
  request: QueryMetricsRequest,
  settings: Pick<EffectiveSettings, "timeZone" | "weekStart">,
  nowMs: number,
): MetricsQuestion {
  const needsProperty = !takesNoProperty.has(request.aggregation);
  if (needsProperty && request.property === undefined) {
    throw requestInvalid("property", "required", "this aggregation needs a property");
  }
  const timeZone = zoneOf(request.timeZone, settings, "time_zone");
  const weekStart = weekStartOf(request.weekStart, settings.weekStart);
  const range = rangeOf(request.range, nowMs);
  const buckets = bucketsOf({ ...range, interval: request.interval, timeZone, weekStart });
  if (buckets === undefined) {
    throw requestInvalid(
      "interval",
      "max_buckets",
      `the range has more than ${bucketsMax} buckets of this width`,
    );
  }
  return {
    type: request.type,
    aggregation: request.aggregation,
    property: needsProperty ? request.property : undefined,
    percentile: request.aggregation === Aggregation.PERCENTILE ? request.percentile : 0,
    range,
    interval: request.interval,
    buckets,
    timeZone,
    weekStart,
    filters: request.filters,
    breakdown: request.breakdown,
    limit: request.limit || defaultLimit,
  };
}

/** The same question over what of its range is left from an instant on, which lies in it. */
export function beginningAt(question: MetricsQuestion, fromMs: number): MetricsQuestion {
  const range = { ...question.range, fromMs };
  const buckets = bucketsOf({ ...question, ...range });
  if (buckets === undefined) throw new Error("a part of a range has more buckets than the whole");
  return { ...question, range, buckets };
}

/** Whether the answer depends on who is who: it counts users, or looks at their traits. */
export function asksForPersons(question: SeriesQuestion): boolean {
  const { aggregation, perUser, property, breakdown } = question;
  const filters = conditionsOf(question).flatMap((group) => group.filters);
  const properties = [property, ...breakdown, ...filters.map((filter) => filter.property)];
  const counts = aggregation === Aggregation.UNIQUE_USERS || perUser === true;
  return counts || properties.some((each) => each?.scope === PropertyScope.USER);
}

/** The data that its answer is made of. */
export function askedData(question: SeriesQuestion): AskedData {
  const { type } = question;
  const range = readRange(question);
  const types = type === "" ? [] : [type];
  return { types, fromMs: range.fromMs, toMs: range.toMs, persons: asksForPersons(question) };
}

/** Whether it reads what events brought, whose kinds a schema may say. */
export function asksForProperties({
  property,
  filters,
  breakdown,
}: Pick<MetricsQuestion, "property" | "filters" | "breakdown">): boolean {
  const { EVENT, UNSPECIFIED } = PropertyScope;
  return [property, ...breakdown, ...filters.map((filter) => filter.property)].some(
    (each) => each !== undefined && (each.scope === EVENT || each.scope === UNSPECIFIED),
  );
}

/** @throws Fault REQUEST_INVALID where it is none. */
export function zoneOf(
  asked: string | undefined,
  project: Pick<EffectiveSettings, "timeZone">,
  field: string,
): string {
  const timeZone = asked || project.timeZone;
  if (isTimeZone(timeZone)) return timeZone;
  throw requestInvalid(field, "time_zone", "not a zone of the IANA database");
}

export function weekStartOf(asked: string, project: ProjectWeekStart): WeekStart {
  if (asked === "monday" || asked === "sunday") return asked;
  return project === ProjectWeekStart.SUNDAY ? "sunday" : "monday";
}

/** The years that events can have; a range may reach beyond, where nothing is. */
const earliestMs = Date.UTC(1900, 0, 1);
const latestMs = Date.UTC(2300, 0, 1);

/** @throws Fault REQUEST_INVALID where it ends before it begins, or lies outside the years of events. */
export function rangeOf(range: TimeRange | undefined, nowMs: number, field = "range"): Range {
  const toMs = instantOf(range?.to, `${field}.to`) ?? nowMs;
  const fromMs = instantOf(range?.from, `${field}.from`) ?? toMs - defaultRangeMs;
  if (fromMs >= toMs) throw requestInvalid(`${field}.from`, "before_to", `must be before ${field}.to`);
  const endsNow = range?.to === undefined;
  const isStartChosen = range?.from === undefined;
  return { fromMs, toMs, endsNow, startsOpen: endsNow && isStartChosen, isStartChosen };
}

/** A range that holds every event. */
export const eventYears = { fromMs: earliestMs, toMs: latestMs };

/** Whether an instant lies within the years that events can have. */
export function isEventTime(ms: number): boolean {
  return ms >= earliestMs && ms <= latestMs;
}

/** Whole milliseconds. @throws Fault REQUEST_INVALID outside the years of events. */
export function instantOf(time: Timestamp | undefined, field: string): number | undefined {
  if (time === undefined) return undefined;
  // Events have whole milliseconds: a half-open range begins and ends at the first one at or after the instant.
  const ms = timestampMs(time) + (time.nanos % 1_000_000 > 0 ? 1 : 0);
  if (isEventTime(ms)) return ms;
  throw requestInvalid(field, "years", "must be from the year 1900 to 2299");
}

/** Which buckets were still open at the watermark: events in time can still come in. Indexes. */
export function openBuckets({ ends }: Buckets, watermarkMs: number): number[] {
  return ends.flatMap((endMs, index) => (watermarkMs < endMs + graceMs ? [index] : []));
}

/**
 * A bucket is closed once the watermark is this far past its end, which leaves the events of its last seconds their
 * time to arrive. An event received later than that after the end of its bucket is late.
 */
export const graceMs = 60_000;
