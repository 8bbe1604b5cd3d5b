import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Clock } from "../../../platform/clock.js";
import { Fault } from "../../../platform/fault.js";
import type { Analytics, Applied, Progress } from "../ports.js";
import { Tenant } from "../sql/tenant.js";
import { type AskedData, type VersionRow, versionSql } from "../sql/version.js";
import { answerKey } from "./answer-key.js";
import type { AnswerStore, KeptAnswer } from "./answer-store.js";
import { SharedRuns } from "./shared-runs.js";

/** How long an answer is kept, and how old one may be that stands in while the engine is away. */
const keepMs = 3_600_000;
/** An instance that computes is waited for this long by the others; then they compute too. */
const lockMs = 5_000;
const lookAgainMs = 50;

/** An answer, and where it came from. */
export interface Answered {
  readonly response: Uint8Array;
  /** The age of what it is known to cover; set where it was not computed just now. */
  readonly holdsAtMs: number;
  readonly isCached: boolean;
  /** True where the engine is away and this is what there was. */
  readonly isStale: boolean;
  /** Set where it was looked up that it still holds: what it covers by now. */
  readonly applied?: Applied;
}

export interface AnswersParts {
  readonly analytics: Analytics;
  readonly store: AnswerStore;
  readonly progress: Progress;
  readonly clock: Clock;
}

export interface Asking {
  readonly projectId: string;
  /** What tells the question from others, as JSON: the same for those that must have the same answer. */
  readonly canonical: unknown;
  readonly data: AskedData;
  /** True where the range ends with the clock. */
  readonly endsNow: boolean;
  /** The age of an answer that will do without a look at the data. */
  readonly maxStalenessMs: number;
  readonly signal: AbortSignal;
  /** Computes the answer anew; `applied` is what it covers. */
  readonly compute: (applied: Applied, signal: AbortSignal) => Promise<Uint8Array>;
}

/**
 * Answers that are kept, by question and project.
 *
 * One that is younger than the caller allows is given as it is. An older one is given again when the data it was made
 * of are the same (sql/version.ts), which costs a small statement instead of the whole; that is how answers on closed
 * buckets live for an hour, and how a late event ends them. Who asks for what is being computed waits for it, on this
 * instance and, by a short lock, on others.
 */
export class CachedAnswers {
  readonly #parts: AnswersParts;
  readonly #runs = new SharedRuns<Answered>();

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** @throws what `compute` throws, where nothing kept can stand in. */
  async answer(asking: Asking): Promise<Answered> {
    const key = answerKey(asking.projectId, asking.canonical);
    const kept = await this.#parts.store.get(key);
    if (kept !== undefined && this.#ageMs(kept.holdsAtMs) <= asking.maxStalenessMs) return asCached(kept);
    const { maxStalenessMs: maxAgeMs, signal } = asking;
    return this.#runs.join(key, { maxAgeMs, signal }, (shared) =>
      this.#renew(key, kept, { ...asking, signal: shared }),
    );
  }

  async #renew(key: string, kept: KeptAnswer | undefined, asking: Asking): Promise<Answered> {
    try {
      return (await this.#again(key, kept, asking)) ?? (await this.#alone(key, asking));
    } catch (error) {
      if (kept === undefined || !isAway(error) || this.#ageMs(kept.holdsAtMs) > keepMs) throw error;
      return { ...asCached(kept), isStale: true };
    }
  }

  /** The kept answer, where the data are what they were. */
  async #again(key: string, kept: KeptAnswer | undefined, asking: Asking): Promise<Answered | undefined> {
    if (kept === undefined || !kept.isSettled || asking.endsNow) return undefined;
    const leftMs = keepMs - this.#ageMs(kept.computedAtMs);
    if (leftMs <= 0) return undefined;
    const holdsAtMs = this.#parts.clock.now();
    // Before the look at the data: what is applied by now is in them.
    const applied = await this.#parts.progress.applied();
    const { version } = await this.#version(asking);
    if (version !== kept.version) return undefined;
    await this.#parts.store.put(key, { ...kept, holdsAtMs }, leftMs);
    return { ...asCached(kept), holdsAtMs, applied };
  }

  /** Computes, unless another instance does so just now and is done soon. */
  async #alone(key: string, asking: Asking): Promise<Answered> {
    const { store, clock } = this.#parts;
    const startedMs = clock.now();
    const isOurs = await store.lock(key, lockMs);
    if (!isOurs) {
      const theirs = await this.#awaited(key, startedMs - asking.maxStalenessMs, asking.signal);
      if (theirs !== undefined) return asCached(theirs);
    }
    try {
      return await this.#compute(key, asking);
    } finally {
      if (isOurs) await store.unlock(key);
    }
  }

  async #awaited(key: string, sinceMs: number, signal: AbortSignal): Promise<KeptAnswer | undefined> {
    const until = performance.now() + lockMs;
    while (performance.now() < until && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      const kept = await this.#parts.store.get(key);
      if (kept !== undefined && kept.holdsAtMs >= sinceMs) return kept;
    }
    return undefined;
  }

  async #compute(key: string, asking: Asking): Promise<Answered> {
    const { clock, progress, store } = this.#parts;
    const computedAtMs = clock.now();
    const applied = await progress.applied();
    // The version first: what comes in while the answer is made changes it, and the answer is made again.
    const { version, isSettled } = await this.#version(asking, applied);
    const response = await asking.compute(applied, asking.signal);
    await store.put(key, { response, version, isSettled, computedAtMs, holdsAtMs: computedAtMs }, keepMs);
    return { response, holdsAtMs: computedAtMs, isCached: false, isStale: false };
  }

  async #version(
    { projectId, data, endsNow, signal }: Asking,
    applied?: Applied,
  ): Promise<{ version: string; isSettled: boolean }> {
    // An answer whose end moves with the clock is not asked for its version.
    if (endsNow) return { version: "", isSettled: false };
    const tenant = new Tenant(projectId);
    const { rows } = await this.#parts.analytics.read(versionSql(tenant, data), signal);
    // A block goes into the tables one after the other: only what is said to be applied is in all of them.
    const isSettled = (rows as unknown as readonly VersionRow[]).every(
      ([, partition, rawSequence]) => BigInt(rawSequence) <= (applied?.positions.get(partition) ?? -1n),
    );
    return { version: JSON.stringify(rows), isSettled };
  }

  #ageMs(atMs: number): number {
    return this.#parts.clock.now() - atMs;
  }
}

function asCached({ response, holdsAtMs }: KeptAnswer): Answered {
  return { response, holdsAtMs, isCached: true, isStale: false };
}

function isAway(error: unknown): boolean {
  return error instanceof Fault && error.reason === FaultReason.ENGINE_UNAVAILABLE;
}
