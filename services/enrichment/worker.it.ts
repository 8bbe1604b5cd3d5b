import { expect } from "chai";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { differences, EnrichmentRig, type EventInit } from "../../tests/enrichment/rig.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

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
});
