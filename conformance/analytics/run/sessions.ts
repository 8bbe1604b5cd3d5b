import type { Answer, CaseOf } from "../case-shape.js";
import { frame, selector } from "./question.js";
import type { Asked } from "./stand.js";

/** Shares in whole percent, durations in whole seconds and views in hundredths, as the peer shows them. */
export async function askSessions(given: CaseOf<"sessions">, { query: api }: Asked): Promise<Answer> {
  const { event, session_gap_minutes } = given.query;
  const { total } = await api.querySessions({
    frame: frame(given),
    event: selector({ event, filters: [] }),
    ...(session_gap_minutes === undefined
      ? {}
      : { sessionGap: { seconds: BigInt(60 * session_gap_minutes) } }),
  });
  if (total === undefined) return {};
  return {
    visitors: Number(total.visitors),
    pageviews: Number(total.events),
    visits: Number(total.visits),
    views_per_visit: Math.round(total.eventsPerVisit * 100) / 100,
    bounce_rate_percent: Math.round(total.bounceRate * 100),
    visit_duration_seconds: Math.round(total.averageDurationSeconds),
  };
}
