import type { ClaimedBlocks } from "../../platform/claimed-blocks.js";
import type { Claims } from "../../platform/claims.js";
import type { Nats } from "../../platform/engines/nats.js";
import type { Log } from "../../platform/log.js";
import type { StreamNames } from "../../platform/streams.js";
import type { BlockEnricher, PoisonedEvent, ProjectRules, RawBlock } from "./enrich-block.js";

/** What a partition's worker needs. */
export interface WorkerPorts {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly claims: Claims;
  readonly blocks: ClaimedBlocks;
  readonly enricher: BlockEnricher;
  readonly log: Log;
  readonly partitions: number;
  /** The most bytes that a partition's reader may have outstanding. */
  readonly readerBytes: number;
  /** What the project decides about its events; throws while that can't be known. */
  readonly rulesOf: (project: string) => Promise<ProjectRules>;
  /** Keeps an event aside durably. */
  readonly keepAside: (raw: RawBlock, poisoned: PoisonedEvent) => Promise<void>;
}
