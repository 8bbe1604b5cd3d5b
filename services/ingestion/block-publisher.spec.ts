import { expect } from "chai";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { blockBytesMax } from "../../platform/streams.js";
import { splitRepeated } from "../../platform/wire.js";
import { BlockPublisher } from "./block-publisher.js";
import type { OutgoingBlock } from "./ports.js";
import { PreparedBatch } from "./prepared-batch.js";

interface Sent {
  readonly block: OutgoingBlock;
  readonly settle: (isStored: boolean) => void;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A batch of framed events of `size` bytes, in turn for each of the partitions. */
const batchOf = (count: number, size: number, partitions = 1): PreparedBatch => {
  const batch = new PreparedBatch();
  const frame = Buffer.concat([
    Buffer.from([0x0a, (size & 0x7f) | 0x80, size >>> 7]),
    Buffer.alloc(size, 97),
  ]);
  batch.bytes = Buffer.concat(Array.from({ length: count }, () => frame));
  batch.count = count;
  for (let index = 0; index < count; index++) {
    batch.outcomes[index] = Outcome.ACCEPTED;
    batch.starts[index] = index * frame.length;
    batch.ends[index] = (index + 1) * frame.length;
    batch.partitions[index] = index % partitions;
  }
  return batch;
};

describe("the publisher of blocks", () => {
  let sent: Sent[];
  const open = (waitingBytesMax = 1 << 30): BlockPublisher => {
    sent = [];
    const log = {
      isReachable: () => true,
      publish: (block: OutgoingBlock, settle: (isStored: boolean) => void) =>
        void sent.push({ block, settle }),
    };
    return new BlockPublisher({ log, lingerMs: 2, waitingBytesMax });
  };

  it("puts requests that come together into one block for each partition", async () => {
    const publisher = open();
    const answers = [1, 2, 3].map(() => publisher.store(batchOf(10, 200, 2), "p"));
    expect(sent).to.have.length(0);
    await sleep(10);
    expect(sent.map(({ block }) => [block.partition, block.eventCount])).to.deep.equal([
      [0, 15],
      [1, 15],
    ]);
    expect(splitRepeated(sent[0]?.block.bytes ?? Buffer.alloc(0), 1)).to.have.length(15);
    for (const { settle } of sent) settle(true);
    expect(await Promise.all(answers)).to.deep.equal([
      [true, true],
      [true, true],
      [true, true],
    ]);
    expect(publisher.waitingBytes).to.equal(0);
  });

  it("keeps the next block back while one is on its way, and keeps projects apart", async () => {
    const publisher = open();
    void publisher.store(batchOf(1, 200), "p");
    void publisher.store(batchOf(1, 200), "q");
    await sleep(8);
    expect(sent.map(({ block }) => block.projectId)).to.deep.equal(["p", "q"]);
    void publisher.store(batchOf(1, 200), "p");
    void publisher.store(batchOf(1, 200), "p");
    await sleep(8);
    expect(sent).to.have.length(2);
    sent[0]?.settle(true);
    await sleep(8);
    expect(sent.map(({ block }) => block.eventCount)).to.deep.equal([1, 1, 2]);
  });

  it("sends full blocks at once and never one that is too large", async () => {
    const publisher = open();
    const answer = publisher.store(batchOf(20, 16_000), "p");
    const other = publisher.store(batchOf(20, 16_000), "p");
    expect(sent).to.have.length(1);
    expect(sent[0]?.block.bytes.length).to.be.within(blockBytesMax - 16_100, blockBytesMax);
    await sleep(8);
    sent[0]?.settle(false);
    await sleep(8);
    sent[1]?.settle(true);
    expect(await answer).to.deep.equal([false]);
    expect(await other).to.deep.equal([false, true]);
  });

  it("says when there is no room, and drains", async () => {
    const publisher = open(5_000);
    expect(publisher.hasRoom(4_000)).to.equal(true);
    void publisher.store(batchOf(2, 2_000), "p");
    expect(publisher.hasRoom(4_000)).to.equal(false);
    let isDrained = false;
    const drained = publisher.drain().then(() => {
      isDrained = true;
    });
    expect(sent).to.have.length(1);
    await sleep(5);
    expect(isDrained).to.equal(false);
    sent[0]?.settle(true);
    await drained;
    expect(publisher.hasRoom(4_000)).to.equal(true);
    await publisher.drain();
  });
});
