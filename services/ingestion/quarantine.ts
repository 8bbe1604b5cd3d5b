import { create, fromBinary } from "@bufbuild/protobuf";
import { ContextSchema, type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import type { QuarantinedEvent } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { truncateIp } from "../../platform/ip.js";
import { makeEventId } from "./made-id.js";
import type { PreparedBatch } from "./prepared-batch.js";
import type { RequestStamp } from "./raw-event.js";

/** The events of a batch that are kept aside, as they came; only the address is cut, as it is in the log. */
export function quarantinedOf(
  batch: PreparedBatch,
  stamp: RequestStamp,
): { readonly indexes: number[]; readonly events: Omit<QuarantinedEvent, "$typeName">[] } {
  const indexes: number[] = [];
  const events: Omit<QuarantinedEvent, "$typeName">[] = [];
  const { source } = batch;
  for (let index = 0; index < batch.count; index++) {
    const fault = batch.faults.get(index);
    if (batch.outcomes[index] !== Outcome.QUARANTINED || fault === undefined || source === undefined)
      continue;
    const encoded = source.bytes.subarray(source.starts[index], source.ends[index]);
    const event = fromBinary(EventSchema, encoded);
    event.eventId ||= batch.madeIds.get(index) ?? "";
    setContext(event, stamp);
    indexes.push(index);
    events.push({
      projectId: stamp.projectId,
      event,
      fault,
      receivedTimeMs: BigInt(stamp.receivedMs),
      keyId: stamp.keyId,
      step: "ingestion",
      quarantineId: makeEventId(stamp.receivedMs),
    });
  }
  return { indexes, events };
}

const setContext = (event: Event, { browser, keepIp }: RequestStamp): void => {
  const ip = event.context?.ip || (browser?.ip ?? "");
  const userAgent = event.context?.userAgent || (browser?.userAgent ?? "");
  if (ip === "" && userAgent === "") return;
  event.context ??= create(ContextSchema);
  event.context.ip = keepIp ? ip : (truncateIp(ip) ?? "");
  event.context.userAgent = userAgent;
};
