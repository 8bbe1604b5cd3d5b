import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import type { ClaimedBlocks } from "../../platform/claimed-blocks.js";
import { type Claims, type Foreign, IdPacker } from "../../platform/claims.js";
import type { SoftRedis } from "./engines/soft-redis.js";
import type { PreparedBatch } from "./prepared-batch.js";
import { decideKnown } from "./repeats.js";
import type { Replaces } from "./replaces.js";

/** Blocks of the log that one batch reads at once. */
const readsMax = 4;
/** What can't be looked up within this is left to the log's reader. */
const patienceMs = 1_500;

export interface LogAdviceOptions {
  readonly claims: Claims;
  readonly blocks: ClaimedBlocks;
  readonly soft: SoftRedis;
}

/**
 * Tells which ids of a batch are in the log already. It is advice: an id that came moments ago may not be claimed yet,
 * and without Redis there is none. What it says is never wrong, though: a claim only points to a block of the log,
 * where the id itself and its payload are compared.
 */
export class LogAdvice {
  readonly #options: LogAdviceOptions;

  constructor(options: LogAdviceOptions) {
    this.#options = options;
  }

  /** Decides on accepted events whose ids the log has. */
  async ask(batch: PreparedBatch, projectId: string, replaces: Replaces): Promise<void> {
    const { claims, soft } = this.#options;
    const indexes: number[] = [];
    const packer = new IdPacker(claims.hasher, batch.count);
    const bytes = batch.source?.bytes ?? new Uint8Array(0);
    for (let index = 0; index < batch.count; index++) {
      const from = batch.idFrom[index] as number;
      const to = batch.idTo[index] as number;
      if (batch.outcomes[index] !== Outcome.ACCEPTED || from === to) continue;
      indexes.push(index);
      packer.add(claims.hasher.words(projectId, bytes, from, to));
    }
    if (indexes.length === 0) return;
    const known = await soft.ask(() => claims.lookup(packer.done(), batch.receivedMs));
    if (known === undefined || known.length === 0) return;
    const byIndex = known.map((foreign) => ({ ...foreign, index: indexes[foreign.index] as number }));
    await this.#compare(batch, { projectId, replaces }, byIndex);
  }

  /** Reads the blocks that claims point to, a few at a time. */
  async #compare(
    batch: PreparedBatch,
    { projectId, replaces }: { projectId: string; replaces: Replaces },
    known: readonly Foreign[],
  ): Promise<void> {
    const deadline = performance.now() + patienceMs;
    const source = batch.source?.bytes ?? new Uint8Array(0);
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.length);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let one = known[next++]; one !== undefined; one = known[next++]) {
        if (performance.now() > deadline) return;
        const { index, positions } = one;
        const id = bytes.toString("utf8", batch.idFrom[index], batch.idTo[index]);
        const replaced = replaces.get(index);
        // What is replaced is no repetition; what has been replaced already is one.
        const isNamed = replaced !== undefined && positions.includes(replaced);
        const from = isNamed ? positions.filter((position) => position > replaced) : positions;
        const found = await until(deadline, this.#options.blocks.find(from, projectId, id));
        if (found?.kind === "copy") decideKnown(batch, index, found.payloadHash === hashOf(batch, index));
      }
    };
    // Where the log can't be read, its reader will decide. All end before the batch goes on: none may touch it later.
    await Promise.allSettled(Array.from({ length: readsMax }, work));
  }
}

/** What is promised, or undefined at the deadline: a log that hangs makes nobody wait for advice. */
const until = async <T>(deadline: number, promised: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), deadline - performance.now());
  });
  try {
    return await Promise.race([promised, late]);
  } finally {
    clearTimeout(timer);
  }
};

const hashOf = (batch: PreparedBatch, index: number): bigint => {
  const low = (batch.hashLow[index] as number) >>> 0;
  const high = (batch.hashHigh[index] as number) >>> 0;
  return (BigInt(high) << 32n) | BigInt(low);
};
