// Retention, lifecycle and stickiness once more, in plain TypeScript over a list of events: slow, and obviously right.
import type { Filter, Property } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { TestEvent } from "./event-set.js";
import { type Persons, passes, propertyText } from "./recount.js";

export interface Selector {
  readonly type: string;
  readonly filters: readonly Filter[];
}

/** The events of a project. */
export interface Scene {
  readonly events: readonly TestEvent[];
  readonly persons: Persons;
  /** Conditions on all of them. */
  readonly common: readonly Filter[];
}

/** Bucket i is [edges[i], edges[i + 1]). */
export type Edges = readonly number[];

function isOfType({ type, is_system }: TestEvent, wanted: string): boolean {
  return wanted === "" ? !is_system : type === wanted;
}

function selects({ persons, common }: Scene, event: TestEvent, { type, filters }: Selector): boolean {
  return isOfType(event, type) && [...filters, ...common].every((filter) => passes(event, filter, persons));
}

/** Every person's events in order. */
function lives({ events, persons }: Scene): Map<string, TestEvent[]> {
  const found = new Map<string, TestEvent[]>();
  for (const event of events) {
    const person = persons.of(event.visitor_id);
    if (person !== "") found.set(person, [...(found.get(person) ?? []), event]);
  }
  for (const own of found.values()) {
    own.sort(
      (a, b) => a.time_ms - b.time_ms || a.sequence - b.sequence || (a.event_id < b.event_id ? -1 : 1),
    );
  }
  return found;
}

const bucketOf = (edges: Edges, ms: number): number => edges.findLastIndex((edge) => edge <= ms);

export interface RetentionAsked {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  /** Of all periods, the columns of the last cohort among them. */
  readonly edges: Edges;
  readonly cohorts: number;
  readonly columns: number;
  readonly start: Selector;
  readonly returns: Selector;
  readonly clock: "calendar" | "rolling";
  readonly rollingMs: number;
  readonly bound: "on" | "on_or_after" | "on_or_before";
  readonly birth: "recurring" | "first_matching" | "first_ever";
  readonly minimum: number;
  readonly returnsAfterRange: boolean;
  readonly breakdown: readonly Property[];
  readonly sameValue: boolean;
}

/** A user in a cohort. */
export interface Stay {
  readonly person: string;
  readonly cohort: number;
  readonly value: string;
  /** Which columns count, 0 among them. */
  readonly columns: readonly number[];
}

/** Every stay; columns without a value are left out. */
export function recountStays(scene: Scene, asked: RetentionAsked): Stay[] {
  const { breakdown, sameValue, birth } = asked;
  const saidOf = (event: TestEvent): string =>
    JSON.stringify(breakdown.map((property) => propertyText(event, property, scene.persons) ?? null));
  const stays: Stay[] = [];
  for (const [person, all] of lives(scene)) {
    const isSplit = breakdown.length > 0 && sameValue && birth !== "first_ever";
    const parts = isSplit ? [...new Set(all.map(saidOf))] : [undefined];
    for (const part of parts) {
      const own = part === undefined ? all : all.filter((event) => saidOf(event) === part);
      for (const born of birthsOf(scene, asked, own)) {
        const cohort = bucketOf(asked.edges, born.time_ms);
        stays.push({ person, cohort, value: saidOf(born), columns: columnsOf(scene, asked, { own, born }) });
      }
    }
  }
  return stays;
}

/** The events that put a user into cohorts, one for each. */
function birthsOf(scene: Scene, asked: RetentionAsked, own: readonly TestEvent[]): TestEvent[] {
  const { fromMs, toMs, edges, start, birth } = asked;
  const isStart = (event: TestEvent): boolean => selects(scene, event, start);
  const isInRange = ({ time_ms }: TestEvent): boolean => time_ms >= fromMs && time_ms < toMs;
  if (birth === "recurring") {
    const starts = own.filter((event) => isStart(event) && isInRange(event));
    const periods = [...new Set(starts.map(({ time_ms }) => bucketOf(edges, time_ms)))];
    return periods.flatMap(
      (period) => starts.find(({ time_ms }) => bucketOf(edges, time_ms) === period) ?? [],
    );
  }
  const first = own.find((event) =>
    birth === "first_matching" ? isStart(event) : isOfType(event, start.type),
  );
  return first !== undefined && isStart(first) && isInRange(first) ? [first] : [];
}

