import {
  RetentionBirth,
  RetentionBound,
  RetentionClock,
  type RetentionSeries,
} from "../../../gen/ts/tideline/query/v1/retention_pb.js";
import { inParallel } from "../../in-parallel.js";
import type { Answer, CaseOf } from "../case-shape.js";
import { frame, interval, listsAtOnce, pageSize, properties, rowValue, selector, shown } from "./question.js";
import type { Asked } from "./stand.js";

const births = {
  recurring: RetentionBirth.RECURRING,
  first_time: RetentionBirth.FIRST_MATCHING,
  first_ever: RetentionBirth.FIRST_EVER,
};

const bounds = {
  on: RetentionBound.ON,
  on_or_after: RetentionBound.ON_OR_AFTER,
  on_or_before: RetentionBound.ON_OR_BEFORE,
};

const clocks = { calendar: RetentionClock.CALENDAR, rolling: RetentionClock.ROLLING };

export async function askRetention(
  given: CaseOf<"retention">,
  { query: api }: Asked,
  areListed: boolean,
): Promise<Answer> {
  const request = requestOf(given);
  const { cohorts, series } = await api.queryRetention(request);
  const { breakdown } = given.query;
  const rows = {
    row_starts: cohorts.map(shown),
    ...(breakdown === undefined ? {} : { breakdown_rows: series.length }),
  };
  if (breakdown !== undefined) {
    const by = series.map((it) => ({ value: rowValue(it), ...tableOf(it) }));
    return { ...rows, by_breakdown: by };
  }
  const [all] = series;
  if (all === undefined) return rows;
  if (!areListed) return { ...rows, ...tableOf(all) };
  const listed = cohorts.map((cohort, row) => async () => {
    const { users } = await api.listRetentionUsers({ retention: request, cohort, pageSize });
    return {
      ...{ row, row_start: shown(cohort), users: users.map(({ userId }) => userId) },
      appearances: Object.fromEntries(users.map(({ userId, columns }) => [userId, { exactly: columns }])),
    };
  });
  return { ...rows, ...tableOf(all), row_users: await inParallel(listsAtOnce, listed) };
}

function requestOf(given: CaseOf<"retention">) {
  const { query, semantics } = given;
  const bound = query.cumulative === true ? "on_or_after" : (semantics?.retentionBound ?? "on");
  return {
    frame: frame(given),
    startEvent: selector(query.start),
    returnEvent: selector(query.return),
    period: interval(query.period),
    periods: query.periods,
    clock: clocks[semantics?.retentionClock ?? "calendar"],
    bound: bounds[bound],
    birth: births[query.type ?? "recurring"],
    minimumOccurrences: query.minimum_occurrences ?? 0,
    breakdown: properties(query.breakdown),
    limit: query.breakdown?.limit ?? 0,
  };
}

function tableOf({ cohorts }: RetentionSeries): Answer {
  return {
    cohort_sizes: cohorts.map(({ users }) => Number(users)),
    matrix: cohorts.map(({ cells }) => cells.map(({ users, hasValue }) => (hasValue ? Number(users) : null))),
  };
}
