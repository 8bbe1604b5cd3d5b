import type { Nats } from "../../../platform/engines/nats.js";
import type { Log } from "../../../platform/log.js";
import { PartitionReader, type LogMessage as StreamMessage } from "../../../platform/partition-reader.js";
import type { StreamNames } from "../../../platform/streams.js";
import type { EventLog } from "../ports.js";

export interface EventLogOptions {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly log: Log;
  /** What a reader may have outstanding. */
  readonly readerBytes: number;
}

const takeBytes = 1024 * 1024;

/** The stream EVENTS, partition by partition. */
export function openEventLog({ nats, names, log, readerBytes }: EventLogOptions): EventLog {
  return {
    open(partition, after) {
      const reader = new PartitionReader({
        nats,
        stream: names.events,
        filter: names.eventsSubject(partition),
        log,
        from: { sequence: after + 1 },
        bytesMax: readerBytes,
      });
      let taken: StreamMessage[] = [];
      let at = 0;
      return {
        async next(waitMs) {
          if (at === taken.length) {
            taken = await reader.take({ bytes: takeBytes, waitMs });
            at = 0;
          }
          return at < taken.length ? taken[at++] : undefined;
        },
        lag: () => reader.lag + taken.length - at,
        close: () => reader.close(),
      };
    },
  };
}
