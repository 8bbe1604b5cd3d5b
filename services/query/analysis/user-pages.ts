import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import { decodePageToken, encodePageToken } from "../../../platform/page-token.js";
import { isEventTime } from "../question.js";
import { bind, type Sql, sql } from "../sql/sql.js";
import type { AnalysisRun } from "./analysis-run.js";
import type { AskedFrame } from "./frame.js";

/** A page of the users behind a number: those that stand after a place in the list. */
export interface UserPage {
  /** The frame of the list's first page: the clock does not move the question from page to page. */
  readonly frame: AskedFrame;
  readonly size: number;
  readonly after?: UserPlace;
  readonly binding: string;
}

/** Where a user stands: lists go by rank, greatest first, then by user id as bytes. Lists without ranks have 0. */
export interface UserPlace {
  readonly rank: number;
  readonly userId: string;
}

export interface AskedUsers {
  readonly projectId: string;
  /** The RPC and all of its request but the page's own fields, as JSON: what a token is good for. */
  readonly question: unknown;
  readonly frame: AskedFrame;
  /** 0: 100. */
  readonly pageSize: number;
  readonly pageToken: string;
}

const defaultSize = 100;

/** @throws Fault PAGE_TOKEN_INVALID */
export function userPage({ projectId, question, frame, pageSize, pageToken }: AskedUsers): UserPage {
  const binding = `users ${projectId} ${JSON.stringify(question)}`;
  const size = pageSize || defaultSize;
  const parts = decodePageToken(binding, pageToken, 5);
  if (parts === undefined) return { frame, size, binding };
  const [fromMs = Number.NaN, toMs = Number.NaN, nowMs = Number.NaN, rank = Number.NaN] = parts.map(Number);
  const userId = textOf(parts[4] ?? "");
  if (![fromMs, toMs, nowMs].every(isEventTime) || !Number.isSafeInteger(rank) || userId === undefined) {
    throw new Fault(FaultReason.PAGE_TOKEN_INVALID, "page_token: not one that was given for this request");
  }
  const range = { ...frame.range, fromMs, toMs, endsNow: false, startsOpen: false };
  return { frame: { ...frame, range, nowMs, isNowClock: false }, size, binding, after: { rank, userId } };
}

/** The page's own part of a statement over rows of a column `person` and, where they have ranks, a number `rank`. */
export interface UserPageSql {
  /** Whether a row stands after the place where the page begins. */
  readonly isAfter: Sql;
  /** ORDER BY and LIMIT; one row more than the page has tells whether there is a next one. */
  readonly order: Sql;
}

export function userPageSql({ after, size }: UserPage, rank?: Sql): UserPageSql {
  const limit = bind.uint64(size + 1);
  if (rank === undefined) {
    const isAfter = after === undefined ? sql`1` : sql`person > ${bind.text(after.userId)}`;
    return { isAfter, order: sql`ORDER BY person LIMIT ${limit}` };
  }
  const order = sql`ORDER BY ${rank} DESC, person LIMIT ${limit}`;
  if (after === undefined) return { isAfter: sql`1`, order };
  const place = bind.int64(after.rank);
  const isAfter = sql`(${rank} < ${place} OR (${rank} = ${place} AND person > ${bind.text(after.userId)}))`;
  return { isAfter, order };
}

/** The rows of a page, and the token of the next one; empty where there is none. */
export function pageOfUsers<Row>(
  page: UserPage,
  rows: readonly Row[],
  placeOf: (row: Row) => UserPlace,
): { readonly users: readonly Row[]; readonly nextPageToken: string } {
  const users = rows.slice(0, page.size);
  const last = users.at(-1);
  if (rows.length <= page.size || last === undefined) return { users, nextPageToken: "" };
  const { range, nowMs } = page.frame;
  const { rank, userId } = placeOf(last);
  // As JSON, in which no id has a NUL.
  const key = [range.fromMs, range.toMs, nowMs, rank].map(String);
  return { users, nextPageToken: encodePageToken(page.binding, [...key, JSON.stringify(userId)]) };
}

/** A page of a statement whose rows are user ids alone. @throws as Analytics does. */
export async function readUserIds(
  run: AnalysisRun,
  statement: Sql,
  page: UserPage,
): Promise<{ readonly userIds: string[]; readonly nextPageToken: string }> {
  const rows = await run.read(run.tenant.statement(statement), { purpose: "a page of users" });
  const { users, nextPageToken } = pageOfUsers(page, rows, ([id]) => ({ rank: 0, userId: String(id) }));
  return { userIds: users.map(([id]) => String(id)), nextPageToken };
}

function textOf(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
