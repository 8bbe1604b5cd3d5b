import type { KV } from "nats";
import { systemClock } from "../../platform/clock.js";
import type { ClickHouse } from "../../platform/engines/clickhouse.js";
import type { Nats } from "../../platform/engines/nats.js";
import { openLeases, type PartitionLeases } from "../../platform/lease.js";
import type { Log } from "../../platform/log.js";
import { readerBytes } from "../../platform/partition-reader.js";
import { openProgressBucket } from "../../platform/progress.js";
import type { StreamNames } from "../../platform/streams.js";
import { readBlockSchema } from "./block-schema.js";
import type { Limits } from "./config.js";
import { openEventLog } from "./engines/event-log.js";
import { openEventTables } from "./engines/event-tables.js";
import { openProgressStore } from "./engines/progress-store.js";
import { openQuarantine } from "./engines/quarantine.js";
import { liveDeltas } from "./live-deltas.js";
import { OwnedPartitions } from "./owned-partitions.js";
import { Pace } from "./pace.js";
import type { AppliedRange, WorkerPorts } from "./partition-worker.js";
import type { WindowStore } from "./ports.js";
import { SessionKeeper } from "./sessions/session-keeper.js";
import { Slots } from "./slots.js";

export interface AggregationOptions {
  readonly nats: Nats;
  readonly clickhouse: ClickHouse;
  readonly windows: WindowStore;
  readonly names: StreamNames;
  readonly database: string;
  readonly instance: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly insertsAtOnce: number;
  readonly limits: Limits;
  readonly log: Log;
  /** For tests: a place to crash at. */
  readonly faultPoint?: NonNullable<WorkerPorts["faultPoint"]>;
}

export interface Aggregation {
  readonly owned: OwnedPartitions;
  readonly progress: KV;
  /** Ends all work and gives the partitions back. */
  stop(): Promise<void>;
}

/** Who owns this partition computes the sessions of all. */
const sessionsPartition = 0;

function startSessions({ clickhouse, database, partitions, log }: AggregationOptions, kv: KV): SessionKeeper {
  const store = openProgressStore(kv);
  const keeper = new SessionKeeper({ client: clickhouse, database, kv, store, partitions, log });
  keeper.start();
  return keeper;
}

/** Starts to bring this instance's share of the partitions into tables and windows. The database must be migrated. */
export async function startAggregation(options: AggregationOptions): Promise<Aggregation> {
  const { nats, names, log, limits, database, faultPoint } = options;
  const progress = await openProgressBucket(nats, names, options.replicas);
  const eventLog = openEventLog({ nats, names, log, readerBytes: readerBytes(options.partitions) });
  const pace = new Pace(limits);
  const tables = openEventTables({
    client: options.clickhouse,
    database,
    blockSchema: readBlockSchema(),
    slots: new Slots(options.insertsAtOnce),
    onInserted: (tookMs) => pace.inserted(tookMs),
  });
  const publish = (applied: AppliedRange): void => {
    for (const { projectId, payload } of liveDeltas(applied)) {
      if (nats.connected()) nats.connection.publish(names.liveMetricsSubject(projectId), payload);
    }
  };
  let leases: PartitionLeases | undefined;
  let keeper: SessionKeeper | undefined;
  const owned = new OwnedPartitions({
    ports: {
      eventLog,
      store: openProgressStore(progress),
      tables,
      quarantine: openQuarantine(nats, names),
      clock: systemClock,
      log,
      limits,
      ...(faultPoint === undefined ? {} : { faultPoint }),
    },
    windows: options.windows,
    pace,
    log,
    publish,
    epochOf: (partition) => leases?.owned().get(partition),
    onOvertaken: (partition) => void leases?.drop(partition),
  });
  leases = await openLeases({
    nats,
    bucket: names.leasesBucket("aggregation"),
    replicas: options.replicas,
    instance: options.instance,
    partitions: options.partitions,
    log,
    onAcquire: (partition, epoch) => {
      owned.acquire(partition, epoch);
      if (partition === sessionsPartition) keeper = startSessions(options, progress);
    },
    onLose: async (partition) => {
      if (partition === sessionsPartition) await keeper?.stop();
      await owned.lose(partition);
    },
  });
  const opened = leases;
  return { owned, progress, stop: () => opened.stop() };
}
