import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { Aggregation, Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { eventSet } from "./testing/event-set.js";
import { type House, openHouse } from "./testing/house.it.js";
import { insertEvents } from "./testing/store.js";

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");

describe("the query service", function () {
  this.timeout(60_000);
  let house: House;
  let mine: string;
  const events = eventSet({ project: "mine", seed: 7, count: 1_000, fromMs, toMs, firstRawSequence: 1 });
  const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };

  before(async () => {
    house = await openHouse();
    mine = await house.project("mine", { timeZone: "Europe/Vienna" });
    await insertEvents(house.clickhouse, house.database, events);
  });

  after(() => house?.stop());

  for (const over of ["connect", "grpc"] as const) {
    it(`answers QueryMetrics and ListEvents over ${over}`, async () => {
      const client = house.client(mine, { over });
      const own = events.filter((event) => !event.is_system);
      const answer = await client.queryMetrics({
        aggregation: Aggregation.COUNT,
        range,
        interval: Interval.DAY,
      });
      expect(answer.series[0]?.total?.value).to.equal(own.length);
      expect(answer.info?.timeZone).to.equal("Europe/Vienna");
      const page = await client.listEvents({ range, pageSize: 10 });
      expect(page.events.length).to.equal(10);
      expect(page.nextPageToken).not.to.equal("");
    });
  }
});
