import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { type Mount, mount } from "../../platform/serve/mount.js";
import { queryExperiment } from "./experiment/query-experiment.js";
import { type ExplainEventPorts, explainEvent } from "./explain-event.js";
import { getUser } from "./get-user.js";
import { listEvents } from "./list-events.js";
import { type QueryMetricsPorts, queryMetrics } from "./query-metrics.js";
import { queryStickiness } from "./stickiness/query-stickiness.js";
import { type SubscribePorts, subscribe } from "./subscribe.js";
import { queryTrend } from "./trend/query-trend.js";
import { queryPaths } from "./visits/query-paths.js";
import { querySessions } from "./visits/query-sessions.js";

export type QueryPorts = QueryMetricsPorts & ExplainEventPorts & SubscribePorts;

/** QueryService on its ports. */
export function mountQuery(ports: QueryPorts): Mount {
  return mount(
    QueryService,
    {
      queryMetrics: (request, call) => queryMetrics(ports, request, call),
      queryTrend: (request, call) => queryTrend(ports, request, call),
      listEvents: (request, call) => listEvents(ports, request, call),
      getUser: (request, call) => getUser(ports, request, call),
      explainEvent: (request, call) => explainEvent(ports, request, call),
      queryStickiness: (request, call) => queryStickiness(ports, request, call),
      queryPaths: (request, call) => queryPaths(ports, request, call),
      querySessions: (request, call) => querySessions(ports, request, call),
      queryExperiment: (request, call) => queryExperiment(ports, request, call),
      subscribe: (request, call) => subscribe(ports, request, call),
    },
    {
      queryMetrics: "query",
      queryTrend: "query",
      listEvents: "query",
      getUser: "query",
      explainEvent: "query",
      queryStickiness: "query",
      queryPaths: "query",
      querySessions: "query",
      queryExperiment: "query",
      subscribe: "query",
    },
  );
}
