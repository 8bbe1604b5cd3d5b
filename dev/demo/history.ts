import { create, toBinary } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Tally } from "../../cli/import/tally.js";
import type { Publisher } from "../../cli/publisher.js";
import type { Event } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { PublishEventsRequestSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { visitStarts } from "./rhythm.js";
import type { DemoState, StateFile } from "./state.js";
import { eventsOfVisit } from "./visit.js";

/** Visits of the 30 days; they make about 246,000 events. */
export const historyVisits = 40_000;

const BATCH_EVENTS = 1_000;
const IN_FLIGHT = 4;

/** What filling in the past works with. */
export interface HistoryOptions {
  readonly publisher: Publisher;
  readonly state: StateFile;
  readonly signal: AbortSignal;
  /** Told as visits are done with, of all visits. */
  readonly onProgress: (progress: { visits: number; ofVisits: number; events: number }) => void;
}

/** Whether everything of the past was sent. */
export function isPastDone(state: DemoState): boolean {
  return state.visitsDone >= visitStarts({ ...state, count: historyVisits }).length;
}

/** The events of the past, visit by visit, from the visit with this number. */
export function* pastVisits({ seed, fromMs, toMs }: DemoState, first: number): Generator<Event[]> {
  const starts = visitStarts({ fromMs, toMs, seed, count: historyVisits });
  for (let visit = first; visit < starts.length; visit++) {
    const startMs = starts[visit] ?? toMs;
    const events = eventsOfVisit({ seed, visit, startMs, idPrefix: `demo-${seed}-` });
    yield events.filter(({ clientTime }) => clientTime !== undefined && timestampMs(clientTime) < toMs);
  }
}

/**
 * Fills in the past, through the public API. A fill that was stopped goes on where it was; what it may send twice has
 * the same ids. Gives what became of the events of this run.
 */
export async function fillHistory({ publisher, state, signal, onProgress }: HistoryOptions): Promise<Tally> {
  const tally = new Tally();
  const ofVisits = visitStarts({ ...state.current, count: historyVisits }).length;
  const [running, sent]: [Promise<void>[], Event[]] = [[], []];
  let visits = state.current.visitsDone;
  const send = async () => {
    const events = sent.splice(0, BATCH_EVENTS);
    const request = toBinary(PublishEventsRequestSchema, create(PublishEventsRequestSchema, { events }));
    const through = visits;
    const before = running.at(-1);
    const batch = publisher.publish(request).then(async (verdicts) => {
      tally.addVerdicts(verdicts, []);
      // Written down in order: a visit counts as done when everything before it is.
      await before;
      await state.advance(through - 1);
      onProgress({ visits: through, ofVisits, events: tally.count() });
    });
    // The first that fails ends the fill; the others, stopped with it, have nobody who waits for them.
    batch.catch(() => undefined);
    running.push(batch);
    if (running.length >= IN_FLIGHT) await running.shift();
  };
  for (const events of pastVisits(state.current, visits)) {
    signal.throwIfAborted();
    sent.push(...events);
    visits++;
    while (sent.length >= BATCH_EVENTS) await send();
  }
  if (sent.length > 0) await send();
  await Promise.all(running);
  await state.advance(ofVisits);
  return tally;
}
