import { expect } from "chai";
import { LocalBuckets } from "./rate-limit.js";

describe("the token bucket", () => {
  const rate = { eventsPerSecond: 100, burst: 200 };

  it("grants the burst at once, then the rate", () => {
    const buckets = new LocalBuckets();
    expect(buckets.take("k", rate, { events: 150, now: 0 })).to.equal(0);
    expect(buckets.take("k", rate, { events: 50, now: 0 })).to.equal(0);
    expect(buckets.take("k", rate, { events: 10, now: 0 })).to.equal(100);
    expect(buckets.take("k", rate, { events: 10, now: 99 })).to.equal(1);
    expect(buckets.take("k", rate, { events: 10, now: 100 })).to.equal(0);
    expect(buckets.take("other", rate, { events: 200, now: 100 })).to.equal(0);
  });

  it("lets a batch over the burst through, which the next one pays for", () => {
    const buckets = new LocalBuckets();
    expect(buckets.take("k", rate, { events: 1_000, now: 0 })).to.equal(0);
    expect(buckets.take("k", rate, { events: 1, now: 0 })).to.equal(8_010);
    expect(buckets.take("k", rate, { events: 1_000, now: 8_010 })).to.equal(1_990);
    expect(buckets.take("k", rate, { events: 1_000, now: 10_000 })).to.equal(0);
  });

  it("grants no more than rate and burst over time, whatever the clock does", () => {
    const buckets = new LocalBuckets();
    let granted = 0;
    for (let now = 0; now < 10_000; now += 7) {
      if (buckets.take("k", rate, { events: 9, now: now % 50 === 0 ? now - 500 : now }) === 0) granted += 9;
    }
    expect(granted).to.be.at.most(200 + 1_000 + 60);
  });
});
