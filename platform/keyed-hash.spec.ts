import { expect } from "chai";
import { HASH_BYTES, KEY_BYTES, KeyedHash } from "./keyed-hash.js";

/** The key of the published vectors: 833D3433 009F389F 2398E64F 417ACF39 as little-endian words. */
const vectorKey = Buffer.from("33343d839f389f004fe6982339cf7a41", "hex");

/** Published tags of Chaskey-12 for the messages 00, 00 01, 00 01 02, ... by their length. */
const vectors: [number, number[]][] = [
  [0, [0x43cb1f41, 0x51eba0c2, 0xff0a8ac3, 0x7ee3f642]],
  [1, [0xf9ac2067, 0x9c35a846, 0x441aad3d, 0x777b7330]],
  [2, [0x57da70c5, 0x2a873cb0, 0x19ee8b2a, 0x165cd82e]],
  [3, [0x8c5e6ab9, 0x5035adfb, 0xbff69f98, 0x965516d9]],
  [4, [0x0b2b62db, 0x1e9e3f50, 0xa1b8dcad, 0xb4279ae0]],
  [15, [0x03cfb44b, 0x283c8163, 0xfca71448, 0xc40a0aea]],
  [16, [0x5dd0e2a9, 0xfb5eac8c, 0x633a392e, 0x500c36f3]],
  [17, [0x8b5f6d5a, 0x202314f6, 0x22092368, 0x9639e606]],
  [31, [0x1d3d30b1, 0x01d74fca, 0x3b2eb54c, 0xd8cd36b4]],
  [32, [0x77962784, 0x07c647fa, 0xdd752c0f, 0xd2f5a799]],
  [33, [0xd74bb867, 0x2c0dfb3a, 0xb697e9cd, 0x5658edda]],
  [36, [0xa98ecb80, 0x5ef583cf, 0x4e20e76e, 0x7873b8f1]],
  [47, [0x8494b5bc, 0x5317b7b3, 0xcfe08756, 0x97a2d14e]],
  [48, [0xf36e748b, 0x8f34677f, 0x1e00ba1b, 0xdd7da46d]],
  [63, [0x2dd072e1, 0x42b89efe, 0xfb26b615, 0x049aa451]],
];

const hex = (words: Uint32Array): string => Buffer.from(words.buffer).toString("hex");

const bitsDiffering = (left: Uint32Array, right: Uint32Array): number => {
  let count = 0;
  for (let word = 0; word < 4; word++) {
    for (let rest = (left[word] ?? 0) ^ (right[word] ?? 0); rest !== 0; rest &= rest - 1) count += 1;
  }
  return count;
};

describe("keyed hash", () => {
  it("gives the published tags of Chaskey-12", () => {
    const hash = new KeyedHash(vectorKey);
    const message = Uint8Array.from({ length: 64 }, (_, index) => index);
    for (const [length, tag] of vectors) {
      expect([...hash.hash(message.subarray(0, length))], `${length} bytes`).to.deep.equal(tag);
      // These bytes are ASCII, so the same text takes the path of strings.
      const text = String.fromCharCode(...message.subarray(0, length));
      expect([...hash.hash(text)], `${length} characters`).to.deep.equal(tag);
    }
  });

  it("hashes text as its UTF-8 bytes, whatever its length", () => {
    const hash = new KeyedHash(vectorKey);
    const texts = ["", "é", "日本語のイベント", "🦀".repeat(9), "a\u0000b", "\ud800 alone", "\udc00"];
    for (const length of [15, 16, 17, 63, 64, 65, 128, 341, 342, 1024, 1025, 5000]) {
      texts.push("x".repeat(length), `${"y".repeat(length - 1)}ü`, "漢".repeat(length));
    }
    for (const text of texts) {
      const ofText = hex(hash.hash(text).slice());
      expect(hex(hash.hash(Buffer.from(text)).slice()), text.slice(0, 20)).to.equal(ofText);
      expect(hex(hash.hash(new TextEncoder().encode(text)).slice()), text.slice(0, 20)).to.equal(ofText);
    }
  });

  it("writes its bytes where it is told", () => {
    const hash = new KeyedHash(vectorKey);
    const target = Buffer.alloc(20, 255);
    hash.hashInto("", target, 2);
    expect(target.toString("hex")).to.equal("ffff411fcb43c2a0eb51c38a0aff42f6e37effff");
    expect(() => hash.hashInto("", Buffer.alloc(HASH_BYTES), 1)).to.throw(RangeError);
  });

  it("turns about half of its bits when one bit of input or key turns", () => {
    const rounds = 400;
    let [ofInput, ofKey] = [0, 0];
    let least = 128;
    for (let round = 0; round < rounds; round++) {
      const input = Buffer.from(`019a2b3c-${round}-7000-8000-000000000000`);
      const before = new KeyedHash(vectorKey).hash(input).slice();
      const bit = (round * 7) % (input.length * 8);
      const turned = Buffer.from(input);
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const differing = bitsDiffering(before, new KeyedHash(vectorKey).hash(turned));
      const key = Buffer.from(vectorKey);
      key[round % KEY_BYTES] = (key[round % KEY_BYTES] ?? 0) ^ (1 << (round % 8));
      ofInput += differing;
      ofKey += bitsDiffering(before, new KeyedHash(key).hash(input));
      least = Math.min(least, differing);
    }
    expect(ofInput / rounds).to.be.within(62, 66);
    expect(ofKey / rounds).to.be.within(62, 66);
    expect(least).to.be.greaterThan(35);
  });

  it("spreads ids that count up evenly over buckets, by any of its words", () => {
    const hash = new KeyedHash(vectorKey);
    const buckets = [0, 1, 2, 3].map(() => new Array<number>(256).fill(0));
    const count = 51_200;
    const seen = new Set<string>();
    for (let id = 0; id < count; id++) {
      const words = hash.hash(`order-${id}`);
      seen.add(hex(words));
      buckets.forEach((bucket, word) => {
        const at = (words[word] ?? 0) & 255;
        bucket[at] = (bucket[at] ?? 0) + 1;
      });
    }
    expect(seen.size).to.equal(count);
    for (const bucket of buckets) {
      const chiSquare = bucket.reduce((sum, found) => sum + (found - 200) ** 2 / 200, 0);
      // 255 degrees of freedom: 99.9 % of fair spreads lie within.
      expect(chiSquare).to.be.within(190, 331);
    }
  });

  it("refuses a key of another length", () => {
    expect(() => new KeyedHash(Buffer.alloc(15))).to.throw(RangeError);
  });
});
