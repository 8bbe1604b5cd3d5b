import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { JobAnswerSchema, type JobQuestion } from "../../../gen/ts/tideline/query/v1/job_pb.js";
import { Fault } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import { queryExperiment } from "../experiment/query-experiment.js";
import { queryFunnel } from "../funnel/query-funnel.js";
import { queryLifecycle } from "../lifecycle/query-lifecycle.js";
import { queryMetric } from "../metric/query-metric.js";
import { queryMetrics } from "../query-metrics.js";
import { queryRetention } from "../retention/query-retention.js";
import type { QueryPorts } from "../routes.js";
import { queryStickiness } from "../stickiness/query-stickiness.js";
import { queryTrend } from "../trend/query-trend.js";
import { queryPaths } from "../visits/query-paths.js";
import { querySessions } from "../visits/query-sessions.js";
import { wholeSql } from "../written-sql/whole-sql.js";

type Answer = MessageInitShape<typeof JobAnswerSchema>["answer"];

/** The engines that answer, as they are for jobs. */
export type AnswerPorts = Omit<QueryPorts, "results" | "hub">;

/**
 * Answers a job's question as its RPC does, in pages: one, but of SQL as many as its rows take.
 * @throws what the RPC throws, and Fault QUERY_TOO_LARGE where the answer has more bytes than are kept
 */
export async function answerJob(
  ports: AnswerPorts,
  question: JobQuestion,
  { call, answerBytes }: { readonly call: Call; readonly answerBytes: number },
): Promise<Uint8Array[]> {
  const pages: Uint8Array[] = [];
  let bytes = 0;
  for await (const answer of answersTo(ports, question, call)) {
    const page = toBinary(JobAnswerSchema, create(JobAnswerSchema, { answer }));
    bytes += page.length;
    if (bytes > answerBytes) throw tooLarge(answerBytes);
    pages.push(page);
  }
  return pages;
}

async function* answersTo(
  ports: AnswerPorts,
  { question }: JobQuestion,
  call: Call,
): AsyncGenerator<NonNullable<Answer>> {
  switch (question.case) {
    case "metrics":
      return yield { case: "metrics", value: await queryMetrics(ports, question.value, call) };
    case "trend":
      return yield { case: "trend", value: await queryTrend(ports, question.value, call) };
    case "metric":
      return yield { case: "metric", value: await queryMetric(ports, question.value, call) };
    case "funnel":
      return yield { case: "funnel", value: await queryFunnel(ports, question.value, call) };
    case "retention":
      return yield { case: "retention", value: await queryRetention(ports, question.value, call) };
    case "lifecycle":
      return yield { case: "lifecycle", value: await queryLifecycle(ports, question.value, call) };
    case "stickiness":
      return yield { case: "stickiness", value: await queryStickiness(ports, question.value, call) };
    case "paths":
      return yield { case: "paths", value: await queryPaths(ports, question.value, call) };
    case "sessions":
      return yield { case: "sessions", value: await querySessions(ports, question.value, call) };
    case "experiment":
      return yield { case: "experiment", value: await queryExperiment(ports, question.value, call) };
    case "sql":
      for (const value of await wholeSql(ports, question.value, call)) yield { case: "sql", value };
      return;
    default:
      throw new Error("a job without a question");
  }
}

function tooLarge(most: number): Fault {
  const facts = { limit: "kept_answer", most: String(most) };
  return new Fault(FaultReason.QUERY_TOO_LARGE, "the answer is too large to be kept: ask for less", facts);
}
