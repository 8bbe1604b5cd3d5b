import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { BlockSchema, EventSchema } from "../gen/ts/tideline/pipeline/v1/block_pb.js";
import { FieldWriter, splitRepeated, WireCursor, WireError } from "./wire.js";

describe("FieldWriter", () => {
  it("writes what protobuf-es reads", () => {
    const writer = new FieldWriter(8);
    writer.string(2, "é".repeat(39)).string(3, "x".repeat(39)).string(4, "日本".repeat(200)).string(5, "");
    writer.uint(8, Number.MAX_SAFE_INTEGER).int(9, -5).sint(12, -70_000).sint(13, 7);
    writer.double(66, 1.5).fixed64(33, 0xdead_beef, 0x8000_0001).bool(51, true);
    const event = fromBinary(EventSchema, writer.copy());
    expect(event.eventId).to.equal("é".repeat(39));
    expect(event.type).to.equal("x".repeat(39));
    expect(event.userId).to.equal("日本".repeat(200));
    expect(event.sequence).to.equal(BigInt(Number.MAX_SAFE_INTEGER));
    expect(event.clientTimeMs).to.equal(-5n);
    expect(event.skewMs).to.equal(-70_000n);
    expect(event.payloadHash).to.equal(0x8000_0001_dead_beefn);
    expect(event).to.include({ amount: 1.5, isBot: true });
  });

  it("copies parts and takes back", () => {
    const source = Buffer.from("0123456789".repeat(20));
    const writer = new FieldWriter(4).part(2, source, 1, 4);
    const mark = writer.length;
    writer.part(3, source, 0, 200).reset(mark).part(3, source, 0, 100);
    const event = fromBinary(EventSchema, writer.view());
    expect(event.eventId).to.equal("123");
    expect(event.type).to.have.length(100);
  });
});

describe("WireCursor", () => {
  const event = create(EventSchema, {
    eventId: "a",
    userId: "ü".repeat(60),
    sequence: 2n ** 63n + 5n,
    clientTimeMs: -1n,
    skewMs: -3n,
    payloadHash: 2n ** 64n - 1n,
    amount: -0.25,
  });

  it("reads what protobuf-es writes", () => {
    const cursor = new WireCursor().reset(toBinary(EventSchema, event));
    const seen = new Map<number, unknown>();
    while (cursor.next()) {
      const read: Record<number, () => unknown> = {
        2: () => cursor.text(),
        4: () => cursor.text(),
        8: () => cursor.bigUint(),
        9: () => cursor.int(),
        12: () => cursor.sint(),
        33: () => cursor.fixed64(),
        66: () => cursor.double(),
      };
      seen.set(cursor.field, read[cursor.field]?.());
    }
    expect([...seen]).to.deep.equal([
      [2, "a"],
      [4, "ü".repeat(60)],
      [8, 2n ** 63n + 5n],
      [9, -1],
      [12, -3],
      [33, 2n ** 64n - 1n],
      [66, -0.25],
    ]);
  });

  it("refuses every truncation or stops at a field's end", () => {
    const whole = toBinary(EventSchema, event);
    for (let length = 0; length < whole.length; length++) {
      const cursor = new WireCursor().reset(whole.subarray(0, length));
      let refused = false;
      try {
        while (cursor.next());
      } catch (error) {
        refused = error instanceof WireError;
      }
      expect(refused || cursor.end === length, String(length)).to.equal(true);
    }
  });

  it("refuses groups, field 0, endless varints and lengths past 2^32", () => {
    for (const bytes of [
      [0x0b],
      [0x02, 0x00],
      [0x08, ...Array(11).fill(0xff)],
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    ]) {
      expect(() => new WireCursor().reset(Uint8Array.from(bytes)).next(), String(bytes)).to.throw(WireError);
    }
  });

  it("refuses invalid UTF-8", () => {
    const cursor = new WireCursor().reset(Uint8Array.from([0x0a, 0x02, 0xc3, 0x28]));
    cursor.next();
    expect(() => cursor.text()).to.throw(TypeError);
  });
});

describe("splitRepeated", () => {
  it("gives each item's bytes, across concatenated blocks", () => {
    const block = (id: string) => toBinary(BlockSchema, create(BlockSchema, { events: [{ eventId: id }] }));
    const items = splitRepeated(Buffer.concat([block("a"), block("b")]), 1);
    expect(items.map((item) => fromBinary(EventSchema, item).eventId)).to.deep.equal(["a", "b"]);
  });
});
