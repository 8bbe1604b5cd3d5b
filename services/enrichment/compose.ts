import type { EventsMessage } from "./engines/events-log.js";

/** A block of RAW of which it is decided what goes into EVENTS. */
export interface DecidedBlock {
  readonly position: number;
  readonly receivedMs: number;
  /** The enriched events as items of a Block. */
  readonly bytes: Uint8Array;
  /** Where each event ends in `bytes`. */
  readonly ends: Int32Array;
  /** 1 for events that are left out. */
  readonly dropped: Uint8Array;
  readonly duplicates: number;
  readonly conflicts: number;
}

export interface ComposeLimits {
  /** Blocks are combined up to so many bytes. */
  readonly combinedBytesMax: number;
  /** A block that has more is split; must be below what the server takes, headers included. */
  readonly messageBytesMax: number;
}

export const composeLimits: ComposeLimits = {
  combinedBytesMax: 512 * 1024,
  messageBytesMax: 768 * 1024,
};

/** A message that grows. */
interface Draft {
  readonly parts: Uint8Array[];
  bytes: number;
  events: number;
  rawFrom: number;
  duplicates: number;
  conflicts: number;
}

const emptyDraft = (rawFrom: number): Draft => {
  return { parts: [], bytes: 0, events: 0, rawFrom, duplicates: 0, conflicts: 0 };
};

/**
 * Puts decided blocks, in raw order, into messages of EVENTS. Every message says how far RAW is covered by it and all
 * before it, so that reading goes on there after any interruption.
 *
 * @param skipBelow events of the first block below this index are in EVENTS already.
 */
export function composeMessages(
  blocks: readonly DecidedBlock[],
  skipBelow = 0,
  limits: ComposeLimits = composeLimits,
): EventsMessage[] {
  const messages: EventsMessage[] = [];
  let draft: Draft | undefined;
  let last: DecidedBlock | undefined;

  const close = (covered: DecidedBlock, rawIndex: number): void => {
    if (draft === undefined) return;
    const { parts, bytes: _bytes, ...counts } = draft;
    const data = parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : Buffer.concat(parts);
    messages.push({ ...counts, data, rawTo: covered.position, rawIndex, receivedMs: covered.receivedMs });
    draft = undefined;
  };

  blocks.forEach((block, number) => {
    const runs = keptRuns(block, number === 0 ? skipBelow : 0);
    const size = runs.reduce((sum, run) => sum + run.to - run.from, 0);
    if (draft !== undefined && last !== undefined && draft.bytes + size > limits.combinedBytesMax) {
      close(last, 0);
    }
    draft ??= emptyDraft(block.position);
    for (const run of splitRuns(block, runs, limits.messageBytesMax)) {
      if (draft.events > 0 && draft.bytes + run.to - run.from > limits.messageBytesMax) {
        close(block, run.firstIndex);
        draft = emptyDraft(block.position);
      }
      draft.parts.push(block.bytes.subarray(run.from, run.to));
      draft.bytes += run.to - run.from;
      draft.events += run.events;
    }
    draft.duplicates += block.duplicates;
    draft.conflicts += block.conflicts;
    last = block;
  });
  if (last !== undefined) close(last, 0);
  return messages;
}

/** Neighbouring events that are kept: where they are in the bytes, how many, and the index of the first. */
interface Run {
  from: number;
  to: number;
  events: number;
  firstIndex: number;
}

function keptRuns({ ends, dropped }: DecidedBlock, skipBelow: number): Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  for (let index = 0; index < ends.length; index++) {
    const from = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const to = ends[index] ?? 0;
    // What was poisoned has no bytes.
    if (index < skipBelow || dropped[index] === 1 || from === to) {
      if (from !== to) run = undefined;
      continue;
    }
    if (run === undefined) {
      run = { from, to, events: 0, firstIndex: index };
      runs.push(run);
    }
    run.to = to;
    run.events++;
  }
  return runs;
}

/** The same runs, cut into single events where a block is so large that it must be split. */
function splitRuns(block: DecidedBlock, runs: Run[], messageBytesMax: number): Run[] {
  const size = runs.reduce((sum, run) => sum + run.to - run.from, 0);
  if (size <= messageBytesMax) return runs;
  return runs.flatMap((run) => {
    const singles: Run[] = [];
    for (let index = run.firstIndex; index < block.ends.length; index++) {
      const from = index === 0 ? 0 : (block.ends[index - 1] ?? 0);
      const to = block.ends[index] ?? 0;
      if (from >= run.to) break;
      if (from !== to) singles.push({ from, to, events: 1, firstIndex: index });
    }
    return singles;
  });
}
