import type {
  ListProjectsRequest,
  ListProjectsResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { decodePageToken, encodePageToken } from "../../platform/page-token.js";
import { type Answer, pageLimit } from "./answer.js";
import type { ProjectStore } from "./ports.js";

const LISTING = "ListProjects";

/** ListProjects: a project that is there during the whole listing is listed exactly once. */
export async function listProjects(
  store: ProjectStore,
  request: ListProjectsRequest,
): Promise<Answer<ListProjectsResponse>> {
  const limit = pageLimit(request.pageSize);
  const after = decodePageToken(LISTING, request.pageToken, 1);
  const found = await store.list({ after, limit: limit + 1 });
  const projects = found.slice(0, limit);
  const last = projects.at(-1);
  return {
    projects,
    nextPageToken: found.length > limit && last !== undefined ? encodePageToken(LISTING, [last.name]) : "",
  };
}
