import type { KV } from "nats";

/** How far sessions are, in the bucket of progress. */
export interface SessionState {
  /** Counts up with every try; the version of the rows it writes. */
  readonly version: number;
  /** Per partition of the log: the raw sequence up to which events are in sessions. */
  readonly done: readonly number[];
}

const stateKey = "sessions";

export async function readSessionState(kv: KV): Promise<{ state: SessionState; revision: number }> {
  const entry = await kv.get(stateKey);
  if (entry === null || entry.operation !== "PUT") return { state: { version: 0, done: [] }, revision: 0 };
  return { state: entry.json<SessionState>(), revision: entry.revision };
}

/** Replaces the state of that revision, 0 for none; throws when another has written meanwhile. */
export function writeSessionState(kv: KV, state: SessionState, revision: number): Promise<number> {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  return revision === 0 ? kv.create(stateKey, bytes) : kv.update(stateKey, bytes, revision);
}

/** Lets sessions be computed again from a raw sequence per partition on. A run under way begins anew. */
export async function rewindSessions(kv: KV, firsts: ReadonlyMap<number, number>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { state, revision } = await readSessionState(kv);
    if (revision === 0) return;
    const done = state.done.map((upTo, partition) => Math.min(upTo, (firsts.get(partition) ?? upTo + 1) - 1));
    try {
      await writeSessionState(kv, { ...state, done }, revision);
      return;
    } catch (error) {
      if (attempt === rewindsMax) throw error;
    }
  }
}

const rewindsMax = 20;
