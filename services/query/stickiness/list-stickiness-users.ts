import { type MessageShape, toJson } from "@bufbuild/protobuf";
import {
  type ListStickinessUsersRequest,
  ListStickinessUsersRequestSchema,
  ListStickinessUsersResponseSchema,
} from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import { type Analysis, type AnalysisPorts, answerAnalysis, askedOf } from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { readUserIds, userPage } from "../analysis/user-pages.js";
import { stickinessAsked } from "./query-stickiness.js";
import { stickinessQuestion } from "./stickiness-question.js";
import { stickinessUsersSql } from "./stickiness-sql.js";

type Response = typeof ListStickinessUsersResponseSchema;

/** ListStickinessUsers: who was active in so many intervals. */
export async function listStickinessUsers(
  ports: AnalysisPorts,
  request: ListStickinessUsersRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const { stickiness, intervals, pageSize, pageToken } = request;
  if (stickiness === undefined) throw requestInvalid("stickiness", "required", "the question is missing");
  const asked = toJson(ListStickinessUsersRequestSchema, { ...request, pageSize: 0, pageToken: "" });
  const frame = askedFrame(stickiness.frame, settings, ports.clock.now());
  const page = userPage({ projectId, question: ["stickiness users", asked], frame, pageSize, pageToken });
  const prepare = (left: AskedFrame): Analysis<Response> => {
    const question = stickinessQuestion(stickiness, left);
    const common = stickinessAsked(stickiness, question, "stickiness.");
    return {
      ...common,
      name: "stickiness users",
      response: ListStickinessUsersResponseSchema,
      canonical: [common.canonical, intervals, page.size, page.after ?? null],
      compute: async (run) => {
        const users = stickinessUsersSql(run.readers(), question, { intervals, page });
        return { response: await readUserIds(run, users, { ...page, frame: left }), lateShare: 0 };
      },
    };
  };
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame: page.frame, prepare });
}
