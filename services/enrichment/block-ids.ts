/** Words of an id's hash. */
const wordsPerId = 4;

/**
 * The ids of one block, to find copies within it. Ids are equal when their bytes are; the hash only finds candidates,
 * in an open-addressed table.
 */
export class BlockIds {
  readonly #bytes: Buffer;
  readonly #mask: number;
  /** Numbers of ids, plus one; 0 is free. */
  readonly #table: Int32Array;
  readonly #words: Uint32Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #count = 0;

  constructor(bytes: Buffer, capacity: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2)));
    this.#bytes = bytes;
    this.#mask = size - 1;
    this.#table = new Int32Array(size);
    this.#words = new Uint32Array(capacity * wordsPerId);
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds the id in `[start, end)` of the block and gives its number, or gives the number it was added under before. */
  add(words: Uint32Array, start: number, end: number): { number: number; isNew: boolean } {
    let slot = (words[3] ?? 0) & this.#mask;
    for (;;) {
      const taken = this.#table[slot] ?? 0;
      if (taken === 0) break;
      if (this.#isAt(taken - 1, words) && this.#equals(taken - 1, start, end)) {
        return { number: taken - 1, isNew: false };
      }
      slot = (slot + 1) & this.#mask;
    }
    const number = this.#count++;
    this.#table[slot] = number + 1;
    this.#words.set(words, number * wordsPerId);
    this.#starts[number] = start;
    this.#ends[number] = end;
    return { number, isNew: true };
  }

  #isAt(number: number, words: Uint32Array): boolean {
    const at = number * wordsPerId;
    return (
      this.#words[at] === words[0] &&
      this.#words[at + 1] === words[1] &&
      this.#words[at + 2] === words[2] &&
      this.#words[at + 3] === words[3]
    );
  }

  #equals(number: number, start: number, end: number): boolean {
    const other = this.#starts[number] ?? 0;
    if ((this.#ends[number] ?? 0) - other !== end - start) return false;
    return this.#bytes.compare(this.#bytes, other, this.#ends[number], start, end) === 0;
  }
}
