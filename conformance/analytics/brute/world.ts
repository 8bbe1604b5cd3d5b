// A case's events as the evaluations read them: each person's in order, with filters and texts of values.
import type { AnalyticsCase, CaseFilter, Selector, Semantics } from "../case-shape.js";
import { presetOf, presets } from "../case-shape.js";

/** An event of a person. */
export interface Happening {
  readonly event: string;
  readonly user: string;
  readonly ms: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface World {
  /** Every user's events, by time and then as they stand in the case. */
  readonly people: ReadonlyMap<string, readonly Happening[]>;
  readonly traits: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly zone: string;
  readonly weekStart: "monday" | "sunday";
  readonly nowMs: number;
  readonly semantics: Semantics;
}

/** The question can't be answered as it is asked. */
export class InvalidQuery extends Error {}

export function worldOf(given: AnalyticsCase): World {
  const people = new Map<string, Happening[]>();
  for (const { event, user, time, properties } of given.events) {
    const own = people.get(user) ?? [];
    people.set(user, own);
    own.push({ event, user, ms: Date.parse(time), properties });
  }
  for (const own of people.values()) own.sort((a, b) => a.ms - b.ms); // Stable: equal times keep their order.
  return {
    people,
    traits: given.users ?? {},
    zone: given.timezone,
    weekStart: given.week_start ?? "monday",
    nowMs: given.now === undefined ? Date.now() : Date.parse(given.now),
    semantics: { ...presets[presetOf(given)], ...given.semantics },
  };
}

/** A value as text; undefined where there is none. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The value of a property of an event or of its user. */
export function propertyOf(world: World, scope: string, property: string, it: Happening): unknown {
  return scope === "user" ? world.traits[it.user]?.[property] : it.properties[property];
}

/** A value as a number; undefined for what is none. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function holds(filter: CaseFilter, found: unknown): boolean {
  const text = textOf(found);
  const wanted = (Array.isArray(filter.value) ? filter.value : [filter.value]).map((it) => textOf(it) ?? "");
  const contains = () => wanted.some((it) => text?.toLowerCase().includes(it.toLowerCase()));
  const compared = (passes: (a: number, b: number) => boolean) => {
    const number = numberOf(found);
    return number !== undefined && wanted.some((it) => passes(number, Number(it)));
  };
  switch (filter.op) {
    case "exact":
      return text !== undefined && wanted.includes(text);
    case "is_not":
      return text === undefined || !wanted.includes(text);
    case "icontains":
      return text !== undefined && contains();
    case "not_icontains":
      return text === undefined || !contains();
    case "is_set":
      return text !== undefined;
    case "is_not_set":
      return text === undefined;
    case "regex":
      return text !== undefined && wanted.some((it) => new RegExp(it).test(text));
    case "not_regex":
      return text === undefined || !wanted.some((it) => new RegExp(it).test(text));
    case "gt":
      return compared((a, b) => a > b);
    case "gte":
      return compared((a, b) => a >= b);
    case "lt":
      return compared((a, b) => a < b);
    case "lte":
      return compared((a, b) => a <= b);
    default:
      throw new InvalidQuery(`there is no operator ${filter.op}`);
  }
}

/** True where an event passes all filters. */
export function passes(world: World, filters: readonly CaseFilter[] | undefined, it: Happening): boolean {
  return (filters ?? []).every((filter) =>
    holds(filter, propertyOf(world, filter.scope, filter.property, it)),
  );
}

/** True where an event has the name and passes the filters. */
export function selects(world: World, { event, filters }: Selector, it: Happening): boolean {
  return (event === null || event === it.event) && passes(world, filters, it);
}

/** The texts of a breakdown's properties, "" for what is missing. */
export function valuesOf(
  world: World,
  breakdown: { readonly scope?: string; readonly properties: readonly string[] },
  it: Happening,
): string[] {
  const { scope = "event", properties } = breakdown;
  return properties.map((property) => textOf(propertyOf(world, scope, property, it)) ?? "");
}

/** The mean; undefined of nothing. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

/** The quantile by linear interpolation between closest ranks; undefined of nothing. */
export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}
