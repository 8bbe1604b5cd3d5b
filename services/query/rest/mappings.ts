import type { DescMethod, DescMethodUnary } from "@bufbuild/protobuf";
import { QueryJobService } from "../../../gen/ts/tideline/query/v1/job_service_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";

/** A path of the REST face with the method that answers it. */
export interface Mapping {
  readonly verb: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments; `{name}` stands for any one. */
  readonly path: string;
  readonly rpc: DescMethodUnary;
  /** The names of the path and of the query string, each with the field of the request that it fills. */
  readonly fields: Fields;
  /** The field of the request that the body is; "" for the request itself, undefined where there is no body. */
  readonly body: string | undefined;
}

/** By a parameter's name the path of a field, such as "frame.range.from". */
type Fields = Readonly<Record<string, string>>;

const rpcs = QueryService.method;
const jobs = QueryJobService.method;

/** The path that asks any question; which, is said in the body. */
export const anyQuestionPath = "/v1/query";

/** What `POST /v1/query` asks, by the names that it has there: each with its request whole. */
export const questions = {
  sql: rpcs.sql,
  metrics: rpcs.queryMetrics,
  metric: rpcs.queryMetric,
  trend: rpcs.queryTrend,
  trend_users: rpcs.listTrendUsers,
  funnel: rpcs.queryFunnel,
  funnel_users: rpcs.listFunnelUsers,
  retention: rpcs.queryRetention,
  retention_users: rpcs.listRetentionUsers,
  lifecycle: rpcs.queryLifecycle,
  lifecycle_users: rpcs.listLifecycleUsers,
  stickiness: rpcs.queryStickiness,
  stickiness_users: rpcs.listStickinessUsers,
  paths: rpcs.queryPaths,
  sessions: rpcs.querySessions,
  experiment: rpcs.queryExperiment,
  events: rpcs.listEvents,
} as const satisfies Readonly<Record<string, DescMethodUnary>>;

/** Methods that no path has, with the reason. */
export const unmapped: ReadonlyMap<DescMethod, string> = new Map<DescMethod, string>([
  [rpcs.subscribe, "a stream: over gRPC and Connect"],
  [rpcs.streamSql, "a stream: over gRPC and Connect"],
]);

const page: Fields = { page_size: "page_size", page_token: "page_token" };
const ofMetric: Fields = {
  name: "name",
  from: "frame.range.from",
  to: "frame.range.to",
  interval: "interval",
  group_by: "dimensions",
  filter: "frame.filters",
  time_zone: "frame.time_zone",
  week_start: "frame.week_start",
  version: "version",
  limit: "limit",
};
const ofEvents: Fields = {
  type: "type",
  from: "range.from",
  to: "range.to",
  filter: "filters",
  user_id: "user_id",
  event_id: "event_id",
  ...page,
};
const cohort: Fields = { cohort_id: "cohort_id" };

/** Every path but `POST /v1/query`, which asks any of the questions. */
export const mappings: readonly Mapping[] = [
  post("/v1/sql", rpcs.sql),
  post("/v1/trends", rpcs.queryTrend),
  post("/v1/trends/users", rpcs.listTrendUsers),
  post("/v1/funnels", rpcs.queryFunnel),
  post("/v1/funnels/users", rpcs.listFunnelUsers),
  post("/v1/retention", rpcs.queryRetention),
  post("/v1/retention/users", rpcs.listRetentionUsers),
  post("/v1/lifecycle", rpcs.queryLifecycle),
  post("/v1/lifecycle/users", rpcs.listLifecycleUsers),
  post("/v1/stickiness", rpcs.queryStickiness),
  post("/v1/stickiness/users", rpcs.listStickinessUsers),
  post("/v1/paths", rpcs.queryPaths),
  post("/v1/sessions", rpcs.querySessions),
  post("/v1/experiments", rpcs.queryExperiment),
  get("/v1/metrics", rpcs.listMetrics, page),
  post("/v1/metrics", rpcs.queryMetrics),
  get("/v1/metrics/{name}", rpcs.queryMetric, ofMetric),
  post("/v1/metrics/{name}", rpcs.queryMetric, { name: "name" }),
  get("/v1/metrics/{name}/definition", rpcs.getMetric, { name: "name", version: "version" }),
  put("/v1/metrics/{name}/definition", rpcs.defineMetric, {
    body: "definition",
    fields: { name: "definition.name", base_version: "base_version" },
  }),
  remove("/v1/metrics/{name}/definition", rpcs.deleteMetric, { name: "name" }),
  {
    verb: "POST",
    path: `${anyQuestionPath}/async`,
    rpc: jobs.startQuery,
    fields: { idempotency_key: "idempotency_key" },
    body: "question",
  },
  get(`${anyQuestionPath}/async`, jobs.listQueries, { state: "states", ...page }),
  get(`${anyQuestionPath}/async/{job_id}`, jobs.getQuery, { job_id: "job_id", page_token: "page_token" }),
  remove(`${anyQuestionPath}/async/{job_id}`, jobs.cancelQuery, { job_id: "job_id" }),
  get("/v1/cohorts", rpcs.listCohorts, page),
  get("/v1/cohorts/{cohort_id}", rpcs.getCohort, cohort),
  put("/v1/cohorts/{cohort_id}", rpcs.putCohort, {
    body: "cohort",
    fields: { cohort_id: "cohort.cohort_id", expected_version: "expected_version" },
  }),
  remove("/v1/cohorts/{cohort_id}", rpcs.deleteCohort, cohort),
  get("/v1/cohorts/{cohort_id}/members", rpcs.listCohortMembers, { ...cohort, ...page }),
  get("/v1/users/{user_id}", rpcs.getUser, { user_id: "user_id", ...page }),
  get("/v1/events/{type}", rpcs.listEvents, ofEvents),
  post("/v1/events/search", rpcs.listEvents),
  get("/v1/events/{event_id}/explanation", rpcs.explainEvent, { event_id: "event_id" }),
];

function get(path: string, rpc: DescMethodUnary, fields: Fields): Mapping {
  return { verb: "GET", path, rpc, fields, body: undefined };
}

function post(path: string, rpc: DescMethodUnary, fields: Fields = {}): Mapping {
  return { verb: "POST", path, rpc, fields, body: "" };
}

function put(path: string, rpc: DescMethodUnary, into: Pick<Mapping, "body" | "fields">): Mapping {
  return { verb: "PUT", path, rpc, ...into };
}

function remove(path: string, rpc: DescMethodUnary, fields: Fields): Mapping {
  return { verb: "DELETE", path, rpc, fields, body: undefined };
}
