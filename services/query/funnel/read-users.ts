import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import type { Buckets } from "../calendar.js";
import { asksFirst, type FunnelQuestion, looksAtAll } from "./funnel-question.js";
import { type Sequence, SequenceReader } from "./read-sequences.js";
import { columnsOf, estimateSql, type SequencesPart, sequencesSql } from "./sequences-sql.js";

/** A part of the persons is read at once; its events take about this many bytes. */
const partBytes = 16 * 2 ** 20;
/** In how many parts persons are read at most. */
const chunksMax = 256;
/** For so long users are counted before others have their turn. */
const turnMs = 15;

export interface ReadUsers {
  readonly question: FunnelQuestion;
  /** Of the entries; they say which events are late. */
  readonly buckets: Buckets;
}

/**
 * Gives every person with an entry, in parts so small that neither the engine nor this process holds all at once.
 *
 * Where a part turns out too large all begins anew in smaller ones, with what `begin` makes.
 *
 * @throws as Analytics does, and what `take` throws.
 */
export async function readUsers<Kept>(
  run: AnalysisRun,
  asked: ReadUsers,
  { begin, take }: { readonly begin: () => Kept; readonly take: (kept: Kept, sequence: Sequence) => void },
): Promise<Kept> {
  let chunks = await chunksOf(run, asked.question);
  for (;;) {
    const kept = begin();
    try {
      for (let chunk = 0; chunk < chunks; chunk++) {
        await readPart(run, { ...asked, part: { chunk, chunks } }, (sequence) => take(kept, sequence));
      }
      return kept;
    } catch (error) {
      if (!isTooLarge(error) || chunks >= chunksMax) throw error;
      chunks = Math.min(chunksMax, chunks * 4);
    }
  }
}

/** @returns how many persons there were. */
export async function readPart(
  run: AnalysisRun,
  { question, buckets, part }: ReadUsers & { readonly part: SequencesPart },
  take: (sequence: Sequence) => void,
): Promise<number> {
  const statement = run.tenant.statement(sequencesSql(run.readers(), { question, buckets, part }));
  const reason =
    "exact for repeated steps and events at the same time, which the engine's own function is not";
  const bytes = await run.readBinary(statement, { purpose: "each person's events of the funnel", reason });
  const reader = new SequenceReader(bytes, columnsOf(question, part), question.looksAt.fromMs);
  let since = performance.now();
  let persons = 0;
  for (let next = reader.next(); next !== undefined; next = reader.next()) {
    take(next);
    persons++;
    if (persons % 64 > 0 || performance.now() - since < turnMs) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    run.signal.throwIfAborted();
    since = performance.now();
  }
  return persons;
}

async function chunksOf(run: AnalysisRun, question: FunnelQuestion): Promise<number> {
  const rows = await run.read(run.tenant.statement(estimateSql(run.tenant, question)), {
    purpose: "how many events there are at most",
    source: "rollup",
  });
  const events = Number(rows[0]?.[0] ?? 0);
  const values = question.breakdown?.properties.length ?? 0;
  const isPlain = values === 0 && !asksFirst(question) && !looksAtAll(question);
  const bytes = (isPlain ? 8 : 24) + (question.exclusions.length > 0 ? 4 : 0) + values * 24;
  return Math.min(chunksMax, Math.max(1, Math.ceil((events * bytes) / partBytes)));
}

/** Limits that smaller parts keep. */
const limitsOfParts: ReadonlySet<string | undefined> = new Set(["memory", "groups", "result"]);

/** Whether an answer was over a limit that a smaller part of the persons keeps. */
export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof Fault) || error.reason !== FaultReason.QUERY_TOO_LARGE) return false;
  return limitsOfParts.has(error.facts["limit"]);
}
