import { create, type MessageInitShape, type MessageShape, toJson } from "@bufbuild/protobuf";
import { durationMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  type Property,
  PropertySchema,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  type QuerySessionsRequest,
  QuerySessionsRequestSchema,
  QuerySessionsResponseSchema,
  type VisitFiguresSchema,
} from "../../../gen/ts/tideline/query/v1/sessions_pb.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import {
  type Analysis,
  type AnalysisPorts,
  answerAnalysis,
  askedOf,
  type Computed,
} from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame, bucketsOfFrame } from "../analysis/frame.js";
import { canonicalRequest } from "../cache/answer-key.js";
import type { Buckets } from "../calendar.js";
import { openBuckets } from "../question.js";
import { bucketSql } from "../sql/buckets.js";
import { lateSql, timeMs } from "../sql/late.js";
import { type SessionsRow, type SessionsSet, sessionsSql } from "./sessions-sql.js";
import { countedSql, gapMsOf } from "./visits-sql.js";

type Response = typeof QuerySessionsResponseSchema;

/** What QuerySessions is asked, complete and checked. */
export interface SessionsQuestion {
  readonly frame: AskedFrame;
  readonly event: Pick<EventSelector, "type" | "filters">;
  readonly buckets: Buckets;
  readonly gapMs: number;
  readonly page: Property;
  readonly pageLimit: number;
  readonly breakdown: readonly Property[];
  readonly limit: number;
}

const pageLimitDefault = 10;
const limitDefault = 25;

/** QuerySessions: what visits there were, and what they were like. */
export async function querySessions(
  ports: AnalysisPorts,
  request: QuerySessionsRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const prepare = (left: AskedFrame): Analysis<Response> => sessions(request, left);
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

function sessions(request: QuerySessionsRequest, frame: AskedFrame): Analysis<Response> {
  const question = sessionsQuestion(request, frame);
  const { event, buckets } = question;
  const { frame: _frame, ...asked } = request;
  return {
    name: "sessions",
    response: QuerySessionsResponseSchema,
    frame,
    canonical: canonicalRequest([
      toJson(QuerySessionsRequestSchema, asked as QuerySessionsRequest),
      { filters: frame.filters },
    ]),
    data: { types: [event.type], fromMs: frame.range.fromMs, toMs: frame.range.toMs, persons: true },
    asksHistory: false,
    filterGroups: [
      { field: "event.filters", filters: event.filters },
      { field: "frame.filters", filters: frame.filters },
    ],
    compute: (run) => computeSessions(run, question),
    retell: (response, { watermarkMs }) => {
      response.openBuckets = openBuckets(buckets, watermarkMs);
    },
  };
}

/** @throws Fault REQUEST_INVALID that names the field. */
function sessionsQuestion(request: QuerySessionsRequest, frame: AskedFrame): SessionsQuestion {
  const { event, sessionGap, page } = request;
  return {
    frame,
    event: { type: event?.type ?? "", filters: event?.filters ?? [] },
    buckets: bucketsOfFrame(frame, request.interval),
    gapMs: gapMsOf(sessionGap === undefined ? undefined : durationMs(sessionGap), "session_gap"),
    page: page ?? create(PropertySchema, { scope: PropertyScope.FIELD, name: "page_path" }),
    pageLimit: request.pageLimit || pageLimitDefault,
    breakdown: request.breakdown,
    limit: request.limit || limitDefault,
  };
}

async function computeSessions(run: AnalysisRun, question: SessionsQuestion): Promise<Computed<Response>> {
  const { buckets } = question;
  const readers = run.readers();
  const parts = sessionsSql(readers, question);
  const late = lateSql(bucketSql(buckets, timeMs).end);
  const counted = countedSql(readers, { ...question, selected: parts.selected }, late);
  const [found, [events]] = await Promise.all([
    run.read(run.tenant.statement(parts.visits), { purpose: "visits" }),
    run.read(run.tenant.statement(counted), { purpose: "late events" }),
  ]);
  const rows = found as unknown as readonly SessionsRow[];
  const of = (set: SessionsSet): readonly SessionsRow[] => rows.filter(([what]) => what === set);
  const [all = 0, lateOnes = 0] = (events ?? []).map(Number);
  const byBucket = new Map(of("bucket").map((row) => [row[1], figuresOf(row)]));
  const listed = of("row");
  return {
    response: {
      total: figuresOf(of("total")[0]),
      buckets: buckets.starts.map((startMs) => timestampFromMs(startMs)),
      values: buckets.starts.map((startMs) => byBucket.get(startMs) ?? figuresOf(undefined)),
      entryPages: of("entry").map(pageOf),
      exitPages: of("exit").map(pageOf),
      rows: listed.map((row) => ({
        breakdown: row[3].map((value) => ({ value: value ?? "", missing: value === null })),
        figures: figuresOf(row),
      })),
      otherRows: BigInt((listed[0]?.[9] ?? 0) - listed.length),
      openBuckets: openBuckets(buckets, run.applied.watermarkMs),
    },
    lateShare: all === 0 ? 0 : lateOnes / all,
  };
}

function figuresOf(row: SessionsRow | undefined): MessageInitShape<typeof VisitFiguresSchema> {
  const [, , , , visitors = 0, visits = 0, events = 0, bounces = 0, seconds = 0] = row ?? [];
  const each = (sum: number): number => (visits === 0 ? 0 : sum / visits);
  return {
    visitors: BigInt(visitors),
    visits: BigInt(visits),
    events: BigInt(events),
    bounces: BigInt(bounces),
    bounceRate: each(bounces),
    eventsPerVisit: each(events),
    averageDurationSeconds: each(seconds),
  };
}

function pageOf([, , page, , visitors, visits]: SessionsRow) {
  return { page, visits: BigInt(visits), visitors: BigInt(visitors) };
}
