import { setTimeout as sleep } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { EventSchema } from "../../../gen/ts/tideline/event/v1/event_pb.js";
import { Outcome } from "../../../gen/ts/tideline/event/v1/verdict_pb.js";
import { Aggregation } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { AnalyticsCase, CaseEvent } from "../case-shape.js";
import type { OwnProject } from "./stand.js";

type Sent = MessageInitShape<typeof EventSchema>;

const batchEvents = 500;
/** Many projects wait at once: asking more often would keep the engine from storing. */
const askEveryMs = 300;
const storedMsMax = 120_000;

/** Some of a project's events. */
export interface Part {
  readonly events: readonly CaseEvent[];
  readonly users?: AnalyticsCase["users"];
  /** Whether it is told whose the devices are. */
  readonly areNamed: boolean;
  /** Events of earlier parts whose devices are named now. */
  readonly named?: readonly CaseEvent[];
}

/** Sends a project its events with their times. */
export class EventSender {
  readonly project: OwnProject;
  /** How many have been sent: of each system type by its name, of the others together. */
  readonly #sent = new Map<string, number>();
  #count = 0;

  constructor(project: OwnProject) {
    this.project = project;
  }

  /** Sends a part, and waits until questions find it. */
  async send({ events, users = {}, areNamed, named = [] }: Part): Promise<void> {
    const devices = areNamed ? devicesOf([...named, ...events]) : [];
    const sent = [
      ...peopleOf(events, users, devices),
      ...events.map((it, index) => eventOf(it, this.#count + index)),
    ];
    this.#count += events.length;
    for (const { type = "" } of sent) {
      const counted = type === "identify" || type === "traits" ? type : "";
      this.#sent.set(counted, (this.#sent.get(counted) ?? 0) + 1);
    }
    await publish(sent, this.project);
    await stored(this.#sent, this.project);
  }
}

/** Each device once, with the user whose it is. */
function devicesOf(events: readonly CaseEvent[]): [string, string][] {
  return [
    ...new Map(events.flatMap(({ anonymous, user }) => (anonymous === undefined ? [] : [[anonymous, user]]))),
  ];
}

/** Who is who, and what is known of them: before everything else. */
function peopleOf(
  events: readonly CaseEvent[],
  users: NonNullable<AnalyticsCase["users"]>,
  devices: readonly (readonly [string, string])[],
): Sent[] {
  const first = timestampFromMs(Math.min(...events.map(({ time }) => Date.parse(time)), Date.now()));
  const known = Object.entries(users).filter(([, properties]) => Object.keys(properties).length > 0);
  return [
    ...devices.map(
      ([anonymousId, userId]): Sent => ({
        ...{ eventId: `identify-${anonymousId}`, type: "identify", anonymousId, userId, clientTime: first },
      }),
    ),
    ...known.map(
      ([userId, properties]): Sent => ({
        ...{ eventId: `traits-${userId}`, type: "traits", userId, clientTime: first },
        body: { case: "properties", value: JSON.stringify(properties) },
      }),
    ),
  ];
}

/** Ids rise with the order of the case, which is the order of events at one time. */
function eventOf({ event, user, anonymous, id, time, properties }: CaseEvent, index: number): Sent {
  return {
    eventId: id ?? `event-${String(index).padStart(8, "0")}`,
    type: event,
    ...(anonymous === undefined ? { userId: user } : { anonymousId: anonymous }),
    clientTime: timestampFromMs(Date.parse(time)),
    body: { case: "properties", value: JSON.stringify(properties) },
  };
}

async function publish(events: readonly Sent[], { ingest }: OwnProject): Promise<void> {
  for (let from = 0; from < events.length; from += batchEvents) {
    const { verdicts } = await ingest.publishEvents({ events: events.slice(from, from + batchEvents) });
    for (const [index, { outcome, fault }] of verdicts.entries()) {
      if (outcome === Outcome.ACCEPTED) continue;
      throw new Error(`event ${from + index}: ${Outcome[outcome]}: ${fault?.message ?? ""}`);
    }
  }
}

const always = { from: timestampFromMs(Date.UTC(1900, 0, 2)), to: timestampFromMs(Date.UTC(2299, 0, 1)) };

/** Waits until all events are counted. */
async function stored(counts: ReadonlyMap<string, number>, { query }: OwnProject): Promise<void> {
  const deadline = performance.now() + storedMsMax;
  for (const [type, count] of counts) {
    for (;;) {
      const asked = { type, aggregation: Aggregation.COUNT, range: always, maxStaleness: {} };
      const { series } = await query.queryMetrics(asked);
      const found = series[0]?.total?.value ?? 0;
      if (found >= count) break;
      if (performance.now() > deadline) {
        throw new Error(`${found} of ${count} events were stored within ${storedMsMax / 1_000} s`);
      }
      await sleep(askEveryMs);
    }
  }
}
