import { expect } from "chai";
import { ControlCache } from "./cache.js";
import type { ControlFeed } from "./feed.js";

describe("control data that something is missing in", () => {
  const cacheOf = (read: () => Promise<number>) => {
    let now = 1_000_000;
    const cache = new ControlCache<number>({
      feed: { onChange: () => undefined } as unknown as ControlFeed,
      clock: { now: () => now },
      entriesMax: 10,
      read: async (project) => ({ project, value: await read() }),
    });
    const pass = (ms: number): void => {
      now += ms;
    };
    return { cache, pass };
  };

  it("is read again, by all callers together no more than once a second", async () => {
    let reads = 0;
    const { cache, pass } = cacheOf(async () => ++reads);
    expect([await cache.readAgain("p"), await cache.get("p"), await cache.readAgain("p")]).to.deep.equal([
      undefined,
      1,
      undefined,
    ]);
    pass(1_000);
    expect(await Promise.all([cache.readAgain("p"), cache.readAgain("p")])).to.deep.equal([2, 2]);
    expect([await cache.readAgain("p"), cache.peek("p")]).to.deep.equal([undefined, 2]);
  });

  it("stays as it is known where Postgres does not answer", async () => {
    let isAway = false;
    const { cache, pass } = cacheOf(async () => {
      if (isAway) throw new Error("away");
      return 1;
    });
    await cache.get("p");
    pass(1_000);
    isAway = true;
    expect([await cache.readAgain("p"), cache.peek("p")]).to.deep.equal([undefined, 1]);
  });
});
