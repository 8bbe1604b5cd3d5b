import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Quarantined,
  QuarantinedSchema,
  type ReprocessQuarantinedRequest,
  type ReprocessQuarantinedResponse,
} from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { EventFaultSchema, type EventVerdict, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { ProjectSecrets } from "../../platform/project-secrets.js";
import type { Answer } from "./answer.js";
import type { Caller } from "./caller.js";
import { type CheckedCorrection, checkCorrection, correctEvent } from "./correct-event.js";
import { sortKeyOf } from "./list-quarantined.js";
import type { Door, KeptEvent, QuarantineQuery, QuarantineStore, Refeed, Registered } from "./ports.js";
import { queryOf, requireKnown } from "./quarantine-query.js";
import { BodyReader } from "./read-bodies.js";

/** What ReprocessQuarantined works on. */
export interface ReprocessPorts {
  readonly quarantine: QuarantineStore;
  readonly door: Door;
  readonly secrets: ProjectSecrets;
  readonly registered: Registered;
}

const EVENTS_MAX = 10_000;
const BATCH_EVENTS = 1_000;
const FAILURES_MAX = 20;

/** What a call has come to so far. */
interface Result {
  accepted: number;
  duplicates: number;
  failed: number;
  /** Not taken for the moment: neither passed nor failed. */
  postponed: number;
  readonly failures: Quarantined[];
  /** Added to the attempts of what fails; none by a dry run. */
  readonly attempt: 0 | 1;
}

/**
 * ReprocessQuarantined: feeds events through the door that every event comes in by. Idempotent: an event that a call
 * before had fed is a duplicate now, and leaves the list all the same. Each event has one turn in a call.
 * @throws Fault ENGINE_UNAVAILABLE; what was done until then stays done, so the call may be made again
 */
export async function reprocessQuarantined(
  { quarantine, door, secrets, registered }: ReprocessPorts,
  caller: Caller,
  request: ReprocessQuarantinedRequest,
): Promise<Answer<ReprocessQuarantinedResponse>> {
  const query = queryOf(caller, request.filter);
  const correction = checkCorrection(request.correction);
  await requireKnown(quarantine, query);
  const bodies = await BodyReader.of(correction, registered, query.projectId);
  const matching = await quarantine.count(query);
  const result: Result = {
    accepted: 0,
    duplicates: 0,
    failed: 0,
    postponed: 0,
    failures: [],
    attempt: request.dryRun ? 0 : 1,
  };
  let [after, handled]: [string[] | undefined, number] = [undefined, 0];
  while (handled < EVENTS_MAX) {
    const limit = Math.min(BATCH_EVENTS, EVENTS_MAX - handled);
    const batch = await quarantine.oldest(query, { after, limit });
    const last = batch.at(-1);
    if (last === undefined) break;
    after = sortKeyOf(last);
    handled += batch.length;
    const opened = openBatch(secrets, query, batch);
    for (const { quarantined } of batch.filter((_, index) => opened[index] === undefined)) {
      result.failed++;
      tellFailure(result, { ...quarantined, fault: lockedFault });
    }
    const readable = batch.filter((_, index) => opened[index] !== undefined);
    const events = opened.filter((event) => event !== undefined);
    const verdicts = await feed(door, query, {
      batch: readable,
      events,
      bodies,
      correction,
      isDryRun: request.dryRun,
    });
    const refeeds = judge(readable, verdicts, result);
    if (!request.dryRun) await quarantine.settle(query.projectId, refeeds);
  }
  const { accepted, duplicates, failed, postponed, failures } = result;
  return {
    accepted: BigInt(accepted),
    duplicates: BigInt(duplicates),
    failed: BigInt(failed),
    remaining: BigInt(Math.max(0, matching - handled) + postponed),
    failures,
  };
}

/** The events as they came; undefined where one was sealed by a data secret that this service does not have. */
function openBatch(
  secrets: ProjectSecrets,
  { projectId }: QuarantineQuery,
  batch: readonly KeptEvent[],
): (Event | undefined)[] {
  return batch.map(({ quarantined: { event = create(EventSchema) }, sealedEvent }) => {
    if (sealedEvent.length === 0) return event;
    const bytes = secrets.open(projectId, sealedEvent);
    return bytes === undefined ? undefined : fromBinary(EventSchema, bytes);
  });
}

const lockedFault = create(EventFaultSchema, {
  reason: FaultReason.EVENT_POISONED,
  rule: "sealed",
  message: "Personal values were sealed with a data secret that is not among TIDELINE_DATA_SECRET now.",
});

interface Feeding {
  readonly batch: readonly KeptEvent[];
  /** The batch's events as they came. */
  readonly events: readonly Event[];
  readonly bodies: BodyReader;
  readonly correction: CheckedCorrection;
  readonly isDryRun: boolean;
}

async function feed(
  door: Door,
  { projectId }: QuarantineQuery,
  { batch, events, bodies, correction, isDryRun }: Feeding,
): Promise<EventVerdict[]> {
  const corrected: Event[] = [];
  for (const [index, event] of events.entries()) {
    const read = await bodies.read(event);
    const fed = correctEvent(read.event, batch[index]?.receivedMs ?? 0, correction);
    await bodies.hide(fed, read.personal, (batch[index]?.logSequence ?? 0) > 0);
    corrected.push(fed);
  }
  return corrected.length === 0
    ? []
    : await door.publish(projectId, corrected, {
        isDryRun,
        replaces: batch.map(({ logSequence }) => logSequence),
      });
}

/** Counts the verdicts and says what is to be written down of each event. */
function judge(batch: readonly KeptEvent[], verdicts: readonly EventVerdict[], result: Result): Refeed[] {
  return batch.flatMap((kept, index): Refeed[] => {
    const verdict = verdicts[index];
    const fault = verdict?.fault ?? create(EventFaultSchema, {});
    if (verdict === undefined || (verdict.outcome === Outcome.REJECTED && fault.retryable)) {
      result.postponed++;
      return [];
    }
    if (isReplaced(kept, verdict)) {
      result.duplicates++;
      return [{ kind: "taken", kept }];
    }
    if (isStillClaimed(kept, verdict)) {
      result.postponed++;
      tellFailure(result, { ...kept.quarantined, fault: claimedFault });
      return [];
    }
    if (verdict.outcome === Outcome.ACCEPTED || verdict.outcome === Outcome.DUPLICATE) {
      if (verdict.outcome === Outcome.ACCEPTED) result.accepted++;
      else result.duplicates++;
      return [{ kind: "taken", kept }];
    }
    result.failed++;
    const attempts = kept.quarantined.attempts + result.attempt;
    tellFailure(result, { ...kept.quarantined, fault, attempts });
    return [{ kind: "failed", kept, fault }];
  });
}

/** An event that replaces one of the log is only ever a copy of one that has replaced it before. */
function isReplaced({ logSequence }: KeptEvent, { outcome }: EventVerdict): boolean {
  return logSequence > 0 && isKnown(outcome);
}

/**
 * What aggregation kept aside without knowing its place in the log can't name what it replaces, and its id is claimed
 * there for 24 hours: until then the door takes the same event for a copy of itself, although no table has it.
 */
function isStillClaimed({ step, logSequence }: KeptEvent, { outcome }: EventVerdict): boolean {
  return step === "aggregation" && logSequence === 0 && isKnown(outcome);
}

function isKnown(outcome: Outcome): boolean {
  return outcome === Outcome.DUPLICATE || outcome === Outcome.CONFLICT;
}

const claimedFault = create(EventFaultSchema, {
  reason: FaultReason.EVENT_ID_REUSED,
  field: "event_id",
  message: "The log knows this id for 24 hours after the event was received; feed it again then.",
  retryable: true,
});

function tellFailure({ failures }: Result, failure: MessageInitShape<typeof QuarantinedSchema>): void {
  if (failures.length < FAILURES_MAX) failures.push(create(QuarantinedSchema, failure));
}
