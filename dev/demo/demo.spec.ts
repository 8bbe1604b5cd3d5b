import { timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import type { Event } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { historyVisits, pastVisits } from "./history.js";
import { Traffic } from "./live.js";
import { randomOf } from "./random.js";
import { busyness, visitStarts } from "./rhythm.js";
import { libraryName } from "./visit.js";

const DAY_MS = 86_400_000;
const toMs = Date.UTC(2026, 10, 20, 9);
const past = { seed: 7, fromMs: toMs - 30 * DAY_MS, toMs, visitsDone: 0 };
const timeOf = ({ clientTime }: Event) => (clientTime === undefined ? Number.NaN : timestampMs(clientTime));

describe("the simulated shop", () => {
  it("has at least 200,000 events in 30 days, each with an id of its own, said to be simulated", () => {
    const ids = new Set<string>();
    let events = 0;
    for (const visit of pastVisits(past, 0)) {
      for (const event of visit) {
        events++;
        ids.add(event.eventId);
        if (event.context?.library !== libraryName)
          throw new Error("an event doesn't say that it is simulated");
        if (!(timeOf(event) >= past.fromMs && timeOf(event) < toMs))
          throw new Error("an event is out of range");
      }
    }
    expect(events).to.be.at.least(200_000);
    expect(ids.size).to.equal(events);
  });

  it("gives the same events again, from the start or from where it was stopped", () => {
    const [all, rest] = [pastVisits(past, 0), pastVisits(past, 2_000)];
    const first = Array.from({ length: 2_005 }, () => all.next().value ?? []);
    const again = Array.from({ length: 5 }, () => rest.next().value ?? []);
    expect(again).to.deep.equal(first.slice(2_000));
    expect(pastVisits({ ...past, seed: 8 }, 0).next().value).to.not.deep.equal(first[0]);
  });

  it("sells, and knows some of those who buy", () => {
    const types = new Map<string, number>();
    let known = 0;
    for (const visit of pastVisits(past, historyVisits - 3_000)) {
      for (const event of visit) {
        types.set(event.type, (types.get(event.type) ?? 0) + 1);
        if (event.type !== "purchase") continue;
        const properties = JSON.parse(event.body.case === "properties" ? event.body.value : "{}");
        expect(properties.amount).to.be.greaterThan(0);
        if (event.userId !== "") known++;
      }
    }
    expect([...types.keys()]).to.include.members([
      "page_view",
      "product_view",
      "add_to_cart",
      "purchase",
      "identify",
    ]);
    expect(known).to.be.greaterThan(0);
  });

  it("is busier in the evening than at night", () => {
    expect(busyness(Date.UTC(2026, 10, 18, 19))).to.be.greaterThan(5 * busyness(Date.UTC(2026, 10, 18, 3)));
    const starts = visitStarts({ ...past, count: 10_000 });
    expect(starts.length).to.be.within(9_999, 10_000);
    expect([...starts].sort((one, other) => one - other)).to.deep.equal(starts);
  });

  it("goes on at the rate that is asked for, with new ids at each start", () => {
    const options = { seed: 7, firstVisit: historyVisits, eventsPerSecond: 20 };
    const startMs = Date.UTC(2026, 10, 18, 12);
    const traffic = new Traffic(options, startMs);
    const events: Event[] = [];
    const seconds = 600;
    for (let ms = startMs; ms <= startMs + seconds * 1_000; ms += 1_000) {
      const due = traffic.due(ms);
      if (due.some((event) => timeOf(event) > ms || timeOf(event) < startMs - 1))
        throw new Error("out of its time");
      events.push(...due);
    }
    expect(events.length / seconds / busyness(startMs)).to.be.within(13, 27);
    const other = new Traffic(options, startMs + 1).due(startMs + 60_000);
    const ids = new Set(events.map(({ eventId }) => eventId));
    expect(other.length).to.be.greaterThan(0);
    expect(other.some(({ eventId }) => ids.has(eventId))).to.equal(false);
  });

  it("draws its numbers evenly", () => {
    const random = randomOf(7, 1);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) {
      const digit = random.below(10);
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
    for (const count of counts) expect(count).to.be.within(9_500, 10_500);
  });
});
