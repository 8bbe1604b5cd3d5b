import { createHash } from "node:crypto";
import { create, toJson } from "@bufbuild/protobuf";
import {
  type Filter,
  FilterSchema,
  type Property,
  PropertySchema,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { MetricsQuestion } from "../question.js";

/** Raised when the meaning of answers changes: what was kept before is not found any more. */
const keyVersion = 1;

/**
 * The key of a question's answer: questions that must have the same answer have one key, whatever the order of their
 * conditions, and no two projects share one. An open end is a part of the question: its answer moves with the clock.
 */
export function answerKey(projectId: string, question: MetricsQuestion): string {
  const { range, buckets: _cut, filters, breakdown, property, registered, ...plain } = question;
  const from = range.startsOpen ? "30 days before" : range.fromMs;
  const canonical = {
    keyVersion,
    ...plain,
    range: [from, range.endsNow ? "now" : range.toMs],
    property: property === undefined ? null : propertyKey(property),
    filters: filters.map(filterKey).sort(),
    breakdown: breakdown.map(propertyKey),
    // By another schema the same values may be other numbers, or times.
    ...(registered === undefined ? {} : { schema: registered.schema }),
  };
  const hash = createHash("sha256").update(JSON.stringify(canonical)).digest("base64url");
  return `${projectId}:${hash}`;
}

function propertyKey(property: Property): string {
  return JSON.stringify(toJson(PropertySchema, property));
}

/** Several values mean any of them, whatever the operator. */
function filterKey(filter: Filter): string {
  const values = [...new Set(filter.values)].sort();
  return JSON.stringify(toJson(FilterSchema, create(FilterSchema, { ...filter, values })));
}
