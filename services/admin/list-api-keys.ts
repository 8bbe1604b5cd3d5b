import type {
  ListApiKeysRequest,
  ListApiKeysResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { decodePageToken, encodePageToken } from "../../platform/page-token.js";
import { type Answer, pageLimit } from "./answer.js";
import { type Caller, missing, projectOf } from "./caller.js";
import type { KeyStore, ProjectStore } from "./ports.js";

/** ListApiKeys: newest first, never a secret. @throws Fault PROJECT_NOT_FOUND */
export async function listApiKeys(
  { projects, keys }: { readonly projects: ProjectStore; readonly keys: KeyStore },
  caller: Caller,
  request: ListApiKeysRequest,
): Promise<Answer<ListApiKeysResponse>> {
  const { projectId } = (await projects.find(projectOf(caller, request.projectId))) ?? missing();
  const listing = `ListApiKeys ${projectId} ${request.includeEnded}`;
  const after = decodePageToken(listing, request.pageToken, 2);
  const page = await keys.list(projectId, request.includeEnded, {
    after,
    limit: pageLimit(request.pageSize),
  });
  return {
    keys: page.keys,
    nextPageToken: page.next === undefined ? "" : encodePageToken(listing, page.next),
  };
}
