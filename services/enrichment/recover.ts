import { type Claims, claimWindowMinutes, IdPacker, type PartitionClaims } from "../../platform/claims.js";
import type { Nats } from "../../platform/engines/nats.js";
import type { Log } from "../../platform/log.js";
import { type LogMessage, PartitionReader } from "../../platform/partition-reader.js";
import { headerNames, type StreamNames } from "../../platform/streams.js";
import { WireCursor, WireType } from "../../platform/wire.js";
import { granted } from "./deduplicate.js";
import type { EventsLog, Tail } from "./engines/events-log.js";
import { mustGoOn, pause, type Turn } from "./turn.js";

export interface RecoverOptions {
  readonly turn: Turn;
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly partitions: number;
  readonly claims: Claims;
  readonly own: PartitionClaims;
  readonly eventsLog: EventsLog;
  readonly log: Log;
  /** Called with what is waited for, and with undefined when it is over. */
  readonly onWaiting: (sentence: string | undefined) => void;
}

const minuteMs = 60_000;
/** How far clocks of machines may differ, generously. */
const marginMs = 60 * minuteMs;
const othersPollMs = 100;
const restoreBatchBytes = 4 * 1024 * 1024;

/**
 * Makes sure of where a partition stands, and that its claims are complete, before anything is decided. In this order:
 * take the claims over (older owners' scripts are refused), put a fence into EVENTS (older owners' messages are
 * refused), fill in what Redis lost from EVENTS, and wait until the same is done for all partitions, since a copy may
 * be in any of them.
 */
export async function recover(options: RecoverOptions): Promise<Tail> {
  const { turn, own, eventsLog, claims, partitions, onWaiting } = options;
  const standing = granted(await own.begin());
  const tail = await eventsLog.fence((last) => mustBelongTogether(options, last));
  if (standing.position < tail.rawTo) await restore(options, standing.events, tail);
  const { rawTo: position, sequence: events, receivedMs } = tail;
  granted(await own.finish({ position, events, receivedMs }));
  for (;;) {
    const missing = await claims.unverified(partitions);
    if (missing.length === 0) break;
    onWaiting(`Redis was restarted or is new; waiting for partitions ${missing.join(", ")} to be looked at.`);
    // It is this partition again that Redis lost: the next claim will say so.
    if (missing.includes(turn.partition)) break;
    await pause(turn, othersPollMs);
  }
  onWaiting(undefined);
  return tail;
}

/** EVENTS must not be ahead of RAW: then one of them was lost, and going on would skip what comes. */
async function mustBelongTogether({ nats, names }: RecoverOptions, tail: Tail): Promise<void> {
  const { state } = await nats.jsm.streams.info(names.raw);
  if (state.last_seq >= tail.rawTo) return;
  throw new Error(
    `${names.events} covers ${names.raw} up to ${tail.rawTo}, which ends at ${state.last_seq}: the streams don't ` +
      "belong together; restore both or remove both",
  );
}

/** Claims what EVENTS has and Redis may have lost: the decisions are there. */
async function restore(options: RecoverOptions, events: number, tail: Tail): Promise<void> {
  const { turn, nats, names, own, log, claims, onWaiting } = options;
  const filter = names.eventsSubject(turn.partition);
  const sinceMs = tail.receivedMs - claimWindowMinutes * minuteMs - marginMs;
  // Where Redis knows nothing, what is older than the window needs no claim.
  const from = events > 0 ? { sequence: events + 1 } : { timeMs: Math.max(0, sinceMs) };
  log.warn(
    { partition: turn.partition, from, to: tail.sequence },
    "Redis lost claims; restoring from EVENTS",
  );
  const reader = new PartitionReader({ nats, stream: names.events, filter, log, from });
  let reached = events;
  try {
    while (reached < tail.sequence) {
      mustGoOn(turn);
      onWaiting(`Redis lost claims; restoring them from EVENTS (${reached} of ${tail.sequence}).`);
      for (const message of await reader.take({ bytes: restoreBatchBytes, waitMs: 500 })) {
        if (message.sequence > tail.sequence) break;
        await restoreMessage({ claims, own, message, before: reached });
        reached = message.sequence;
      }
    }
  } finally {
    await reader.close();
  }
}

interface RestoredMessage {
  readonly claims: Claims;
  readonly own: PartitionClaims;
  readonly message: LogMessage;
  /** The sequence of EVENTS before it. */
  readonly before: number;
}

async function restoreMessage({ claims, own, message, before }: RestoredMessage): Promise<void> {
  const groups = groupsOf(message, claims);
  const sent = groups.map(({ position, receivedMs, ids }, index) => {
    const events = index === groups.length - 1 ? message.sequence : before;
    return own.restore({ position, receivedMs, events, ids: ids.done() });
  });
  for (const answer of await Promise.all(sent)) granted(answer);
}

interface Group {
  readonly position: number;
  readonly receivedMs: number;
  readonly ids: IdPacker;
}

const field = { projectId: 1, eventId: 2, receivedTimeMs: 11, rawSequence: 40 } as const;

/** The ids of a message of EVENTS by their blocks of RAW. */
function groupsOf(message: LogMessage, claims: Claims): Group[] {
  const { data } = message;
  const groups: Group[] = [];
  const capacity = Number(message.headers?.get(headerNames.eventCount) || "0");
  const block = new WireCursor().reset(data);
  const event = new WireCursor();
  while (block.next()) {
    if (block.wireType !== WireType.bytes) continue;
    let project = "";
    let idStart = 0;
    let idEnd = 0;
    let receivedMs = 0;
    let position = 0;
    event.reset(data, block.start, block.end);
    while (event.next()) {
      if (event.field === field.projectId) project = event.text();
      else if (event.field === field.eventId) {
        idStart = event.start;
        idEnd = event.end;
      } else if (event.field === field.receivedTimeMs) receivedMs = event.int();
      else if (event.field === field.rawSequence) position = event.uint();
    }
    let group = groups.at(-1);
    if (group?.position !== position) {
      group = { position, receivedMs, ids: new IdPacker(claims.hasher, capacity) };
      groups.push(group);
    }
    group.ids.add(claims.hasher.words(project, data, idStart, idEnd));
  }
  return groups;
}
