import type { MessageInitShape } from "@bufbuild/protobuf";
import { type FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type {
  PublishStreamRequest,
  PublishStreamResponseSchema,
} from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";
import { eventsOfMessages } from "./event-source.js";
import type { EventPublisher } from "./publish-events.js";
import { verdictsOf } from "./verdicts.js";

type Answer = MessageInitShape<typeof PublishStreamResponseSchema>;

/** Batches without an answer, at most; then no more are read. */
export const unansweredMax = 16;

/** The streams that are open, to be ended when the service stops: they would hold it for as long as they like. */
export class OpenStreams {
  readonly #readers = new Set<BatchReader>();

  /** Reads nothing more from any stream; each ends once what it has read is answered, and its caller connects anew. */
  stop(): void {
    const facts = { retry_after_ms: "100" };
    const stopping = new Fault(FaultReason.OVERLOADED, "this instance stops; connect again", facts);
    for (const reader of this.#readers) reader.stop(stopping);
  }

  add(reader: BatchReader): void {
    this.#readers.add(reader);
  }

  delete(reader: BatchReader): void {
    this.#readers.delete(reader);
  }
}

export interface StreamOptions {
  readonly streams: OpenStreams;
  readonly publisher: EventPublisher;
  /** Lets each batch in anew: a stream outlives the key that opened it. @throws Fault */
  readonly admit: (call: Call) => Promise<Call>;
}

/** A condition that others may wait for. */
class Signal {
  #wake: () => void = () => undefined;

  raise(): void {
    this.#wake();
  }

  /** Resolves at the next raise, or at once where `holds`. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A stream's batches, read while there is room for their answers. */
class BatchReader {
  readonly answers: Promise<Answer>[] = [];
  readonly #changed = new Signal();
  readonly #hasRoom = new Signal();
  #isStopped = false;
  #end: { failure?: unknown } | undefined;

  /** @param answer starts work on a batch */
  constructor(
    requests: AsyncIterable<PublishStreamRequest>,
    answer: (request: PublishStreamRequest) => Promise<Answer>,
  ) {
    this.#read(requests[Symbol.asyncIterator](), answer).then(
      () => this.#ended({}),
      (failure: unknown) => this.#ended({ failure }),
    );
  }

  /** The oldest batch's answer, taken off the list; undefined at the end. @throws what reading threw */
  async next(): Promise<Answer | undefined> {
    await this.#changed.until(() => this.answers.length > 0 || this.#end !== undefined);
    const [oldest] = this.answers;
    if (oldest !== undefined) {
      const answer = await oldest;
      this.answers.splice(0, 1);
      this.#hasRoom.raise();
      return answer;
    }
    if (this.#end !== undefined && "failure" in this.#end) throw this.#end.failure;
    return undefined;
  }

  /** Reads nothing more; where there is a `failure`, it follows the answers to what was read. */
  stop(failure?: Fault): void {
    this.#isStopped = true;
    this.#hasRoom.raise();
    if (failure !== undefined) this.#ended({ failure });
  }

  async #read(
    requests: AsyncIterator<PublishStreamRequest>,
    answer: (request: PublishStreamRequest) => Promise<Answer>,
  ): Promise<void> {
    for (;;) {
      await this.#hasRoom.until(() => this.answers.length < unansweredMax || this.#isStopped);
      if (this.#isStopped) return;
      const next = await requests.next();
      if (next.done === true) return;
      const answering = answer(next.value);
      // Whoever takes the answer meets its error; nobody may be left to.
      answering.catch(() => undefined);
      this.answers.push(answering);
      this.#changed.raise();
    }
  }

  #ended(end: { failure?: unknown }): void {
    this.#end ??= end;
    this.#changed.raise();
  }
}

/** Answers a stream's batches in their order, while up to 16 of them are worked on at once. */
export async function* publishStream(
  options: StreamOptions,
  requests: AsyncIterable<PublishStreamRequest>,
  call: Call,
): AsyncIterable<Answer> {
  const reader = new BatchReader(requests, (request) => answerBatch(options, request, call));
  options.streams.add(reader);
  try {
    for (let answer = await reader.next(); answer !== undefined; answer = await reader.next()) yield answer;
  } finally {
    reader.stop();
    options.streams.delete(reader);
  }
}

/** A batch that is refused as a whole does not end the stream; a bug does. */
const answerBatch = async (
  { publisher, admit }: StreamOptions,
  { batchId, events }: PublishStreamRequest,
  call: Call,
): Promise<Answer> => {
  try {
    const admitted = await admit(call);
    return await publisher.publish(eventsOfMessages(events), admitted, (batch) => ({
      batchId,
      verdicts: verdictsOf(batch),
    }));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const fault: MessageInitShape<typeof FaultDetailSchema> = { reason: error.reason, facts: error.facts };
    return { batchId, fault };
  }
};
