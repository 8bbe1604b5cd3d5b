// A keyed 128-bit hash of ids: Chaskey-12 (Mouha et al., SAC 2014 and ePrint 2015/1182; ISO/IEC 29192-6), a MAC made
// for 32-bit machines: additions, rotations and xors only, which is what JavaScript's integers do well. Clients choose
// the ids, so the hash needs a key: without it nobody can build ids that collide or crowd one bucket.

/** Bytes of the key. */
export const KEY_BYTES = 16;
/** Bytes of the hash. */
export const HASH_BYTES = 16;

/** Ids are at most 128 bytes; longer input gets a buffer of its own. */
const SCRATCH_BYTES = 1024;
/** Below this, a loop over char codes beats the encoder's call. */
const ASCII_LOOP_MAX = 64;

const scratch = Buffer.alloc(SCRATCH_BYTES);

/** Doubles the 128-bit number in the four words, in the field that Chaskey derives its subkeys in. */
const doubled = (words: Uint32Array): Uint32Array => {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  return Uint32Array.of(
    (a << 1) ^ (d >>> 31 ? 0x87 : 0),
    (b << 1) | (a >>> 31),
    (c << 1) | (b >>> 31),
    (d << 1) | (c >>> 31),
  );
};

/**
 * Hashes under one key. Not reentrant: `words` holds the last hash until the next call. Strings are hashed as their
 * UTF-8 bytes (a lone surrogate as U+FFFD), so text and bytes of one id agree.
 */
export class KeyedHash {
  /** The last hash; words and their bytes are little endian. */
  readonly words = new Uint32Array(4);
  readonly #key: Uint32Array;
  readonly #subkeyWhole: Uint32Array;
  readonly #subkeyPadded: Uint32Array;

  /** @param key 16 bytes; the same for everyone who must come to the same hash. */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${key.length}`);
    const view = new DataView(key.buffer, key.byteOffset, KEY_BYTES);
    this.#key = Uint32Array.from([0, 4, 8, 12], (at) => view.getUint32(at, true));
    this.#subkeyWhole = doubled(this.#key);
    this.#subkeyPadded = doubled(this.#subkeyWhole);
  }

  /** Hashes the first `length` of `bytes` into `words`, which it returns. */
  hashPart(bytes: Uint8Array, length: number): Uint32Array {
    if (length > bytes.length) throw new RangeError("fewer bytes than are to be hashed");
    this.#hashBytes(bytes, length);
    return this.words;
  }

  /** Hashes `input` into `words`, which it returns. */
  hash(input: string | Uint8Array): Uint32Array {
    if (typeof input !== "string") return this.hashPart(input, input.length);
    const length = input.length;
    if (length <= ASCII_LOOP_MAX) {
      let index = 0;
      for (let code = 0; index < length; index++) {
        code = input.charCodeAt(index);
        if (code > 127) break;
        scratch[index] = code;
      }
      if (index === length) {
        this.#hashBytes(scratch, length);
        return this.words;
      }
    }
    // A UTF-16 unit takes at most three bytes.
    if (length * 3 <= SCRATCH_BYTES) this.#hashBytes(scratch, scratch.write(input));
    else {
      const bytes = Buffer.from(input);
      this.#hashBytes(bytes, bytes.length);
    }
    return this.words;
  }

  /** Hashes `input` and writes the 16 bytes into `target` from `offset`. */
  hashInto(input: string | Uint8Array, target: Uint8Array, offset = 0): void {
    if (offset < 0 || offset + HASH_BYTES > target.length) throw new RangeError("no room for a hash");
    const words = this.hash(input);
    for (let word = 0, at = offset; word < 4; word++, at += 4) {
      const value = words[word] ?? 0;
      target[at] = value;
      target[at + 1] = value >>> 8;
      target[at + 2] = value >>> 16;
      target[at + 3] = value >>> 24;
    }
  }

  #hashBytes(bytes: Uint8Array, length: number): void {
    const key = this.#key;
    let a = key[0] as number;
    let b = key[1] as number;
    let c = key[2] as number;
    let d = key[3] as number;
    // All blocks but the last, then the last with its subkey: whole, or padded with a one bit and zeros.
    const lastAt = length === 0 ? 0 : (length - 1) & ~15;
    const rest = length - lastAt;
    const subkey = rest === 16 ? this.#subkeyWhole : this.#subkeyPadded;
    for (let at = 0; at <= lastAt; at += 16) {
      if (at < lastAt || rest === 16) {
        a ^= word(bytes, at);
        b ^= word(bytes, at + 4);
        c ^= word(bytes, at + 8);
        d ^= word(bytes, at + 12);
      } else {
        a ^= tail(bytes, at, length);
        b ^= tail(bytes, at + 4, length);
        c ^= tail(bytes, at + 8, length);
        d ^= tail(bytes, at + 12, length);
      }
      if (at === lastAt) {
        a ^= subkey[0] as number;
        b ^= subkey[1] as number;
        c ^= subkey[2] as number;
        d ^= subkey[3] as number;
      }
      for (let round = 0; round < 12; round++) {
        a = (a + b) | 0;
        b = ((b << 5) | (b >>> 27)) ^ a;
        a = (a << 16) | (a >>> 16);
        c = (c + d) | 0;
        d = ((d << 8) | (d >>> 24)) ^ c;
        a = (a + d) | 0;
        d = ((d << 13) | (d >>> 19)) ^ a;
        c = (c + b) | 0;
        b = ((b << 7) | (b >>> 25)) ^ c;
        c = (c << 16) | (c >>> 16);
      }
    }
    const words = this.words;
    words[0] = a ^ (subkey[0] as number);
    words[1] = b ^ (subkey[1] as number);
    words[2] = c ^ (subkey[2] as number);
    words[3] = d ^ (subkey[3] as number);
  }
}

/** Four bytes, little endian; all of them exist. */
const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/** The same near the end of the input: a byte of value 1 follows the last, then zeros. */
const tail = (bytes: Uint8Array, at: number, length: number): number => {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const position = at + index;
    const byte = position < length ? (bytes[position] as number) : position === length ? 1 : 0;
    value |= byte << (index * 8);
  }
  return value;
};
