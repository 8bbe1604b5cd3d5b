import { expect } from "chai";
import { pino } from "pino";
import { type OwnTestEngines, startOwnEngines } from "../dev/testing/stack.js";
import { type Nats, openNats } from "./engines/nats.js";
import { openLeases, type PartitionLeases } from "./lease.js";

const timing = { termMs: 600, renewMs: 150 };
const log = pino({ level: "silent" });

const until = async (what: () => boolean, limitMs = 8_000): Promise<void> => {
  const deadline = performance.now() + limitMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${String(what)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An instance that writes down what it owned and when. */
interface Member {
  readonly leases: PartitionLeases;
  readonly nats: Nats;
  readonly working: Map<number, bigint>;
}

describe("leases in NATS KV", function () {
  this.timeout(60_000);
  let engines: OwnTestEngines;
  const members: Member[] = [];
  let bucket = "";
  let buckets = 0;

  const join = async (
    instance: string,
    options: { partitions?: number; endMs?: number } = {},
  ): Promise<Member> => {
    const nats = await openNats({ url: engines.nats, name: instance });
    const working = new Map<number, bigint>();
    const leases = await openLeases({
      nats,
      bucket,
      replicas: 1,
      instance,
      partitions: options.partitions ?? 8,
      log,
      timing,
      onAcquire: (partition, epoch) => {
        expect(working.has(partition)).to.equal(false);
        working.set(partition, epoch);
      },
      onLose: async (partition) => {
        await pause(options.endMs ?? 0);
        working.delete(partition);
      },
    });
    const member = { leases, nats, working };
    members.push(member);
    return member;
  };
  const counts = (): number[] => members.map(({ leases }) => leases.owned().size);

  before(async () => {
    engines = await startOwnEngines("nats");
  });
  beforeEach(() => {
    bucket = `leases_${buckets++}`;
  });
  afterEach(async () => {
    for (const member of members.splice(0)) {
      await member.leases.stop();
      await member.nats.close();
    }
  });
  after(() => engines.stop());

  it("gives all partitions to one instance, and to each its share as others join and leave", async () => {
    const one = await join("one");
    await until(() => one.working.size === 8);
    const two = await join("two");
    await until(() => counts().join() === "4,4");
    const three = await join("three", { endMs: 50 });
    await until(() => [...counts()].sort().join() === "2,3,3");
    await two.leases.stop();
    expect(two.working.size).to.equal(0);
    await until(() => one.working.size === 4 && three.working.size === 4);
    const all = [...one.working.keys(), ...three.working.keys()].sort();
    expect(all).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("is quick to hand over what is given back", async () => {
    const one = await join("one");
    await until(() => one.working.size === 8);
    const two = await join("two");
    await until(() => two.working.size === 4);
    const began = performance.now();
    await one.leases.stop();
    await until(() => two.working.size === 8);
    expect(performance.now() - began).to.be.lessThan(timing.termMs);
  });

  it("takes over from an instance that is gone, under a higher epoch, not before the term is over", async () => {
    const one = await join("one", { partitions: 2 });
    await until(() => one.working.size === 2);
    const epochs = new Map(one.working);
    // Its connection is cut without a word: it can neither renew nor release.
    await one.nats.connection.close();
    const began = performance.now();
    const two = await join("two", { partitions: 2 });
    await until(() => two.working.size === 2);
    expect(performance.now() - began).to.be.within(timing.termMs - timing.renewMs, timing.termMs * 6);
    for (const [partition, epoch] of two.working)
      expect(Number(epoch)).to.equal(Number(epochs.get(partition)) + 1);
    expect(one.working.size).to.equal(0);
  });

  it("takes its own leases again at once after a restart under the same name", async () => {
    const one = await join("one", { partitions: 3 });
    await until(() => one.working.size === 3);
    await one.nats.connection.close();
    const began = performance.now();
    const again = await join("one", { partitions: 3 });
    await until(() => again.working.size === 3);
    expect(performance.now() - began).to.be.lessThan(timing.termMs);
    expect([...again.working.values()]).to.deep.equal([2n, 2n, 2n]);
  });

  it("gives up what a newer owner holds", async () => {
    const one = await join("one", { partitions: 1 });
    await until(() => one.working.size === 1);
    await one.leases.drop(0);
    expect(one.working.size).to.equal(0);
    await until(() => one.working.get(0) === 2n);
  });

  it("stops working when NATS is away for a term, and goes on when it is back", async () => {
    const [one, two] = [await join("one"), await join("two")];
    await until(() => one.working.size === 4 && two.working.size === 4);
    await Promise.all([engines.kill("nats"), pause(0)]);
    await until(() => one.working.size === 4 && two.working.size === 4);
    await pause(timing.termMs * 2);
    await until(() => one.working.size === 4 && two.working.size === 4);
    const all = [...one.working.keys(), ...two.working.keys()].sort();
    expect(all).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
