import avsc from "avsc";
import { expect } from "chai";
import { AvroWriter } from "./avro-writer.js";

const written = (write: (w: AvroWriter) => void): Buffer => {
  const writer = new AvroWriter();
  write(writer);
  return Buffer.from(writer.output());
};

const hex = (write: (w: AvroWriter) => void): string => written(write).toString("hex");

describe("AvroWriter", () => {
  it("writes numbers as another library does", () => {
    const [int, long] = [avsc.Type.forSchema("int"), avsc.Type.forSchema("long")];
    for (const value of [0, -1, 1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(written((w) => w.int32(value))).to.deep.equal(int.toBuffer(value));
      expect(written((w) => w.int64(value))).to.deep.equal(long.toBuffer(value));
    }
    for (const value of [2 ** 31, -(2 ** 31) - 1, 2 ** 52, -(2 ** 52)]) {
      expect(written((w) => w.int64(value))).to.deep.equal(long.toBuffer(value));
      expect(written((w) => w.int64(BigInt(value)))).to.deep.equal(long.toBuffer(value));
    }
    expect(hex((w) => w.int64(-(2n ** 63n)))).to.equal("ffffffffffffffffff01");
    expect(hex((w) => w.int64(2n ** 63n - 1n))).to.equal("feffffffffffffffff01");
    expect(hex((w) => w.float64(-0.5))).to.equal("000000000000e0bf");
    expect(hex((w) => w.float32(1.5))).to.equal("0000c03f");
  });

  it("keeps what it has written when it grows", () => {
    const type = avsc.Type.forSchema({ type: "array", items: "string" });
    const texts = Array.from({ length: 300 }, (_, index) => `text ${index} ☃`);
    const bytes = written((w) => {
      w.block(texts.length);
      for (const text of texts) w.text(text);
      w.end();
    });
    expect(type.fromBuffer(bytes)).to.deep.equal(texts);
  });

  it("writes decimals in as few bytes as they take, or in as many as the schema has", () => {
    expect(hex((w) => w.decimalBytes("0", 4, 2))).to.equal("0200");
    expect(hex((w) => w.decimalBytes("1.28", 4, 2))).to.equal("040080");
    expect(hex((w) => w.decimalBytes("-1.28", 4, 2))).to.equal("0280");
    expect(hex((w) => w.decimalBytes("-1.29", 4, 2))).to.equal("04ff7f");
    expect(hex((w) => w.decimalFixed("-1.5", 4, 2, 4))).to.equal("ffffff6a");
    expect(hex((w) => w.decimalBytes("1.500", 4, 2))).to.equal("040096");
  });

  it("writes days and times in their units", () => {
    const days = (text: `${number}-${number}-${number}`) =>
      avsc.Type.forSchema("int").fromBuffer(written((w) => w.date(text)));
    expect([days("1970-01-01"), days("1969-12-31"), days("2024-02-29")]).to.deep.equal([0, -1, 19_782]);
    const long = avsc.Type.forSchema("long");
    const local = written((w) => w.localTimestampMillis("1969-12-31T23:59:59.999999"));
    expect(long.fromBuffer(local)).to.equal(-1);
    expect(long.fromBuffer(written((w) => w.timeMicros("00:00:01.000002")))).to.equal(1_000_002);
  });

  it("refuses what the schema can't hold", () => {
    const refused: readonly ((w: AvroWriter) => void)[] = [
      (w) => w.int32(2 ** 31),
      (w) => w.int32(0.5),
      (w) => w.int64(2 ** 53),
      (w) => w.int64(2n ** 63n),
      (w) => w.float64(Number.NaN),
      (w) => w.float32(1e39),
      (w) => w.fixed(new Uint8Array(3), 4),
      (w) => w.decimalBytes("1.234", 4, 2),
      (w) => w.decimalBytes("100", 4, 2),
      (w) => w.decimalBytes("1e5", 9, 2),
      (w) => w.uuid("no"),
      (w) => w.date("2023-02-29"),
      (w) => w.timeMillis("24:00:00"),
      (w) => w.timestampMillis(new Date(Number.NaN)),
      (w) => w.duration({ months: -1, days: 0, milliseconds: 0 }),
      (w) => w.symbol("x", new Map([["a", 0]])),
    ];
    for (const write of refused) expect(() => written(write), write.toString()).to.throw(RangeError);
  });
});
