import { expect } from "chai";
import { FailureRates } from "./failure-rate.js";

const now = Date.UTC(2026, 10, 20, 9);
const second = 1_000;

describe("the failures of a key", () => {
  it("are a flood once over half of a minute's events fail, and there are many", () => {
    const rates = new FailureRates();
    expect(rates.note("k", { events: 99, failed: 99, now })).to.equal(false);
    expect(rates.note("k", { events: 1, failed: 1, now: now + second })).to.equal(true);
    expect(rates.note("k", { events: 99, failed: 0, now: now + 2 * second })).to.equal(true);
    expect(rates.note("k", { events: 1, failed: 0, now: now + 3 * second })).to.equal(false);
    expect(rates.note("other", { events: 1, failed: 1, now })).to.equal(false);
  });

  it("are forgotten after a minute, also where the clock is set back", () => {
    const rates = new FailureRates();
    expect(rates.note("k", { events: 500, failed: 500, now })).to.equal(true);
    expect(rates.note("k", { events: 1, failed: 1, now: now - 3_600 * second })).to.equal(true);
    expect(rates.note("k", { events: 1, failed: 1, now: now + 59 * second })).to.equal(true);
    expect(rates.note("k", { events: 1, failed: 1, now: now + 61 * second })).to.equal(false);
    expect(rates.note("k", { events: 200, failed: 200, now: now + 86_400 * second })).to.equal(true);
  });

  it("are an ordinary few among many good ones", () => {
    const rates = new FailureRates();
    for (let at = 0; at < 600; at++) {
      expect(rates.note("k", { events: 1_000, failed: 400, now: now + at * second })).to.equal(false);
    }
  });

  it("are few also where the good ones came before the first failure, within the minute", () => {
    const rates = new FailureRates();
    const batch = { events: 1_000, failed: 0 };
    for (let at = 0; at < 50; at++) rates.note("k", { ...batch, now: now + at * second });
    expect(rates.note("k", { events: 1_000, failed: 1_000, now: now + 50 * second })).to.equal(false);
    // Two minutes later nothing good is left.
    expect(rates.note("k", { events: 100, failed: 100, now: now + 170 * second })).to.equal(true);
  });

  it("are counted for as many keys as are held, the latest ones", () => {
    const rates = new FailureRates();
    rates.note("good", { events: 1_000, failed: 0, now });
    for (let key = 0; key < 9_000; key++) rates.note(`k${key}`, { events: 1, failed: 0, now });
    expect(rates.note("good", { events: 100, failed: 100, now })).to.equal(false);
    for (let key = 0; key < 40_000; key++) rates.note(`l${key}`, { events: 1, failed: 0, now });
    expect(rates.note("good", { events: 100, failed: 100, now })).to.equal(true);
  });
});
