import type { KV } from "nats";
import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import type { Log } from "../../../platform/log.js";
import type { ProgressStore } from "../ports.js";
import { readSessionState, writeSessionState } from "./session-state.js";
import { computeStatement, replaceStatement } from "./session-statements.js";

export interface SessionKeeperOptions {
  readonly client: ClickHouse;
  readonly database: string;
  /** The bucket of progress; how far sessions are lives there too. */
  readonly kv: KV;
  readonly store: ProgressStore;
  readonly partitions: number;
  readonly log: Log;
}

/** Events whose visitors are computed at once. */
const eventsAtOnce = 300_000;
const pauseMs = 3_000;
/** Sessions take at most this share of the engine's time. */
const pausePerRun = 10;

/**
 * Computes the sessions of visitors whose events are new in the tables, every few seconds, as long as it runs. One
 * instance does so at a time; where two overlap, the later one's state makes the earlier one's write fail.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /**
   * Ends at once, also what the engine computes just now: what is begun is fenced by its version, and begun anew by the
   * next one, as after a kill.
   */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { log } = this.#options;
    while (!this.#stop.signal.aborted) {
      const begun = performance.now();
      let isMore = false;
      try {
        isMore = await this.step();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        log.warn({ err: error }, "sessions were not computed; they will be");
      }
      const tookMs = performance.now() - begun;
      await pause(isMore ? tookMs : Math.max(pauseMs, tookMs * pausePerRun), this.#stop.signal);
    }
  }

  /** Computes what is new, up to a bound; true when there is more. */
  async step(): Promise<boolean> {
    const { database, kv } = this.#options;
    const { state, revision } = await readSessionState(kv);
    const ends = await this.#ends(state.done);
    const to = await this.#bounded(state.done, ends);
    if (to.every((end, partition) => end <= (state.done[partition] ?? 0))) return false;
    const version = state.version + 1;
    const claimed = await writeSessionState(kv, { ...state, version }, revision);
    const from = to.map((_, partition) => state.done[partition] ?? 0);
    const fresh = to.flatMap((end, partition) =>
      end > (from[partition] ?? 0) ? [from[partition] ?? 0] : [],
    );
    const params = { from, to, lowest: Math.min(...fresh), highest: Math.max(...to), version };
    await this.#run(`TRUNCATE TABLE ${database}.sessions_next`, {});
    await this.#run(computeStatement(database, { isWhole: false }), params);
    await this.#run(computeStatement(database, { isWhole: true }), params);
    await this.#run(replaceStatement(database), { version });
    await writeSessionState(kv, { version, done: to }, claimed);
    return ends.some((end, partition) => end > (to[partition] ?? 0));
  }

  /**
   * The raw sequence up to which each partition is wholly in the tables. A range shows up table partition by table
   * partition; what is seen before progress is read, and not pending then, is all there.
   */
  async #ends(done: readonly number[]): Promise<number[]> {
    const { database, store, partitions } = this.#options;
    const lowest = Math.min(...Array.from({ length: partitions }, (_, partition) => done[partition] ?? 0));
    const seen = await this.#rows<{ partition: number; last: string | number }>(
      `SELECT partition, max(raw_sequence) AS last FROM ${database}.events
      WHERE raw_sequence > {lowest:UInt64} GROUP BY partition`,
      { lowest },
    );
    const ends = Array.from({ length: partitions }, (_, partition) => done[partition] ?? 0);
    for (const { partition, last } of seen) {
      if (partition >= partitions) continue;
      const entry = await store.read(partition);
      const pendingFrom = Number(entry?.progress.pending?.rawFrom ?? 0n);
      const whole = pendingFrom > 0 && pendingFrom <= Number(last) ? pendingFrom - 1 : Number(last);
      ends[partition] = Math.max(ends[partition] ?? 0, whole);
    }
    return ends;
  }

  /** The ends, brought forward so far that the stretch holds about `eventsAtOnce` events. */
  async #bounded(done: readonly number[], ends: readonly number[]): Promise<number[]> {
    const { database } = this.#options;
    const from = ends.map((_, partition) => done[partition] ?? 0);
    const fresh = from.filter((start, partition) => (ends[partition] ?? 0) > start);
    if (fresh.length === 0) return [...ends];
    const [row] = await this.#rows<{ last: string | number; events: string | number }>(
      `SELECT max(raw_sequence) AS last, count() AS events FROM (
        SELECT raw_sequence FROM ${database}.events
        WHERE raw_sequence > {lowest:UInt64} AND partition < length({from:Array(UInt64)})
          AND raw_sequence > {from:Array(UInt64)}[partition + 1]
        ORDER BY raw_sequence LIMIT {most:UInt32})`,
      { lowest: Math.min(...fresh), from, most: eventsAtOnce },
    );
    if (row === undefined || Number(row.events) < eventsAtOnce) return [...ends];
    const last = Number(row.last);
    return ends.map((end, partition) => Math.max(from[partition] ?? 0, Math.min(end, last)));
  }

  async #run(query: string, params: Record<string, unknown>): Promise<void> {
    const abort_signal = this.#stop.signal;
    await this.#options.client.command({ query, query_params: params, abort_signal });
  }

  async #rows<T>(query: string, params: Record<string, unknown>): Promise<T[]> {
    const abort_signal = this.#stop.signal;
    const asked = { query, query_params: params, format: "JSONEachRow", abort_signal } as const;
    return (await this.#options.client.query(asked)).json<T>();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
