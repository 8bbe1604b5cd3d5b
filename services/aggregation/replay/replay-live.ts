import { storedMessage } from "../../../platform/stored-message.js";
import { openProgressStore } from "../engines/progress-store.js";
import { rewindSessions } from "../sessions/session-state.js";
import { Hold } from "./hold.js";
import { ReplayRefusedError } from "./refusal.js";
import { dropReplay, logEnds, type ReplayCounts, type ReplayPorts, replayInto } from "./replay-into.js";
import type { Selection } from "./selection.js";
import { swapIn } from "./swap.js";

export interface ReplayLiveOptions {
  readonly selection: Selection;
  /** The database of the live tables. */
  readonly live: string;
  readonly onRead: (messages: number) => void;
}

export interface ReplayLiveCounts extends ReplayCounts {
  /** What was replayed: the selection, widened to whole days of received time. */
  readonly selection: Selection;
}

const dayMs = 86_400_000;

/** The selection's whole UTC days: rollups can be taken apart by day of receipt, not finer. */
export function wholeDays(selection: Selection, nowMs: number): Selection {
  const latestMs = (Math.floor(nowMs / dayMs) + 2) * dayMs;
  return {
    ...selection,
    fromMs: Math.floor(selection.fromMs / dayMs) * dayMs,
    toMs: Math.min(Math.ceil(selection.toMs / dayMs) * dayMs, latestMs),
  };
}

/**
 * Makes the live tables anew for a project (and types) over whole days of received time, from the log. The events are
 * brought into a shadow first; then aggregation is held back for the moment that the swap takes. A replay that was
 * killed at any point is finished by running it again.
 * @throws ReplayRefusedError where the log no longer holds those days whole.
 */
export async function replayLive(ports: ReplayPorts, options: ReplayLiveOptions): Promise<ReplayLiveCounts> {
  const { live, onRead } = options;
  const selection = await coveredDays(ports, wholeDays(options.selection, Date.now()));
  const database = `${live}_replay_${selection.project}`.slice(0, 63);
  const into = (ends: readonly number[]): Promise<ReplayCounts> =>
    replayInto(ports, { selection, database, ends, onRead });

  // What another selection left behind is of no use, and its name is ours alone.
  await into([]).catch(async (error: unknown) => {
    if (!(error instanceof ReplayRefusedError)) throw error;
    await dropReplay(ports, database);
  });
  const partitions = (await logEnds(ports, 0)).length;
  await into(await committedEnds(ports, partitions, selection));
  await ports.faultPoint?.("after-shadow");

  const hold = await Hold.take(ports.progress);
  let counts: ReplayCounts;
  try {
    const committed = await hold.settle(partitions);
    await ports.faultPoint?.("held");
    counts = await into(await endsAt(ports, committed, selection));
    await swapIn({
      client: ports.clickhouse,
      live,
      shadow: database,
      selection,
      mayChange: async () => {
        await hold.verify();
        await ports.faultPoint?.("before-swap");
      },
    });
    await sessionsFrom(ports, database);
  } finally {
    await hold.release();
  }
  await dropReplay(ports, database);
  return { ...counts, selection };
}

/** The selection, from the first day on that the log may hold. @throws ReplayRefusedError where it lacks a part. */
async function coveredDays({ nats, names }: ReplayPorts, selection: Selection): Promise<Selection> {
  const { state } = await nats.jsm.streams.info(names.events);
  const firstMs = Date.parse(state.first_ts);
  if (state.messages === 0) throw new ReplayRefusedError("the log is empty");
  // From the very first message on nothing was lost.
  if (state.first_seq <= 1 || firstMs <= selection.fromMs) return selection;
  if (selection.fromMs <= 0) return { ...selection, fromMs: (Math.floor(firstMs / dayMs) + 1) * dayMs };
  const day = new Date((Math.floor(firstMs / dayMs) + 1) * dayMs).toISOString().slice(0, 10);
  throw new ReplayRefusedError(`the log begins at ${state.first_ts}: the first day it holds whole is ${day}`);
}

/** Where the tables are: what is beyond comes to them by itself. */
async function committedEnds(
  ports: ReplayPorts,
  partitions: number,
  selection: Selection,
): Promise<number[]> {
  const store = openProgressStore(ports.progress);
  const committed: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const entry = await store.read(partition);
    committed.push(Number(entry?.progress.committed ?? 0n));
  }
  return endsAt(ports, committed, selection);
}

/** The same as ends of reading: 0 where all up to there was stored before the selection begins. */
function endsAt(
  { nats, names }: ReplayPorts,
  committed: readonly number[],
  selection: Selection,
): Promise<number[]> {
  return Promise.all(
    committed.map(async (sequence) => {
      if (sequence === 0) return 0;
      const last = await storedMessage(nats, names.events, { sequence });
      const storedAt = Date.parse(last?.headers?.get("Nats-Time-Stamp") ?? "");
      return last === undefined || storedAt < selection.fromMs ? 0 : sequence;
    }),
  );
}

/** Lets sessions be computed again from the first replayed event on. */
async function sessionsFrom({ clickhouse, progress }: ReplayPorts, shadow: string): Promise<void> {
  const result = await clickhouse.query({
    query: `SELECT partition, min(raw_sequence) AS first FROM ${shadow}.events GROUP BY partition`,
    format: "JSONEachRow",
  });
  const firsts = await result.json<{ partition: number; first: string | number }>();
  await rewindSessions(progress, new Map(firsts.map(({ partition, first }) => [partition, Number(first)])));
}
