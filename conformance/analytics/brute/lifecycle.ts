import { type Answer, endMsOf, type LifecycleQuery, type StickinessQuery } from "../case-shape.js";
import { bucketStart, bucketStarts } from "./calendar.js";
import { type Happening, passes, selects, type World } from "./world.js";

const statuses = ["new", "returning", "resurrecting", "dormant"] as const;
type Status = (typeof statuses)[number];

function matchesOf(world: World, query: LifecycleQuery, all: readonly Happening[]): Happening[] {
  const selector = { event: query.event, filters: query.event_filters ?? [] };
  return all.filter((it) => selects(world, selector, it) && passes(world, query.filters, it));
}

export function evaluateLifecycle(world: World, query: LifecycleQuery): Answer {
  const { interval } = query;
  const { lastMs } = endMsOf(query.to);
  const starts = bucketStarts(world, interval, Date.parse(query.from), lastMs);
  const users = starts.map(
    (): Record<Status, string[]> => ({ new: [], returning: [], resurrecting: [], dormant: [] }),
  );
  for (const [user, all] of world.people) {
    const matching = matchesOf(world, query, all).filter(({ ms }) => ms <= lastMs);
    const active = new Set(matching.map(({ ms }) => bucketStart(world, interval, ms)));
    const first = world.semantics.lifecycleNew === "first_ever" ? all[0] : matching[0];
    const bornIn = first === undefined ? undefined : bucketStart(world, interval, first.ms);
    for (const [bucket, start] of starts.entries()) {
      const wasActive = active.has(bucketStart(world, interval, start, -1));
      const status = statusOf({ isActive: active.has(start), wasActive, isNew: bornIn === start });
      if (status === "dormant" && start > world.nowMs) continue; // The bucket has not begun.
      if (status !== undefined) users[bucket]?.[status].push(user);
    }
  }
  const sizes = (status: Status) =>
    users.map((of) => (status === "dormant" ? -of[status].length || 0 : of[status].length));
  return {
    ...Object.fromEntries(statuses.map((status) => [status, sizes(status)])),
    times: starts.map((start) => new Date(start).toISOString()),
    totals: Object.fromEntries(
      statuses.map((status) => [status, sizes(status).reduce((sum, size) => sum + size, 0)]),
    ),
    users_at: starts.flatMap((start, bucket) =>
      statuses.map((status) => ({
        ...{ time: new Date(start).toISOString(), status },
        users: [...(users[bucket]?.[status] ?? [])].sort(),
      })),
    ),
  };
}

function statusOf(of: { isActive: boolean; wasActive: boolean; isNew: boolean }): Status | undefined {
  if (!of.isActive) return of.wasActive ? "dormant" : undefined;
  if (of.isNew) return "new";
  return of.wasActive ? "returning" : "resurrecting";
}

export function evaluateStickiness(world: World, query: StickinessQuery): Answer {
  const fromMs = Date.parse(query.from);
  const { lastMs } = endMsOf(query.to);
  const { interval, interval_count: width = 1, events_per_interval: criterion } = query;
  const starts = bucketStarts(world, interval, fromMs, lastMs);
  const intervals = Math.ceil(starts.length / width);
  const activeIn = [...world.people.values()].map((all) => {
    const counts = new Map<number, number>();
    for (const it of matchesOf(world, query, all)) {
      if (it.ms < fromMs || it.ms > lastMs) continue;
      const at = Math.floor(starts.indexOf(bucketStart(world, interval, it.ms)) / width);
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
    return [...counts.values()].filter((count) => criterion === undefined || meets(criterion, count)).length;
  });
  const days = Array.from({ length: intervals }, (_, index) => index + 1);
  return {
    days,
    users: days.map(
      (day) =>
        activeIn.filter((active) => (query.cumulative === true ? active >= day : active === day)).length,
    ),
  };
}

function meets({ op, value }: { op: string; value: number }, count: number): boolean {
  switch (op) {
    case "gte":
      return count >= value;
    case "gt":
      return count > value;
    case "lte":
      return count <= value;
    case "lt":
      return count < value;
    default:
      return count === value;
  }
}