function columnsOf(
  scene: Scene,
  asked: RetentionAsked,
  { own, born }: { readonly own: readonly TestEvent[]; readonly born: TestEvent },
): number[] {
  const { fromMs, toMs, edges, clock, rollingMs, bound, minimum, returnsAfterRange, returns } = asked;
  const cohort = bucketOf(edges, born.time_ms);
  const lastMs = (edges.at(-1) ?? 0) + asked.columns * rollingMs * 2;
  const untilMs = returnsAfterRange ? lastMs : toMs;
  const times = new Map<number, number>();
  for (const event of own) {
    const { time_ms: ms } = event;
    if (ms < fromMs || ms >= untilMs || !selects(scene, event, returns)) continue;
    if (clock === "calendar" && ms >= (edges.at(-1) ?? 0)) continue;
    const column =
      clock === "rolling" ? Math.floor((ms - born.time_ms) / rollingMs) : bucketOf(edges, ms) - cohort;
    times.set(column, (times.get(column) ?? 0) + 1);
  }
  const came = [...times]
    .filter(([column, count]) => column >= 1 && count >= minimum)
    .map(([column]) => column);
  const counts = (column: number): boolean =>
    came.some((each) =>
      bound === "on" ? each === column : bound === "on_or_after" ? each >= column : each <= column,
    );
  const columns = Array.from({ length: asked.columns }, (_, column) => column);
  return columns.filter((column) => column === 0 || (isKnown(asked, cohort, column) && counts(column)));
}

/** Whether a cell has a value. */
export function isKnown(asked: RetentionAsked, cohort: number, column: number): boolean {
  const { edges, toMs, nowMs, clock, rollingMs, returnsAfterRange } = asked;
  if (column === 0) return true;
  if (clock === "calendar") {
    const [begin = 0, end = 0] = edges.slice(cohort + column);
    return end <= nowMs && (returnsAfterRange || begin < toMs);
  }
  const lastBirthMs = Math.min(edges[cohort + 1] ?? 0, toMs);
  const end = lastBirthMs + (column + 1) * rollingMs;
  return end <= nowMs && (returnsAfterRange || end <= toMs);
}

export interface LifecycleAsked {
  readonly toMs: number;
  readonly nowMs: number;
  /** The bucket before the range's first, those of the range, and the end. */
  readonly edges: Edges;
  readonly event: Selector;
  readonly birth: "first_matching" | "first_ever";
}

export type StatusName = "new" | "returning" | "resurrecting" | "dormant";

/** Per bucket of the range the users of each status. */
export function recountLifecycle(scene: Scene, asked: LifecycleAsked): Record<StatusName, string[]>[] {
  const { edges, toMs, nowMs, event: selector, birth } = asked;
  const buckets = edges
    .slice(1, -1)
    .map((): Record<StatusName, string[]> => ({ new: [], returning: [], resurrecting: [], dormant: [] }));
  for (const [person, all] of lives(scene)) {
    const own = all.filter((event) => event.time_ms < toMs);
    const matching = own.filter((event) => selects(scene, event, selector));
    const active = new Set(matching.map(({ time_ms }) => bucketOf(edges, time_ms)));
    const first = birth === "first_matching" ? matching[0] : own.find(({ is_system }) => !is_system);
    for (const [index, bucket] of buckets.entries()) {
      const at = index + 1;
      const isNew = first !== undefined && bucketOf(edges, first.time_ms) === at;
      if (active.has(at)) {
        bucket[isNew ? "new" : active.has(at - 1) ? "returning" : "resurrecting"].push(person);
      } else if (active.has(at - 1) && (edges[at] ?? 0) <= nowMs) bucket.dormant.push(person);
    }
  }
  return buckets;
}
