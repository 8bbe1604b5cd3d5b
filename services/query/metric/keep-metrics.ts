// Metrics are defined, read, listed and deleted.

import type { Message } from "@bufbuild/protobuf";
import type {
  DefineMetricRequest,
  DefineMetricResponse,
  DeleteMetricRequest,
  DeleteMetricResponse,
  GetMetricRequest,
  GetMetricResponse,
  ListMetricsRequest,
  ListMetricsResponse,
} from "../../../gen/ts/tideline/query/v1/metric_pb.js";
import type { MetricStore } from "../../../platform/control/metrics.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisPorts } from "../analysis/answer-analysis.js";
import { askedProject } from "../caller.js";
import { checkDefinition } from "./check-definition.js";
import { metricNamed, metricNotFound, metricOf, metricsAfter } from "./metrics-book.js";

export interface MetricPorts extends AnalysisPorts {
  readonly metrics: MetricStore;
}

type AskingCall = Pick<Call, "projectId" | "signal">;
type Answer<T extends Message> = Omit<T, keyof Message>;

/** DefineMetric. @throws Fault REQUEST_INVALID, METRIC_CHANGED */
export async function defineMetric(
  ports: MetricPorts,
  { definition, baseVersion }: DefineMetricRequest,
  { projectId: named, signal }: AskingCall,
): Promise<Answer<DefineMetricResponse>> {
  const { projectId, settings } = await askedProject({ projectId: named }, ports.projects);
  // The contract requires it; what is absent can't be named.
  if (definition === undefined) throw requestInvalid("definition", "required", "is not set");
  await checkDefinition(definition, { projectId, settings, analytics: ports.analytics, signal });
  return { metric: metricOf(await ports.metrics.define(projectId, definition, baseVersion)) };
}

/** GetMetric. @throws Fault METRIC_NOT_FOUND */
export async function getMetric(
  ports: MetricPorts,
  request: GetMetricRequest,
  call: AskingCall,
): Promise<Answer<GetMetricResponse>> {
  const asked = await askedProject(call, ports.projects);
  return { metric: await metricNamed(ports.metrics, asked, request) };
}

const pageSizeDefault = 100;

/** ListMetrics. */
export async function listMetrics(
  ports: MetricPorts,
  { pageSize, pageToken }: ListMetricsRequest,
  call: AskingCall,
): Promise<Answer<ListMetricsResponse>> {
  const asked = await askedProject(call, ports.projects);
  const limit = pageSize || pageSizeDefault;
  const found = await metricsAfter(ports.metrics, asked, { after: pageToken, limit: limit + 1 });
  const metrics = found.slice(0, limit);
  const nextPageToken = found.length > limit ? (metrics.at(-1)?.definition?.name ?? "") : "";
  return { metrics, nextPageToken };
}

/** DeleteMetric. @throws Fault METRIC_NOT_FOUND, of a ready-made one too */
export async function deleteMetric(
  ports: MetricPorts,
  { name }: DeleteMetricRequest,
  call: AskingCall,
): Promise<Answer<DeleteMetricResponse>> {
  const { projectId } = await askedProject(call, ports.projects);
  const removed = await ports.metrics.remove(projectId, name);
  if (removed === undefined) throw metricNotFound(name);
  return { metric: metricOf(removed) };
}
