import type { Nats } from "../../../platform/engines/nats.js";
import type { Log } from "../../../platform/log.js";
import { PartitionReader, type LogMessage as StreamMessage } from "../../../platform/partition-reader.js";
import { headerNames, type StreamNames } from "../../../platform/streams.js";
import type { EventLog, LogMessage } from "../ports.js";

export interface EventLogOptions {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly log: Log;
  /** What a reader may have outstanding. */
  readonly readerBytes: number;
}

const takeBytes = 1024 * 1024;

/** A message of EVENTS with what its headers say of the raw blocks that it covers. */
export function logMessageOf({ sequence, data, headers }: StreamMessage): LogMessage {
  return {
    sequence,
    data,
    receivedMs: Number(headers?.get(headerNames.receivedMs) || 0),
    endsInBlock: Number(headers?.get(headerNames.rawIndex) || 0) > 0,
  };
}

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
          const message = taken[at];
          if (message === undefined) return undefined;
          at++;
          return logMessageOf(message);
        },
        lag: () => Math.max(reader.lag + taken.length - at, reader.isKnown ? 0 : 1),
        close: () => reader.close(),
      };
    },
  };
}
