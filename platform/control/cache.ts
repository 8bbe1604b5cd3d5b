import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Clock } from "../clock.js";
import { engineUnavailable, Fault } from "../fault.js";
import { type ControlFeed, staleControlMsMax } from "./feed.js";

const awayMs = 1_000;
/** Nobody who knows an older value waits longer than this for a newer one. */
const waitMsMax = 500;
/** What was read so short a time ago is not read again because something is missing in it. */
const againMsMin = 1_000;

interface Entry<T> {
  readonly value: T;
  readonly project: string;
  readonly readAt: number;
  fresh: boolean;
}

export interface ControlCacheOptions<T> {
  readonly feed: ControlFeed;
  readonly clock: Clock;
  readonly entriesMax: number;
  /** Reads from Postgres; says the project that the value belongs to, by whose changes it is forgotten. */
  readonly read: (id: string) => Promise<{ project: string; value: T }>;
}

/**
 * A bounded cache of control data: many callers share one read, a change of the project makes its entries stale
 * within a second, and while Postgres is away a stale entry serves for at most five minutes.
 *
 * An entry is also read anew after a minute, whatever the feed says.
 */
export class ControlCache<T> {
  readonly #options: ControlCacheOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #reads = new Map<string, Promise<Entry<T>>>();
  #generation = 0;
  /** Until when Postgres counts as away after a read that failed, so that not every caller waits for it anew. */
  #awayUntil = 0;

  constructor(options: ControlCacheOptions<T>) {
    this.#options = options;
    options.feed.onChange((project) => this.#forget(project));
  }

  /** The value, without waiting, where it is fresh; for hot paths. */
  peek(id: string): T | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && this.#isFresh(entry) ? entry.value : undefined;
  }

  /** @throws Fault ENGINE_UNAVAILABLE when Postgres is away and nothing young enough is cached. */
  async get(id: string): Promise<T> {
    const entry = this.#entries.get(id);
    if (entry !== undefined && this.#isFresh(entry)) return entry.value;
    const now = this.#options.clock.now();
    const isUsable = entry !== undefined && now - entry.readAt < staleControlMsMax;
    // A clock that was set back must not stretch it.
    const isAway = now < this.#awayUntil && this.#awayUntil - now <= awayMs;
    if (isUsable && (entry.fresh || isAway)) {
      // Merely old, or Postgres was silent just now: nobody waits for it, least of all where it hangs.
      if (!isAway) this.#readShared(id).catch(() => undefined);
      return entry.value;
    }
    try {
      const reading = this.#readShared(id);
      return (await (isUsable ? this.#inTime(reading, entry) : reading)).value;
    } catch (error) {
      if (isAnswer(error)) throw error;
      if (isUsable) return entry.value;
      throw error instanceof Fault ? error : engineUnavailable("postgres", error);
    }
  }

  /**
   * What is read anew, where something that should be there is missing; undefined where it was read within a second,
   * or Postgres does not answer soon. So no caller makes more than one read a second.
   */
  async readAgain(id: string): Promise<T | undefined> {
    const entry = this.#entries.get(id);
    const now = this.#options.clock.now();
    if (entry === undefined || Math.abs(now - entry.readAt) < againMsMin || now < this.#awayUntil)
      return undefined;
    try {
      const read = await this.#inTime(this.#readShared(id), entry);
      return read === entry ? undefined : read.value;
    } catch {
      return undefined;
    }
  }

  /** What is read, or what is known where Postgres is silent; what it says later is still taken. */
  async #inTime(reading: Promise<Entry<T>>, known: Entry<T>): Promise<Entry<T>> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<Entry<T>>((resolve) => {
      timer = setTimeout(() => {
        this.#awayUntil = this.#options.clock.now() + awayMs;
        resolve(known);
      }, waitMsMax);
    });
    try {
      return await Promise.race([reading, silence]);
    } finally {
      clearTimeout(timer);
      reading.catch(() => undefined);
    }
  }

  #isFresh(entry: Entry<T>): boolean {
    return entry.fresh && this.#options.clock.now() - entry.readAt < 60_000;
  }

  #readShared(id: string): Promise<Entry<T>> {
    const running = this.#reads.get(id);
    if (running !== undefined) return running;
    const reading = this.#read(id)
      .catch((error: unknown) => {
        if (isAnswer(error)) this.#entries.delete(id);
        else this.#awayUntil = this.#options.clock.now() + awayMs;
        throw error;
      })
      .finally(() => this.#reads.delete(id));
    this.#reads.set(id, reading);
    return reading;
  }

  async #read(id: string): Promise<Entry<T>> {
    const generation = this.#generation;
    const { project, value } = await this.#options.read(id);
    // A change told while reading: what was read may be from before it.
    const fresh = generation === this.#generation;
    const entry = { value, project, readAt: this.#options.clock.now(), fresh };
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#options.entriesMax && !oldest.done) this.#entries.delete(oldest.value);
    return entry;
  }

  #forget(project: string | undefined): void {
    this.#generation++;
    for (const entry of this.#entries.values()) {
      if (project === undefined || entry.project === project) entry.fresh = false;
    }
  }
}

/** A refusal is an answer of Postgres: no such key, no such project. That it does not answer is none. */
function isAnswer(error: unknown): boolean {
  return error instanceof Fault && error.reason !== FaultReason.ENGINE_UNAVAILABLE;
}
