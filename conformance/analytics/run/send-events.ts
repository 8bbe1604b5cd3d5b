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
const askEveryMs = 100;
const storedMsMax = 120_000;

/** Sends a case's users and events with their times, and waits until questions find them. */
export async function sendEvents(
  { events, users = {} }: Pick<AnalyticsCase, "events" | "users">,
  project: OwnProject,
): Promise<void> {
  const sent = [...peopleOf(events, users), ...events.map((it, index) => eventOf(it, index))];
  await publish(sent, project);
  await stored(sent, project);
}

/** Sends events; `first` is the number of the first in the order of the case. */
export async function publishMore(
  events: readonly CaseEvent[],
  first: number,
  project: OwnProject,
): Promise<void> {
  await publish(
    events.map((it, index) => eventOf(it, first + index)),
    project,
  );
}

/** Who is who, and what is known of them: before everything else. */
function peopleOf(events: readonly CaseEvent[], users: NonNullable<AnalyticsCase["users"]>): Sent[] {
  const first = timestampFromMs(Math.min(...events.map(({ time }) => Date.parse(time)), Date.now()));
  const names = new Map(
    events.flatMap(({ anonymous, user }) => (anonymous === undefined ? [] : [[anonymous, user]])),
  );
  const known = Object.entries(users).filter(([, properties]) => Object.keys(properties).length > 0);
  return [
    ...[...names].map(
      ([anonymousId, userId], index): Sent => ({
        ...{ eventId: `identify-${index}`, type: "identify", clientTime: first },
        ...{ anonymousId: anonymousId ?? "", userId: userId ?? "" },
      }),
    ),
    ...known.map(
      ([userId, properties], index): Sent => ({
        ...{ eventId: `traits-${index}`, type: "traits", userId, clientTime: first },
        body: { case: "properties", value: JSON.stringify(properties) },
      }),
    ),
  ];
}

/** Ids rise with the order of the case, which is the order of events at one time. */
function eventOf({ event, user, anonymous, time, properties }: CaseEvent, index: number): Sent {
  return {
    eventId: `event-${String(index).padStart(8, "0")}`,
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

/** Waits until all events are counted: each system type by its name, the others together. */
async function stored(sent: readonly Sent[], { query }: OwnProject): Promise<void> {
  const counts = new Map<string, number>();
  for (const { type = "" } of sent) {
    const counted = type === "identify" || type === "traits" ? type : "";
    counts.set(counted, (counts.get(counted) ?? 0) + 1);
  }
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
