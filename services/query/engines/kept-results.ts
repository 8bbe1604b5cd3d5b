import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import type { Redis } from "ioredis";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Clock } from "../../../platform/clock.js";
import { engineUnavailable, Fault } from "../../../platform/fault.js";
import type { KeptResult, KeptResults } from "../written-sql/ports.js";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

export interface KeepLimits {
  /** How long after it was last read. */
  readonly keepMs: number;
  /** Bytes of one result, as it is kept. */
  readonly resultBytesMax: number;
  /** Bytes of all results of a project. */
  readonly projectBytesMax: number;
}

export const keepDefaults: KeepLimits = {
  keepMs: 600_000,
  resultBytesMax: 16 * 2 ** 20,
  projectBytesMax: 64 * 2 ** 20,
};

/** Bytes of rows that are kept as one piece: what is read for a page, at most, beyond what the page holds. */
const pieceBytes = 256 * 1024;

interface Kept extends KeptResult {
  /** The row with which each piece begins. */
  readonly starts: readonly number[];
}

/**
 * Results in Redis: `<prefix>:sql-result:<project>:<id>`, a hash of the field "about" and one field a piece, deflated;
 * and `<prefix>:sql-results:<project>`, the project's results by their time, each with its bytes.
 */
export function redisResults(
  redis: Redis,
  { prefix, clock, limits = keepDefaults }: { prefix: string; clock: Clock; limits?: KeepLimits },
): KeptResults {
  const named = (...parts: string[]): string => [...(prefix === "" ? [] : [prefix]), ...parts].join(":");
  const resultKey = (project: string, id: string): string => named("sql-result", project, id);

  /** Lets the oldest results go until the rest and what is to come fit. */
  async function makeRoom(project: string, bytes: number): Promise<void> {
    const list = named("sql-results", project);
    await redis.zremrangebyscore(list, 0, clock.now() - limits.keepMs * 6);
    const members = await redis.zrange(list, 0, -1);
    const sizes = members.map((member) => Number(member.split(" ")[1]));
    let total = sizes.reduce((sum, size) => sum + size, bytes);
    for (const [index, member] of members.entries()) {
      if (total <= limits.projectBytesMax) return;
      total -= sizes[index] ?? 0;
      await redis.unlink(resultKey(project, member.split(" ")[0] ?? ""));
      await redis.zrem(list, member);
    }
  }

  return {
    async keep(project, result, rows) {
      const { starts, pieces } = await piecesOf(rows, limits.resultBytesMax);
      const id = randomBytes(16).toString("base64url");
      const key = resultKey(project, id);
      const about: Kept = { ...result, starts };
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      return reaching(async () => {
        await makeRoom(project, bytes);
        const fields = new Map<string, Buffer | string>([["about", JSON.stringify(about)]]);
        for (const [index, piece] of pieces.entries()) fields.set(String(index), piece);
        await redis.hset(key, fields);
        await redis.pexpire(key, limits.keepMs);
        const list = named("sql-results", project);
        await redis.zadd(list, clock.now(), `${id} ${bytes}`);
        await redis.pexpire(list, limits.keepMs * 6);
        return id;
      });
    },
    read: (project, id, { from, count }) =>
      reaching(async () => {
        const key = resultKey(project, id);
        const text = await redis.hget(key, "about");
        if (text === null) return undefined;
        const { starts, ...result } = JSON.parse(text) as Kept;
        await redis.pexpire(key, limits.keepMs);
        const rows: Buffer[] = [];
        let piece = Math.max(
          0,
          starts.findLastIndex((start) => start <= from),
        );
        for (; piece < starts.length && rows.length < count; piece++) {
          const bytes = await redis.hgetBuffer(key, String(piece));
          // Evicted or expired a moment ago.
          if (bytes === null) return undefined;
          const skip = Math.max(0, from - (starts[piece] ?? 0));
          rows.push(...linesOf(await inflate(bytes)).slice(skip, skip + count - rows.length));
        }
        return { result, rows };
      }),
  };
}

const lineEnd = Buffer.from("\n");

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(lineEnd, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** Rows in pieces, each line ended; @throws Fault QUERY_TOO_LARGE. */
async function piecesOf(
  rows: readonly Buffer[],
  bytesMax: number,
): Promise<{ starts: number[]; pieces: Buffer[] }> {
  const starts: number[] = [];
  const pieces: Buffer[] = [];
  let kept = 0;
  for (let at = 0; at < rows.length; ) {
    starts.push(at);
    const lines: Buffer[] = [];
    for (let bytes = 0; at < rows.length && bytes < pieceBytes; at++) {
      const row = rows[at] as Buffer;
      bytes += row.length + 1;
      lines.push(row, lineEnd);
    }
    const piece = await deflate(Buffer.concat(lines), { level: 1 });
    kept += piece.length;
    if (kept > bytesMax) throw tooLarge(bytesMax);
    pieces.push(piece);
  }
  return { starts, pieces };
}

function tooLarge(most: number): Fault {
  const facts = { limit: "kept_result", most: String(most) };
  const message = "the result is too large to be read page by page: ask for less, or stream it by StreamSql";
  return new Fault(FaultReason.QUERY_TOO_LARGE, message, facts);
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw engineUnavailable("redis", error);
  }
}
