import type { ListSchemasRequest, Schema } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { decodePageToken, encodePageToken } from "../platform/page-token.js";
import type { SchemaStore } from "./ports.js";

const PAGE_SIZE = 100;

/** ListSchemas: the newest version of each subject, by subject. */
export async function listSchemas(
  store: SchemaStore,
  projectId: string,
  { pageSize, pageToken }: ListSchemasRequest,
): Promise<{ schemas: Schema[]; nextPageToken: string }> {
  const limit = pageSize === 0 ? PAGE_SIZE : pageSize;
  const listing = `ListSchemas ${projectId}`;
  const [after] = decodePageToken(listing, pageToken, 1) ?? [];
  const found = await store.listNewest(projectId, after, limit + 1);
  const schemas = found.slice(0, limit);
  const last = schemas.at(-1);
  const isMore = found.length > limit && last !== undefined;
  return { schemas, nextPageToken: isMore ? encodePageToken(listing, [last.subject]) : "" };
}
