import { createHash } from "node:crypto";
import { create, toJson } from "@bufbuild/protobuf";
import {
  type Filter,
  FilterSchema,
  type Property,
  PropertySchema,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { MetricsQuestion, Range } from "../question.js";

/** Raised when the meaning of answers changes: what was kept before is not found any more. */
const keyVersion = 1;

/** The key of a question's answer. No two projects share one. */
export function answerKey(projectId: string, canonical: unknown): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([keyVersion, canonical]))
    .digest("base64url");
  return `${projectId}:${hash}`;
}

/** What tells one question of QueryMetrics from another: the same for those that must have the same answer. */
export function metricsCanonical(question: MetricsQuestion): unknown {
  const { range, buckets: _cut, filters, breakdown, property, registered, ...plain } = question;
  return {
    ...plain,
    range: canonicalRange(range),
    property: property === undefined ? null : propertyKey(property),
    filters: filters.map(filterKey).sort(),
    breakdown: breakdown.map(propertyKey),
    // By another schema the same values may be other numbers, or times.
    ...(registered === undefined ? {} : { schema: registered.schema }),
  };
}

/** An open end is a part of the question: its answer moves with the clock. */
export function canonicalRange({ fromMs, toMs, startsOpen, endsNow }: Range): unknown {
  return [startsOpen ? "30 days before" : fromMs, endsNow ? "now" : toMs];
}

/** A request as JSON, in which the order of conditions and of what they compare with makes no difference. */
export function canonicalRequest(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(canonicalRequest);
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json).map(([name, value]) => {
    const inner = canonicalRequest(value);
    if (name !== "filters" || !Array.isArray(inner)) return [name, inner] as const;
    return [name, inner.map(canonicalFilter).map(toText).sort()] as const;
  });
  return Object.fromEntries(entries);
}

const toText = (value: unknown): string => JSON.stringify(value);

function canonicalFilter(filter: unknown): unknown {
  if (typeof filter !== "object" || filter === null || !("values" in filter)) return filter;
  const { values } = filter;
  return Array.isArray(values) ? { ...filter, values: [...new Set(values)].sort() } : filter;
}

function propertyKey(property: Property): string {
  return JSON.stringify(toJson(PropertySchema, property));
}

/** Several values mean any of them, whatever the operator. */
function filterKey(filter: Filter): string {
  const values = [...new Set(filter.values)].sort();
  return JSON.stringify(toJson(FilterSchema, create(FilterSchema, { ...filter, values })));
}
