import type { MessageInitShape } from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { SqlRequest, SqlResponseSchema } from "../../../gen/ts/tideline/query/v1/sql_pb.js";
import type { Clock } from "../../../platform/clock.js";
import type { ProjectCache } from "../../../platform/control/projects.js";
import { Fault } from "../../../platform/fault.js";
import { rowsThatFit } from "../../../platform/page-bytes.js";
import { decodePageToken, encodePageToken } from "../../../platform/page-token.js";
import type { Call } from "../../../platform/serve/call.js";
import { answerInfo } from "../answer-info.js";
import { askedProject } from "../caller.js";
import type { Applied, Progress } from "../ports.js";
import type { KeptInfo, KeptResult, KeptResults } from "./ports.js";
import { readRows, valuesOf } from "./rows.js";
import { type RunSqlPorts, runSql } from "./run-sql.js";

export interface SqlPorts extends RunSqlPorts {
  readonly results: KeptResults;
  readonly projects: ProjectCache;
  readonly progress: Progress;
  readonly clock: Clock;
}

const defaultPageSize = 1_000;

type Page = MessageInitShape<typeof SqlResponseSchema>;

/** Where a page begins: in which kept result, at which row. */
interface PagePlace {
  readonly id: string;
  readonly from: number;
}

/**
 * Sql: the first page runs the statement; where there are more its result is kept, and they are read from it: they
 * neither repeat nor skip a row, whatever arrives in between.
 */
export async function answerSql(ports: SqlPorts, request: SqlRequest, call: Call): Promise<Page> {
  const { projectId } = await askedProject(call, ports.projects);
  const binding = bindingOf(projectId, request);
  const count = request.pageSize || defaultPageSize;
  const place = pagePlace(binding, request.pageToken);
  if (place === undefined)
    return firstPage(ports, { projectId, request, count, binding, signal: call.signal });
  const kept = await ports.results.read(projectId, place.id, { from: place.from, count });
  if (kept === undefined) throw stale();
  return pageOf(
    kept.result,
    { rows: kept.rows, from: place.from, cached: true },
    async () => place.id,
    binding,
  );
}

interface FirstPage {
  readonly projectId: string;
  readonly request: SqlRequest;
  readonly count: number;
  readonly binding: string;
  readonly signal: AbortSignal;
}

async function firstPage(ports: SqlPorts, first: FirstPage): Promise<Page> {
  const { projectId, request, count, binding, signal } = first;
  const applied = await ports.progress.applied();
  const { statement, parameters } = request;
  const body = await runSql(ports, { projectId, statement, parameters, format: "rows", signal });
  const { columns, rows, rowsRead, engineMs } = await readRows(body.bytes);
  const info = keptInfo(applied, { asOfMs: ports.clock.now(), rowsRead, engineMs });
  const result: KeptResult = { columns, totalRows: rows.length, info };
  const keep = () => ports.results.keep(projectId, result, rows);
  return pageOf(result, { rows: rows.slice(0, count), from: 0, cached: false }, keep, binding);
}

/** As many of the rows as fit into one message, and the token of what follows. */
async function pageOf(
  result: KeptResult,
  { rows, from, cached }: { rows: readonly Buffer[]; from: number; cached: boolean },
  idOf: () => Promise<string>,
  binding: string,
): Promise<Page> {
  const { columns, totalRows, info } = result;
  const shown = rows.slice(
    0,
    rowsThatFit(rows, (row) => row.length),
  );
  const next = from + shown.length;
  const nextPageToken = next < totalRows ? encodePageToken(binding, [await idOf(), String(next)]) : "";
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: shown.map((row) => ({ values: valuesOf(row) })),
    nextPageToken,
    totalRows: BigInt(totalRows),
    info: answerInfo({ ...infoParts(info), cached }),
  };
}

/** What is kept of what an answer says of itself. */
export function keptInfo(
  { watermarkMs, positions }: Applied,
  rest: Pick<KeptInfo, "asOfMs" | "rowsRead" | "engineMs">,
): KeptInfo {
  return {
    watermarkMs,
    positions: [...positions].map(([partition, at]) => [partition, String(at)]),
    ...rest,
  };
}

export function infoParts({ watermarkMs, positions, ...rest }: KeptInfo) {
  const known = new Map(positions.map(([partition, at]) => [partition, BigInt(at)]));
  return { applied: { watermarkMs, positions: known }, source: "raw" as const, ...rest };
}

function pagePlace(binding: string, token: string): PagePlace | undefined {
  const parts = decodePageToken(binding, token, 2);
  if (parts === undefined) return undefined;
  const [id = "", from = ""] = parts;
  if (!/^[\w-]{22}$/.test(id) || !/^\d{1,9}$/.test(from)) {
    throw new Fault(FaultReason.PAGE_TOKEN_INVALID, "page_token: not one that was given for this request");
  }
  return { id, from: Number(from) };
}

/** What a token is good for: the same statement and values of the same project; pages may differ in size. */
function bindingOf(projectId: string, { statement, parameters }: SqlRequest): string {
  const values = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return `Sql ${projectId} ${JSON.stringify([statement, values])}`;
}

function stale(): Fault {
  const message = "page_token: the result that it continues is no longer kept; begin again without one";
  return new Fault(FaultReason.PAGE_TOKEN_STALE, message);
}
