import type { Nats } from "../../../platform/engines/nats.js";
import type { Log } from "../../../platform/log.js";
import { PartitionReader, readerBytes } from "../../../platform/partition-reader.js";
import type { StreamNames } from "../../../platform/streams.js";
import { logMessageOf } from "../engines/event-log.js";
import type { EventLog, LogMessage, LogReader } from "../ports.js";
import { type Selection, selectEvents } from "./selection.js";

export interface SelectedLogOptions {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly log: Log;
  readonly selection: Selection;
  /** Places in RAW ("sequence-index") of events that are left out. */
  readonly without: ReadonlySet<string>;
  /** The last sequence of EVENTS to look at, per partition. */
  readonly ends: readonly number[];
  /** Called as reading goes on: messages looked at since the last call. */
  readonly onRead: (partition: number, messages: number) => void;
}

export interface SelectedLog extends EventLog {
  /** True when a partition was read to its end. */
  isRead(partition: number): boolean;
}

/** The selected events of EVENTS, from the first that may be selected up to a fixed end. */
export function openSelectedLog(options: SelectedLogOptions): SelectedLog {
  const read = new Set<number>();
  return {
    isRead: (partition) => read.has(partition),
    open: (partition, after) => openReader(options, partition, after, () => read.add(partition)),
  };
}

function openReader(
  { nats, names, log, selection, without, ends, onRead }: SelectedLogOptions,
  partition: number,
  after: number,
  onEnd: () => void,
): LogReader {
  const end = ends[partition] ?? 0;
  const reader = new PartitionReader({
    nats,
    stream: names.events,
    filter: names.eventsSubject(partition),
    log,
    from: after > 0 ? { sequence: after + 1 } : { timeMs: selection.fromMs },
    bytesMax: readerBytes(ends.length),
  });
  let taken: LogMessage[] = [];
  let ended = after >= end;
  if (ended) onEnd();

  const finish = (): void => {
    ended = true;
    onEnd();
  };
  /** Selected events of a raw block whose rest comes with the next message. */
  let begun: Uint8Array[] = [];
  /** The next selected message among those taken. */
  const pick = (): LogMessage | undefined => {
    for (let index = 0; index < taken.length; index++) {
      const message = taken[index] as LogMessage;
      if (message.sequence > end) {
        finish();
        return undefined;
      }
      onRead(partition, 1);
      const selected = selectEvents(message.data, selection, without);
      if (selected.data !== undefined) begun.push(selected.data);
      if (selected.isPast || message.sequence === end) finish();
      if (message.endsInBlock && !ended) continue;
      if (begun.length > 0) {
        taken = taken.slice(index + 1);
        const data = begun.length === 1 ? (begun[0] ?? message.data) : Buffer.concat(begun);
        begun = [];
        return { ...message, data, endsInBlock: false };
      }
      if (ended) return undefined;
    }
    taken = [];
    return undefined;
  };
  return {
    async next(waitMs) {
      const until = performance.now() + waitMs;
      while (!ended || taken.length > 0) {
        const message = pick();
        if (message !== undefined) return message;
        const leftMs = until - performance.now();
        if (ended || leftMs <= 0) break;
        taken = (await reader.take({ bytes: 1024 * 1024, waitMs: leftMs })).map(logMessageOf);
      }
      if (ended) await new Promise((resolve) => setTimeout(resolve, Math.max(0, until - performance.now())));
      return undefined;
    },
    lag: () => reader.lag,
    close: () => reader.close(),
  };
}
