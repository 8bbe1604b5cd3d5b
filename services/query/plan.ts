import { Aggregation, PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { type MetricsQuestion, systemTypes } from "./question.js";
import { fields } from "./sql/fields.js";

/** Where a question is read. */
export interface Plan {
  readonly table: "events" | "rollup_minute" | "rollup_quarter";
  /** As the answer says it. */
  readonly source: "raw" | "rollup";
}

const raw: Plan = { table: "events", source: "raw" };
const quarterMs = 15 * 60_000;
const minuteMs = 60_000;

/**
 * Chooses the smallest table that answers exactly.
 *
 * Rollups hold, per bucket of UTC, counts and the set of visitors by type, country and device class. They answer
 * where every edge of range and buckets is an edge of theirs, nothing else is asked of, and, for users, nobody in the
 * project is known by two ids. They don't answer for amounts and for days in the project's zone: both settings hold
 * "from then on", so older rows may mean something else than the question does.
 */
export function planMetrics(question: MetricsQuestion, facts: { peopleMapped: boolean }): Plan {
  const { aggregation, type } = question;
  const countsUsers = aggregation === Aggregation.UNIQUE_USERS;
  if (aggregation !== Aggregation.COUNT && !countsUsers) return raw;
  if (countsUsers && facts.peopleMapped) return raw;
  if (systemTypes.has(type)) return raw;
  const properties = [...question.filters.map(({ property }) => property), ...question.breakdown];
  const inRollups = properties.every(
    (property) => property?.scope === PropertyScope.FIELD && fields.get(property.name)?.inRollups === true,
  );
  if (!inRollups) return raw;
  const edges = [question.range.fromMs, question.range.toMs, ...question.buckets.starts];
  if (edges.every((edge) => edge % quarterMs === 0)) return { table: "rollup_quarter", source: "rollup" };
  if (edges.every((edge) => edge % minuteMs === 0)) return { table: "rollup_minute", source: "rollup" };
  return raw;
}
