import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type {
  QueryMetricsRequest,
  QueryMetricsResponseSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { Clock } from "../../platform/clock.js";
import type { ProjectCache } from "../../platform/control/projects.js";
import type { Call } from "../../platform/serve/call.js";
import { answerInfo } from "./answer-info.js";
import { askedProject } from "./caller.js";
import { computeMetrics, type MetricsEngine } from "./compute-metrics.js";
import type { Progress } from "./ports.js";
import { metricsQuestion, openBuckets } from "./question.js";

export interface QueryMetricsPorts extends MetricsEngine {
  readonly projects: ProjectCache;
  readonly progress: Progress;
  readonly clock: Clock;
}

/** QueryMetrics: a series in calendar buckets. */
export async function queryMetrics(
  ports: QueryMetricsPorts,
  request: QueryMetricsRequest,
  call: Call,
): Promise<MessageInitShape<typeof QueryMetricsResponseSchema>> {
  const { projectId, settings } = await askedProject(call, ports.projects);
  const question = metricsQuestion(request, settings, ports.clock.now());
  // Looked at first: what the answer says it covers must be in it.
  const applied = await ports.progress.applied();
  const computed = await computeMetrics(ports, projectId, { question, signal: call.signal });
  const { range, timeZone, weekStart } = question;
  const { lateShare, engineMs, rowsRead, plan } = computed;
  const asOfMs = ports.clock.now();
  return {
    buckets: question.buckets.starts.map((startMs) => timestampFromMs(startMs)),
    series: computed.series,
    otherValues: BigInt(computed.otherValues),
    openBuckets: openBuckets(question.buckets, applied.watermarkMs),
    info: answerInfo({
      applied,
      asOfMs,
      range,
      timeZone,
      weekStart,
      lateShare,
      engineMs,
      rowsRead,
      source: plan.source,
    }),
  };
}
