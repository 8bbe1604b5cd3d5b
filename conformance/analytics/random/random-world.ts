import type { CaseEvent } from "../case-shape.js";
import type { Dice } from "./dice.js";

/** The people and events of one project. */
export interface RandomWorld {
  readonly timezone: string;
  readonly week_start: "monday" | "sunday";
  readonly users: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What is sent first. */
  readonly early: readonly CaseEvent[];
  /** What comes after questions have been asked: late events among the earlier ones. */
  readonly late: readonly CaseEvent[];
  /** The middle of the events' time: about a change of the clock, where the zone has one. */
  readonly middleMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Zones with what happens to their clocks: forward, back, at midnight, by quarters, never. */
const places = [
  { zone: "UTC", middle: "2024-03-01T00:00:00Z" },
  { zone: "Europe/Berlin", middle: "2024-03-31T01:00:00Z" },
  { zone: "Europe/Berlin", middle: "2024-10-27T01:00:00Z" },
  { zone: "US/Pacific", middle: "2024-03-10T10:00:00Z" },
  { zone: "America/New_York", middle: "2024-11-03T06:00:00Z" },
  { zone: "Pacific/Auckland", middle: "2024-04-06T14:00:00Z" },
  { zone: "America/Sao_Paulo", middle: "2018-11-04T03:00:00Z" },
  { zone: "Asia/Kathmandu", middle: "2024-06-30T18:15:00Z" },
] as const;

export const names = ["a", "b", "c", "$pageview"] as const;
const urls = ["/", "/a", "/a/", "/b", "/c?x=1"];

export function randomWorld(dice: Dice): RandomWorld {
  const { zone, middle } = dice.pick(places);
  const middleMs = Date.parse(middle);
  const users = dice.several(dice.whole(4, 14), (index) => `user-${index}`);
  const own = users.map((user) => eventsOf(dice, user, middleMs));
  const events = own.flat().map((it, index) => ({ ...it, id: `event-${String(index).padStart(8, "0")}` }));
  const isLate = events.map(() => dice.chance(0.3));
  return {
    timezone: zone,
    week_start: dice.pick(["monday", "sunday"]),
    users: Object.fromEntries(
      users.map((user) => [
        user,
        {
          ...(dice.chance(0.7) ? { plan: dice.pick(["free", "pro"]) } : {}),
          ...(dice.chance(0.5) ? { age: dice.whole(18, 21) } : {}),
        },
      ]),
    ),
    early: events.filter((_, index) => isLate[index] !== true),
    late: events.filter((_, index) => isLate[index] === true),
    middleMs,
  };
}

/** A user's events on a coarse grid, so that there are ties; some from before they were known by name. */
function eventsOf(dice: Dice, user: string, middleMs: number): CaseEvent[] {
  const stepMs = dice.pick([60_000, 10 * 60_000, hourMs, 12 * hourMs]);
  const spreadMs = dice.pick([2 * hourMs, 2 * dayMs, 12 * dayMs]);
  const wasAnonymous = dice.chance(0.4);
  return dice.several(dice.whole(0, 14), () => {
    const ms = middleMs + Math.round(((dice.next() - 0.5) * 2 * spreadMs) / stepMs) * stepMs;
    const event = dice.pick(names);
    const isAnonymous = wasAnonymous && dice.chance(0.4);
    return {
      ...{ event, user, time: new Date(ms).toISOString(), properties: propertiesOf(dice, event) },
      ...(isAnonymous ? { anonymous: `device-of-${user}` } : {}),
    };
  });
}

function propertiesOf(dice: Dice, event: string): Record<string, unknown> {
  return {
    ...(dice.chance(0.7) ? { p: dice.pick(["x", "y", "Z", "0"]) } : {}),
    ...(dice.chance(0.7) ? { n: dice.pick([0, 1, 2, 3, 7, 10, -4, 2.5, "text", null]) } : {}),
    ...(dice.chance(0.3) ? { flag: dice.chance(0.5) } : {}),
    ...(event === "$pageview" && dice.chance(0.9) ? { $current_url: dice.pick(urls) } : {}),
  };
}
