import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Event as SentEvent } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { type EventFault, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Event } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import type {
  ExplainEventRequest,
  ExplainEventResponseSchema,
  StageSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { ProjectCache } from "../../platform/control/projects.js";
import { Fault } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";
import { askedProject } from "./caller.js";
import type { Analytics } from "./ports.js";
import { eventOf } from "./sql/event-rows.js";
import { rollupHasSql, storedEventSql } from "./sql/explain.js";
import { Tenant } from "./sql/tenant.js";

/** An event as a block of RAW holds it. */
export interface RawCopy {
  readonly sequence: number;
  readonly index: number;
  /** When the log took it, ms since 1970. */
  readonly loggedMs: number;
  readonly event: Event;
}

/** A message of EVENTS that covers a block of RAW. */
export interface EventsCopy {
  readonly sequence: number;
  readonly loggedMs: number;
}

export interface QuarantinedCopy {
  readonly quarantineId: string;
  readonly event: SentEvent;
  readonly fault: EventFault;
  readonly step: string;
  readonly receivedMs: number;
  readonly state: "kept aside" | "fed again" | "discarded";
  readonly attempts: number;
}

/** What the engines besides the tables know of one event. Each throws, or is undefined, by itself. */
export interface Trail {
  /** The first copy of an id that enrichment knows: its sequence in RAW; undefined where it knows none. */
  claim(projectId: string, eventId: string): Promise<number | undefined>;
  /** The copy of an event in a block of RAW; undefined where the log no longer has it. */
  rawCopy(sequence: number, projectId: string, eventId: string): Promise<RawCopy | undefined>;
  /**
   * The first copy among the blocks that enrichment has not come to. The look is bounded in blocks and time, and ends
   * when the signal fires: "not all seen" where it did not come to the end.
   */
  waitingCopy(wanted: {
    projectId: string;
    eventId: string;
    signal: AbortSignal;
  }): Promise<RawCopy | "not all seen" | undefined>;
  /** The message of EVENTS for a block of RAW; undefined where it is not there yet, or no longer. */
  eventsCopy(partition: number, sequence: number, sinceMs: number): Promise<EventsCopy | undefined>;
  quarantined(projectId: string, eventId: string): Promise<QuarantinedCopy | undefined>;
}

export interface ExplainEventPorts {
  readonly projects: ProjectCache;
  readonly analytics: Analytics;
  readonly trail: Trail;
}

type StageInit = MessageInitShape<typeof StageSchema>;

/** ExplainEvent: how far one event got, stage by stage; works for one that is still on its way. */
export async function explainEvent(
  ports: ExplainEventPorts,
  { eventId }: ExplainEventRequest,
  call: Call,
): Promise<MessageInitShape<typeof ExplainEventResponseSchema>> {
  const { projectId } = await askedProject(call, ports.projects);
  const found = await look(ports, { projectId, eventId, signal: call.signal });
  const { stored, raw, quarantined } = found;
  if (stored === undefined && raw === undefined && quarantined === undefined) {
    if (found.isBacklogLong) throw backlogTooLong();
    throw new Fault(FaultReason.EVENT_NOT_FOUND, "no event of that id is known");
  }
  const outcome = outcomeOf(found);
  const fault = quarantined?.fault;
  return {
    outcome,
    stages: stagesOf(found),
    ...(stored === undefined ? {} : { stored }),
    ...(quarantined === undefined ? {} : { quarantined: quarantined.event }),
    ...(fault === undefined ? {} : outcome === Outcome.ACCEPTED ? { pastFault: fault } : { fault }),
  };
}

/** What became of it in the end: a step behind the door may keep aside what the log has. */
function outcomeOf({ stored, raw, quarantined }: Found): Outcome {
  if (stored !== undefined) return Outcome.ACCEPTED;
  if (raw === undefined) return Outcome.QUARANTINED;
  const isAside = quarantined?.state === "kept aside" && quarantined.step !== "ingestion";
  return isAside ? Outcome.QUARANTINED : Outcome.ACCEPTED;
}

/** In the order in which it happened. */
function stagesOf(found: Found): StageInit[] {
  const { stored, raw, quarantined } = found;
  const accepted = stored ?? raw?.event;
  if (accepted === undefined) return quarantinedStages(found);
  const stages = acceptedStages(found);
  if (quarantined === undefined) return stages;
  const isBefore = quarantined.receivedMs < Number(accepted.receivedTimeMs);
  return isBefore ? [quarantineStage(quarantined), ...stages] : [...stages, quarantineStage(quarantined)];
}

/** Nothing is said of an event that may be among those that were not looked at. */
function backlogTooLong(): Fault {
  const message =
    "no event of that id is stored; more events wait in the log than can be looked through: ask again when fewer do";
  return new Fault(FaultReason.QUERY_TIMEOUT, message, { limit: "waiting events" });
}

interface Found {
  /** True where events wait in the log that were not looked at. */
  readonly isBacklogLong: boolean;
  readonly stored: Event | undefined;
  readonly claimedAt: number | undefined;
  readonly raw: RawCopy | undefined;
  readonly events: EventsCopy | undefined;
  readonly inRollups: boolean;
  readonly quarantined: QuarantinedCopy | undefined;
}

interface Wanted {
  readonly projectId: string;
  readonly eventId: string;
  readonly signal: AbortSignal;
}

async function look({ analytics, trail }: ExplainEventPorts, wanted: Wanted): Promise<Found> {
  const { projectId, eventId, signal } = wanted;
  const tenant = new Tenant(projectId);
  const [rows, claimedAt, quarantined] = await Promise.all([
    analytics.read(storedEventSql(tenant, eventId), signal),
    trail.claim(projectId, eventId),
    trail.quarantined(projectId, eventId),
  ]);
  const [row] = rows.rows;
  const stored = row === undefined ? undefined : eventOf(row);
  const sequence = stored === undefined ? claimedAt : Number(stored.rawSequence);
  const found =
    sequence === undefined
      ? await trail.waitingCopy(wanted)
      : await trail.rawCopy(sequence, projectId, eventId);
  const isBacklogLong = found === "not all seen";
  const raw = isBacklogLong ? undefined : found;
  const known = stored ?? raw?.event;
  const sinceMs = raw?.loggedMs ?? Number(stored?.receivedTimeMs ?? 0);
  // What enrichment has not come to can't be in EVENTS.
  const events =
    known === undefined || sequence === undefined
      ? undefined
      : await trail.eventsCopy(known.partition, sequence, sinceMs);
  const rollups = stored === undefined || stored.isSystem ? undefined : rollupHasSql(tenant, stored);
  const counted = rollups === undefined ? undefined : await analytics.read(rollups, signal);
  const inRollups = Number(counted?.rows[0]?.[0] ?? 0) > 0;
  return { stored, claimedAt, raw, events, inRollups, quarantined, isBacklogLong };
}

function acceptedStages({ stored, claimedAt, raw, events, inRollups }: Found): StageInit[] {
  const event = stored ?? raw?.event;
  if (event === undefined) throw new Error("an accepted event that is nowhere");
  const isEnriched = stored !== undefined || events !== undefined;
  const sequence = String(stored?.rawSequence ?? raw?.sequence ?? "");
  const index = String(stored?.rawIndex ?? raw?.index ?? "");
  const receivedMs = Number(event.receivedTimeMs);
  return [
    stage("door", true, receivedMs, { key_id: event.keyId, event_id_made: String(event.eventIdMade) }),
    stage("raw log", true, raw?.loggedMs, {
      sequence,
      index,
      partition: String(event.partition),
      kept: String(raw !== undefined),
    }),
    stage("claim", claimedAt !== undefined || isEnriched, undefined, {
      ...(claimedAt === undefined ? {} : { sequence: String(claimedAt) }),
    }),
    stage("enrichment", isEnriched, undefined, stored === undefined ? {} : enrichmentFacts(stored)),
    stage("events log", isEnriched, events?.loggedMs, {
      ...(events === undefined ? {} : { sequence: String(events.sequence) }),
    }),
    stage("table", stored !== undefined, undefined, stored === undefined ? {} : { table: "events" }),
    stage("rollups", inRollups, undefined, event.isSystem ? { reason: "system events are not counted" } : {}),
  ];
}

function quarantinedStages({ quarantined }: Found): StageInit[] {
  if (quarantined === undefined) return [];
  return [stage("door", true, quarantined.receivedMs, {}), quarantineStage(quarantined)];
}

function quarantineStage({ quarantineId, step, state, attempts, receivedMs }: QuarantinedCopy): StageInit {
  const facts = { quarantine_id: quarantineId, step, state, attempts: String(attempts) };
  return stage("quarantine", true, receivedMs, facts);
}

function enrichmentFacts(event: Event): Record<string, string> {
  const { country, deviceClass, browser, os, referrerClass, utmSource, isBot, skewMs } = event;
  return {
    country,
    device_class: deviceClass,
    browser,
    os,
    referrer_class: referrerClass,
    utm_source: utmSource,
    is_bot: String(isBot),
    skew_ms: String(skewMs),
  };
}

function stage(
  name: string,
  reached: boolean,
  timeMs: number | undefined,
  facts: Record<string, string>,
): StageInit {
  // Not set where it is not known.
  const time = timeMs === undefined || timeMs === 0 ? {} : { time: timestampFromMs(timeMs) };
  return { name, reached, facts, ...time };
}
