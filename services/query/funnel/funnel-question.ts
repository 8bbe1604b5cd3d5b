import { durationMs } from "@bufbuild/protobuf/wkt";
import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  type Funnel,
  FunnelAttribution,
  type FunnelBreakdown,
  FunnelExclusionEffect,
  FunnelFirstTime,
  FunnelOrder,
  FunnelRangeCut,
  type FunnelStep,
  FunnelUniverse,
} from "../../../gen/ts/tideline/query/v1/funnel_pb.js";
import { type Property, PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { AskedFrame } from "../analysis/frame.js";
import type { FilterGroup } from "../patterns.js";
import { eventYears } from "../question.js";
import type { AskedData } from "../sql/version.js";
import type { TryRules } from "./tries/course.js";

type Selector = Pick<EventSelector, "type" | "filters">;

export interface AskedStep {
  readonly event: Selector;
  readonly firstTime: FunnelFirstTime;
}

/** Whose values of the breakdown count for a user. */
export type Attribution =
  | { readonly kind: "first_touch" | "last_touch" | "all_steps" }
  | { readonly kind: "step"; readonly step: number };

export interface AskedBreakdown {
  readonly properties: readonly Property[];
  readonly attribution: Attribution;
  readonly limit: number;
}

/** A funnel complete and checked. */
export interface FunnelQuestion {
  readonly frame: AskedFrame;
  readonly steps: readonly AskedStep[];
  readonly exclusions: readonly Selector[];
  readonly rules: TryRules;
  /** Events of [fromMs, toMs) are looked at. */
  readonly looksAt: { readonly fromMs: number; readonly toMs: number };
  readonly cutsEveryStep: boolean;
  readonly breakdown?: AskedBreakdown;
}

const dayMs = 86_400_000;
const defaultWindowMs = 14 * dayMs;
const defaultLimit = 25;

/** @throws Fault REQUEST_INVALID that names the field. */
export function funnelQuestion(
  funnel: Funnel,
  breakdown: FunnelBreakdown | undefined,
  frame: AskedFrame,
): FunnelQuestion {
  const steps = funnel.steps.map(askedStep);
  const isPeer = frame.semantics === "posthog";
  const cut = funnel.rangeCut || (isPeer ? FunnelRangeCut.EVERY_STEP : FunnelRangeCut.ENTRY);
  const peerEffect = isPeer ? FunnelExclusionEffect.DROP_USER : FunnelExclusionEffect.DROP_AT_STEP;
  const cutsEveryStep = cut === FunnelRangeCut.EVERY_STEP;
  const { fromMs, toMs } = frame.range;
  const rules: TryRules = {
    order: orderOf(funnel.order),
    steps: steps.length,
    windowMs: wholeMs(funnel.window, "funnel.window") ?? defaultWindowMs,
    exclusions: exclusionsOf(funnel),
    dropsUser: (funnel.exclusionEffect || peerEffect) === FunnelExclusionEffect.DROP_USER,
    universe: funnel.universe === FunnelUniverse.FUNNEL_EVENTS ? "funnel_events" : "all_events",
    simultaneityMs: wholeMs(funnel.simultaneity, "funnel.simultaneity") ?? 0,
    ...{ fromMs, toMs },
  };
  return {
    ...{ frame, steps, rules, cutsEveryStep },
    exclusions: funnel.exclusions.map(({ event }) => selectorOf(event)),
    looksAt: cutsEveryStep ? { fromMs, toMs } : reachOf(rules),
    ...(breakdown === undefined ? {} : { breakdown: breakdownOf(breakdown, steps.length) }),
  };
}

/** Steps may lie a window behind the range, and before it by what counts as being at the same time. */
function reachOf({ fromMs, toMs, windowMs, simultaneityMs, steps }: TryRules): FunnelQuestion["looksAt"] {
  return {
    fromMs: Math.max(eventYears.fromMs, fromMs - simultaneityMs * steps),
    toMs: Math.min(eventYears.toMs, toMs + windowMs),
  };
}

/** The whole milliseconds of a duration. @throws Fault REQUEST_INVALID where it has a part of one. */
function wholeMs(duration: Funnel["window"], field: string): number | undefined {
  if (duration === undefined) return undefined;
  const ms = durationMs(duration);
  if (duration.nanos % 1_000_000 === 0) return ms;
  throw requestInvalid(field, "whole_milliseconds", "must be whole milliseconds");
}

function orderOf(order: FunnelOrder): TryRules["order"] {
  if (order === FunnelOrder.STRICT) return "strict";
  return order === FunnelOrder.UNORDERED ? "unordered" : "ordered";
}

function selectorOf(event: EventSelector | undefined): Selector {
  return { type: event?.type ?? "", filters: event?.filters ?? [] };
}

function askedStep({ event, firstTime }: FunnelStep): AskedStep {
  return { event: selectorOf(event), firstTime };
}

function exclusionsOf({ exclusions, steps, order }: Funnel): TryRules["exclusions"] {
  return exclusions.map(({ fromStep: from, toStep: to }, index) => {
    const field = `funnel.exclusions[${index}]`;
    const last = steps.length - 1;
    if (to > last) throw requestInvalid(`${field}.to_step`, "step", `the last step is ${last}`);
    if (from >= to) throw requestInvalid(`${field}.from_step`, "lt_to_step", "must be below to_step");
    if (order === FunnelOrder.UNORDERED && (from !== 0 || to !== last)) {
      const message = "steps in any order have no between: from the first step to the last";
      throw requestInvalid(`${field}.${from === 0 ? "to_step" : "from_step"}`, "whole_funnel", message);
    }
    return { from, to };
  });
}

function breakdownOf(
  { properties, attribution, step, limit }: FunnelBreakdown,
  steps: number,
): AskedBreakdown {
  if (step >= steps) throw requestInvalid("breakdown.step", "step", `the last step is ${steps - 1}`);
  if (step > 0 && attribution !== FunnelAttribution.STEP) {
    throw requestInvalid("breakdown.step", "attribution", "is for the attribution STEP alone");
  }
  return {
    properties,
    attribution: attributionOf({ properties, attribution, step }),
    limit: limit || defaultLimit,
  };
}

function attributionOf({
  properties,
  attribution,
  step,
}: Pick<FunnelBreakdown, "properties" | "attribution" | "step">): Attribution {
  // Traits and cohorts are the same on all events of a user.
  const ofUsers: readonly PropertyScope[] = [PropertyScope.USER, PropertyScope.COHORT];
  if (properties.every(({ scope }) => ofUsers.includes(scope))) return { kind: "first_touch" };
  if (attribution === FunnelAttribution.STEP) return { kind: "step", step };
  if (attribution === FunnelAttribution.LAST_TOUCH) return { kind: "last_touch" };
  return { kind: attribution === FunnelAttribution.ALL_STEPS ? "all_steps" : "first_touch" };
}

/** Whether events that fill no step and are no exclusion are looked at: they break strict tries. */
export function looksAtAll({ rules: { order, universe } }: Pick<FunnelQuestion, "rules">): boolean {
  return order === "strict" && universe === "all_events";
}

/** True where a step takes only the first event of a user. */
export function asksFirst({ steps }: Pick<FunnelQuestion, "steps">): boolean {
  return steps.some(({ firstTime }) => firstTime !== FunnelFirstTime.UNSPECIFIED);
}

/** The types of the events that a funnel looks at; an empty one: all but system events. */
export function typesOf(question: Pick<FunnelQuestion, "steps" | "exclusions" | "rules">): string[] {
  const named = [...question.steps.map(({ event }) => event), ...question.exclusions].map(({ type }) => type);
  return [...new Set(looksAtAll(question) ? [...named, ""] : named)];
}

export function dataOf(question: FunnelQuestion): AskedData {
  return { types: typesOf(question), ...question.looksAt, persons: true };
}

export function filterGroupsOf({ steps, exclusions, frame }: FunnelQuestion): FilterGroup[] {
  return [
    ...steps.map(({ event }, index) => ({
      field: `funnel.steps[${index}].event.filters`,
      filters: event.filters,
    })),
    ...exclusions.map(({ filters }, index) => ({
      field: `funnel.exclusions[${index}].event.filters`,
      filters,
    })),
    { field: "frame.filters", filters: frame.filters },
  ];
}
