import { expect } from "chai";
import { isTimeZone, localTime, UnknownTimeZoneError, zoneOffsetMs } from "./local-time.js";

const seed = Number(process.env["SEED"] ?? 7);

/** A small generator of its own (mulberry32), so that a failure can be run again. */
const randomOf = (start: number): (() => number) => {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** What Intl says by its calendar fields, which the code under test never asks for. */
const expected = (zone: string, epochMs: number): { date: number; hour: number; weekday: number } => {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      weekday: "short",
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(epochMs).map((part) => [part.type, part.value]));
  const year = parts["era"] === "BC" ? 1 - Number(parts["year"]) : Number(parts["year"]);
  const day = new Date(0);
  day.setUTCFullYear(year, Number(parts["month"]) - 1, Number(parts["day"]));
  const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  return {
    date: day.getTime() / 86_400_000,
    hour: Number(parts["hour"]),
    weekday: weekdays.indexOf(parts["weekday"] ?? "") + 1,
  };
};

const checkAt = (zone: string, epochMs: number): void => {
  expect({ ...localTime(zone, epochMs) }, `${zone} at ${epochMs}`).to.deep.equal(expected(zone, epochMs));
};

describe("local time", () => {
  it("equals Intl at random instants in every zone, from 1850 to 2150", () => {
    const random = randomOf(seed);
    const from = Date.UTC(1850, 0, 1);
    const span = Date.UTC(2150, 0, 1) - from;
    for (const zone of [...Intl.supportedValuesOf("timeZone"), "UTC", "Asia/Kolkata", "Etc/GMT+5"]) {
      for (let turn = 0; turn < 12; turn++) checkAt(zone, Math.floor(from + random() * span));
    }
  });

  it("equals Intl around every change of offset, to the millisecond", () => {
    const zones = [
      ...["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"],
      ...["Africa/Monrovia", "Africa/Casablanca", "Asia/Gaza", "America/St_Johns", "Africa/Freetown"],
    ];
    let changes = 0;
    for (const zone of zones) {
      let last = zoneOffsetMs(zone, Date.UTC(1935, 0, 1));
      for (let at = Date.UTC(1935, 0, 1); at < Date.UTC(2040, 0, 1); at += 86_400_000) {
        const offset = zoneOffsetMs(zone, at);
        if (offset === last) continue;
        changes += 1;
        last = offset;
        let [low, high] = [at - 86_400_000, at];
        while (high - low > 1) {
          const middle = Math.floor((low + high) / 2);
          if (zoneOffsetMs(zone, middle) === offset) high = middle;
          else low = middle;
        }
        for (const instant of [high - 1, high, high + 1]) checkAt(zone, instant);
      }
    }
    expect(changes).to.be.greaterThan(900);
  });

  it("knows offsets of quarter hours, half hours of summer time and seconds of local mean time", () => {
    expect(zoneOffsetMs("Asia/Kathmandu", Date.UTC(2024, 0, 1))).to.equal(20_700_000);
    expect(zoneOffsetMs("Asia/Kathmandu", Date.UTC(1980, 0, 1))).to.equal(19_800_000);
    expect(zoneOffsetMs("Pacific/Chatham", Date.UTC(2024, 0, 1))).to.equal(49_500_000);
    expect(zoneOffsetMs("Australia/Lord_Howe", Date.UTC(2024, 6, 1))).to.equal(37_800_000);
    expect(zoneOffsetMs("Australia/Lord_Howe", Date.UTC(2024, 0, 1))).to.equal(39_600_000);
    expect(zoneOffsetMs("Africa/Monrovia", Date.UTC(1971, 0, 1))).to.equal(-2_670_000);
    expect(zoneOffsetMs("America/St_Johns", Date.UTC(2024, 0, 1))).to.equal(-12_600_000);
  });

  it("counts dates from 1970 and weekdays from Monday", () => {
    expect({ ...localTime("UTC", 0) }).to.deep.equal({ date: 0, hour: 0, weekday: 4 });
    expect({ ...localTime("UTC", -1) }).to.deep.equal({ date: -1, hour: 23, weekday: 3 });
    expect({ ...localTime("America/New_York", 0) }).to.deep.equal({ date: -1, hour: 19, weekday: 3 });
    // Samoa left out 2011-12-30 when it crossed the date line.
    const before = localTime("Pacific/Apia", Date.UTC(2011, 11, 30, 9, 59)).date;
    expect(localTime("Pacific/Apia", Date.UTC(2011, 11, 30, 10)).date - before).to.equal(2);
  });

  it("answers at the ends of time", () => {
    for (const zone of ["UTC", "Europe/Amsterdam", "Asia/Kolkata"]) {
      for (const at of [-8.64e15, -62_135_596_800_000, 253_402_300_799_999, 8.64e15 - 86_400_000]) {
        expect(zoneOffsetMs(zone, at)).to.be.within(-86_400_000, 86_400_000);
      }
      checkAt(zone, Date.UTC(2500, 6, 1, 12));
      checkAt(zone, Date.UTC(9999, 11, 31, 12));
      checkAt(zone, Date.UTC(1700, 0, 1, 12));
    }
  });

  it("fills the object it is given", () => {
    const into = { date: 0, hour: 0, weekday: 0 };
    expect(localTime("Europe/London", Date.UTC(2010, 11, 1, 8, 26), into)).to.equal(into);
    expect(into).to.deep.equal({ date: 14_944, hour: 8, weekday: 3 });
  });

  it("tells zones from other text", () => {
    for (const zone of ["UTC", "Europe/Berlin", "Asia/Kolkata", "Etc/GMT+5", "America/Port-au-Prince"]) {
      expect(isTimeZone(zone), zone).to.equal(true);
    }
    const others = [
      "",
      "+05:30",
      "Mars/Olympus",
      "europe/berlin",
      "Europe/BERLIN",
      "Europe/Berlin ",
      "../etc",
      "x".repeat(9999),
    ];
    for (const other of others) expect(isTimeZone(other), other.slice(0, 20)).to.equal(false);
    expect(() => localTime("Mars/Olympus", 0)).to.throw(UnknownTimeZoneError, '"Mars/Olympus"');
  });

  it("stays right when more zones and windows are asked for than it keeps", () => {
    const zones = Intl.supportedValuesOf("timeZone");
    for (let round = 0; round < 2; round++)
      for (const zone of zones) checkAt(zone, Date.UTC(2021, 2, 28, 1) + round);
    for (let at = Date.UTC(1950, 0, 1); at < Date.UTC(1990, 0, 1); at += 86_400_000)
      zoneOffsetMs("Europe/Paris", at);
    checkAt("Europe/Paris", Date.UTC(1950, 0, 1));
  });
});
