import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  type PublishStreamRequest,
  PublishStreamRequestSchema,
  PublishStreamResponseSchema,
} from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";
import { WireCursor, WireError, WireType } from "../../platform/wire.js";
import { fieldNamed } from "./event-fields.js";
import { type EventSource, eventsOfMessages, eventsOfProto } from "./event-source.js";
import type { PreparedBatch } from "./prepared-batch.js";
import type { EventPublisher } from "./publish-events.js";
import { encodeVerdicts, verdictsOf } from "./verdicts.js";

/** Batches without an answer, at most; then no more are read. */
export const unansweredMax = 16;

/** How a stream's batches and answers look on the way. */
export interface StreamForm<Request, Answer> {
  /** @throws Fault where it is no batch at all, which ends the stream: nobody could tell what an answer is to. */
  batchId(request: Request): bigint;
  /** @throws Fault */
  source(request: Request): EventSource;
  answer(batchId: bigint, batch: PreparedBatch): Answer;
  refusal(batchId: bigint, fault: Fault): Answer;
}

type Message = MessageInitShape<typeof PublishStreamResponseSchema>;

/** Batches as messages. */
export const messageForm: StreamForm<PublishStreamRequest, Message> = {
  batchId: ({ batchId }) => batchId,
  source: ({ events }) => eventsOfMessages(events),
  answer: (batchId, batch) => ({ batchId, verdicts: verdictsOf(batch) }),
  refusal: (batchId, { reason, facts }) => ({ batchId, fault: { reason, facts } }),
};

const batchIdField = fieldNamed(PublishStreamRequestSchema, "batch_id").number;
const eventsField = fieldNamed(PublishStreamRequestSchema, "events").number;
const verdictsField = fieldNamed(PublishStreamResponseSchema, "verdicts").number;

const encodeAnswer = (message: Message): Uint8Array =>
  toBinary(PublishStreamResponseSchema, create(PublishStreamResponseSchema, message));

/** Batches as encoded messages: an event that is none is rejected alone. */
export const bytesForm: StreamForm<Uint8Array, Uint8Array> = {
  batchId: (bytes) => {
    let batchId = 0n;
    try {
      const cursor = new WireCursor().reset(bytes);
      while (cursor.next()) {
        if (cursor.field === batchIdField && cursor.wireType === WireType.varint) batchId = cursor.bigUint();
      }
    } catch (cause) {
      if (!(cause instanceof WireError)) throw cause;
      throw new Fault(FaultReason.BODY_INVALID, "a batch is not the stream's message", {}, { cause });
    }
    return batchId;
  },
  source: (bytes) => eventsOfProto(bytes, eventsField),
  answer: (batchId, batch) => encodeVerdicts(batch, verdictsField, encodeAnswer({ batchId })),
  refusal: (batchId, { reason, facts }) => encodeAnswer({ batchId, fault: { reason, facts } }),
};

interface Stoppable {
  stop(failure: Fault): void;
}

/** The streams that are open, to be ended when the service stops: they would hold it for as long as they like. */
export class OpenStreams {
  readonly #readers = new Set<Stoppable>();

  /** Reads nothing more from any stream; each ends once what it has read is answered, and its caller connects anew. */
  stop(): void {
    const facts = { retry_after_ms: "100" };
    const stopping = new Fault(FaultReason.OVERLOADED, "this instance stops; connect again", facts);
    for (const reader of this.#readers) reader.stop(stopping);
  }

  add(reader: Stoppable): void {
    this.#readers.add(reader);
  }

  delete(reader: Stoppable): void {
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
class BatchReader<Request, Answer> {
  readonly answers: Promise<Answer>[] = [];
  readonly #changed = new Signal();
  readonly #hasRoom = new Signal();
  #isStopped = false;
  #end: { failure?: unknown } | undefined;

  /** @param answer starts work on a batch */
  constructor(requests: AsyncIterable<Request>, answer: (request: Request) => Promise<Answer>) {
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
    requests: AsyncIterator<Request>,
    answer: (request: Request) => Promise<Answer>,
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
export async function* publishStream<Request, Answer>(
  options: StreamOptions & { readonly form: StreamForm<Request, Answer> },
  requests: AsyncIterable<Request>,
  call: Call,
): AsyncIterable<Answer> {
  const { form, streams } = options;
  const reader = new BatchReader(requests, async (request: Request): Promise<Answer> => {
    const batchId = form.batchId(request);
    try {
      const admitted = await options.admit(call);
      return await options.publisher.publish(form.source(request), admitted, (batch) =>
        form.answer(batchId, batch),
      );
    } catch (error) {
      // A batch that is refused as a whole does not end the stream; a bug does.
      if (error instanceof Fault) return form.refusal(batchId, error);
      throw error;
    }
  });
  streams.add(reader);
  try {
    for (let answer = await reader.next(); answer !== undefined; answer = await reader.next()) yield answer;
  } finally {
    reader.stop();
    streams.delete(reader);
  }
}
