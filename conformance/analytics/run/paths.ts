import { FilterOp, PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { Answer, CaseOf } from "../case-shape.js";
import { frame, property } from "./question.js";
import type { Asked } from "./stand.js";

/** More edges than the paths of a case have. */
const edgeLimit = 1_000;

/** What the types of a case's events lie on a path by. Custom events are those whose names the peer has not taken. */
const items = {
  page: { event: { type: "$pageview" }, name: property("event", "$current_url") },
  screen: { event: { type: "$screen" }, name: property("event", "$screen_name") },
  custom: {
    event: {
      filters: [
        {
          property: { scope: PropertyScope.FIELD, name: "type" },
          op: FilterOp.NOT_REGEX,
          values: ["^\\$"],
        },
      ],
    },
  },
};

export async function askPaths(given: CaseOf<"paths">, { query: api }: Asked): Promise<Answer> {
  const { event_types = [], step_limit = 0, session_gap_minutes, start_point, end_point } = given.query;
  const types = event_types.length === 0 ? (["page", "screen", "custom"] as const) : event_types;
  const { edges, edgeCount } = await api.queryPaths({
    frame: frame(given),
    items: types.map((type) => items[type]),
    startPoint: start_point ?? "",
    endPoint: end_point ?? "",
    stepLimit: step_limit,
    edgeLimit,
    ...(session_gap_minutes === undefined
      ? {}
      : { sessionGap: { seconds: BigInt(60 * session_gap_minutes) } }),
  });
  return {
    edges: edges.map(({ source, sourceStep, target, paths, averageSeconds }) => ({
      ...{ source, source_step: sourceStep, target, target_step: sourceStep + 1, count: Number(paths) },
      average_seconds: averageSeconds,
    })),
    edge_count: Number(edgeCount),
  };
}
