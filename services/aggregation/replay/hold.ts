import { fromBinary } from "@bufbuild/protobuf";
import { type KV, NatsError } from "nats";
import { PartitionProgressSchema } from "../../../gen/ts/tideline/pipeline/v1/ownership_pb.js";
import { holdKey, progressKey } from "../../../platform/progress.js";
import { ReplayRefusedError } from "./refusal.js";

/** How long a hold lasts without being renewed, and how often it is. */
const holdMs = 30_000;
const renewMs = 5_000;
/** How long to wait for a range that is being inserted. */
const settleMs = 60_000;

/**
 * Holds aggregation back: from `takeHold` on no range is begun in any partition, until the hold is released or its
 * holder is gone for half a minute. Events wait in the log meanwhile.
 */
export class Hold {
  readonly #kv: KV;
  #revision: number;
  readonly #revisions = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #lost: unknown;

  private constructor(kv: KV, revision: number) {
    this.#kv = kv;
    this.#revision = revision;
  }

  /** @throws ReplayRefusedError while another holds. */
  static async take(kv: KV): Promise<Hold> {
    const found = await kv.get(holdKey);
    if (found?.operation === "PUT" && Number(found.string()) > Date.now()) {
      throw new ReplayRefusedError("another replay is changing the live tables just now");
    }
    const until = untilNow();
    const hold = new Hold(
      kv,
      found === null ? await kv.create(holdKey, until) : await kv.update(holdKey, until, found.revision),
    );
    hold.#timer = setInterval(() => void hold.#renew(), renewMs);
    return hold;
  }

  /**
   * Waits until no range is being inserted; resolves with the committed sequence of each partition. Each entry is
   * written again as it is, so that a worker that had not heard of the hold can't begin a range.
   */
  async settle(partitions: number): Promise<number[]> {
    const committed: number[] = [];
    for (let partition = 0; partition < partitions; partition++)
      committed.push(await this.#settleOne(partition));
    return committed;
  }

  async #settleOne(partition: number): Promise<number> {
    const end = Date.now() + settleMs;
    for (;;) {
      this.#mustHold();
      const entry = await this.#kv.get(progressKey(partition));
      if (entry === null || entry.operation !== "PUT") return 0;
      const progress = fromBinary(PartitionProgressSchema, entry.value);
      if (progress.pending === undefined) {
        try {
          this.#revisions.set(partition, await this.#kv.update(entry.key, entry.value, entry.revision));
          return Number(progress.committed);
        } catch (error) {
          if (!(error instanceof NatsError)) throw error;
        }
      }
      if (Date.now() > end) {
        throw new ReplayRefusedError(
          `partition ${partition} has an unfinished range: is aggregation running?`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Throws unless nothing was begun since `settle`. */
  async verify(): Promise<void> {
    this.#mustHold();
    await this.#renew();
    this.#mustHold();
    for (const [partition, revision] of this.#revisions) {
      const entry = await this.#kv.get(progressKey(partition));
      if (entry?.revision !== revision)
        throw new Error(`partition ${partition} went on in spite of the hold`);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#lost === undefined) await this.#kv.delete(holdKey, { previousSeq: this.#revision });
  }

  async #renew(): Promise<void> {
    try {
      this.#revision = await this.#kv.update(holdKey, untilNow(), this.#revision);
    } catch (error) {
      this.#lost = error;
    }
  }

  #mustHold(): void {
    if (this.#lost !== undefined) throw new Error("the hold on aggregation is lost", { cause: this.#lost });
  }
}

function untilNow(): Uint8Array {
  return new TextEncoder().encode(String(Date.now() + holdMs));
}
