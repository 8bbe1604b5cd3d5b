import type { Redis } from "ioredis";
import { ClaimedBlocks } from "../../platform/claimed-blocks.js";
import { openClaims } from "../../platform/claims.js";
import type { Nats } from "../../platform/engines/nats.js";
import { type LeaseTiming, openLeases, type PartitionLeases } from "../../platform/lease.js";
import type { Log } from "../../platform/log.js";
import { readerBytes } from "../../platform/partition-reader.js";
import { keepAside, quarantinedOf } from "../../platform/quarantine.js";
import type { CommonSettings } from "../../platform/settings.js";
import { reconcileStreams, streamNames, streamOptions } from "../../platform/streams.js";
import { rememberSettings } from "./engines/remembered-settings.js";
import { BlockEnricher } from "./enrich-block.js";
import type { GeoTable } from "./enrichers/geo.js";
import { OwnedPartitions } from "./owned-partitions.js";
import { ProjectRulesCache, type RuleSource } from "./project-rules.js";

export interface WorkerOptions {
  readonly settings: Pick<
    CommonSettings,
    "prefix" | "claimBucketBits" | "partitions" | "replicas" | "streamBytesMax" | "instance"
  >;
  readonly nats: Nats;
  readonly redis: Redis;
  readonly geo: GeoTable;
  readonly projects: RuleSource;
  readonly log: Log;
  readonly timing?: LeaseTiming;
}

/** An instance at work. */
export interface Worker {
  readonly owned: OwnedPartitions;
  readonly leases: PartitionLeases;
  /** Finishes what is under way and gives all partitions back. */
  stop(): Promise<void>;
}

/** Blocks that claims point to, kept by all partitions of the process together. */
const claimedBytesMax = 64 * 1024 * 1024;

/** Makes the streams, then works on a fair share of the partitions. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { settings, nats, redis, geo, projects, log, timing } = options;
  const { prefix, partitions, replicas, instance, claimBucketBits: bucketBits } = settings;
  const names = streamNames(prefix);
  await reconcileStreams(nats, streamOptions(settings));
  const claims = await openClaims({ redis, nats, names, prefix, replicas, bucketBits });
  const kv = await nats.js.views.kv(names.deploymentBucket, { history: 1, replicas });
  const rules = new ProjectRulesCache(rememberSettings(projects, { kv, log }));
  let leases: PartitionLeases | undefined;
  const owned = new OwnedPartitions({
    ports: {
      nats,
      names,
      claims,
      blocks: new ClaimedBlocks({ nats, stream: names.raw, bytesMax: claimedBytesMax }),
      enricher: new BlockEnricher({ geo, hasher: claims.hasher }),
      log,
      partitions,
      readerBytes: readerBytes(partitions),
      rulesOf: (project) => rules.of(project),
      keepAside: (raw, { index, bytes, cause }) => {
        log.warn({ err: cause, project: raw.project, position: raw.position, index }, "event poisoned");
        const quarantined = quarantinedOf({
          bytes,
          step: "enrichment",
          quarantineId: `enrichment-${raw.position}-${index}`,
          rule: "enrich",
          message: "The event could not be enriched; the others of its block went on.",
          project: raw.project,
        });
        return keepAside(nats, names, quarantined);
      },
    },
    onEnded: (partition) => void leases?.drop(partition),
  });
  leases = await openLeases({
    nats,
    bucket: names.leasesBucket("enrichment"),
    replicas,
    instance,
    partitions,
    log,
    onAcquire: (partition, epoch) => owned.acquire(partition, epoch),
    onLose: (partition) => owned.lose(partition),
    ...(timing === undefined ? {} : { timing }),
  });
  const opened = leases;
  return {
    owned,
    leases,
    stop: async () => {
      await opened.stop();
      owned.stop();
    },
  };
}
