import { expect } from "chai";
import type { Redis } from "ioredis";
import { seed, seededRandom } from "../dev/testing/random.js";
import { type OwnTestEngines, startOwnEngines } from "../dev/testing/stack.js";
import { ClaimedBlocks } from "./claimed-blocks.js";
import {
  type BlockClaim,
  Claims,
  deploymentLayout,
  type Foreign,
  type PackedIds,
  type PartitionClaims,
} from "./claims.js";
import { type Nats, openNats } from "./engines/nats.js";
import { openRedis } from "./engines/redis.js";
import { FieldWriter } from "./wire.js";

const at = (position: number, events: number, receivedMs = 0) => ({ position, events, receivedMs });
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const startMs = Date.UTC(2026, 0, 10);

describe("claims on a real Redis", () => {
  let engines: OwnTestEngines;
  let nats: Nats;
  let redis: Redis;
  let claims: Claims;
  const layout = {
    $typeName: "tideline.pipeline.v1.ClaimLayout",
    hashKey: Buffer.alloc(16, 7),
    bucketBits: 4,
  };

  const open = (prefix: string): Claims =>
    new Claims({ redis, prefix, layout: { ...layout, $typeName: "tideline.pipeline.v1.ClaimLayout" } });
  const block = (position: number, ids: PackedIds, receivedMs = startMs): BlockClaim => {
    return { position, receivedMs, events: 0, ids };
  };
  const pack = (...ids: string[]): PackedIds => claims.hasher.pack("shop", ids);
  const owner = async (epoch = 1n, partition = 0) => {
    const own = claims.partition(partition, epoch);
    expect(await own.begin()).to.include({ kind: "standing" });
    expect(await own.finish(at(0, 0))).to.deep.equal({ kind: "done" });
    return own;
  };
  const foreignOf = (outcome: { kind: string; foreign?: Foreign[] }) => {
    expect(outcome.kind).to.equal("claimed");
    return (outcome.foreign ?? []).map(({ index, positions }) => [index, ...positions]);
  };

  before(async function () {
    this.timeout(60_000);
    engines = await startOwnEngines("redis", "nats");
    nats = await openNats({ url: engines.nats, name: "claims.it" });
    redis = await openRedis({ url: engines.redis, name: "claims.it" });
  });
  after(async () => {
    await nats.close();
    redis.disconnect();
    await engines.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    claims = open("t");
  });

  it("gives an id to the first block that claims it, and tells later ones", async () => {
    const own = await owner();
    expect(foreignOf(await own.claim(block(5, pack("a", "b"))))).to.deep.equal([]);
    expect(foreignOf(await own.claim(block(9, pack("b", "c", "a"))))).to.deep.equal([
      [0, 5],
      [2, 5],
    ]);
    expect(await claims.lookup(pack("c", "d", "b"), startMs)).to.deep.equal([
      { index: 0, positions: [9], value: "9" },
      { index: 2, positions: [5], value: "5" },
    ]);
  });

  it("tells projects apart", async () => {
    const own = await owner();
    await own.claim(block(5, claims.hasher.pack("shop", ["a"])));
    expect(foreignOf(await own.claim(block(6, claims.hasher.pack("shop2", ["a"]))))).to.deep.equal([]);
  });

  it("changes nothing when a block is claimed again by the next owner", async () => {
    const first = await owner(1n);
    await first.claim(block(5, pack("a", "b")));
    const second = await owner(2n);
    expect(foreignOf(await second.claim(block(5, pack("a", "b"))))).to.deep.equal([]);
    expect(foreignOf(await second.claim(block(6, pack("b"))))).to.deep.equal([[0, 5]]);
  });

  it("refuses an older owner from the moment a newer one begins", async () => {
    const first = await owner(1n);
    const second = claims.partition(0, 2n);
    await second.begin();
    expect(await first.claim(block(5, pack("a")))).to.deep.equal({ kind: "stale" });
    expect(await first.begin()).to.deep.equal({ kind: "stale" });
    expect(await first.finish(at(0, 0))).to.deep.equal({ kind: "stale" });
    expect(await second.claim(block(5, pack("a")))).to.deep.equal({ kind: "unverified" });
  });

  it("refuses to claim over a gap, also when calls are sent without waiting", async () => {
    const own = await owner();
    const other = claims.partition(0, 1n);
    await other.begin();
    await other.finish(at(7, 3));
    const outcomes = await Promise.all([own.claim(block(5, pack("a"))), own.claim(block(6, pack("b")))]);
    expect(outcomes).to.deep.equal([{ kind: "moved" }, { kind: "moved" }]);
    expect(await claims.lookup(pack("a", "b"), startMs)).to.deep.equal([]);
  });

  it("says where it stands, and who has not made sure since Redis started", async () => {
    const own = await owner(1n, 1);
    await own.claim({ ...block(5, pack("a")), events: 3 });
    expect(await claims.unverified(3)).to.deep.equal([0, 2]);
    const next = claims.partition(1, 2n);
    expect(await next.begin()).to.deep.equal({ kind: "standing", position: 5, events: 3 });
    expect(await claims.unverified(3)).to.deep.equal([0, 1, 2]);
  });

  it("refuses to claim after Redis was flushed, until the owner has made sure again", async () => {
    const own = await owner();
    await own.claim(block(5, pack("a")));
    await redis.flushall();
    expect(await own.claim(block(6, pack("b")))).to.deep.equal({ kind: "unverified" });
    expect(await own.begin()).to.deep.equal({ kind: "standing", position: 0, events: 0 });
    expect(foreignOf(await own.restore(block(5, pack("a"))))).to.deep.equal([]);
    expect(await own.finish(at(5, 1))).to.deep.equal({ kind: "done" });
    expect(foreignOf(await own.claim(block(6, pack("a"))))).to.deep.equal([[0, 5]]);
  });

  it("refuses to claim after Redis was restarted, although nothing was lost", async function () {
    this.timeout(20_000);
    const own = await owner();
    await own.claim(block(5, pack("a")));
    await engines.kill("redis");
    for (let tries = 0; redis.status !== "ready" && tries < 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await own.claim(block(6, pack("b")))).to.deep.equal({ kind: "unverified" });
    expect(await own.begin()).to.deep.equal({ kind: "standing", position: 5, events: 0 });
    expect(await own.finish(at(5, 0))).to.deep.equal({ kind: "done" });
    expect(foreignOf(await own.claim(block(6, pack("a", "b"))))).to.deep.equal([[0, 5]]);
  });

  it("forgets an id after 24 hours of the log, not before", async () => {
    const own = await owner();
    await own.claim(block(5, pack("a", "b"), startMs));
    await own.claim(block(6, pack("x"), startMs + minuteMs));
    expect(foreignOf(await own.claim(block(7, pack("a"), startMs + dayMs)))).to.deep.equal([[0, 5]]);
    expect(
      foreignOf(await own.claim(block(8, pack("a", "b", "x"), startMs + dayMs + minuteMs))),
    ).to.deep.equal([[2, 6]]);
    expect(foreignOf(await own.claim(block(9, pack("a"), startMs + dayMs + minuteMs)))).to.deep.equal([
      [0, 8],
    ]);
  });

  /** Fills every bucket with ids of one block a day, from `firstDay` on; days are a little longer than the window. */
  const fill = async (own: PartitionClaims, firstDay: number, days: number): Promise<void> => {
    for (let day = firstDay; day < firstDay + days; day++) {
      const ids = Array.from({ length: 16 * 80 }, (_, index) => `${day}-${index}`);
      await own.claim(block(day * 10 + 1, pack(...ids), startMs + day * (dayMs + 2 * minuteMs)));
    }
  };
  const largestBucket = async (): Promise<number> => {
    const keys = await redis.keysBuffer("tc*");
    expect(keys.length).to.equal(16);
    return Math.max(...(await Promise.all(keys.map((key) => redis.hlen(key)))));
  };

  it("keeps buckets small by dropping what is older than the window", async () => {
    await fill(await owner(), 0, 4);
    expect(await largestBucket()).to.be.lessThan(128);
  });

  it("drops nothing that a partition which is behind still needs, until that one is idle", async () => {
    const behind = await owner(1n, 1);
    await behind.claim(block(5, pack("a"), startMs));
    await fill(await owner(1n, 0), 1, 4);
    expect(await largestBucket()).to.be.greaterThan(250);
    expect(foreignOf(await behind.claim(block(8, pack("a"), startMs + 60 * minuteMs)))).to.deep.equal([
      [0, 5],
    ]);
    await behind.idle();
    const next = claims.partition(0, 2n);
    await next.begin();
    await next.finish(at(41, 0, startMs + 4 * dayMs));
    await fill(next, 5, 1);
    expect(await largestBucket()).to.be.lessThan(200);
  });

  it("holds several blocks under one hash: what collides is told by the blocks", async () => {
    const own = await owner();
    const same = pack("a");
    await own.claim(block(5, same));
    const outcome = await own.claim(block(6, same));
    const foreign = outcome.kind === "claimed" ? outcome.foreign[0] : undefined;
    if (foreign === undefined) throw new Error("no foreign claim");
    expect(await own.append(same, foreign, 6)).to.equal("appended");
    expect(await own.append(same, foreign, 6)).to.equal("changed");
    expect(foreignOf(await own.claim(block(7, same)))).to.deep.equal([[0, 5, 6]]);
    const again = await owner(2n);
    expect(foreignOf(await again.claim(block(6, same)))).to.deep.equal([]);
  });

  it(`agrees with a plain map over random blocks (SEED=${seed})`, async function () {
    this.timeout(20_000);
    const random = seededRandom();
    const own = await owner();
    const model = new Map<string, { position: number; receivedMs: number }>();
    let receivedMs = startMs;
    for (let position = 1; position < 200; position++) {
      receivedMs += Math.floor(random() * 4) * 15 * minuteMs;
      const ids = [...new Set(Array.from({ length: 40 }, () => `id-${Math.floor(random() * 1_500)}`))];
      const expected: number[][] = [];
      ids.forEach((id, index) => {
        const held = model.get(id);
        if (held !== undefined && held.receivedMs >= receivedMs - dayMs)
          expected.push([index, held.position]);
        else model.set(id, { position, receivedMs });
      });
      expect(foreignOf(await own.claim(block(position, pack(...ids), receivedMs)))).to.deep.equal(expected);
    }
  });

  it("comes to one layout whoever is first", async () => {
    const kv = await nats.js.views.kv(`${engines.prefix}_deployment`, { history: 1 });
    const layouts = await Promise.all([1, 2, 3, 4].map(() => deploymentLayout(kv, 16)));
    for (const one of layouts)
      expect(Buffer.from(one.hashKey).equals(layouts[0]?.hashKey ?? Buffer.of())).to.equal(true);
    expect((await deploymentLayout(kv, 20)).bucketBits).to.equal(16);
  });

  it("follows claims to blocks of the log, and reads each once", async () => {
    const stream = `${engines.prefix}_RAW`;
    await nats.jsm.streams.add({ name: stream, subjects: [`${stream}.>`], allow_direct: true });
    const blockOf = (...ids: [string, bigint][]): Uint8Array => {
      const events = new FieldWriter();
      for (const [id, payload] of ids) {
        const event = new FieldWriter().string(1, "shop").string(2, id);
        event.fixed64(33, Number(payload & 0xffffffffn), Number(payload >> 32n));
        events.bytes(1, event.view());
      }
      return events.copy();
    };
    await nats.js.publish(`${stream}.0`, blockOf(["a", 1n], ["b", 2n ** 63n], ["a", 3n]));
    await nats.js.publish(`${stream}.0`, blockOf(["c", 4n]));
    const blocks = new ClaimedBlocks({ nats, stream, bytesMax: 10_000 });
    expect(await blocks.find([1], "shop", "a")).to.deep.equal({ kind: "copy", position: 1, payloadHash: 1n });
    expect(await blocks.find([1, 2], "shop", "c")).to.deep.equal({
      kind: "copy",
      position: 2,
      payloadHash: 4n,
    });
    expect(await blocks.find([1], "shop", "b")).to.include({ payloadHash: 2n ** 63n });
    expect(await blocks.find([1, 2], "other", "a")).to.deep.equal({ kind: "other" });
    expect(blocks.reads).to.equal(2);
    await nats.jsm.streams.deleteMessage(stream, 2);
    const others = new ClaimedBlocks({ nats, stream, bytesMax: 1 });
    expect(await others.find([2], "shop", "c")).to.deep.equal({ kind: "gone", position: 2 });
    await others.find([1], "shop", "a");
    expect(await others.find([7, 1], "shop", "a")).to.include({ kind: "copy", position: 1 });
  });
});
