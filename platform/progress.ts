import { fromBinary } from "@bufbuild/protobuf";
import type { KV, KvEntry } from "nats";
import {
  type PartitionProgress,
  PartitionProgressSchema,
} from "../gen/ts/tideline/pipeline/v1/ownership_pb.js";
import type { Nats } from "./engines/nats.js";
import type { StreamNames } from "./streams.js";

/** How far the tables are with one partition of EVENTS. */
export interface PartitionPosition {
  readonly partition: number;
  /** The last sequence of EVENTS that is applied; 0 before the first. */
  readonly sequence: number;
  /** The highest received time among applied events, ms since 1970; 0 before the first. */
  readonly watermarkMs: number;
}

/** What answers say of themselves: up to where the log was applied when they were computed. */
export interface ProgressView {
  /** Every partition in order, as last heard: never ahead of the tables, behind by a few milliseconds. */
  positions(): readonly PartitionPosition[];
  close(): void;
}

/** The key of a partition in the bucket of progress. */
export function progressKey(partition: number): string {
  return `partition.${partition}`;
}

/** The key by which a replay holds aggregation back while it swaps tables: until when, in ms since 1970. */
export const holdKey = "hold";

/** The bucket of progress, made where it is missing. */
export function openProgressBucket(nats: Nats, names: StreamNames, replicas: number): Promise<KV> {
  return nats.js.views.kv(names.progressBucket, { history: 1, replicas });
}

/** Follows the progress of all partitions. */
export async function openProgressView(kv: KV, partitions: number): Promise<ProgressView> {
  const positions = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    sequence: 0,
    watermarkMs: 0,
  }));
  const watch = await kv.watch({ key: "partition.*" });
  const take = (entry: KvEntry): void => {
    const partition = Number(entry.key.slice(entry.key.lastIndexOf(".") + 1));
    const known = positions[partition];
    if (known === undefined || entry.operation !== "PUT") return;
    const progress = fromBinary(PartitionProgressSchema, entry.value);
    positions[partition] = positionOf(partition, progress);
  };
  // What is known now counts from the start, so that the first answer does not claim to know nothing.
  for (const { partition } of positions) {
    const entry = await kv.get(progressKey(partition));
    if (entry !== null) take(entry);
  }
  void (async () => {
    for await (const entry of watch) take(entry);
  })();
  return { positions: () => positions, close: () => watch.stop() };
}

export function positionOf(partition: number, progress: PartitionProgress): PartitionPosition {
  return {
    partition,
    sequence: Number(progress.committed),
    watermarkMs: Number(progress.watermarkMs),
  };
}
