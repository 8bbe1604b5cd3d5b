import { type MessageShape, toJson } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  type PathItem,
  type QueryPathsRequest,
  QueryPathsRequestSchema,
  QueryPathsResponseSchema,
} from "../../../gen/ts/tideline/query/v1/paths_pb.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import {
  type Analysis,
  type AnalysisPorts,
  answerAnalysis,
  askedOf,
  type Computed,
} from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { canonicalRequest } from "../cache/answer-key.js";
import { lateSql } from "../sql/late.js";
import { bind, sql } from "../sql/sql.js";
import { type PathRow, type PathTotalsRow, pathsSql } from "./paths-sql.js";
import { countedSql, gapMsOf } from "./visits-sql.js";

type Response = typeof QueryPathsResponseSchema;

/** What QueryPaths is asked, complete and checked. */
export interface PathsQuestion {
  readonly frame: AskedFrame;
  readonly items: readonly PathItem[];
  /** Items without the slash at their end; empty: none. */
  readonly startPoint: string;
  readonly endPoint: string;
  readonly stepLimit: number;
  readonly edgeLimit: number;
  readonly gapMs: number;
}

const stepLimitDefault = 5;
const edgeLimitDefault = 50;

/** QueryPaths: the ways that users take, visit by visit. */
export async function queryPaths(
  ports: AnalysisPorts,
  request: QueryPathsRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const prepare = (left: AskedFrame): Analysis<Response> => paths(request, left);
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

function paths(request: QueryPathsRequest, frame: AskedFrame): Analysis<Response> {
  const question = pathsQuestion(request, frame);
  const { items } = question;
  const { frame: _frame, ...asked } = request;
  const types = items.length === 0 ? [""] : items.map(({ event }) => event?.type ?? "");
  return {
    name: "paths",
    response: QueryPathsResponseSchema,
    frame,
    canonical: canonicalRequest([
      toJson(QueryPathsRequestSchema, asked as QueryPathsRequest),
      { filters: frame.filters },
    ]),
    data: { types, fromMs: frame.range.fromMs, toMs: frame.range.toMs, persons: true },
    asksHistory: false,
    filterGroups: [
      ...items.map(({ event }, index) => ({
        field: `items[${index}].event.filters`,
        filters: event?.filters ?? [],
      })),
      { field: "frame.filters", filters: frame.filters },
    ],
    compute: (run) => computePaths(run, question),
  };
}

function pathsQuestion(request: QueryPathsRequest, frame: AskedFrame): PathsQuestion {
  const { sessionGap } = request;
  return {
    frame,
    items: request.items,
    startPoint: tidyPoint(request.startPoint),
    endPoint: tidyPoint(request.endPoint),
    stepLimit: request.stepLimit || stepLimitDefault,
    edgeLimit: request.edgeLimit || edgeLimitDefault,
    gapMs: gapMsOf(sessionGap === undefined ? undefined : durationMs(sessionGap), "session_gap"),
  };
}

function tidyPoint(point: string): string {
  return point.length > 1 && point.endsWith("/") ? point.slice(0, -1) : point;
}

async function computePaths(run: AnalysisRun, question: PathsQuestion): Promise<Computed<Response>> {
  const { range } = question.frame;
  const readers = run.readers();
  const parts = pathsSql(readers, question);
  const late = lateSql(sql`${bind.int64(range.toMs)}`);
  const counted = countedSql(readers, { ...question, selected: parts.selected }, late);
  const [edges, totals, [events]] = await Promise.all([
    run.read(run.tenant.statement(parts.edges), { purpose: "edges of paths" }),
    run.read(run.tenant.statement(parts.totals), { purpose: "paths and their users" }),
    run.read(run.tenant.statement(counted), { purpose: "late events" }),
  ]);
  const rows = edges as unknown as readonly PathRow[];
  const [count = 0, users = 0] = (totals[0] ?? []) as unknown as PathTotalsRow;
  const [all = 0, lateOnes = 0] = (events ?? []).map(Number);
  return {
    response: {
      edges: rows.map(([source, sourceStep, target, found, averageSeconds]) => ({
        ...{ source, sourceStep, target, averageSeconds },
        paths: BigInt(found),
      })),
      edgeCount: BigInt(rows[0]?.[5] ?? 0),
      paths: BigInt(count),
      users: BigInt(users),
    },
    lateShare: all === 0 ? 0 : lateOnes / all,
  };
}
