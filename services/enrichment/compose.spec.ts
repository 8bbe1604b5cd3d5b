import { expect } from "chai";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { composeMessages, type DecidedBlock } from "./compose.js";

/** A block of events of given sizes, filled with their own mark; "-" drops, 0 bytes is poisoned. */
const block = (position: number, sizes: number[], dropped: number[] = []): DecidedBlock => {
  const ends = new Int32Array(sizes.length);
  let end = 0;
  sizes.forEach((size, index) => {
    end += size;
    ends[index] = end;
  });
  const bytes = Buffer.concat(sizes.map((size, index) => Buffer.alloc(size, position * 16 + index)));
  const flags = new Uint8Array(sizes.length);
  for (const index of dropped) flags[index] = 1;
  return {
    position,
    receivedMs: position * 1_000,
    bytes,
    ends,
    dropped: flags,
    duplicates: dropped.length,
    conflicts: 0,
  };
};
const limits = { combinedBytesMax: 20, messageBytesMax: 30 };

describe("composing messages of EVENTS", () => {
  it("combines blocks up to the limit, in order", () => {
    const messages = composeMessages([block(1, [5, 5]), block(4, [5]), block(7, [9])], 0, limits);
    expect(messages.map(({ rawFrom, rawTo, events }) => [rawFrom, rawTo, events])).to.deep.equal([
      [1, 4, 3],
      [7, 7, 1],
    ]);
    expect(Buffer.concat(messages.map(({ data }) => data))).to.deep.equal(
      Buffer.concat([block(1, [5, 5]).bytes, block(4, [5]).bytes, block(7, [9]).bytes]),
    );
    expect(messages[0]?.receivedMs).to.equal(4_000);
  });

  it("leaves out what is dropped and counts it, and covers blocks without anything new", () => {
    const [message, none] = composeMessages([block(1, [3, 0, 3, 3], [2]), block(2, [4], [0])], 0, limits);
    expect(none).to.equal(undefined);
    expect(message).to.include({ rawFrom: 1, rawTo: 2, rawIndex: 0, events: 2, duplicates: 2 });
    expect(Buffer.from(message?.data ?? [])).to.deep.equal(Buffer.from([16, 16, 16, 19, 19, 19]));
    const [empty] = composeMessages([block(5, [4], [0])], 0, limits);
    expect(empty).to.include({ rawFrom: 5, rawTo: 5, events: 0 });
    expect(empty?.data.length).to.equal(0);
  });

  it("splits a block that is too large, and says which of its events are covered", () => {
    const messages = composeMessages(
      [block(1, [1]), block(2, [12, 12, 12, 12, 1]), block(3, [1])],
      0,
      limits,
    );
    expect(
      messages.map(({ rawFrom, rawTo, rawIndex, events }) => [rawFrom, rawTo, rawIndex, events]),
    ).to.deep.equal([
      [1, 1, 0, 1],
      [2, 2, 2, 2],
      [2, 2, 0, 3],
      [3, 3, 0, 1],
    ]);
  });

  it(`goes on after any message as if nothing had happened (SEED=${seed})`, () => {
    const random = seededRandom();
    for (let round = 0; round < 300; round++) {
      const blocks = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, number) => {
        const sizes = Array.from({ length: Math.floor(random() * 8) }, () => Math.floor(random() * 14));
        return block(
          number + 1,
          sizes,
          sizes.map((_size, index) => index).filter(() => random() < 0.2),
        );
      });
      const messages = composeMessages(blocks, 0, limits);
      const whole = Buffer.concat(messages.map(({ data }) => data));
      messages.forEach((message, number) => {
        expect(message.data.length).to.be.at.most(limits.messageBytesMax);
        const from = message.rawIndex > 0 ? message.rawTo : message.rawTo + 1;
        const rest = composeMessages(
          blocks.filter(({ position }) => position >= from),
          message.rawIndex,
          limits,
        );
        const before = Buffer.concat(messages.slice(0, number + 1).map(({ data }) => data));
        expect(Buffer.concat([before, ...rest.map(({ data }) => data)])).to.deep.equal(whole);
      });
      const sum = (name: "events" | "duplicates"): number =>
        messages.reduce((total, message) => total + message[name], 0);
      expect(sum("duplicates")).to.equal(blocks.reduce((total, { duplicates }) => total + duplicates, 0));
    }
  });
});
