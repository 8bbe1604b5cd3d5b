import { expect } from "chai";
import { MappingError } from "./record.js";
import { type TimeFormat, timeReader } from "./times.js";

const read = (format: TimeFormat, value: unknown, zone = "UTC") => {
  const ms = timeReader(format, zone)(value);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe("times of files", () => {
  it("are read in every form", () => {
    expect(read("iso", "2010-12-01 08:26:00")).to.equal("2010-12-01T08:26:00.000Z");
    expect(read("iso", "2010-12-01T08:26")).to.equal("2010-12-01T08:26:00.000Z");
    expect(read("iso", "2010-12-01")).to.equal("2010-12-01T00:00:00.000Z");
    expect(read("iso", "2010-12-01T08:26:00.1239Z")).to.equal("2010-12-01T08:26:00.123Z");
    expect(read("iso", "2010-12-01T08:26:00+01:30")).to.equal("2010-12-01T06:56:00.000Z");
    expect(read("unix", 1331923247)).to.equal("2012-03-16T18:40:47.000Z");
    expect(read("unix", "1331923247.5")).to.equal("2012-03-16T18:40:47.500Z");
    expect(read("unix_ms", 1659304800025)).to.equal("2022-07-31T22:00:00.025Z");
    expect(read("yyyymmdd", "19970101")).to.equal("1997-01-01T00:00:00.000Z");
    expect(read("clf", "17/May/2015:10:05:03 -0200")).to.equal("2015-05-17T12:05:03.000Z");
  });

  it("without an offset are of the zone that is told, across changes of its clocks", () => {
    expect(read("iso", "2024-01-15 12:00:00", "Europe/Vienna")).to.equal("2024-01-15T11:00:00.000Z");
    expect(read("iso", "2024-07-15 12:00:00", "Europe/Vienna")).to.equal("2024-07-15T10:00:00.000Z");
    expect(read("iso", "2024-10-27 02:30:00", "Europe/Vienna")).to.equal("2024-10-27T00:30:00.000Z");
    expect(read("iso", "2024-03-31 02:30:00", "Europe/Vienna")).to.equal("2024-03-31T01:30:00.000Z");
    expect(read("iso", "2024-03-31T02:30:00Z", "Europe/Vienna")).to.equal("2024-03-31T02:30:00.000Z");
  });

  it("are none where the calendar or the clock has no such time", () => {
    for (const text of [
      "2023-02-29",
      "2010-13-01 00:00:00",
      "2010-12-01 24:00:00",
      "1/2/2010",
      "",
      "2010-12-01 08:6x:00",
    ]) {
      expect(read("iso", text), text).to.equal(undefined);
    }
    expect(read("unix", "soon")).to.equal(undefined);
    expect(read("unix", "")).to.equal(undefined);
    expect(read("yyyymmdd", "19970132")).to.equal(undefined);
    expect(read("clf", "17/Mai/2015:10:05:03 +0000")).to.equal(undefined);
  });

  it("need a zone of the tz database", () => {
    expect(() => timeReader("iso", "Mars/Olympus")).to.throw(MappingError, "Mars/Olympus");
  });
});
