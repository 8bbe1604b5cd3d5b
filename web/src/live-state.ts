import type { LiveVerdict, ServiceStatus } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { NamedCount, SubscribeResponse } from "../../gen/ts/tideline/query/v1/query_service_pb.js";

/** A verdict with the time it came in, and a number of its own for React. */
export interface SeenVerdict {
  readonly number: number;
  readonly seenAt: number;
  readonly verdict: LiveVerdict;
}

/** The project's live picture, as the page shows it. */
export interface LiveState {
  /** Events by the start of their minute, ms since 1970. */
  readonly minutes: ReadonlyMap<number, number>;
  readonly eventsPerSecond: number;
  readonly eventsLastHour: number;
  readonly types: readonly NamedCount[];
  readonly countries: readonly NamedCount[];
  readonly devices: readonly NamedCount[];
  /** Newest first. */
  readonly verdicts: readonly SeenVerdict[];
  /** Events by outcome since the page was opened. */
  readonly outcomes: ReadonlyMap<number, number>;
  readonly services: readonly ServiceStatus[];
  /** The server's time of the last message, ms since 1970; 0 before the first. */
  readonly time: number;
  readonly watermark: number;
  readonly completeFrom: number;
}

export const emptyState: LiveState = {
  minutes: new Map(),
  eventsPerSecond: 0,
  eventsLastHour: 0,
  types: [],
  countries: [],
  devices: [],
  verdicts: [],
  outcomes: new Map(),
  services: [],
  time: 0,
  watermark: 0,
  completeFrom: 0,
};

export const historyMinutes = 60;
const verdictsMax = 300;

type Stamp = SubscribeResponse["time"];

function milliseconds(stamp: Stamp): number {
  return stamp === undefined ? 0 : Number(stamp.seconds) * 1_000 + Math.floor(stamp.nanos / 1_000_000);
}

/** The picture after one message of the stream. */
export function applyMessage(state: LiveState, message: SubscribeResponse): LiveState {
  const time = milliseconds(message.time);
  return {
    minutes: applyMinutes(state.minutes, message, time),
    eventsPerSecond: message.eventsPerSecond,
    eventsLastHour: Number(message.eventsLastHour),
    types: message.types,
    countries: message.countries,
    devices: message.devices,
    verdicts: applyVerdicts(state.verdicts, message.verdicts, time),
    outcomes: applyOutcomes(state.outcomes, message.outcomes),
    services: message.services,
    time,
    watermark: milliseconds(message.watermark),
    completeFrom: milliseconds(message.completeFrom),
  };
}

function applyMinutes(before: ReadonlyMap<number, number>, message: SubscribeResponse, time: number) {
  const oldest = time - historyMinutes * 60_000;
  const minutes = new Map<number, number>();
  if (!message.isSnapshot) {
    for (const [minute, events] of before) if (minute >= oldest) minutes.set(minute, events);
  }
  for (const { minute, events } of message.minutes) minutes.set(milliseconds(minute), Number(events));
  return minutes;
}

function applyVerdicts(before: readonly SeenVerdict[], fresh: readonly LiveVerdict[], seenAt: number) {
  if (fresh.length === 0) return before;
  const from = (before[0]?.number ?? 0) + 1;
  const seen = fresh.map((verdict, index) => ({ number: from + index, seenAt, verdict })).reverse();
  return [...seen, ...before].slice(0, verdictsMax);
}

function applyOutcomes(before: ReadonlyMap<number, number>, fresh: Readonly<Record<number, number>>) {
  const outcomes = new Map(before);
  for (const [outcome, events] of Object.entries(fresh)) {
    outcomes.set(Number(outcome), (outcomes.get(Number(outcome)) ?? 0) + events);
  }
  return outcomes;
}
