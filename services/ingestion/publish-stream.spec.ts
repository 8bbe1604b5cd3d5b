import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  PublishStreamRequestSchema,
  PublishStreamResponseSchema,
} from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";
import type { EventSource } from "./event-source.js";
import { PreparedBatch } from "./prepared-batch.js";
import type { EventPublisher } from "./publish-events.js";
import { bytesForm, OpenStreams, publishStream, unansweredMax } from "./publish-stream.js";

const call = {} as Call;
const request = (batch: number): Uint8Array =>
  toBinary(
    PublishStreamRequestSchema,
    create(PublishStreamRequestSchema, { batchId: BigInt(batch), events: [{ type: "t" }, { type: "u" }] }),
  );

interface Working {
  readonly finish: () => void;
}

/** A publisher whose batches are finished by the test, and an endless stream of requests that counts what was read. */
const open = (requests?: AsyncIterable<Uint8Array>) => {
  const working: Working[] = [];
  const read = { count: 0 };
  const publisher = {
    publish: async <T>(source: EventSource, _call: Call, answer: (batch: PreparedBatch) => T): Promise<T> => {
      await new Promise<void>((finish) => working.push({ finish }));
      const batch = new PreparedBatch();
      batch.begin(source, 0);
      batch.outcomes.fill(1);
      return answer(batch);
    },
  } as unknown as EventPublisher;
  async function* endless() {
    for (;;) yield request(++read.count);
  }
  const streams = new OpenStreams();
  const options = { publisher, streams, admit: async (one: Call) => one, form: bytesForm };
  const answers = publishStream(options, requests ?? endless(), call)[Symbol.asyncIterator]();
  return { working, read, streams, next: () => answers.next() };
};

const idOf = (result: IteratorResult<Uint8Array>): bigint =>
  fromBinary(PublishStreamResponseSchema, result.value as Uint8Array).batchId;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe("a stream of batches", () => {
  it("works on 16 batches at once, reads no further, and answers in their order", async () => {
    const { working, read, next } = open();
    const first = next();
    await settle();
    expect([working.length, read.count]).to.deep.equal([unansweredMax, unansweredMax]);
    for (const { finish } of working.slice(1)) finish();
    await settle();
    expect(read.count).to.equal(unansweredMax);
    working[0]?.finish();
    expect(idOf(await first)).to.equal(1n);
    for (let batch = 2n; batch <= 16n; batch++) expect(idOf(await next())).to.equal(batch);
    await settle();
    expect(read.count).to.be.within(31, 32);
  });

  it("answers all that was read before it ends, in whatever way it ends", async () => {
    async function* two() {
      yield request(1);
      yield request(2);
    }
    const { working, next } = open(two());
    const first = next();
    await settle();
    for (const { finish } of working) finish();
    expect([idOf(await first), idOf(await next())]).to.deep.equal([1n, 2n]);
    expect((await next()).done).to.equal(true);

    async function* broken() {
      yield request(1);
      throw new Error("gone");
    }
    const failing = open(broken());
    const only = failing.next();
    await settle();
    failing.working[0]?.finish();
    expect(idOf(await only)).to.equal(1n);
    const error = await failing.next().catch((cause: unknown) => cause);
    expect(error).to.have.property("message", "gone");
  });

  it("ends when the service stops, once what was read is answered", async () => {
    const { working, streams, next } = open();
    const first = next();
    await settle();
    streams.stop();
    for (const { finish } of working) finish();
    expect(idOf(await first)).to.equal(1n);
    for (let batch = 2n; batch <= 16n; batch++) expect(idOf(await next())).to.equal(batch);
    const error = await next().catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(Fault).and.to.have.property("reason", FaultReason.OVERLOADED);
  });

  it("rejects an event that is none alone, and ends at a batch that is none", async () => {
    const source = bytesForm.source(
      new BinaryWriter()
        .tag(2, WireType.LengthDelimited)
        .bytes(Buffer.from("ff", "hex"))
        .tag(1, WireType.Varint)
        .uint64(9n)
        .finish(),
    );
    expect(source.count).to.equal(1);
    async function* none() {
      yield Buffer.from("ff", "hex");
    }
    const error = await open(none())
      .next()
      .catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(Fault).and.to.have.property("reason", FaultReason.BODY_INVALID);
  });
});
