import { expect } from "chai";
import { RecentCache } from "./recent-cache.js";

describe("recent cache", () => {
  it("gives back what was set, newest value first", () => {
    const cache = new RecentCache<number>(4);
    cache.set("a", 1);
    cache.set("a", 2);
    expect(cache.get("a")).to.equal(2);
    expect(cache.get("b")).to.equal(undefined);
  });

  it("stays within its bound and keeps what is asked for", () => {
    const cache = new RecentCache<number>(10);
    cache.set("asked for", 0);
    for (let index = 0; index < 1000; index++) {
      cache.set(`key ${index}`, index);
      expect(cache.get("asked for")).to.equal(0);
      expect(cache.size).to.be.at.most(20);
    }
    expect(cache.get("key 0")).to.equal(undefined);
    expect(cache.get("key 999")).to.equal(999);
  });
});
