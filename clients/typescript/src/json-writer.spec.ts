import { expect } from "chai";
import { JsonWriter } from "./json-writer.js";

const text = (write: (w: JsonWriter) => void): string => {
  const writer = new JsonWriter();
  write(writer);
  return writer.output();
};

describe("JsonWriter", () => {
  it("writes numbers of 64 bits as texts with all their digits", () => {
    expect(text((w) => w.int64Text(-(2n ** 63n)))).to.equal('"-9223372036854775808"');
    expect(text((w) => w.uint64Text(2n ** 64n - 1n))).to.equal('"18446744073709551615"');
    expect(text((w) => w.int64Text(-0))).to.equal('"0"');
    expect(() => text((w) => w.int64Text(2n ** 63n))).to.throw(RangeError);
    expect(() => text((w) => w.uint64Text(-1))).to.throw(RangeError);
    expect(() => text((w) => w.uint64Text(2 ** 53))).to.throw(RangeError, "bigint");
  });

  it("refuses numbers that their type does not hold", () => {
    expect(text((w) => w.int32(-(2 ** 31)))).to.equal("-2147483648");
    expect(text((w) => w.uint32(2 ** 32 - 1))).to.equal("4294967295");
    for (const wrong of [2 ** 31, 0.5, Number.NaN])
      expect(() => text((w) => w.int32(wrong))).to.throw(RangeError);
    for (const wrong of [-1, 2 ** 32]) expect(() => text((w) => w.uint32(wrong))).to.throw(RangeError);
    expect(() => text((w) => w.float32(1e39))).to.throw(RangeError);
    expect(text((w) => w.float32(3.4e38))).to.equal("3.4e+38");
  });

  it("writes bytes as Node does in base64", () => {
    for (let length = 0; length < 9; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => 255 - index * 37);
      expect(text((w) => w.base64(bytes))).to.equal(`"${Buffer.from(bytes).toString("base64")}"`);
    }
  });

  it("writes durations and times within their bounds", () => {
    for (const good of ["0s", "-1.5s", "315576000000s", "315576000000.000s", "1.123456789s"] as const)
      expect(text((w) => w.elapsed(good))).to.equal(`"${good}"`);
    for (const bad of ["1e3s", "1", "315576000000.1s", "315576000001s", "1.1234567890s", "+1s"])
      expect(() => text((w) => w.elapsed(bad)), bad).to.throw(RangeError);
    expect(text((w) => w.timestamp(new Date("0001-01-01T00:00:00Z")))).to.equal('"0001-01-01T00:00:00.000Z"');
    for (const bad of ["0000-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "never"])
      expect(() => text((w) => w.timestamp(new Date(bad))), bad).to.throw(RangeError);
  });
});
