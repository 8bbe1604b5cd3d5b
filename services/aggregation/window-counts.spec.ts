import { expect } from "chai";
import type { MinuteCount } from "./range-content.js";
import { windowAdditions } from "./window-counts.js";

const hourMs = 3_600_000;
const nowMs = 500_000 * hourMs + 30 * 60_000;

function count(minutesAgo: number, extra: Partial<MinuteCount> = {}): MinuteCount {
  return {
    projectId: "alpha",
    minuteMs: nowMs - minutesAgo * 60_000,
    type: "purchase",
    country: "AT",
    deviceClass: "mobile",
    events: 3,
    amount: 1.5,
    ...extra,
  };
}

describe("what a range adds to windows", () => {
  it("is summed into every window that still lives", () => {
    const additions = windowAdditions([count(0), count(1, { country: "DE", amount: 0 })], nowMs);
    const bySize = additions.map(({ size, startMs }) => `${size.name} ${(startMs - nowMs) / 60_000}`);
    expect(bySize).to.have.members(["1m 0", "1m -1", "5m 0", "5m -5", "1h -30"]);
    const hour = additions.find(({ size }) => size.name === "1h");
    expect(hour?.expiryMs).to.equal(nowMs - 30 * 60_000 + 3 * hourMs);
    expect([...(hour?.events ?? [])]).to.have.deep.members([
      ["e", 6],
      ["tpurchase", 6],
      ["cpurchase\0AT", 3],
      ["cpurchase\0DE", 3],
      ["dpurchase\0mobile", 6],
    ]);
    expect([...(hour?.amounts ?? [])]).to.have.deep.members([
      ["a", 1.5],
      ["mpurchase", 1.5],
    ]);
  });

  it("leaves out windows whose time is over", () => {
    const names = (minutesAgo: number): string[] =>
      windowAdditions([count(minutesAgo)], nowMs).map(({ size }) => size.name);
    expect(names(2)).to.deep.equal(["1m", "5m", "1h"]);
    expect(names(3)).to.deep.equal(["5m", "1h"]);
    expect(names(16)).to.deep.equal(["1h"]);
    expect(names(100)).to.deep.equal(["1h"]);
    expect(names(151)).to.deep.equal([]);
  });
});
