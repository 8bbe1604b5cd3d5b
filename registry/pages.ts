// RegistryService's lists, page by page, and its stream.
import { create, toBinary } from "@bufbuild/protobuf";
import { type RegistryService, SchemaSchema } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { rowsThatFit } from "../platform/page-bytes.js";
import { decodePageToken, encodePageToken } from "../platform/page-token.js";
import type { Methods } from "../platform/serve/mount.js";
import type { VersionRecord } from "./records.js";
import type { Registry } from "./registry.js";
import { callerOf } from "./routes.js";
import { changeMessage, schemaMessage } from "./wire.js";

/** How many entries a page has where the request doesn't say. */
const PAGE_SIZE = 100;
/** Rows with texts that are read for one page: each may be 256 KiB. */
const SCHEMA_ROWS_MAX = 200;

const limitOf = (pageSize: number): number => (pageSize === 0 ? PAGE_SIZE : pageSize);

interface Paged {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** One page of rows: `read` is asked for one more than fits, from the key of the last row on. */
async function pageOf<Row>(
  { pageSize, pageToken }: Paged,
  listing: string,
  read: (after: string | undefined, limit: number) => Promise<readonly Row[]>,
  { keyOf, bytesOf = () => 0 }: { keyOf: (row: Row) => string; bytesOf?: (row: Row) => number },
): Promise<{ rows: readonly Row[]; nextPageToken: string }> {
  const limit = limitOf(pageSize);
  const [after] = decodePageToken(listing, pageToken, 1) ?? [];
  const found = await read(after, limit + 1);
  const rows = found.slice(0, Math.min(limit, rowsThatFit(found, bytesOf)));
  const last = rows.at(-1);
  const isMore = found.length > rows.length && last !== undefined;
  return { rows, nextPageToken: isMore ? encodePageToken(listing, [keyOf(last)]) : "" };
}

const schemaBytes = (record: VersionRecord): number =>
  toBinary(SchemaSchema, create(SchemaSchema, schemaMessage(record))).length;

type Listing =
  | "listSchemas"
  | "listSubjects"
  | "listVersions"
  | "listContexts"
  | "listChanges"
  | "watchChanges";

/** The methods that list, and the one that watches. */
export function pagesOf(registry: Registry): Pick<Methods<typeof RegistryService>, Listing> {
  return {
    async listSchemas({ prefix, ...paged }, call) {
      const caller = callerOf(call);
      const { rows, nextPageToken } = await pageOf(
        { ...paged, pageSize: Math.min(limitOf(paged.pageSize), SCHEMA_ROWS_MAX) },
        `ListSchemas ${caller.projectId} ${prefix}`,
        (after, limit) =>
          registry.listSchemas(caller, { prefix, latestOnly: true, limit, ...afterOf(after) }),
        { keyOf: ({ subject }) => subject, bytesOf: schemaBytes },
      );
      return { schemas: rows.map(schemaMessage), nextPageToken };
    },
    async listSubjects({ prefix, includeDeleted, ...paged }, call) {
      const caller = callerOf(call);
      const show = includeDeleted ? "all" : "live";
      const { rows, nextPageToken } = await pageOf(
        paged,
        `ListSubjects ${caller.projectId} ${show} ${prefix}`,
        (after, limit) => registry.listSubjects(caller, { prefix, show, limit, ...afterOf(after) }),
        { keyOf: (subject) => subject },
      );
      return { subjects: [...rows], nextPageToken };
    },
    async listVersions({ subject, includeDeleted, ...paged }, call) {
      const caller = callerOf(call);
      const show = includeDeleted ? "all" : "live";
      const { rows, nextPageToken } = await pageOf(
        { ...paged, pageSize: Math.min(limitOf(paged.pageSize), SCHEMA_ROWS_MAX) },
        `ListVersions ${caller.projectId} ${show} ${subject}`,
        (after, limit) => registry.readVersions(caller, subject, { show, after: Number(after ?? 0), limit }),
        { keyOf: ({ version }) => String(version), bytesOf: schemaBytes },
      );
      return { schemas: rows.map(schemaMessage), nextPageToken };
    },
    async listContexts(paged, call) {
      const caller = callerOf(call);
      const listing = `ListContexts ${caller.projectId}`;
      const [from = "0"] = decodePageToken(listing, paged.pageToken, 1) ?? [];
      const limit = limitOf(paged.pageSize);
      const offset = Number(from) || 0;
      const found = await registry.listContexts(caller, { offset, limit: limit + 1 });
      const isMore = found.length > limit;
      const nextPageToken = isMore ? encodePageToken(listing, [String(offset + limit)]) : "";
      return { contexts: found.slice(0, limit), nextPageToken };
    },
    async listChanges({ subject, after, pageSize }, call) {
      const range = { subject, after, limit: limitOf(pageSize) };
      return { changes: (await registry.listChanges(callerOf(call), range)).map(changeMessage) };
    },
    async *watchChanges({ subject, after }, call) {
      const { signal } = call;
      for await (const changes of registry.watchChanges(callerOf(call), { subject, after, signal }))
        yield { changes: changes.map(changeMessage) };
    },
  };
}

const afterOf = (after: string | undefined) => (after === undefined ? {} : { after });
