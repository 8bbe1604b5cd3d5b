import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { BlockSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { QuarantineBlockSchema } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { Claims, deploymentLayout } from "../../platform/claims.js";
import { openRedis } from "../../platform/engines/redis.js";
import { headerNames } from "../../platform/streams.js";
import { differences, EnrichmentRig, type EventInit } from "../../tests/enrichment/rig.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const block = (events: EventInit[]): Uint8Array => toBinary(BlockSchema, create(BlockSchema, { events }));

/** Produces random blocks, in which a share of ids come again: in the block, in others, in other partitions. */
class Producer {
  readonly #rig: EnrichmentRig;
  readonly #random: () => number;
  readonly #used: { id: string; partition: number }[] = [];
  #ids = 0;

  constructor(rig: EnrichmentRig, random: () => number) {
    this.#rig = rig;
    this.#random = random;
  }

  async block(): Promise<void> {
    const random = this.#random;
    const partition = Math.floor(random() * this.#rig.partitions);
    const events: EventInit[] = [];
    for (let left = 1 + Math.floor(random() * 60); left > 0; left--) {
      const old = this.#used[Math.floor(random() * this.#used.length)];
      const again = old !== undefined && random() < 0.25 && (old.partition === partition || random() < 0.2);
      const eventId = again ? old.id : `e${this.#ids++}`;
      if (!again) this.#used.push({ id: eventId, partition });
      events.push({ eventId, payloadHash: BigInt(this.#ids), userId: `u${Math.floor(random() * 9)}` });
    }
    await this.#rig.publish(partition, events);
  }

  async blocks(count: number, everyMs = 0): Promise<void> {
    for (let left = count; left > 0; left--) {
      await this.block();
      if (everyMs > 0) await pause(everyMs);
    }
  }
}

describe("enrichment", function () {
  this.timeout(90_000);
  let rig: EnrichmentRig;
  let producer: Producer;
  const random = seededRandom();

  beforeEach(async () => {
    rig = await EnrichmentRig.open();
    producer = new Producer(rig, random);
  });
  afterEach(() => rig.close());

  const isExact = async (): Promise<void> => {
    await rig.drained();
    expect(differences(rig.produced, await rig.stored())).to.deep.equal([]);
  };

  it(`keeps the first copy of each id, in raw order (SEED=${seed})`, async () => {
    await producer.blocks(60);
    await rig.startWorker();
    await producer.blocks(60, 5);
    await isExact();
  });

  it("drops copies and counts conflicts, wherever the first copy is", async () => {
    await rig.startWorker();
    const payloadHash = 5n;
    await rig.publish(0, [
      { eventId: "a", payloadHash },
      { eventId: "b", payloadHash },
      { eventId: "a", payloadHash: 6n },
    ]);
    await rig.drained();
    await rig.publish(0, [{ eventId: "a", payloadHash }, { eventId: "c" }]);
    await rig.publish(1, [{ eventId: "b", payloadHash: 7n }]);
    await rig.publish(1, [{ eventId: "b", payloadHash, projectId: "shop2" }]);
    await isExact();
    const stored = await rig.stored();
    const sum = (name: string): number => stored.reduce((total, message) => total + message.header(name), 0);
    expect([sum(headerNames.duplicates), sum(headerNames.conflicts)]).to.deep.equal([3, 2]);
    const kept = stored.flatMap(({ events }) =>
      events.map(({ projectId, eventId }) => `${projectId}/${eventId}`),
    );
    expect(kept.sort()).to.deep.equal(["shop/a", "shop/b", "shop/c", "shop2/b"]);
  });

  it("keeps an id that collides with another's hash", async () => {
    await rig.startWorker();
    const redis = await openRedis({ url: rig.urls.redis, name: "it" });
    const position = await rig.publish(0, [{ eventId: "a" }, { eventId: "x" }]);
    await rig.drained();
    // What "b" would find if its hash were that of an id in the first block.
    const layout = await deploymentLayout(await rig.nats.js.views.kv(rig.names.deploymentBucket), 10);
    const claims = new Claims({ redis, prefix: "", layout });
    const { bytes } = claims.hasher.pack("shop", ["b"]);
    const [buckets] = (await redis.keysBuffer("c*")).filter((key) =>
      /^c[\w-]{4}:/.test(key.toString("latin1")),
    );
    const key = Buffer.concat([buckets?.subarray(0, 6) ?? Buffer.of(), bytes.subarray(0, 4)]);
    expect(await redis.hset(key, bytes.subarray(4, 12), position)).to.equal(1);
    await rig.publish(0, [{ eventId: "b" }]);
    await rig.drained();
    await rig.publish(2, [{ eventId: "b" }, { eventId: "a" }]);
    await isExact();
    redis.disconnect();
  });

  it("keeps aside what can't be enriched, once, and lets the others go on", async () => {
    await rig.startWorker();
    const good = { projectId: "shop", type: "view", partition: 1 };
    const position = await rig.publishBytes(
      1,
      Buffer.concat([
        block([{ ...good, eventId: "a", userId: "u1" }]),
        block([{ ...good, eventId: "b", partition: 2, properties: '{"n":1}' }]),
        block([{ ...good, eventId: "c", userId: "u1" }]),
      ]),
      { project: "shop", receivedMs: Date.now() },
    );
    rig.expectCovered(1, position);
    await rig.drained();
    const ids = (await rig.stored()).flatMap(({ events }) => events.map(({ eventId }) => eventId));
    expect(ids).to.deep.equal(["a", "c"]);
    const subject = rig.names.quarantineSubject("shop");
    const { data } = await rig.nats.jsm.streams.getMessage(rig.names.quarantine, { last_by_subj: subject });
    const [aside] = fromBinary(QuarantineBlockSchema, data).events;
    expect(aside).to.include({
      projectId: "shop",
      step: "enrichment",
      quarantineId: `enrichment-${position}-1`,
    });
    expect(aside?.fault?.reason).to.equal(FaultReason.EVENT_POISONED);
    expect(aside?.event).to.include({ eventId: "b", type: "view" });
    // What was kept aside claims nothing: corrected and fed again, it gets in.
    await rig.publish(1, [{ eventId: "b" }]);
    await rig.drained();
    const again = (await rig.stored()).flatMap(({ events }) => events.map(({ eventId }) => eventId));
    expect(again).to.deep.equal(["a", "c", "b"]);
  });

  it("takes a block that grows beyond what a message may hold", async () => {
    const events = Array.from({ length: 4_000 }, (_, index) => ({
      eventId: `e${index}`,
      userId: `user-${index}-${"x".repeat(60)}`,
    }));
    await rig.publish(0, events);
    await rig.startWorker();
    await isExact();
    const parts = (await rig.stored()).filter(({ events: { length } }) => length > 0);
    expect(parts.length).to.be.greaterThan(1);
    for (const { data } of parts) expect(data.length).to.be.at.most(768 * 1024);
  });

  it("combines blocks when there is a backlog", async () => {
    await producer.blocks(80);
    await rig.startWorker();
    await isExact();
    const messages = (await rig.stored()).filter(({ events }) => events.length > 0).length;
    expect(messages).to.be.lessThan(20);
  });

  it(`is exact when owners are killed, and when they leave (SEED=${seed})`, async () => {
    await rig.startWorker();
    await rig.startWorker();
    const producing = producer.blocks(500, 10);
    for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL"] as const) {
      await pause(800 + random() * 800);
      const [oldest] = rig.workers.splice(0, 1);
      await Promise.all([oldest?.end(signal), rig.startWorker()]);
    }
    await producing;
    await isExact();
  });

  it(`is exact when an owner sleeps past its lease and wakes up (SEED=${seed})`, async () => {
    const [sleeper] = [await rig.startWorker(), await rig.startWorker()];
    const producing = producer.blocks(500, 10);
    for (let round = 0; round < 2; round++) {
      await pause(500 + random() * 500);
      sleeper.child.kill("SIGSTOP");
      await pause(1_600);
      sleeper.child.kill("SIGCONT");
    }
    await producing;
    await isExact();
  });

  it(`is exact when NATS and Redis are killed (SEED=${seed})`, async () => {
    await rig.startWorker();
    await rig.startWorker();
    const producing = producer.blocks(500, 10);
    for (const engine of ["nats", "redis", "nats", "redis"] as const) {
      await pause(600 + random() * 600);
      await rig.restart(engine);
    }
    await producing;
    await isExact();
  });

  it(`is exact when Redis comes back with older data, or with none (SEED=${seed})`, async () => {
    await rig.startWorker();
    await rig.startWorker();
    const producing = producer.blocks(600, 10);
    await pause(800);
    const putBack = rig.snapshotRedis();
    await pause(800 + random() * 500);
    await rig.restart("redis", putBack);
    await pause(800 + random() * 500);
    await rig.restart("redis", () => putBack());
    await pause(500);
    await rig.flushRedis();
    await producing;
    await producer.blocks(50);
    await isExact();
  });

  it(`is exact when the outcome of a publish is not known (SEED=${seed})`, async () => {
    await rig.startWorker();
    const producing = producer.blocks(300, 5);
    await pause(700);
    // Longer than a publish may take: what was sent may be stored or not.
    rig.signal("nats", "SIGSTOP");
    await pause(3_500);
    rig.signal("nats", "SIGCONT");
    await producing;
    await isExact();
  });

  it("takes what replaces an event once, however often it is fed, claims are lost and owners die", async () => {
    const kept = async (): Promise<[string, bigint][]> =>
      (await rig.stored()).flatMap(({ events }) =>
        events.map((event): [string, bigint] => [event.eventId, event.payloadHash]),
      );
    let worker = await rig.startWorker();
    const poisoned = await rig.publish(1, [{ eventId: "x", payloadHash: 1n }, { eventId: "y" }]);
    await rig.drained();
    const named = { eventId: "x", replacesRawSequence: BigInt(poisoned) };
    // A copy of the client's before it in the same block, one more feeding in it, and one in a block of its own.
    const fed = await rig.publish(1, [
      { eventId: "x", payloadHash: 1n },
      { ...named, payloadHash: 2n },
      { ...named, payloadHash: 3n },
    ]);
    await rig.publish(1, [{ ...named, payloadHash: 4n }]);
    await rig.drained();
    const once: [string, bigint][] = [
      ["x", 1n],
      ["y", 0n],
      ["x", 2n],
    ];
    expect(await kept()).to.deep.equal(once);

    // Claimed, and not yet published: the block is decided on again, with the claim as it is now.
    await worker.end("SIGKILL");
    await rig.flushRedis();
    await rig.publish(1, [
      { eventId: "x", payloadHash: 1n },
      { ...named, payloadHash: 5n },
    ]);
    worker = await rig.startWorker();
    await rig.drained();
    expect(await kept()).to.deep.equal(once);

    // It is no better for the tables: fed once more it names its own place, and no other will do.
    await rig.publish(1, [{ eventId: "x", payloadHash: 6n, replacesRawSequence: BigInt(fed) }]);
    await rig.publish(1, [{ eventId: "x", payloadHash: 7n, replacesRawSequence: BigInt(fed) }]);
    await rig.publish(1, [{ eventId: "y", payloadHash: 8n, replacesRawSequence: BigInt(fed) }]);
    await rig.drained();
    once.push(["x", 6n]);
    expect(await kept()).to.deep.equal(once);
    await rig.restart("redis");
    await rig.publish(1, [{ ...named, payloadHash: 9n }]);
    await rig.drained();
    expect(await kept()).to.deep.equal(once);
  });

  it("decides the same again on what replaces an event when it dies before it has published", async () => {
    const worker = await rig.startWorker();
    const poisoned = await rig.publish(1, [{ eventId: "x", payloadHash: 1n }]);
    await rig.drained();
    await worker.end("SIGKILL");
    // The claim as a worker leaves it that died between claiming and publishing.
    const position = await rig.publish(1, [
      { eventId: "x", payloadHash: 1n },
      { eventId: "x", payloadHash: 2n, replacesRawSequence: BigInt(poisoned) },
    ]);
    const redis = await openRedis({ url: rig.urls.redis, name: "test" });
    let moved = 0;
    for (const key of (await redis.callBuffer("KEYS", "c*")) as Buffer[]) {
      if (key.toString("latin1").startsWith("claims:")) continue;
      const bucket = (await redis.callBuffer("HGETALL", key)) as Buffer[];
      for (let at = 0; at < bucket.length; at += 2) {
        if (bucket[at + 1]?.toString() !== String(poisoned)) continue;
        await redis.hset(key, bucket[at] ?? "", `${poisoned},${position}`);
        moved++;
      }
    }
    expect(moved).to.equal(1);
    redis.disconnect();
    await rig.startWorker();
    await rig.drained();
    const events = (await rig.stored()).flatMap((message) => message.events);
    expect(events.map(({ payloadHash }) => payloadHash)).to.deep.equal([1n, 2n]);
  });
});
