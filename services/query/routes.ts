import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { type Mount, mount } from "../../platform/serve/mount.js";
import { type CohortPorts, deleteCohort, putCohort } from "./cohorts/put-cohort.js";
import { getCohort, listCohortMembers, listCohorts } from "./cohorts/read-cohorts.js";
import { queryExperiment } from "./experiment/query-experiment.js";
import { type ExplainEventPorts, explainEvent } from "./explain-event.js";
import { listFunnelUsers } from "./funnel/list-funnel-users.js";
import { queryFunnel } from "./funnel/query-funnel.js";
import { getUser } from "./get-user.js";
import { listLifecycleUsers } from "./lifecycle/list-lifecycle-users.js";
import { queryLifecycle } from "./lifecycle/query-lifecycle.js";
import { listEvents } from "./list-events.js";
import {
  defineMetric,
  deleteMetric,
  getMetric,
  listMetrics,
  type MetricPorts,
} from "./metric/keep-metrics.js";
import { queryMetric } from "./metric/query-metric.js";
import { type QueryMetricsPorts, queryMetrics } from "./query-metrics.js";
import { listRetentionUsers } from "./retention/list-retention-users.js";
import { queryRetention } from "./retention/query-retention.js";
import { listStickinessUsers } from "./stickiness/list-stickiness-users.js";
import { queryStickiness } from "./stickiness/query-stickiness.js";
import { type SubscribePorts, subscribe } from "./subscribe.js";
import { listTrendUsers } from "./trend/list-trend-users.js";
import { queryTrend } from "./trend/query-trend.js";
import { queryPaths } from "./visits/query-paths.js";
import { querySessions } from "./visits/query-sessions.js";
import { answerSql, type SqlPorts } from "./written-sql/sql-pages.js";
import { streamSql } from "./written-sql/stream-sql.js";

export type QueryPorts = QueryMetricsPorts &
  MetricPorts &
  CohortPorts &
  ExplainEventPorts &
  SubscribePorts &
  SqlPorts;

/** QueryService on its ports. */
export function mountQuery(ports: QueryPorts): Mount {
  return mount(
    QueryService,
    {
      queryMetrics: (request, call) => queryMetrics(ports, request, call),
      queryTrend: (request, call) => queryTrend(ports, request, call),
      listTrendUsers: (request, call) => listTrendUsers(ports, request, call),
      queryMetric: (request, call) => queryMetric(ports, request, call),
      defineMetric: (request, call) => defineMetric(ports, request, call),
      getMetric: (request, call) => getMetric(ports, request, call),
      listMetrics: (request, call) => listMetrics(ports, request, call),
      deleteMetric: (request, call) => deleteMetric(ports, request, call),
      listEvents: (request, call) => listEvents(ports, request, call),
      getUser: (request, call) => getUser(ports, request, call),
      explainEvent: (request, call) => explainEvent(ports, request, call),
      queryStickiness: (request, call) => queryStickiness(ports, request, call),
      queryPaths: (request, call) => queryPaths(ports, request, call),
      querySessions: (request, call) => querySessions(ports, request, call),
      queryExperiment: (request, call) => queryExperiment(ports, request, call),
      listStickinessUsers: (request, call) => listStickinessUsers(ports, request, call),
      queryRetention: (request, call) => queryRetention(ports, request, call),
      listRetentionUsers: (request, call) => listRetentionUsers(ports, request, call),
      queryLifecycle: (request, call) => queryLifecycle(ports, request, call),
      listLifecycleUsers: (request, call) => listLifecycleUsers(ports, request, call),
      putCohort: (request, call) => putCohort(ports, request, call),
      getCohort: (request, call) => getCohort(ports, request, call),
      listCohorts: (request, call) => listCohorts(ports, request, call),
      deleteCohort: (request, call) => deleteCohort(ports, request, call),
      listCohortMembers: (request, call) => listCohortMembers(ports, request, call),
      queryFunnel: (request, call) => queryFunnel(ports, request, call),
      listFunnelUsers: (request, call) => listFunnelUsers(ports, request, call),
      subscribe: (request, call) => subscribe(ports, request, call),
      sql: (request, call) => answerSql(ports, request, call),
      streamSql: (request, call) => streamSql(ports, request, call),
    },
    {
      queryMetrics: "query",
      queryTrend: "query",
      listTrendUsers: "query",
      queryMetric: "query",
      defineMetric: "admin",
      getMetric: "query",
      listMetrics: "query",
      deleteMetric: "admin",
      listEvents: "query",
      getUser: "query",
      explainEvent: "query",
      queryStickiness: "query",
      queryPaths: "query",
      querySessions: "query",
      queryExperiment: "query",
      listStickinessUsers: "query",
      queryRetention: "query",
      listRetentionUsers: "query",
      queryLifecycle: "query",
      listLifecycleUsers: "query",
      putCohort: "admin",
      getCohort: "query",
      listCohorts: "query",
      deleteCohort: "admin",
      listCohortMembers: "query",
      queryFunnel: "query",
      listFunnelUsers: "query",
      subscribe: "query",
      sql: "query",
      streamSql: "query",
    },
  );
}
