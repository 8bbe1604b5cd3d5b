// The shape of an analytics case, as the files of cases have it.

/** One event; several ids of one person are one `user`. */
export interface CaseEvent {
  readonly event: string;
  readonly user: string;
  /** ISO 8601 with zone. */
  readonly time: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Sent under this anonymous id instead; an "identify" tells that it is `user`. Only in generated cases. */
  readonly anonymous?: string;
  /** The event's id, which orders events of one time; else by its place. Only in generated cases. */
  readonly id?: string;
}

export type Scope = "event" | "user";

/** A condition; several are AND-ed. A list as value means any of them. */
export interface CaseFilter {
  readonly scope: Scope;
  readonly property: string;
  readonly op: string;
  readonly value?: unknown;
}

/** Events of one name (null: any) that pass filters. */
export interface Selector {
  readonly event: string | null;
  readonly filters: readonly CaseFilter[];
}

export type Unit = "second" | "minute" | "hour" | "day" | "week" | "month";

interface Ranged {
  /** Both inclusive. */
  readonly from: string;
  readonly to: string;
  /** Apply to every event that the question looks at. */
  readonly filters?: readonly CaseFilter[];
}

export interface FunnelStep extends Selector {
  readonly math?: "first_time_for_user" | "first_time_for_user_with_filters";
}

export interface FunnelExclusion extends Selector {
  /** 0-based. */
  readonly from_step: number;
  readonly to_step: number;
}

export type Attribution = "first_touch" | "last_touch" | "all_events" | "step";

export interface FunnelQuery extends Ranged {
  readonly steps: readonly FunnelStep[];
  readonly order: "ordered" | "strict" | "unordered";
  readonly window: { readonly value: number; readonly unit: Unit };
  readonly exclusions?: readonly FunnelExclusion[];
  readonly breakdown?: {
    readonly scope?: Scope;
    readonly properties: readonly string[];
    readonly attribution?: Attribution;
    readonly step?: number;
    readonly limit?: number;
  };
  readonly viz?: "steps" | "trends" | "time_to_convert";
  readonly interval?: Unit;
  readonly from_step?: number;
  readonly to_step?: number;
  readonly bin_count?: number;
}

export interface RetentionQuery extends Ranged {
  readonly start: Selector;
  readonly return: Selector;
  readonly period: Unit;
  readonly periods: number;
  readonly type?: "recurring" | "first_time" | "first_ever";
  readonly cumulative?: boolean;
  readonly minimum_occurrences?: number;
  readonly breakdown?: {
    readonly scope?: Scope;
    readonly properties: readonly string[];
    readonly limit?: number;
  };
}

export interface TrendSeries extends Selector {
  readonly math: string;
  readonly property?: string;
}

export interface TrendQuery extends Ranged {
  readonly series: readonly TrendSeries[];
  readonly interval: Unit;
  readonly breakdown?: {
    readonly scope?: Scope;
    readonly properties: readonly string[];
    readonly limit?: number;
    readonly other_row?: boolean;
    readonly bins?: number;
  };
  readonly formulas?: readonly string[];
  /** "previous" (or true): as long a range just before; "-2d": so much earlier. */
  readonly compare?: string | boolean;
  readonly display?: "total" | "cumulative";
}

export interface LifecycleQuery extends Ranged {
  readonly event: string | null;
  readonly event_filters?: readonly CaseFilter[];
  readonly interval: Unit;
}

export interface StickinessQuery extends LifecycleQuery {
  readonly interval_count?: number;
  readonly events_per_interval?: { readonly op: string; readonly value: number };
  readonly cumulative?: boolean;
}

export interface PathsQuery extends Ranged {
  readonly event_types?: readonly ("page" | "screen" | "custom")[];
  /** The most nodes of a path. */
  readonly step_limit?: number;
  readonly session_gap_minutes?: number;
  readonly start_point?: string;
  readonly end_point?: string;
}

export interface SessionsQuery extends Ranged {
  readonly event: string | null;
  readonly session_gap_minutes?: number;
}

export interface QueryOfKind {
  readonly funnel: FunnelQuery;
  readonly retention: RetentionQuery;
  readonly trend: TrendQuery;
  readonly lifecycle: LifecycleQuery;
  readonly stickiness: StickinessQuery;
  readonly paths: PathsQuery;
  readonly sessions: SessionsQuery;
}

export type Kind = keyof QueryOfKind;

/** An answer or an expectation: what is not there, or null in a list, is not asserted. */
export type Answer = Readonly<Record<string, unknown>>;

interface CaseBase {
  readonly name: string;
  /** The project's, of the tz database. */
  readonly timezone: string;
  readonly week_start?: "monday" | "sunday";
  readonly now?: string;
  /** User to properties. */
  readonly users?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly events: readonly CaseEvent[];
  readonly tags?: readonly string[] | null;
  readonly expected?: Answer;
  /** Settings of the preset to change, by their names in `Semantics`. Only in generated cases. */
  readonly semantics?: Partial<Semantics>;
}

export type CaseOf<K extends Kind> = CaseBase & { readonly kind: K; readonly query: QueryOfKind[K] };
export type AnalyticsCase = { [K in Kind]: CaseOf<K> }[Kind];

/** What a preset bundles, and what else a question may choose. */
export interface Semantics {
  /** Which events of a funnel the range cuts. */
  readonly funnelRange: "entry" | "every_step";
  readonly exclusionMet: "drop_at_step" | "drop_user";
  readonly universe: "all_events" | "funnel_events";
  /** Events this close are ties. */
  readonly simultaneityMs: number;
  readonly retentionClock: "calendar" | "rolling";
  readonly retentionBound: "on" | "on_or_after" | "on_or_before";
  /** Which events must have the value of a breakdown: the start event, or start and return. */
  readonly retentionBreakdown: "start_event" | "same_value";
  readonly lifecycleNew: "first_matching" | "first_ever";
  /** What a line's total is: measured over the whole range, or the sum of its buckets. */
  readonly trendTotals: "whole_range" | "of_buckets";
  /** What a formula makes of what has no value, and of a division by zero. */
  readonly missingOperands: "no_value" | "zero";
  readonly binEdges: "equal_width" | "value_quantiles";
}

const native: Semantics = {
  funnelRange: "entry",
  exclusionMet: "drop_at_step",
  universe: "all_events",
  simultaneityMs: 0,
  retentionClock: "calendar",
  retentionBound: "on",
  retentionBreakdown: "start_event",
  lifecycleNew: "first_matching",
  trendTotals: "whole_range",
  missingOperands: "no_value",
  binEdges: "equal_width",
};

export const presets = {
  NATIVE: native,
  POSTHOG: {
    ...native,
    funnelRange: "every_step",
    exclusionMet: "drop_user",
    retentionBreakdown: "same_value",
    lifecycleNew: "first_ever",
    trendTotals: "of_buckets",
    missingOperands: "zero",
    binEdges: "value_quantiles",
  },
} as const satisfies Record<string, Semantics>;

export type Preset = keyof typeof presets;

/** Cases are the peer's unless their tags say otherwise. */
export function presetOf({ tags }: { readonly tags?: readonly string[] | null }): Preset {
  return (tags ?? []).some((tag) => tag.toLowerCase() === "native") ? "NATIVE" : "POSTHOG";
}

/** The last instant that an inclusive `to` takes in, and the first that it does not, in whole milliseconds. */
export function endMsOf(to: string): { readonly lastMs: number; readonly endMs: number } {
  const lastMs = Date.parse(to);
  return { lastMs, endMs: lastMs + 1 };
}
