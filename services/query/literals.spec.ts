import { expect } from "chai";
import { booleanLiteral, numberLiteral, timeLiteral } from "./literals.js";

const instants = { kind: "time", stored: "text", isLocal: false } as const;
const millis = { kind: "time", stored: "millis", isLocal: false } as const;
const dates = { kind: "time", stored: "days", isLocal: true } as const;

/** What a literal is read as, in ms; a fraction of nanoseconds is kept. */
const at = (text: string, zone = "UTC", kind: Parameters<typeof timeLiteral>[1] = instants) =>
  timeLiteral(text, kind, zone);
const nanos = (text: string) => BigInt(Date.parse(text)) * 1_000_000n;

describe("what filters compare with", () => {
  it("is a number with every digit that it has", () => {
    const cases: [string, bigint | undefined, number][] = [
      ["5", 5n, 5],
      ["+5", 5n, 5],
      ["-5.00", -5n, -5],
      ["5.", 5n, 5],
      [".5", undefined, 0.5],
      ["0.05", undefined, 0.05],
      ["1.20e1", 12n, 12],
      ["1e21", 10n ** 21n, 1e21],
      ["120e-1", 12n, 12],
      ["125e-1", undefined, 12.5],
      ["0e99999", 0n, 0],
      ["9007199254740993", 9007199254740993n, 9007199254740992],
      ["9007199254740993.0", 9007199254740993n, 9007199254740992],
      [String(2n ** 127n - 1n), 2n ** 127n - 1n, 2 ** 127],
      [String(2n ** 127n), undefined, 2 ** 127],
      [`${"0".repeat(60)}7`, 7n, 7],
      ["1e300", undefined, 1e300],
    ];
    for (const [text, whole, float] of cases) {
      const expected = whole === undefined ? { float } : { whole, float };
      expect(numberLiteral(text), text).to.deep.equal(expected);
    }
    for (const text of ["", ".", "-", "e5", "1e", "0x10", "1e999", "NaN", "Infinity", " 1", "1 ", "1,5", "٣"])
      expect(numberLiteral(text), text).to.equal(undefined);
  });

  it("is true or false in the forms that are in use", () => {
    expect(["true", "TRUE", "1"].map(booleanLiteral)).to.deep.equal(["true", "true", "true"]);
    expect(["false", "False", "0"].map(booleanLiteral)).to.deep.equal(["false", "false", "false"]);
    expect(["yes", "", "2", "null"].map(booleanLiteral)).to.deep.equal(Array(4).fill(undefined));
  });

  it("is a date or time, in the answer's zone where it names none", () => {
    expect(at("2026-11-01T10:00:00Z")).to.equal(nanos("2026-11-01T10:00:00Z"));
    expect(at("2026-11-01T10:00:00.123456789+05:30")).to.equal(nanos("2026-11-01T04:30:00Z") + 123456789n);
    expect(at("2026-11-01")).to.equal(nanos("2026-11-01T00:00:00Z"));
    expect(at("2026-11-01", "Europe/Vienna")).to.equal(nanos("2026-10-31T23:00:00Z"));
    expect(at("2026-07-01 10:30", "Europe/Vienna")).to.equal(nanos("2026-07-01T08:30:00Z"));
    // The clock reads 02:30 twice, then never.
    expect(at("2026-10-25T02:30", "Europe/Vienna")).to.equal(nanos("2026-10-25T00:30:00Z"));
    expect(at("2026-03-29T02:30", "Europe/Vienna")).to.equal(nanos("2026-03-29T01:30:00Z"));
    // Midnight is skipped: the day begins an hour later.
    expect(at("2024-09-08", "America/Santiago")).to.equal(nanos("2024-09-08T04:00:00Z"));
    expect(at("0001-01-01")).to.equal(nanos("0001-01-01T00:00:00Z"));
    expect(at("9999-12-31T23:59:59Z")).to.equal(nanos("9999-12-31T23:59:59Z"));
    expect(at("1969-12-31T23:59:59.5Z")).to.equal(-500_000_000n);
  });

  it("is a date or clock as it stands where the property has no zone, and a number in the property's unit", () => {
    expect(at("2026-11-01", "Europe/Vienna", dates)).to.equal(nanos("2026-11-01T00:00:00Z"));
    expect(at("1", "Europe/Vienna", dates)).to.equal(86_400_000_000_000n);
    expect(at("1764547200000", "UTC", millis)).to.equal(1_764_547_200_000_000_000n);
    expect(at("1764547200000")).to.equal(undefined);
  });

  it("is no time where it is nearly one", () => {
    for (const text of [
      "",
      "2026",
      "2026-11",
      "2026-13-01",
      "2026-02-30",
      "2026-11-01T24:00",
      "2026-11-01T10",
      "2026-11-01T10:60",
      "20261101",
      "2026-11-01T10:00:00Z; DROP",
      "2026-11-01T10:00:00.1234567890Z",
      " 2026-11-01",
      "+002026-11-01",
    ])
      expect(at(text), text).to.equal(undefined);
  });
});
