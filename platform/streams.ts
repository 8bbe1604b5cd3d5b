import {
  DiscardPolicy,
  type JetStreamManager,
  NatsError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "nats";
import type { Nats } from "./engines/nats.js";

/**
 * The one place that declares streams, subjects and buckets. A subject's name is built here and nowhere else.
 *
 * `prefix` is empty in production; tests and shared engines set it. Project ids are made by the server of lower-case
 * letters and digits, so that nothing a customer writes reaches a subject.
 */
export function streamNames(prefix: string) {
  const dotted = prefix === "" ? "" : `${prefix}.`;
  const named = (name: string): string => (prefix === "" ? name : `${prefix}_${name}`);
  return {
    /** What the door accepted. */
    raw: named("RAW"),
    /** The same without duplicates, enriched: the truth that tables are built from. */
    events: named("EVENTS"),
    /** What was kept aside. */
    quarantine: named("QUARANTINE"),
    rawSubject: (partition: number, project: string) => `${dotted}raw.${partition}.${project}`,
    /** Every project of a partition; `*` for all partitions. */
    rawFilter: (partition: number | "*") => `${dotted}raw.${partition}.*`,
    eventsSubject: (partition: number | "*") => `${dotted}events.${partition}`,
    quarantineSubject: (project: string | "*") => `${dotted}quarantine.${project}`,
    liveMetricsSubject: (project: string | "*") => `${dotted}live.metrics.${project}`,
    liveVerdictsSubject: (project: string | "*") => `${dotted}live.verdicts.${project}`,
    statusSubject: (service: string | "*", instance: string | "*") =>
      `${dotted}status.${service}.${instance}`,
    /** KV buckets: who owns which partition, and how far aggregation is. */
    leasesBucket: (group: "enrichment" | "aggregation") => named(`leases_${group}`),
    progressBucket: named("progress"),
    /** KV bucket of what is decided once for a deployment: partitions, hash key. */
    deploymentBucket: named("deployment"),
  };
}

export type StreamNames = ReturnType<typeof streamNames>;

/**
 * Headers of messages. RAW has eventCount and receivedMs; EVENTS has them too (a message may be without events: it only
 * says how far RAW is covered) and the others.
 */
export const headerNames = {
  eventCount: "Events",
  /** The received time of the last block that it covers, ms since 1970. */
  receivedMs: "Received",
  /** The raw sequence of the first block that it covers. */
  rawFrom: "Raw-From",
  /** The raw sequence of the last block that it covers; blocks without a new event are covered as well. */
  rawTo: "Raw-To",
  /** Set where the block of Raw-To is covered in part only: its events below this index are. */
  rawIndex: "Raw-Index",
  /** The epoch of the owner who published it. */
  epoch: "Epoch",
  /** Events of the covered blocks that were dropped: copies, and those of them with another payload. */
  duplicates: "Duplicates",
  conflicts: "Conflicts",
} as const;

/** A block on the bus, at most; below the server's max_payload of 1 MiB. */
export const blockBytesMax = 512 * 1024;

export interface StreamOptions {
  readonly names: StreamNames;
  readonly replicas: number;
  /** The most bytes each stream may hold; must be below the disk's. Full: publishing fails, nothing is dropped. */
  readonly streamBytesMax: number;
  readonly retentionMs: number;
}

/** 20 GiB a stream, and seven days of it. */
export const streamDefaults = { streamBytesMax: 20 * 2 ** 30, retentionMs: 7 * 86_400_000 };

const nanosecondsPerMs = 1_000_000;

/** The streams as they must be. */
export function declaredStreams({
  names,
  replicas,
  streamBytesMax,
  retentionMs,
}: StreamOptions): DeclaredStream[] {
  const shared = {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_age: retentionMs * nanosecondsPerMs,
    max_bytes: streamBytesMax,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    num_replicas: replicas,
    duplicate_window: 120_000 * nanosecondsPerMs,
    allow_direct: true,
    deny_delete: false,
  };
  return [
    { name: names.raw, subjects: [names.rawFilter("*")], ...shared },
    { name: names.events, subjects: [names.eventsSubject("*")], ...shared },
    { name: names.quarantine, subjects: [names.quarantineSubject("*")], ...shared },
  ];
}

type DeclaredStream = Partial<StreamConfig> & { name: string; subjects: string[] };

/** The streams' options by a service's settings. */
export function streamOptions(settings: {
  prefix: string;
  replicas: number;
  streamBytesMax: number;
}): StreamOptions {
  const { prefix, replicas, streamBytesMax } = settings;
  return { names: streamNames(prefix), replicas, streamBytesMax, retentionMs: streamDefaults.retentionMs };
}

/**
 * Makes the streams, or changes what may be changed, and compares what came back field by field: an older server
 * accepts and ignores settings it does not know.
 * @throws Error that names each difference left.
 */
export async function reconcileStreams(nats: Nats, options: StreamOptions): Promise<void> {
  // A server on its own takes a stream of three replicas, says so, and then stores nothing in it.
  if (options.replicas > 1 && nats.connection.info?.cluster === undefined) {
    throw new Error(`${options.replicas} replicas are declared, but the NATS server is in no cluster`);
  }
  for (const declared of declaredStreams(options)) {
    const found = await findStream(nats.jsm, declared.name);
    const info =
      found === undefined
        ? await addStream(nats.jsm, declared)
        : await updateStream(nats.jsm, declared, found);
    const wrong = differences(declared, info.config);
    if (wrong.length > 0) throw new Error(`stream ${declared.name} is not as declared: ${wrong.join("; ")}`);
  }
}

/** What differs between a declared stream and one the server has, a line each. */
export function differences(declared: Partial<StreamConfig>, found: Partial<StreamConfig>): string[] {
  const wrong: string[] = [];
  for (const [field, wanted] of Object.entries(declared)) {
    const has: unknown = Reflect.get(found, field) ?? unset(field);
    if (JSON.stringify(has) !== JSON.stringify(wanted)) {
      wrong.push(`${field} is ${JSON.stringify(has)}, declared ${JSON.stringify(wanted)}`);
    }
  }
  return wrong;
}

/** The server leaves out fields that are false. */
function unset(field: string): unknown {
  return field.startsWith("allow_") || field.startsWith("deny_") ? false : undefined;
}

async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === 10_059) return undefined;
    throw error;
  }
}

async function addStream(jsm: JetStreamManager, declared: DeclaredStream): Promise<StreamInfo> {
  try {
    return await jsm.streams.add(declared);
  } catch (error) {
    // Another instance made it just now.
    const found = await findStream(jsm, declared.name);
    if (found === undefined) throw error;
    return found;
  }
}

function updateStream(
  jsm: JetStreamManager,
  declared: DeclaredStream,
  found: StreamInfo,
): Promise<StreamInfo> {
  if (differences(declared, found.config).length === 0) return Promise.resolve(found);
  return jsm.streams.update(declared.name, { ...found.config, ...declared });
}
