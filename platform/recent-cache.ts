/**
 * A map of what was asked for lately, bounded in entries. It keeps two generations: when the young one is full, it
 * becomes the old one and the old one is forgotten, so an entry survives as long as it is asked for once a
 * generation. A look-up costs one map access, no bookkeeping (an exact LRU costs two writes).
 */
export class RecentCache<Value> {
  readonly #entriesMax: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** @param entriesMax At most this many entries a generation, so twice as many in all. */
  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** How many entries are held, those of both generations counted twice: at most `2 * entriesMax`. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#entriesMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
