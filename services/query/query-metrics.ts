import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { durationMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type QueryMetricsRequest,
  QueryMetricsResponseSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { Clock } from "../../platform/clock.js";
import type { KnownSettings, ProjectCache } from "../../platform/control/projects.js";
import type { Call } from "../../platform/serve/call.js";
import { maxStalenessDefaultMs } from "./analysis/frame.js";
import { answerInfo } from "./answer-info.js";
import { metricsCanonical } from "./cache/answer-key.js";
import type { Answered, CachedAnswers } from "./cache/cached-answers.js";
import { askedProject } from "./caller.js";
import { computeMetrics, type MetricsEngine, type MetricsRun } from "./compute-metrics.js";
import type { Applied, Progress } from "./ports.js";
import {
  askedData,
  asksForProperties,
  type MetricsQuestion,
  metricsQuestion,
  openBuckets,
} from "./question.js";
import type { KindSource } from "./registered-kinds.js";

export interface QueryMetricsPorts extends MetricsEngine {
  readonly projects: ProjectCache;
  readonly progress: Progress;
  readonly answers: CachedAnswers;
  readonly kinds: KindSource;
  readonly clock: Clock;
}

type Response = MessageInitShape<typeof QueryMetricsResponseSchema>;

/** QueryMetrics: a series in calendar buckets. */
export async function queryMetrics(
  ports: QueryMetricsPorts,
  request: QueryMetricsRequest,
  call: Call,
): Promise<Response> {
  const { projectId, settings } = await askedProject(call, ports.projects);
  const asked = metricsQuestion(request, settings, ports.clock.now());
  const registered = asksForProperties(asked) ? await ports.kinds.kindsOf(projectId, asked.type) : undefined;
  const question = registered === undefined ? asked : { ...asked, registered };
  const { maxStaleness } = request;
  const canonical = metricsCanonical(question);
  const present = { nowMs: ports.clock.now(), timeZone: question.timeZone };
  const cohorts = await ports.people.cohorts(projectId, canonical, present);
  const answered = await ports.answers.answer({
    projectId,
    canonical: cohorts === undefined ? canonical : [canonical, cohorts.version],
    data: askedData(question),
    // Who is in a cohort hangs on events of other types and times.
    endsNow: question.range.endsNow || cohorts !== undefined,
    maxStalenessMs:
      maxStaleness === undefined ? maxStalenessDefaultMs : Math.max(0, durationMs(maxStaleness)),
    signal: call.signal,
    compute: async (applied, signal) => {
      const zone = { name: settings.timeZone, ...zoneSince(settings) };
      const response = await computed(ports, projectId, { question, applied, signal, zone, cohorts });
      return toBinary(QueryMetricsResponseSchema, create(QueryMetricsResponseSchema, response));
    },
  });
  return told(answered, question);
}

interface Computing extends MetricsRun {
  /** Looked at first: what the answer says it covers is in it. */
  readonly applied: Applied;
}

function zoneSince({ zoneSinceMs }: KnownSettings): { sinceMs?: number } {
  return zoneSinceMs === undefined ? {} : { sinceMs: zoneSinceMs };
}

async function computed(
  ports: QueryMetricsPorts,
  projectId: string,
  { applied, ...run }: Computing,
): Promise<Response> {
  const answer = await computeMetrics(ports, projectId, run);
  const { lateShare, engineMs, rowsRead, plan, completeFromMs } = answer;
  const { range, timeZone, weekStart, buckets } = answer.question;
  const asOfMs = ports.clock.now();
  const whole = completeFromMs === undefined ? {} : { completeFromMs };
  const about = { applied, asOfMs, range, timeZone, weekStart, lateShare, engineMs, rowsRead, ...whole };
  return {
    buckets: buckets.starts.map((startMs) => timestampFromMs(startMs)),
    series: answer.series,
    otherValues: BigInt(answer.otherValues),
    openBuckets: openBuckets(buckets, applied.watermarkMs),
    info: answerInfo({ ...about, source: plan.source }),
  };
}

/** The answer as it is told: one that is kept says so, and what it covers by now where that was looked up. */
function told(
  { response, isCached, isStale, applied, holdsAtMs }: Answered,
  question: MetricsQuestion,
): Response {
  const message = fromBinary(QueryMetricsResponseSchema, response);
  if (!isCached || message.info === undefined) return message;
  message.info.cached = true;
  message.info.stale = isStale;
  if (applied === undefined) return message;
  // Of a range that is not whole any more the answer has the last buckets.
  const left = question.buckets.starts.length - message.buckets.length;
  message.openBuckets = openBuckets(question.buckets, applied.watermarkMs)
    .map((index) => index - left)
    .filter((index) => index >= 0);
  message.info.positions = Object.fromEntries(applied.positions);
  message.info.asOf = timestampFromMs(holdsAtMs);
  if (applied.watermarkMs > 0) message.info.watermark = timestampFromMs(applied.watermarkMs);
  return message;
}
