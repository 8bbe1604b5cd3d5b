import { expect } from "chai";
import type { NatsConnection } from "nats";
import { pino } from "pino";
import { seed, seededRandom } from "../dev/testing/random.js";
import { type OwnTestEngines, startOwnEngines } from "../dev/testing/stack.js";
import { type Nats, openNats } from "./engines/nats.js";
import { PartitionReader, readerBytesMin } from "./partition-reader.js";

const log = pino({ level: "silent" });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("reading a partition", function () {
  this.timeout(60_000);
  let engines: OwnTestEngines;
  let nats: Nats;
  let reader: PartitionReader | undefined;
  let stream = "";
  let streams = 0;

  const publish = async (partition: number, text: string): Promise<number> => {
    for (;;) {
      try {
        return (await nats.js.publish(`${stream}.${partition}.shop`, text, { timeout: 500 })).seq;
      } catch {
        await pause(20);
      }
    }
  };
  const open = (partition: number, sequence = 1): PartitionReader => {
    reader = new PartitionReader({
      nats,
      stream,
      filter: `${stream}.${partition}.*`,
      log,
      from: { sequence },
    });
    return reader;
  };
  const takeTexts = async (count: number, bytes = 1e6): Promise<string[]> => {
    const texts: string[] = [];
    const deadline = performance.now() + 15_000;
    while (texts.length < count) {
      for (const { data } of (await reader?.take({ bytes, waitMs: 100 })) ?? []) {
        texts.push(Buffer.from(data).toString());
      }
      if (performance.now() > deadline) throw new Error(`only ${texts.length} of ${count}`);
    }
    return texts;
  };

  before(async () => {
    engines = await startOwnEngines("nats");
    nats = await openNats({ url: engines.nats, name: "reader.it" });
  });
  beforeEach(async () => {
    stream = `S${streams++}`;
    await nats.jsm.streams.add({ name: stream, subjects: [`${stream}.*.*`] });
  });
  afterEach(async () => {
    await reader?.close();
    reader = undefined;
  });
  after(async () => {
    await nats.close();
    await engines.stop();
  });

  it("gives the messages of its partition in order, from a sequence on", async () => {
    for (let index = 0; index < 30; index++) await publish(index % 3, `m${index}`);
    open(1, 11);
    expect(await takeTexts(7)).to.deep.equal(["m10", "m13", "m16", "m19", "m22", "m25", "m28"]);
    expect(await reader?.take({ bytes: 100, waitMs: 50 })).to.deep.equal([]);
    expect(reader?.lag).to.equal(0);
    expect(reader?.isAtEnd).to.equal(true);
  });

  it("begins at a time", async () => {
    await publish(0, "old");
    await pause(30);
    const timeMs = Date.now();
    await pause(30);
    await publish(0, "new");
    reader = new PartitionReader({ nats, stream, filter: `${stream}.0.*`, log, from: { timeMs } });
    expect(await takeTexts(1)).to.deep.equal(["new"]);
  });

  it("brings a message within a few milliseconds, and asks rarely when idle", async () => {
    open(0);
    await reader?.take({ bytes: 1e6, waitMs: 100 });
    const before = nats.connection.stats().outMsgs;
    const waits: number[] = [];
    for (let index = 0; index < 50; index++) {
      await pause(10);
      const began = performance.now();
      const [taken] = await Promise.all([
        reader?.take({ bytes: 1e6, waitMs: 1_000 }),
        publish(0, String(index)).then(() => undefined),
      ]);
      waits.push(performance.now() - began);
      expect(taken).to.have.length(1);
    }
    waits.sort((a, b) => a - b);
    expect(waits[25]).to.be.lessThan(50);
    await pause(1_000);
    expect(nats.connection.stats().outMsgs - before - 50).to.be.lessThan(10);
  });

  it("takes what fits, and holds no more than it may", async () => {
    const large = "x".repeat(400_000);
    for (let index = 0; index < 20; index++) await publish(0, `${index}${large}`);
    open(0);
    await pause(500);
    const info = await nats.jsm.consumers.list(stream).next();
    expect(info[0]?.delivered.consumer_seq).to.be.within(2, 5);
    expect(reader?.lag).to.equal(20);
    expect(reader?.isAtEnd).to.equal(false);
    expect((await reader?.take({ bytes: 900_000, waitMs: 100 }))?.length).to.equal(2);
    expect((await reader?.take({ bytes: 1, waitMs: 100 }))?.length).to.equal(1);
    expect((await takeTexts(17)).length).to.equal(17);
  });

  it("takes a message as large as the server takes", async () => {
    const large = "y".repeat(1024 * 1024 - 100);
    await publish(0, large);
    await publish(0, "next");
    reader = new PartitionReader({
      nats,
      stream,
      filter: `${stream}.0.*`,
      log,
      from: { sequence: 1 },
      bytesMax: readerBytesMin,
    });
    expect((await takeTexts(2)).map((text) => text.length)).to.deep.equal([large.length, 4]);
  });

  it("goes on when its consumer is deleted", async () => {
    open(0);
    await publish(0, "one");
    expect(await takeTexts(1)).to.deep.equal(["one"]);
    for (const { name } of await nats.jsm.consumers.list(stream).next()) {
      await nats.jsm.consumers.delete(stream, name);
    }
    await publish(0, "two");
    expect(await takeTexts(1)).to.deep.equal(["two"]);
  });

  it("waits for a stream that does not exist yet", async () => {
    await nats.jsm.streams.delete(stream);
    open(0);
    await pause(300);
    expect(reader?.trouble).to.be.a("string");
    expect(reader?.isAtEnd).to.equal(false);
    await nats.jsm.streams.add({ name: stream, subjects: [`${stream}.*.*`] });
    await publish(0, "late");
    expect(await takeTexts(1)).to.deep.equal(["late"]);
    expect(reader?.trouble).to.equal(undefined);
  });

  /** A question is lost where it meets a server that was just killed. */
  async function stubbornly<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (tries === 4) throw error;
      }
    }
  }

  /** What the stream holds, message by message: what a publisher's retry stored twice is there twice. */
  async function storedTexts(subject: string): Promise<string[]> {
    const texts: string[] = [];
    const { state } = await stubbornly(() => nats.jsm.streams.info(stream));
    for (let sequence = 1; sequence <= state.last_seq; sequence++) {
      const message = await stubbornly(() => nats.jsm.streams.getMessage(stream, { seq: sequence }));
      if (message.subject === subject) texts.push(Buffer.from(message.data).toString());
    }
    return texts;
  }

  it(`loses and doubles nothing when server, connection and event loop fail (SEED=${seed})`, async () => {
    const random = seededRandom();
    const mine = await openNats({ url: engines.nats, name: "unlucky" });
    reader = new PartitionReader({ nats: mine, stream, filter: `${stream}.0.*`, log, from: { sequence: 1 } });
    const count = 3_000;
    const publishing = (async () => {
      for (let index = 0; index < count; index++) {
        await publish(index % 2, `m${index}`);
        if (index % 20 === 0) await pause(1);
      }
    })();
    const trouble = (async () => {
      for (let round = 0; round < 4; round++) {
        await pause(200 + random() * 300);
        const choice = random();
        if (choice < 0.4) await engines.kill("nats");
        else if (choice < 0.7)
          await (mine.connection as NatsConnection & { reconnect(): Promise<void> }).reconnect();
        else for (const until = performance.now() + 150; performance.now() < until; );
      }
    })();
    const texts: string[] = [];
    // Known once all is published; until then there is always more to come. 0 ends the reading when the test fails.
    let expected = Number.POSITIVE_INFINITY;
    const reading = (async () => {
      while (texts.length < expected) {
        for (const { data } of (await reader?.take({ bytes: 2_000, waitMs: 50 })) ?? []) {
          texts.push(Buffer.from(data).toString());
        }
      }
    })();
    let stored: string[];
    try {
      await Promise.all([publishing, trouble]);
      stored = await storedTexts(`${stream}.0.shop`);
      expected = stored.length;
    } catch (error) {
      expected = 0;
      await mine.close();
      throw error;
    }
    await reading;
    expect(texts).to.deep.equal(stored);
    await reader.close();
    await mine.close();
  });
});
