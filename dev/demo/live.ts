import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Publisher } from "../../cli/publisher.js";
import type { Event } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { PublishEventsRequestSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { randomOf } from "./random.js";
import { busyness } from "./rhythm.js";
import { eventsOfVisit } from "./visit.js";

/** Events of a visit on average; what turns events a second into visits a second. */
export const eventsPerVisit = 6.2;

const TICK_MS = 250;
/** Visits that began so long ago are still going on when the simulation starts. */
const UNDER_WAY_MS = 10 * 60_000;
const BATCH_EVENTS = 1_000;

/** What the traffic of now works with. */
export interface LiveOptions {
  readonly publisher: Publisher;
  readonly seed: number;
  /** The visit to begin with, after those of the past. */
  readonly firstVisit: number;
  /** Events a second on average over a week; by day and in the evening there are more. */
  readonly eventsPerSecond: number;
  readonly signal: AbortSignal;
  readonly onTick: (sent: number) => void;
  /** Told of a batch that was not taken; the simulation goes on. */
  readonly onFailure: (error: unknown) => void;
}

/** Visits that are going on: gives each event when its time has come. */
export class Traffic {
  readonly #options: Pick<LiveOptions, "seed" | "firstVisit" | "eventsPerSecond">;
  readonly #idPrefix: string;
  readonly #random;
  #waiting: Event[] = [];
  #visit: number;
  #nextStartMs: number;

  constructor(options: Pick<LiveOptions, "seed" | "firstVisit" | "eventsPerSecond">, nowMs: number) {
    this.#options = options;
    this.#idPrefix = `demo-live-${nowMs.toString(36)}-`;
    this.#random = randomOf(options.seed, 5, nowMs);
    this.#visit = options.firstVisit;
    this.#nextStartMs = nowMs - UNDER_WAY_MS;
    this.due(nowMs); // What happened before the start is not sent.
  }

  /** The events whose time came since the last call, in no particular order. */
  due(nowMs: number): Event[] {
    while (this.#nextStartMs <= nowMs) {
      const { seed, eventsPerSecond } = this.#options;
      const startMs = this.#nextStartMs;
      this.#waiting.push(...eventsOfVisit({ seed, visit: this.#visit++, startMs, idPrefix: this.#idPrefix }));
      const perMs = (eventsPerSecond * busyness(startMs)) / eventsPerVisit / 1_000;
      this.#nextStartMs += this.#random.exponential(1 / perMs);
    }
    const isDue = ({ clientTime }: Event) => clientTime === undefined || timestampMs(clientTime) <= nowMs;
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((event) => !isDue(event));
    return due;
  }
}

/** Sends the traffic of now until it is told to stop. */
export async function runLive(options: LiveOptions): Promise<void> {
  const traffic = new Traffic(options, Date.now());
  while (!options.signal.aborted) {
    await sleep(TICK_MS, undefined, { signal: options.signal }).catch(() => undefined);
    const nowMs = Date.now();
    const events = traffic.due(nowMs);
    for (const event of events) event.sentTime = timestampFromMs(nowMs);
    for (let from = 0; from < events.length; from += BATCH_EVENTS) {
      const batch = create(PublishEventsRequestSchema, { events: events.slice(from, from + BATCH_EVENTS) });
      await options.publisher.publish(toBinary(PublishEventsRequestSchema, batch)).catch(options.onFailure);
    }
    options.onTick(events.length);
  }
}
