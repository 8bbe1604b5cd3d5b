import { type MessageShape, toJson } from "@bufbuild/protobuf";
import {
  type ListLifecycleUsersRequest,
  ListLifecycleUsersRequestSchema,
  ListLifecycleUsersResponseSchema,
} from "../../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import { type Analysis, type AnalysisPorts, answerAnalysis, askedOf } from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { readUserIds, userPage } from "../analysis/user-pages.js";
import { instantOf } from "../question.js";
import { type LifecycleQuestion, lifecycleQuestion } from "./lifecycle-question.js";
import { lifecycleUsersSql } from "./lifecycle-sql.js";
import { lifecycleAsked } from "./query-lifecycle.js";

type Response = typeof ListLifecycleUsersResponseSchema;

/** ListLifecycleUsers: who was new, returning, resurrecting or dormant in a bucket. */
export async function listLifecycleUsers(
  ports: AnalysisPorts,
  request: ListLifecycleUsersRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const { lifecycle, status, pageSize, pageToken } = request;
  if (lifecycle === undefined) throw requestInvalid("lifecycle", "required", "the question is missing");
  const asked = toJson(ListLifecycleUsersRequestSchema, { ...request, pageSize: 0, pageToken: "" });
  const frame = askedFrame(lifecycle.frame, settings, ports.clock.now());
  const page = userPage({ projectId, question: ["lifecycle users", asked], frame, pageSize, pageToken });
  const prepare = (left: AskedFrame): Analysis<Response> => {
    const question = lifecycleQuestion(lifecycle, left);
    const period = periodOf(request, question);
    const common = lifecycleAsked(lifecycle, question, "lifecycle.");
    return {
      ...common,
      name: "lifecycle users",
      response: ListLifecycleUsersResponseSchema,
      canonical: [common.canonical, period, status, page.size, page.after ?? null],
      compute: async (run) => {
        const users = lifecycleUsersSql(run.readers(), question, { period, status, page });
        return { response: await readUserIds(run, users, { ...page, frame: left }), lateShare: 0 };
      },
    };
  };
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame: page.frame, prepare });
}

/** @throws Fault REQUEST_INVALID where there is no such bucket. */
function periodOf({ bucket }: ListLifecycleUsersRequest, { periods }: LifecycleQuestion): number {
  const period = periods.starts.indexOf(instantOf(bucket, "bucket") ?? Number.NaN);
  if (period >= 1) return period;
  throw requestInvalid("bucket", "bucket_start", "not the start of a bucket of the range");
}
