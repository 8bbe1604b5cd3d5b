import { type MessageShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type QueryRetentionRequest,
  QueryRetentionRequestSchema,
  QueryRetentionResponseSchema,
} from "../../../gen/ts/tideline/query/v1/retention_pb.js";
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
import { openBuckets } from "../question.js";
import { type RetentionQuestion, retentionQuestion } from "./retention-question.js";
import { retentionSeries, settledAtMs } from "./retention-series.js";
import { asksFirst, type CohortRow, matrixSql } from "./retention-sql.js";

type Response = typeof QueryRetentionResponseSchema;

/** QueryRetention: who started in a period, and who of them came back in the periods after. */
export async function queryRetention(
  ports: AnalysisPorts,
  request: QueryRetentionRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const prepare = (left: AskedFrame): Analysis<Response> => {
    const question = retentionQuestion(request, left);
    return {
      ...retentionAsked(request, question, ""),
      name: "retention",
      response: QueryRetentionResponseSchema,
      compute: (run) => computeRetention(run, question),
      retell: (response, { watermarkMs }) => {
        response.openBuckets = openBuckets(question.periods, watermarkMs);
      },
    };
  };
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

/** What the matrix and the list of its users have in common. */
export function retentionAsked(
  request: QueryRetentionRequest,
  question: RetentionQuestion,
  field: string,
): Omit<Analysis<Response>, "name" | "response" | "compute" | "retell"> {
  const { frame, start, return: returned, returnsToMs } = question;
  return {
    frame,
    canonical: canonicalRetention(request, frame),
    data: {
      types: [start.type, returned.type],
      fromMs: frame.range.fromMs,
      toMs: returnsToMs,
      persons: true,
    },
    asksHistory: asksFirst(question),
    movesUntilMs: settledAtMs(question),
    filterGroups: [
      { field: `${field}start_event.filters`, filters: start.filters },
      { field: `${field}return_event.filters`, filters: returned.filters },
      { field: `${field}frame.filters`, filters: frame.filters },
    ],
  };
}

function canonicalRetention(request: QueryRetentionRequest, { filters }: AskedFrame): unknown {
  const { frame: _frame, ...asked } = request;
  const json = toJson(QueryRetentionRequestSchema, asked as QueryRetentionRequest);
  return canonicalRequest([json, { filters }]);
}

async function computeRetention(run: AnalysisRun, question: RetentionQuestion): Promise<Computed<Response>> {
  const statement = run.tenant.statement(matrixSql(run.readers(), question));
  const read = await run.read(statement, { purpose: "users by cohort and column" });
  const rows = read as unknown as readonly CohortRow[];
  const { periods, cohorts, limit } = question;
  const sum = (of: (row: CohortRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const [counted, late] = [sum((row) => row[6]), sum((row) => row[7])];
  const values = Math.max(0, ...rows.map(([, , , lastPlace]) => lastPlace));
  return {
    response: {
      cohorts: periods.starts.slice(0, cohorts).map((startMs) => timestampFromMs(startMs)),
      series: retentionSeries(question, rows),
      otherValues: BigInt(Math.max(0, values - limit)),
      openBuckets: openBuckets(periods, run.applied.watermarkMs),
    },
    lateShare: counted === 0 ? 0 : late / counted,
  };
}
