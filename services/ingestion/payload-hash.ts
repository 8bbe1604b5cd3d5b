// MurmurHash3_x86_128 (Austin Appleby, public domain), of which 64 bits are kept: tells an event sent again from
// another event under the same id. It need not withstand its own sender, who could only mislead themselves;
// what is stored of it is hashed again under a key of the project, so that nobody can try out what was sent.

const C1 = 0x23_9b_96_1b;
const C2 = 0xab_0e_97_89;
const C3 = 0x38_b3_4a_e5;
const C4 = 0xa1_e3_8b_93;

const rotl = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const mixed = (value: number): number => {
  let mix = value;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85_eb_ca_6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2_b2_ae_35);
  return mix ^ (mix >>> 16);
};

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/** Up to four bytes from `at`, little endian; what lies behind `end` is zero. */
const tailWord = (bytes: Uint8Array, at: number, end: number): number => {
  let value = 0;
  for (let index = Math.min(end - at, 4) - 1; index >= 0; index--)
    value = (value << 8) | (bytes[at + index] as number);
  return value;
};

/** A hash of 128 bits; `words` holds the last one. */
export class PayloadHash {
  readonly words = new Int32Array(4);

  /** Hashes the bytes between `start` and `end`. */
  hash(bytes: Uint8Array, start: number, end: number, seed = 0): void {
    let h1 = seed;
    let h2 = seed;
    let h3 = seed;
    let h4 = seed;
    let at = start;
    for (const last = end - 16; at <= last; at += 16) {
      h1 ^= Math.imul(rotl(Math.imul(wordAt(bytes, at), C1), 15), C2);
      h1 = (Math.imul((rotl(h1, 19) + h2) | 0, 5) + 0x56_1c_cd_1b) | 0;
      h2 ^= Math.imul(rotl(Math.imul(wordAt(bytes, at + 4), C2), 16), C3);
      h2 = (Math.imul((rotl(h2, 17) + h3) | 0, 5) + 0x0b_ca_a7_47) | 0;
      h3 ^= Math.imul(rotl(Math.imul(wordAt(bytes, at + 8), C3), 17), C4);
      h3 = (Math.imul((rotl(h3, 15) + h4) | 0, 5) + 0x96_cd_1c_35) | 0;
      h4 ^= Math.imul(rotl(Math.imul(wordAt(bytes, at + 12), C4), 18), C1);
      h4 = (Math.imul((rotl(h4, 13) + h1) | 0, 5) + 0x32_ac_3b_17) | 0;
    }
    const rest = end - at;
    if (rest > 12) h4 ^= Math.imul(rotl(Math.imul(tailWord(bytes, at + 12, end), C4), 18), C1);
    if (rest > 8) h3 ^= Math.imul(rotl(Math.imul(tailWord(bytes, at + 8, end), C3), 17), C4);
    if (rest > 4) h2 ^= Math.imul(rotl(Math.imul(tailWord(bytes, at + 4, end), C2), 16), C3);
    if (rest > 0) h1 ^= Math.imul(rotl(Math.imul(tailWord(bytes, at, end), C1), 15), C2);
    const length = end - start;
    h2 ^= length;
    h3 ^= length;
    h4 ^= length;
    h1 = ((h1 ^ length) + h2 + h3 + h4) | 0;
    h2 = mixed((h2 + h1) | 0);
    h3 = mixed((h3 + h1) | 0);
    h4 = mixed((h4 + h1) | 0);
    h1 = mixed(h1);
    h1 = (h1 + h2 + h3 + h4) | 0;
    this.words[0] = h1;
    this.words[1] = h2 + h1;
    this.words[2] = h3 + h1;
    this.words[3] = h4 + h1;
  }
}
