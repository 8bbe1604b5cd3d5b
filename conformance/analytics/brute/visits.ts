// Visits: sessions of inactivity, and what paths and sessions make of them.
import { type Answer, endMsOf, type PathsQuery, type SessionsQuery } from "../case-shape.js";
import { type Happening, mean, passes, selects, textOf, type World } from "./world.js";

const minuteMs = 60_000;
const sessionMsMax = 24 * 60 * minuteMs;
const gapMinutesDefault = 30;

/** A user's events cut where more than the gap lies between two, and where a visit has lasted a day. */
function visitsOf(events: readonly Happening[], gapMinutes: number): Happening[][] {
  const visits: Happening[][] = [];
  for (const it of events) {
    const open = visits.at(-1);
    const last = open?.at(-1);
    const first = open?.[0];
    const isOpen =
      last !== undefined &&
      first !== undefined &&
      it.ms - last.ms <= gapMinutes * minuteMs &&
      it.ms - first.ms < sessionMsMax;
    if (isOpen) open?.push(it);
    else visits.push([it]);
  }
  return visits;
}

/** What an event is on a path; undefined where it is none of the kinds asked for. */
function itemOf(query: PathsQuery, { event, properties }: Happening): string | undefined {
  const types = query.event_types ?? [];
  const wants = (type: "page" | "screen" | "custom") => types.length === 0 || types.includes(type);
  const tidy = (value: unknown) => textOf(value)?.replace(/(.)\/$/, "$1");
  if (event === "$pageview") return wants("page") ? tidy(properties["$current_url"]) : undefined;
  if (event === "$screen") return wants("screen") ? tidy(properties["$screen_name"]) : undefined;
  return wants("custom") && !event.startsWith("$") ? tidy(event) : undefined;
}

interface Node {
  readonly item: string;
  readonly ms: number;
}

const stepLimitDefault = 5;

export function evaluatePaths(world: World, query: PathsQuery): Answer {
  const fromMs = Date.parse(query.from);
  const { lastMs } = endMsOf(query.to);
  const edges = new Map<string, { source: string; target: string; step: number; seconds: number[] }>();
  for (const all of world.people.values()) {
    const own = all.filter(
      (it) =>
        it.ms >= fromMs &&
        it.ms <= lastMs &&
        itemOf(query, it) !== undefined &&
        passes(world, query.filters, it),
    );
    for (const visit of visitsOf(own, query.session_gap_minutes ?? gapMinutesDefault)) {
      const path = cut(query, nodesOf(query, visit));
      for (const [index, { item, ms }] of path.entries()) {
        const before = path[index - 1];
        if (before === undefined) continue;
        const key = JSON.stringify([before.item, item, index]);
        const edge = edges.get(key) ?? { source: before.item, target: item, step: index, seconds: [] };
        edges.set(key, edge);
        edge.seconds.push((ms - before.ms) / 1_000);
      }
    }
  }
  const listed = [...edges.values()].map(({ source, target, step, seconds }) => ({
    ...{ source, source_step: step, target, target_step: step + 1, count: seconds.length },
    average_seconds: mean(seconds),
  }));
  return { edges: listed, edge_count: listed.length };
}

/** A visit's items; of the same item several times in a row, the last. */
function nodesOf(query: PathsQuery, visit: readonly Happening[]): Node[] {
  const nodes = visit.map((it) => ({ item: itemOf(query, it) ?? "", ms: it.ms }));
  return nodes.filter(({ item }, index) => nodes[index + 1]?.item !== item);
}

/** The part of a path that is asked for: from the start point, to the end point, and no longer than the limit. */
function cut(query: PathsQuery, nodes: readonly Node[]): readonly Node[] {
  const limit = query.step_limit ?? stepLimitDefault;
  const point = (text: string) => text.replace(/(.)\/$/, "$1");
  let path = nodes;
  if (query.start_point !== undefined) {
    const start = point(query.start_point);
    const at = path.findIndex(({ item }) => item === start);
    if (at < 0) return [];
    path = path.slice(at);
  }
  if (query.end_point === undefined) return path.slice(0, limit);
  const end = point(query.end_point);
  const at = path.findIndex(({ item }) => item === end);
  if (at < 0) return [];
  path = path.slice(0, at + 1);
  return query.start_point === undefined ? path.slice(-limit) : path.slice(0, limit);
}

export function evaluateSessions(world: World, query: SessionsQuery): Answer {
  const fromMs = Date.parse(query.from);
  const { lastMs } = endMsOf(query.to);
  const gap = query.session_gap_minutes ?? gapMinutesDefault;
  const isAsked = (it: Happening) =>
    selects(world, { event: query.event, filters: [] }, it) && passes(world, query.filters, it);
  const isInRange = ({ ms }: Happening) => ms >= fromMs && ms <= lastMs;
  const asked = [...world.people.values()].map((all) => all.filter((it) => isInRange(it) && isAsked(it)));
  const visits = asked.flatMap((own) => visitsOf(own, gap));
  const views = asked.reduce((sum, own) => sum + own.length, 0);
  const share = (part: number, of: number) => (of === 0 ? 0 : part / of);
  const lengths = visits.map((it) => ((it.at(-1)?.ms ?? 0) - (it[0]?.ms ?? 0)) / 1_000);
  return {
    visitors: asked.filter((own) => own.length > 0).length,
    pageviews: views,
    visits: visits.length,
    views_per_visit: Math.round(share(views, visits.length) * 100) / 100,
    bounce_rate_percent: Math.round(
      100 * share(visits.filter((it) => it.length === 1).length, visits.length),
    ),
    visit_duration_seconds: Math.round(mean(lengths) ?? 0),
  };
}
