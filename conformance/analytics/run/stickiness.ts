import type { Answer, CaseOf } from "../case-shape.js";
import { filterOp, frame, interval, selector } from "./question.js";
import type { Asked } from "./stand.js";

export async function askStickiness(given: CaseOf<"stickiness">, { query: api }: Asked): Promise<Answer> {
  const { event, event_filters = [], interval: unit, interval_count = 0, cumulative = false } = given.query;
  const criterion = given.query.events_per_interval;
  const { users } = await api.queryStickiness({
    frame: frame(given),
    event: selector({ event, filters: event_filters }),
    interval: interval(unit),
    intervalCount: interval_count,
    cumulative,
    ...(criterion === undefined
      ? {}
      : { criterion: { op: filterOp(criterion.op), events: BigInt(criterion.value) } }),
  });
  return { days: users.map((_, index) => index + 1), users: users.map(Number) };
}
