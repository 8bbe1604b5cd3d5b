// The answer to a batch: one verdict for each event, in request order.
import { create, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import { EventFaultSchema, EventVerdictSchema, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { PublishEventsResponseSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { FieldWriter } from "../../platform/wire.js";
import { fieldNamed } from "./event-fields.js";
import type { PreparedBatch } from "./prepared-batch.js";

const verdictsField = fieldNamed(PublishEventsResponseSchema, "verdicts").number;
const outcomeField = fieldNamed(EventVerdictSchema, "outcome").number;
const faultField = fieldNamed(EventVerdictSchema, "fault").number;
const madeIdField = fieldNamed(EventVerdictSchema, "made_event_id").number;

const answer = new FieldWriter(64 * 1024);
const verdict = new FieldWriter();

/** The encoded answer; a field of verdicts has the number `field`, and `head` comes before them. */
export function encodeVerdicts(batch: PreparedBatch, field = verdictsField, head?: Uint8Array): Uint8Array {
  answer.reset();
  if (head !== undefined) answer.raw(head);
  for (let index = 0; index < batch.count; index++) {
    verdict.reset().uint(outcomeField, batch.outcomes[index] ?? 0);
    const fault = batch.faults.get(index);
    if (fault !== undefined) verdict.bytes(faultField, toBinary(EventFaultSchema, fault));
    const madeId = batch.madeIds.get(index);
    if (madeId !== undefined) verdict.string(madeIdField, madeId);
    answer.bytes(field, verdict.view());
  }
  return answer.copy();
}

/** The verdicts as messages. */
export function verdictsOf(batch: PreparedBatch): MessageInitShape<typeof EventVerdictSchema>[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const fault = batch.faults.get(index);
    const outcome: Outcome = batch.outcomes[index] ?? Outcome.UNSPECIFIED;
    const madeEventId = batch.madeIds.get(index) ?? "";
    return fault === undefined ? { outcome, madeEventId } : { outcome, fault, madeEventId };
  });
}

/** The answer in JSON. */
export function verdictsJson(batch: PreparedBatch): Uint8Array {
  const response = create(PublishEventsResponseSchema, { verdicts: verdictsOf(batch) });
  return Buffer.from(toJsonString(PublishEventsResponseSchema, response));
}
