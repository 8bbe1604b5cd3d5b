import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { LiveVerdictsSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { SubscribeResponse } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { type House, openHouse } from "../../tests/query/house.js";
import { eventSet } from "./testing/event-set.js";
import { insertEvents } from "./testing/store.js";

const minuteMs = 60_000;

describe("Subscribe", function () {
  this.timeout(60_000);
  let house: House;
  let mine: string;
  const now = Date.now();
  const events = eventSet({
    project: "mine",
    seed: 3,
    count: 500,
    // The set moves some events back to their quarter of an hour: all of them stay within the last 55 minutes.
    fromMs: now - 40 * minuteMs,
    toMs: now - 5 * minuteMs,
    firstRawSequence: 1,
  });
  const counted = events.filter((event) => !event.is_system && event.time_ms > now - 55 * minuteMs).length;

  before(async () => {
    house = await openHouse();
    mine = await house.project("mine");
    await house.project("other");
    await insertEvents(house.clickhouse, house.database, events);
  });
  after(() => house?.stop());

  for (const over of ["connect", "grpc"] as const) {
    it(`sends the picture, then a message each second, over ${over}`, async () => {
      const messages: SubscribeResponse[] = [];
      const ends = new AbortController();
      const started = performance.now();
      try {
        const stream = house
          .client(mine, { over })
          .subscribe({ verdicts: true, services: true }, { signal: ends.signal });
        for await (const message of stream) {
          messages.push(message);
          if (messages.length === 1) sayVerdicts("mine", "first");
          if (messages.length === 1) sayVerdicts("other", "foreign");
          if (messages.length === 4) break;
        }
      } finally {
        ends.abort();
      }
      const [first, ...changes] = messages;
      expect(first?.isSnapshot).to.equal(true);
      expect(first?.minutes.length).to.equal(60);
      expect(Number(first?.eventsLastHour)).to.equal(counted);
      expect(first?.minutes.reduce((sum, { events: each }) => sum + Number(each), 0)).to.equal(counted);
      expect(changes.every(({ isSnapshot }) => !isSnapshot)).to.equal(true);
      expect(performance.now() - started).to.be.within(1_500, 6_000);
      const verdicts = changes.flatMap((change) => change.verdicts.map(({ eventId }) => eventId));
      expect(verdicts).to.deep.equal(["first"]);
      expect(changes.map(({ outcomes }) => outcomes[1] ?? 0).reduce((a, b) => a + b)).to.equal(7);
      expect(messages.some(({ services }) => services.some(({ service }) => service === "query"))).to.equal(
        true,
      );
    });
  }

  it("tells everybody to come back when its instance stops, and stops at once", async () => {
    const own = await openHouse();
    const key = await own.project("mine");
    const ended: Promise<ConnectError | undefined>[] = [];
    for (const over of ["connect", "grpc", "connect", "grpc"] as const) {
      const stream = own.client(key, { over }).subscribe({});
      const messages = stream[Symbol.asyncIterator]();
      await messages.next();
      ended.push(
        (async () => {
          while (!(await messages.next()).done);
          return undefined;
        })().catch(ConnectError.from),
      );
    }
    const began = performance.now();
    await own.stopService();
    const tookMs = performance.now() - began;
    for (const error of await Promise.all(ended)) expect(error?.code).to.equal(Code.Unavailable);
    expect(tookMs).to.be.below(2_500);
    await own.stop();
  });

  function sayVerdicts(project: string, eventId: string): void {
    const verdicts = create(LiveVerdictsSchema, {
      projectId: project,
      receivedTimeMs: BigInt(Date.now()),
      outcomes: { 1: 7 },
      sample: [{ eventId, type: "page", outcome: 1 }],
    });
    house.nats.connection.publish(
      house.names.liveVerdictsSubject(project),
      toBinary(LiveVerdictsSchema, verdicts),
    );
  }
});
