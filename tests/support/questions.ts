import { setTimeout as sleep } from "node:timers/promises";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { DurationSchema, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type {
  QueryMetricsRequestSchema,
  QueryService,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation, PropertyScope, type TimeRange } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { Figures } from "./figures.js";

type Query = Client<typeof QueryService>;
type Question = MessageInitShape<typeof QueryMetricsRequestSchema>;

/** A property of the event's own, by its path. */
export const ofEvent = (name: string) => ({ scope: PropertyScope.EVENT, name });
/** A field of the event or of its enrichment. */
export const ofField = (name: string) => ({ scope: PropertyScope.FIELD, name });

/** The range from one day up to, and without, another; days as "2010-12-01", in UTC. */
export function days(from: string, to: string): Omit<TimeRange, "$typeName"> {
  return { from: timestampFromMs(Date.parse(from)), to: timestampFromMs(Date.parse(to)) };
}

/** The most series a question may ask for. */
export const seriesMax = 1_000;

/**
 * Asks QueryMetrics, and names each number by its bucket (cut to `bucketLength` characters of its ISO time; 0: no
 * bucket) and then its breakdown's values. Empty buckets are left out, and so are series where every value of the
 * breakdown is missing. What the answer says of itself has to be whole: no series beyond the limit.
 */
export async function ask(query: Query, question: Question, bucketLength = 0): Promise<Figures> {
  // Without the cache: what was stored a moment ago counts.
  const answer = await query.queryMetrics({
    limit: seriesMax,
    maxStaleness: create(DurationSchema),
    ...question,
  });
  const figures = new Map<string, number>();
  for (const { breakdown, values, total, isOther } of answer.series) {
    if (isOther) continue;
    if (breakdown.length > 0 && breakdown.at(-1)?.missing === true) continue;
    const names = breakdown.map(({ value }) => value);
    if (bucketLength === 0) {
      if (total?.hasValue === true) figures.set(names.join(" / ") || "all", total.value);
      continue;
    }
    values.forEach((value, index) => {
      if (!value.hasValue || value.value === 0) return;
      const bucket = new Date(Number(answer.buckets[index]?.seconds ?? 0n) * 1_000).toISOString();
      figures.set([bucket.slice(0, bucketLength), ...names].join(" / "), value.value);
    });
  }
  return figures;
}

/** Asks for one number. */
export async function askOne(query: Query, question: Question): Promise<number> {
  const figures = await ask(query, question);
  return figures.get("all") ?? 0;
}

/** How many events of a project are stored, system events apart. */
export function countEvents(query: Query, range = days("1990-01-01", "2100-01-01")): Promise<number> {
  return askOne(query, { aggregation: Aggregation.COUNT, range });
}

/** Waits until something is so; looks ten times a second. @throws Error that says what `look` saw last */
export async function until<T>(
  look: () => Promise<T>,
  isSo: (seen: T) => boolean,
  { what, msMax = 30_000 }: { what: string; msMax?: number },
): Promise<T> {
  const end = performance.now() + msMax;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (performance.now() > end)
      throw new Error(`${what}: not within ${msMax / 1_000} s; last seen: ${String(seen)}`);
    await sleep(100);
  }
}

/** Waits until a project has exactly so many events, and has them still a moment later. */
export async function drained(query: Query, events: number, msMax = 120_000): Promise<void> {
  await until(
    () => countEvents(query),
    (count) => count >= events,
    { what: `${events} events stored`, msMax },
  );
  await sleep(1_000);
  const count = await countEvents(query);
  if (count !== events) throw new Error(`${count} events are stored, expected ${events}`);
}
