import { toBinary } from "@bufbuild/protobuf";
import {
  type ListSchemasRequest,
  type Schema,
  SchemaSchema,
} from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { rowsThatFit } from "../platform/page-bytes.js";
import { decodePageToken, encodePageToken } from "../platform/page-token.js";
import type { SchemaStore } from "./ports.js";

const PAGE_SIZE = 100;
/** Rows read for one page: texts may be 256 KiB each. */
const ROWS_MAX = 200;

/** ListSchemas: the newest version of each subject, by subject; a page is cut where it grows too large. */
export async function listSchemas(
  store: SchemaStore,
  projectId: string,
  { pageSize, pageToken }: ListSchemasRequest,
): Promise<{ schemas: Schema[]; nextPageToken: string }> {
  const limit = Math.min(pageSize === 0 ? PAGE_SIZE : pageSize, ROWS_MAX);
  const listing = `ListSchemas ${projectId}`;
  const [after] = decodePageToken(listing, pageToken, 1) ?? [];
  const found = await store.listNewest(projectId, after, limit + 1);
  const fitting = rowsThatFit(found, (schema) => toBinary(SchemaSchema, schema).length);
  const schemas = found.slice(0, Math.min(limit, fitting));
  const last = schemas.at(-1);
  const isMore = found.length > schemas.length && last !== undefined;
  return { schemas, nextPageToken: isMore ? encodePageToken(listing, [last.subject]) : "" };
}
