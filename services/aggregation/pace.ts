import type { Limits } from "./config.js";

/** How many insert times lie between two ranges of a partition, per partition of this instance. */
const spacing = 3;
/** The weight of the latest insert in the mean. */
const weight = 0.2;

/**
 * How often ranges are cut. An insert costs the engine about the same whether it brings one row or a thousand, so the
 * dearer inserts are just now, and the more partitions share the engine, the less often each partition inserts; between
 * the least and the longest wait that are allowed.
 */
export class Pace {
  readonly #limits: Pick<Limits, "rangeAgeMs" | "rangeAgeMinMs">;
  #insertMs = 0;

  constructor(limits: Pick<Limits, "rangeAgeMs" | "rangeAgeMinMs">) {
    this.#limits = limits;
  }

  inserted(tookMs: number): void {
    this.#insertMs += (tookMs - this.#insertMs) * (this.#insertMs === 0 ? 1 : weight);
  }

  /** The time from one range of a partition to its next. */
  rangeAgeMs(partitions: number): number {
    const { rangeAgeMs, rangeAgeMinMs } = this.#limits;
    return Math.min(rangeAgeMs, Math.max(rangeAgeMinMs, this.#insertMs * partitions * spacing));
  }
}
