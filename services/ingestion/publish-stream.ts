import type { MessageInitShape } from "@bufbuild/protobuf";
import type { FaultDetailSchema } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type {
  PublishStreamRequest,
  PublishStreamResponseSchema,
} from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { isFault } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";
import { eventsOfMessages } from "./event-source.js";
import type { EventPublisher } from "./publish-events.js";
import { verdictsOf } from "./verdicts.js";

type Answer = MessageInitShape<typeof PublishStreamResponseSchema>;

/** Batches without an answer, at most; then no more are read. */
export const unansweredMax = 16;

export interface StreamOptions {
  readonly publisher: EventPublisher;
  /** Lets each batch in anew: a stream outlives the key that opened it. @throws Fault */
  readonly admit: (call: Call) => Promise<Call>;
}

/** Answers a stream's batches in their order, while up to 16 of them are worked on at once. */
export async function* publishStream(
  options: StreamOptions,
  requests: AsyncIterable<PublishStreamRequest>,
  call: Call,
): AsyncIterable<Answer> {
  const iterator = requests[Symbol.asyncIterator]();
  const unanswered: Promise<Answer>[] = [];
  let reading: Promise<IteratorResult<PublishStreamRequest>> | undefined = iterator.next();
  while (reading !== undefined || unanswered.length > 0) {
    const [oldest] = unanswered;
    const read: Promise<"read"> | undefined =
      reading !== undefined && unanswered.length < unansweredMax ? reading.then(() => "read") : undefined;
    const answered = oldest?.then(() => "answered");
    const first = await Promise.race([read, answered].filter((one) => one !== undefined));
    if (first === "answered") {
      unanswered.shift();
      if (oldest !== undefined) yield await oldest;
      continue;
    }
    const next = await reading;
    if (next === undefined || next.done === true) {
      reading = undefined;
      continue;
    }
    unanswered.push(answerBatch(options, next.value, call));
    reading = iterator.next();
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
    if (!isFault(error)) throw error;
    const fault: MessageInitShape<typeof FaultDetailSchema> = { reason: error.reason, facts: error.facts };
    return { batchId, fault };
  }
};
