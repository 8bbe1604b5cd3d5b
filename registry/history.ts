// What changed, as a list and as a stream.
import type { ControlFeed } from "../platform/control/feed.js";
import type { RegistryStore } from "./ports.js";
import type { HistoryUse } from "./registry.js";
import { parseSubject } from "./subject-name.js";

/** Changes of one answer, at most. */
export const changesMax = 1_000;
/** Between two looks of a stream, whatever is told: nothing is missed where no word arrives. */
const lookMs = 1_000;

/** Wakes those who wait for a change of their project. */
export interface ChangeBell {
  /** Resolves when the project may have changed, when `ms` have passed, or when the signal fires. */
  wait(projectId: string, ms: number, signal: AbortSignal): Promise<void>;
  readonly isStopped: boolean;
  /** Ends every stream. */
  stop(): void;
}

export function openChangeBell(feed: ControlFeed): ChangeBell {
  const waiting = new Map<() => void, string>();
  let stopped = false;
  const ring = (project: string | undefined): void => {
    for (const [wake, waitsFor] of waiting) if (project === undefined || project === waitsFor) wake();
  };
  feed.onChange(ring);
  return {
    wait: (projectId, ms, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener("abort", done);
        waiting.set(done, projectId);
        if (stopped || signal.aborted) done();
      }),
    get isStopped() {
      return stopped;
    },
    stop() {
      stopped = true;
      ring(undefined);
    },
  };
}

/** All of `HistoryUse`. */
export function historyOf(store: RegistryStore, bell: ChangeBell): HistoryUse {
  const range = ({ after = 0n, subject = "" }: { after?: bigint; subject?: string }, limit: number) => ({
    after,
    limit: Math.min(limit, changesMax),
    ...(subject === "" ? {} : { subject: parseSubject(subject) }),
  });
  return {
    listChanges: ({ projectId }, { limit = changesMax, ...options }) =>
      store.view(projectId).changes(range(options, limit)),
    async *watchChanges({ projectId }, { signal, after = 0n, ...options }) {
      let last = after;
      while (!signal.aborted && !bell.isStopped) {
        const found = await store.view(projectId).changes(range({ ...options, after: last }, changesMax));
        last = found.at(-1)?.number ?? last;
        yield found;
        if (found.length < changesMax) await bell.wait(projectId, lookMs, signal);
      }
    },
  };
}
