import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { QuarantineFilter } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import { type Caller, projectOf } from "./caller.js";
import type { QuarantineQuery, QuarantineStore } from "./ports.js";

/** The last instant that JavaScript and Postgres both know. */
const INSTANT_MS_MAX = 8.64e15;

/** What a request's filter asks for; none is everything of the caller's project. @throws Fault PROJECT_NOT_FOUND */
export function queryOf(caller: Caller, filter: QuarantineFilter | undefined): QuarantineQuery {
  const { fromTime, toTime } = filter ?? {};
  return {
    projectId: projectOf(caller, filter?.projectId ?? ""),
    quarantineIds: filter?.quarantineIds ?? [],
    eventId: filter?.eventId || undefined,
    type: filter?.type || undefined,
    reason: filter?.reason || undefined,
    fromMs: msOf(fromTime),
    toMs: msOf(toTime),
    alarmId: filter?.alarmId || undefined,
  };
}

/** A time that a Timestamp can say but no calendar has is meant as the end of all times. */
function msOf(time: Timestamp | undefined): number | undefined {
  if (time === undefined) return undefined;
  return Math.max(-INSTANT_MS_MAX, Math.min(INSTANT_MS_MAX, timestampMs(time)));
}

/** Whether a query has any condition besides its project. */
export function isNarrow({ projectId: _project, quarantineIds, ...conditions }: QuarantineQuery): boolean {
  return quarantineIds.length > 0 || Object.values(conditions).some((condition) => condition !== undefined);
}

/** @throws Fault QUARANTINED_NOT_FOUND where a query names events and the project never had any of them */
export async function requireKnown(store: QuarantineStore, query: QuarantineQuery): Promise<void> {
  if (query.quarantineIds.length === 0 || (await store.knows(query.projectId, query.quarantineIds))) return;
  throw new Fault(FaultReason.QUARANTINED_NOT_FOUND, "the project has no quarantined event of that id");
}
