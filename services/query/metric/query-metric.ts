import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import { FrameSchema } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  type MetricDefinition,
  type MetricDimension,
  type MetricTrend,
  type MetricVisits,
  type QueryMetricRequest,
  type QueryMetricResponseSchema,
  VisitFigure,
} from "../../../gen/ts/tideline/query/v1/metric_pb.js";
import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  QuerySessionsRequestSchema,
  type VisitFigures,
} from "../../../gen/ts/tideline/query/v1/sessions_pb.js";
import {
  QueryTrendRequestSchema,
  type QueryTrendResponse,
  type QueryTrendResponseSchema,
  TrendDisplay,
} from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import { askedProject } from "../caller.js";
import { queryTrend } from "../trend/query-trend.js";
import { querySessions } from "../visits/query-sessions.js";
import { dimensionAsked } from "./check-definition.js";
import type { MetricPorts } from "./keep-metrics.js";
import { metricNamed } from "./metrics-book.js";

/** QueryMetric: what a metric is, over the events that there are. @throws Fault METRIC_NOT_FOUND, and as QueryTrend */
export async function queryMetric(
  ports: MetricPorts,
  request: QueryMetricRequest,
  call: Call,
): Promise<MessageInitShape<typeof QueryMetricResponseSchema>> {
  const asked = await askedProject(call, ports.projects);
  const metric = await metricNamed(ports.metrics, asked, request);
  const { definition } = metric;
  if (definition === undefined) throw new Error("a metric without its definition");
  const { source } = definition;
  const parts = { request, definition, dimensions: dimensionsOf(request, definition) };
  const answer =
    source.case === "visits"
      ? await answerVisits(ports, { ...parts, visits: source.value }, call)
      : await answerTrend(ports, { ...parts, trend: source.value }, call);
  return { metric, answer };
}

interface AskedMetric {
  readonly request: QueryMetricRequest;
  readonly definition: MetricDefinition;
  readonly dimensions: readonly MetricDimension[];
}

/** @throws Fault REQUEST_INVALID where the metric has no dimension of that name. */
function dimensionsOf(
  { dimensions: named, noDimensions }: QueryMetricRequest,
  { dimensions, defaultDimensions }: MetricDefinition,
): MetricDimension[] {
  const names = noDimensions ? [] : named.length > 0 ? named : defaultDimensions;
  return names.map((name, index) => {
    const found = dimensions.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw requestInvalid(`dimensions[${index}]`, "known_dimension", "the metric has no such dimension");
  });
}

/** The request's own conditions first: faults name their places. */
function frameOf({ request, definition }: AskedMetric) {
  const frame = clone(FrameSchema, request.frame ?? create(FrameSchema));
  frame.filters.push(...definition.filters);
  return frame;
}

function answerTrend(
  ports: MetricPorts,
  asked: AskedMetric & { readonly trend: MetricTrend | undefined },
  call: Call,
): Promise<QueryTrendResponse> {
  const { request, trend, dimensions } = asked;
  const { interval, limit, comparison, display } = request;
  const formula = trend?.formula ?? "";
  const question = create(QueryTrendRequestSchema, {
    frame: frameOf(asked),
    series: trend?.series ?? [],
    formulas: formula === "" ? [] : [formula],
    interval,
    breakdown: dimensions.map(dimensionAsked),
    limit,
    display,
    ...(comparison === undefined ? {} : { comparison }),
  });
  return queryTrend(ports, question, call);
}

async function answerVisits(
  ports: MetricPorts,
  asked: AskedMetric & { readonly visits: MetricVisits },
  call: Call,
): Promise<MessageInitShape<typeof QueryTrendResponseSchema>> {
  const { request, visits, dimensions } = asked;
  const { interval, limit, comparison, display } = request;
  if (comparison !== undefined) throw requestInvalid("comparison", "visits", "visits are not compared");
  if (display === TrendDisplay.CUMULATIVE) throw requestInvalid("display", "visits", "visits don't add up");
  const isTotal = display === TrendDisplay.TOTAL;
  const question = create(QuerySessionsRequestSchema, {
    frame: frameOf(asked),
    interval: isTotal ? Interval.UNSPECIFIED : interval || Interval.DAY,
    breakdown: dimensions.flatMap(({ property }) => property ?? []),
    limit,
    ...(visits.event === undefined ? {} : { event: visits.event }),
    ...(visits.sessionGap === undefined ? {} : { sessionGap: visits.sessionGap }),
  });
  const { total, values, buckets, rows, otherRows, openBuckets, info } = await querySessions(
    ports,
    question,
    call,
  );
  const told = (figures: VisitFigures | undefined) => figureOf(figures, visits.figure);
  const whole = { values: isTotal ? [] : values.map(told), total: told(total) };
  return {
    buckets: isTotal ? [] : buckets,
    lines:
      dimensions.length === 0
        ? [whole]
        : rows.map(({ breakdown, figures }) => ({ breakdown, values: [], total: told(figures) })),
    otherValues: otherRows,
    openBuckets: isTotal ? [] : openBuckets,
    ...(info === undefined ? {} : { info }),
  };
}

/** Shares and means of no visits have no value. */
function figureOf(
  figures: VisitFigures | undefined,
  figure: VisitFigure,
): { value: number; hasValue: boolean } {
  const visits = Number(figures?.visits ?? 0n);
  switch (figure) {
    case VisitFigure.VISITORS:
      return { value: Number(figures?.visitors ?? 0n), hasValue: true };
    case VisitFigure.BOUNCE_RATE:
      return { value: figures?.bounceRate ?? 0, hasValue: visits > 0 };
    case VisitFigure.EVENTS_PER_VISIT:
      return { value: figures?.eventsPerVisit ?? 0, hasValue: visits > 0 };
    case VisitFigure.AVERAGE_DURATION_SECONDS:
      return { value: figures?.averageDurationSeconds ?? 0, hasValue: visits > 0 };
    default:
      return { value: visits, hasValue: true };
  }
}
