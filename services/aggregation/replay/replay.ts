import type { ReplayArguments } from "./config.js";
import { type ProgressBar, showProgress } from "./progress-bar.js";
import { ReplayRefusedError } from "./refusal.js";
import { dropReplay, logEnds, type ReplayCounts, type ReplayPorts, replayInto } from "./replay-into.js";
import { replayLive } from "./replay-live.js";
import type { Selection } from "./selection.js";

export interface ReplayOptions extends ReplayArguments {
  /** The database of the live tables. */
  readonly live: string;
  /** Where progress is shown when it is a terminal. */
  readonly terminal: NodeJS.WriteStream;
}

/** What a replay did. */
export interface ReplaySummary {
  readonly project: string;
  readonly types: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly database: string;
  /** Events of the selection that are in the tables now. */
  readonly events: number;
  /** Events that no table takes. */
  readonly poisoned: number;
  /** Blocks of the log that this run looked at. */
  readonly blocks: number;
  readonly seconds: number;
}

/** Replays what is asked for. @throws ReplayRefusedError */
export async function replay(ports: ReplayPorts, options: ReplayOptions): Promise<ReplaySummary> {
  const { into, live } = options;
  if (into === live) throw new ReplayRefusedError(`${live} holds the live tables; say --live`);
  const begun = performance.now();
  const bar = await openBar(ports, options);
  let blocks = 0;
  const onRead = (messages: number): void => {
    blocks += messages;
    bar.advance(messages);
  };
  try {
    const { events, poisoned, selection } =
      into === undefined
        ? await replayLive(ports, { selection: options.selection, live, onRead })
        : await replayShadow(ports, { ...options, into }, onRead);
    return {
      project: selection.project,
      types: selection.types,
      from: new Date(selection.fromMs).toISOString(),
      to: new Date(selection.toMs).toISOString(),
      database: into ?? live,
      events,
      poisoned,
      blocks,
      seconds: Math.round(performance.now() - begun) / 1_000,
    };
  } finally {
    bar.stop();
  }
}

async function replayShadow(
  ports: ReplayPorts,
  { selection, into, isFresh }: ReplayOptions & { into: string },
  onRead: (messages: number) => void,
): Promise<ReplayCounts & { selection: Selection }> {
  if (isFresh) await dropReplay(ports, into);
  const ends = await logEnds(ports, selection.fromMs);
  return { ...(await replayInto(ports, { selection, database: into, ends, onRead })), selection };
}

/** The whole stream counts as total: how much of it lies in the range is known only when it was read. */
async function openBar({ nats, names }: ReplayPorts, { terminal }: ReplayOptions): Promise<ProgressBar> {
  const { state } = await nats.jsm.streams.info(names.events);
  return showProgress(state.messages, terminal);
}
