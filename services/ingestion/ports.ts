import type { QuarantinedEvent } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";

/** Where blocks go to stay. */
export interface BlockLog {
  /** False where a block could not be stored right now: asked before anything is begun. */
  isReachable(): boolean;
  /**
   * Sends a block, whose bytes are not to be changed until it is settled. `settle` is called exactly once: stored, or
   * not known to be.
   */
  publish(block: OutgoingBlock, settle: (isStored: boolean) => void): void;
}

export interface OutgoingBlock {
  readonly projectId: string;
  readonly partition: number;
  readonly bytes: Uint8Array;
  readonly eventCount: number;
  /** The received time of its last event. */
  readonly receivedMs: number;
}

/** Where events are kept aside. */
export interface QuarantineLog {
  /** Stores the events durably; false where it is not known that they are. Resolves always. */
  keep(projectId: string, events: readonly Omit<QuarantinedEvent, "$typeName">[]): Promise<boolean>;
}

/** An id of an event, and the hash of its payload. */
export interface AskedId {
  readonly index: number;
  readonly id: string;
  readonly payloadHash: bigint;
}

/** What a copy of an id in the log says of another event under that id. */
export interface KnownCopy {
  readonly index: number;
  readonly isSamePayload: boolean;
}

/** A key's rate, as it is limited everywhere together. */
export interface RateLimiter {
  /** Takes `events` from the key's bucket: 0 where that is granted, else ms to wait until it can be. */
  take(key: { keyId: string; eventsPerSecond: number; burst: number }, events: number): Promise<number>;
}
