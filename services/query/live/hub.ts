import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import { type FeedParts, LiveFeed } from "./feed.js";

/** Subscriptions that an instance serves at once. */
const subscriptionsMax = 2_000;
/** A feed lives on for this long when nobody watches: a page that is loaded again finds it warm. */
const lingerMs = 10_000;

/** One feed per project that is watched, however many watch it. */
export class LiveHub {
  readonly #parts: FeedParts;
  readonly #feeds = new Map<string, { readonly feed: LiveFeed; holders: number; linger?: NodeJS.Timeout }>();
  #subscriptions = 0;
  readonly #ending = new AbortController();

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /**
   * The feed of a project, and how to give it back.
   * @throws Fault OVERLOADED
   */
  take(projectId: string): { feed: LiveFeed; giveBack: () => void } {
    this.mustGoOn();
    if (this.#subscriptions >= subscriptionsMax) {
      throw new Fault(FaultReason.OVERLOADED, "too many subscriptions on this instance", {
        retry_after_ms: "5000",
      });
    }
    this.#subscriptions++;
    const entry = this.#feeds.get(projectId) ?? { feed: new LiveFeed(projectId, this.#parts), holders: 0 };
    this.#feeds.set(projectId, entry);
    clearTimeout(entry.linger);
    entry.holders++;
    let held = true;
    return {
      feed: entry.feed,
      giveBack: () => {
        if (!held) return;
        held = false;
        this.#subscriptions--;
        entry.holders--;
        if (entry.holders === 0) entry.linger = setTimeout(() => this.#drop(projectId), lingerMs).unref();
      },
    };
  }

  /** Fires when subscriptions are to end. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** @throws Fault OVERLOADED once they are. */
  mustGoOn(): void {
    if (!this.#ending.signal.aborted) return;
    const facts = { retry_after_ms: "100" };
    throw new Fault(FaultReason.OVERLOADED, "this instance stops; subscribe again", facts);
  }

  /** Ends all subscriptions: each caller is told at once to come back, to another instance or a later one. */
  end(): void {
    this.#ending.abort();
  }

  close(): void {
    this.end();
    for (const projectId of [...this.#feeds.keys()]) this.#drop(projectId);
  }

  #drop(projectId: string): void {
    const entry = this.#feeds.get(projectId);
    clearTimeout(entry?.linger);
    entry?.feed.close();
    this.#feeds.delete(projectId);
  }
}
