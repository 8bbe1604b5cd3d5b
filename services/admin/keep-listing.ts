import { fromBinary } from "@bufbuild/protobuf";
import {
  type QuarantineBlock,
  QuarantineBlockSchema,
} from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Log } from "../../platform/log.js";
import type { QuarantineStore } from "./ports.js";

/** One message of the stream QUARANTINE. */
export interface KeptBlock {
  readonly bytes: Uint8Array;
  readonly streamSequence: number;
  /** Says that it is listed, so that it does not come again. */
  done(): void;
  /** Says that it is still being worked on. */
  working(): void;
  /** Gives it up for good. */
  bury(why: string): void;
}

const RETRY_MS = 500;
const RETRY_MS_MAX = 5_000;
/** Tries of a message that fails although Postgres answers. */
const TRIES_MAX = 5;

/** What listing works with. */
export interface ListingPorts {
  readonly quarantine: QuarantineStore;
  readonly log: Log;
  /** Rejects when the process is to stop; the message then comes again. */
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Lists the events of one message, as long as it takes: while Postgres is away the listing waits, and the verdicts at
 * the door don't. A message that can't be read or stored is buried with a line in the log, so that the others go on;
 * the stream keeps it. Gives how many events were listed.
 */
export async function listBlock({ quarantine, log, sleep }: ListingPorts, block: KeptBlock): Promise<number> {
  const { streamSequence } = block;
  const events = readBlock(block.bytes)?.events;
  if (events === undefined) {
    log.error({ streamSequence }, "a message of the quarantine can't be read");
    block.bury("not a QuarantineBlock");
    return 0;
  }
  for (let tries = 1; ; tries++) {
    try {
      await quarantine.apply(events, streamSequence);
      block.done();
      return events.length;
    } catch (error) {
      const isAway = error instanceof Fault;
      log.warn({ err: error, streamSequence, tries }, "quarantined events not listed yet");
      if (!isAway && tries >= TRIES_MAX) {
        block.bury("can't be stored");
        return 0;
      }
      block.working();
      await sleep(Math.min(RETRY_MS_MAX, RETRY_MS * tries));
      if (isAway) tries = 0;
    }
  }
}

function readBlock(bytes: Uint8Array): QuarantineBlock | undefined {
  try {
    return fromBinary(QuarantineBlockSchema, bytes);
  } catch {
    return undefined;
  }
}
