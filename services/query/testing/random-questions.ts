import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type QueryMetricsRequest,
  QueryMetricsRequestSchema,
} from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import {
  type Aggregation,
  FilterOp,
  Interval,
  type PropertySchema,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { seeded } from "./event-set.js";

const eventNames = [
  "amount",
  "amount",
  "mixed",
  "mixed",
  "plan",
  "cart",
  "cart.total",
  "cart\\.total",
  "cart.city.name",
  "we`ird \\ 'key' \0 {x:String}",
  "nowhere",
];
const fieldNames = [
  "country",
  "browser",
  "page_path",
  "type",
  "user_id",
  "device_class",
  "is_bot",
  "local_hour",
  "sequence",
];
const traitNames = ["tier", "age", "home.city", "nowhere"];
const texts = [
  "gold",
  "Gold",
  "1",
  "1.5",
  "",
  "true",
  "[1,2]",
  "Wien",
  "AT",
  "/shop/ärger",
  "2024-03-31",
  "9007199254740993",
  "purchase",
  "a",
  "{p0:String}",
  "'; DROP TABLE events; --",
  "\0",
  "ÄÖ",
];
const numbers = [
  "0",
  "1",
  "-3",
  "1.5",
  "9007199254740992",
  "9007199254740993",
  "1e20",
  "+7",
  "18446744073709551615",
  "50",
];
const patterns = ["^\\d", "gold", "(?i)wien|GRAZ", "^$", "o.d", "\\.", "[ÄÖ]"];
const zones = ["UTC", "Europe/Vienna", "America/Santiago", "Asia/Kolkata", "Asia/Kathmandu", ""];

/** Questions of every kind, over a time that a set of events has. */
export function randomQuestions(
  seed: number,
  range: { fromMs: number; toMs: number },
): () => QueryMetricsRequest {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const some = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make);
  const property = (): MessageInitShape<typeof PropertySchema> => {
    const scope = pick([PropertyScope.EVENT, PropertyScope.EVENT, PropertyScope.FIELD, PropertyScope.USER]);
    if (scope === PropertyScope.EVENT) return { scope, name: pick(eventNames) };
    return { scope, name: pick(scope === PropertyScope.FIELD ? fieldNames : traitNames) };
  };
  const filter = () => {
    const op = pick([1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as FilterOp[]);
    const needsNone = op === FilterOp.SET || op === FilterOp.NOT_SET;
    const from =
      op >= FilterOp.GREATER
        ? numbers
        : op === FilterOp.REGEX || op === FilterOp.NOT_REGEX
          ? patterns
          : texts;
    return { property: property(), op, values: needsNone ? [] : [pick(from), ...some(2, () => pick(from))] };
  };
  return () => {
    const interval = pick([0, 1, 2, 3, 3, 4, 4, 4, 5, 6] as Interval[]);
    const quarter = 15 * 60_000;
    const spanMs = interval === Interval.MINUTE ? 4 * 3_600_000 : range.toMs - range.fromMs;
    const edge = () => range.fromMs + Math.floor(random() * (range.toMs - range.fromMs));
    const aligned = random() < 0.5;
    const fromMs = aligned ? Math.floor(edge() / quarter) * quarter : edge();
    const toMs =
      fromMs +
      Math.max(quarter, aligned ? Math.floor((random() * spanMs) / quarter) * quarter : random() * spanMs);
    return create(QueryMetricsRequestSchema, {
      type: pick(["", "", "purchase", "page", "it's `odd`", "identify", "no such type"]),
      aggregation: pick([1, 1, 2, 2, 3, 4, 5, 6, 7, 8] as Aggregation[]),
      property: property(),
      percentile: pick([0, 25, 50, 90, 99.9, 100]),
      range: { from: timestampFromMs(fromMs), to: timestampFromMs(Math.floor(toMs)) },
      interval,
      timeZone: pick(zones),
      weekStart: pick(["", "monday", "sunday"]),
      filters: some(2, filter),
      breakdown: random() < 0.5 ? [] : some(2, property),
      limit: pick([0, 1, 3, 1000]),
    });
  };
}
