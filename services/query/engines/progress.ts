import { consumerOpts } from "nats";
import type { PartitionLag, ServiceStatus } from "../../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { Nats } from "../../../platform/engines/nats.js";
import { openProgressBucket, openProgressView, type ProgressView } from "../../../platform/progress.js";
import { headerNames, type StreamNames } from "../../../platform/streams.js";
import type { Applied, Progress } from "../ports.js";
import type { StatusBoard } from "./status-board.js";

export interface ProgressOptions {
  readonly names: StreamNames;
  readonly board: StatusBoard;
  readonly partitions: number;
  readonly replicas: number;
}

/** Follows how far the log is applied to the tables. */
export async function openProgress(
  nats: Nats,
  { names, board, partitions, replicas }: ProgressOptions,
): Promise<Progress & { close(): void }> {
  const view = await openProgressView(await openProgressBucket(nats, names, replicas), partitions);
  const idle = new IdleTimes(partitions);
  board.onStatus((status) => idle.hear(status));
  const raw = followRawPositions(nats, names);
  return {
    applied: async () => appliedOf(view, idle, raw.positions),
    close: () => {
      raw.close();
      view.close();
    },
  };
}

function appliedOf(view: ProgressView, idle: IdleTimes, raw: RawPositions): Applied {
  const positions = new Map<number, bigint>();
  let watermarkMs = Number.POSITIVE_INFINITY;
  for (const { partition, sequence, watermarkMs: heard } of view.positions()) {
    watermarkMs = Math.min(watermarkMs, Math.max(heard, idle.untilMs(partition)));
    const covered = raw.upTo(partition, sequence);
    if (covered > 0n) positions.set(partition, covered);
  }
  return { watermarkMs: Number.isFinite(watermarkMs) ? watermarkMs : 0, positions };
}

/** Between the door's stamp of receipt and the log's taking the event, at most, unless the log is in trouble. */
const publishMs = 1_000;

/**
 * Until when a partition has been read to its end: without this a partition where nothing happens would hold the
 * watermark back for ever. Enrichment says at t that it has nothing left of RAW, later aggregation that it has nothing
 * left of EVENTS: everything that was in the log at t is in the tables.
 */
class IdleTimes {
  readonly #enriched: number[];
  readonly #applied: number[];

  constructor(partitions: number) {
    this.#enriched = Array.from({ length: partitions }, () => 0);
    this.#applied = Array.from({ length: partitions }, () => 0);
  }

  hear({ service, timeMs, partitions }: ServiceStatus): void {
    const at = Number(timeMs);
    for (const lag of partitions) {
      if (lag.partition >= this.#applied.length) continue;
      if (service === "enrichment") this.#hearEnrichment(lag, at);
      else if (service === "aggregation") this.#hearAggregation(lag, at);
    }
  }

  untilMs(partition: number): number {
    return this.#applied[partition] ?? 0;
  }

  #hearEnrichment({ partition, messages }: PartitionLag, at: number): void {
    if (messages === 0n) this.#enriched[partition] = at;
  }

  #hearAggregation({ partition, messages }: PartitionLag, at: number): void {
    const enriched = this.#enriched[partition] ?? 0;
    if (messages !== 0n || enriched === 0 || enriched > at) return;
    this.#applied[partition] = Math.max(this.#applied[partition] ?? 0, enriched - publishMs);
  }
}

/** Blocks that are not yet applied, at most, per partition; of more the oldest are forgotten. */
const pendingMax = 10_000;

/** Which sequence of RAW a sequence of EVENTS covers, of the newest blocks. */
class RawPositions {
  readonly #blocks = new Map<number, { readonly sequence: number; readonly rawTo: bigint }[]>();

  take(partition: number, sequence: number, rawTo: bigint): void {
    const blocks = this.#blocks.get(partition) ?? [];
    this.#blocks.set(partition, blocks);
    blocks.push({ sequence, rawTo });
    if (blocks.length > pendingMax) blocks.shift();
  }

  /** The last sequence of RAW that EVENTS covers up to its own sequence; 0 where that is not known. */
  upTo(partition: number, sequence: number): bigint {
    const blocks = this.#blocks.get(partition) ?? [];
    while ((blocks[1]?.sequence ?? Number.POSITIVE_INFINITY) <= sequence) blocks.shift();
    const [first] = blocks;
    return first !== undefined && first.sequence <= sequence ? first.rawTo : 0n;
  }
}

const retryMs = 1_000;

/** Reads the headers of EVENTS as they come in, without the events. */
function followRawPositions(nats: Nats, names: StreamNames): { positions: RawPositions; close(): void } {
  const positions = new RawPositions();
  let closed = false;
  let stop: () => void = () => undefined;
  const follow = async (): Promise<void> => {
    const options = consumerOpts();
    options.orderedConsumer();
    options.headersOnly();
    options.deliverLastPerSubject();
    const subscription = await nats.js.subscribe(names.eventsSubject("*"), options);
    stop = () => subscription.unsubscribe();
    for await (const message of subscription) {
      const partition = Number(message.subject.slice(message.subject.lastIndexOf(".") + 1));
      const rawTo = message.headers?.get(headerNames.rawTo) ?? "";
      if (/^\d{1,19}$/.test(rawTo)) positions.take(partition, message.seq, BigInt(rawTo));
    }
  };
  const loop = async (): Promise<void> => {
    while (!closed) {
      // The stream may not be made yet, or the log be away: answers name no positions until it is followed again.
      await follow().catch(() => undefined);
      if (!closed) await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
    }
  };
  void loop();
  return {
    positions,
    close: () => {
      closed = true;
      stop();
    },
  };
}
