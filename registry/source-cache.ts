/**
 * What was made of texts lately, bounded by the bytes of the texts. Two generations, as in platform/recent-cache.ts:
 * what is asked for once a generation stays.
 */
export class SourceCache<Value> {
  readonly #bytesMax: number;
  #bytes = 0;
  #young = new Map<string, Entry<Value>>();
  #old = new Map<string, Entry<Value>>();

  /** @param bytesMax Bytes of texts in each of two generations. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young.value;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old.value, old.bytes);
    return old?.value;
  }

  set(key: string, value: Value, bytes: number): void {
    const size = bytes + entryBytes;
    if (this.#bytes + size > this.#bytesMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#bytes = 0;
    }
    if (!this.#young.has(key)) this.#bytes += size;
    this.#young.set(key, { value, bytes });
  }
}

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** What an entry counts for beside its text: small ones cost too. */
const entryBytes = 1_024;
