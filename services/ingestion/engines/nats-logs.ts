import { create, toBinary } from "@bufbuild/protobuf";
import { headers } from "nats";
import {
  QuarantineBlockSchema,
  QuarantinedEventSchema,
} from "../../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import type { Log } from "../../../platform/log.js";
import { blockBytesMax, headerNames, type StreamNames } from "../../../platform/streams.js";
import { FieldWriter } from "../../../platform/wire.js";
import type { BlockLog, QuarantineLog } from "../ports.js";
import type { AckedPublisher } from "./acked-publisher.js";

export interface NatsLogOptions {
  readonly publisher: AckedPublisher;
  readonly names: StreamNames;
  readonly log: Log;
}

/** Failures are logged once in so long, with their number: never one line for each block. */
const sayEveryMs = 5_000;

const complain = (log: Log, what: string): ((reason: string) => void) => {
  let failures = 0;
  let saidAt = Number.NEGATIVE_INFINITY;
  return (reason) => {
    failures++;
    const now = performance.now();
    if (now - saidAt < sayEveryMs) return;
    log.warn({ reason, failures }, what);
    failures = 0;
    saidAt = now;
  };
};

/** The stream RAW. */
export function natsBlockLog({ publisher, names, log }: NatsLogOptions): BlockLog {
  const failed = complain(log, "blocks were not stored");
  return {
    isReachable: () => publisher.isReachable(),
    publish: (block, settle) => {
      const header = headers();
      header.set(headerNames.eventCount, String(block.eventCount));
      header.set(headerNames.receivedMs, String(block.receivedMs));
      const subject = names.rawSubject(block.partition, block.projectId);
      publisher.publish({ subject, bytes: block.bytes, headers: header }, (isStored, reason) => {
        if (!isStored) failed(reason);
        settle(isStored);
      });
    },
  };
}

/** The stream QUARANTINE. */
export function natsQuarantineLog({ publisher, names, log }: NatsLogOptions): QuarantineLog {
  const failed = complain(log, "quarantined events were not stored");
  const store = (projectId: string, bytes: Uint8Array, eventCount: number): Promise<boolean> => {
    const header = headers();
    header.set(headerNames.eventCount, String(eventCount));
    const message = { subject: names.quarantineSubject(projectId), bytes, headers: header };
    return new Promise((resolve) => {
      publisher.publish(message, (isStored, reason) => {
        if (!isStored) failed(reason);
        resolve(isStored);
      });
    });
  };
  return {
    keep: (projectId, events) => {
      // Encoded before anything is sent: what throws does so at the caller.
      const all = events.map((event) =>
        toBinary(QuarantinedEventSchema, create(QuarantinedEventSchema, event)),
      );
      const stored: Promise<boolean>[] = [];
      const block = new FieldWriter(16 * 1024);
      let count = 0;
      for (const encoded of all) {
        if (count > 0 && block.length + encoded.length > blockBytesMax) {
          stored.push(store(projectId, block.copy(), count));
          block.reset();
          count = 0;
        }
        block.bytes(quarantinedField, encoded);
        count++;
      }
      if (count > 0) stored.push(store(projectId, block.copy(), count));
      return Promise.all(stored).then((each) => each.every((isStored) => isStored));
    },
  };
}

const quarantinedField = QuarantineBlockSchema.field.events.number;
