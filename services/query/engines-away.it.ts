import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import type { OwnTestEngines } from "../../dev/testing/stack.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { QueryMetricsRequestSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation, Interval, PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { type House, openHouse } from "../../tests/query/house.js";
import { eventSet } from "./testing/event-set.js";
import { insertEvents } from "./testing/store.js";

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };

describe("the query service at its limits, and without its engines", function () {
  this.timeout(120_000);
  let house: House;
  let mine: string;

  before(async () => {
    house = await openHouse({
      own: true,
      env: {
        TIDELINE_QUERY_GROUPS: "500",
        TIDELINE_QUERY_RESULT_ROWS: "2000",
        TIDELINE_QUERY_TIME_MS: "3000",
      },
    });
    mine = await house.project("mine");
    const events = eventSet({ project: "mine", seed: 5, count: 3_000, fromMs, toMs, firstRawSequence: 1 });
    await insertEvents(house.clickhouse, house.database, events);
  });
  after(() => house?.stop());

  const ask = (request: MessageInitShape<typeof QueryMetricsRequestSchema>) =>
    house.client(mine).queryMetrics({ aggregation: Aggregation.COUNT, range, ...request } as typeof request);

  async function refusal(
    call: Promise<unknown>,
  ): Promise<{ code: Code; reason: FaultReason; facts: object }> {
    try {
      await call;
    } catch (error) {
      const wire = ConnectError.from(error);
      const [detail] = wire.findDetails(FaultDetailSchema);
      return { code: wire.code, reason: detail?.reason ?? 0, facts: detail?.facts ?? {} };
    }
    return expect.fail("was not refused");
  }

  it("refuses what has more groups than the limit, and names it", async () => {
    const breakdown = [{ scope: PropertyScope.FIELD, name: "event_id" }];
    const { code, reason, facts } = await refusal(ask({ breakdown }));
    expect([code, reason]).to.deep.equal([Code.ResourceExhausted, FaultReason.QUERY_TOO_LARGE]);
    expect(facts).to.include({ limit: "groups", most: "500" });
  });

  it("answers without Redis as with it", async () => {
    const own = house.engines as OwnTestEngines;
    const first = await ask({ interval: Interval.DAY });
    await own.kill("redis");
    const second = await ask({ interval: Interval.DAY });
    expect(second.series).to.deep.equal(first.series);
  });

  it("answers from what is kept while ClickHouse is away and says so, or refuses with a time to retry", async () => {
    const own = house.engines as OwnTestEngines;
    await ask({ interval: Interval.WEEK });
    const kept = await ask({ interval: Interval.WEEK });
    expect(kept.info?.cached).to.equal(true);
    let stale = kept;
    let refused: Awaited<ReturnType<typeof refusal>> | undefined;
    const killing = own.kill("clickhouse");
    for (let tries = 0; tries < 200 && !(stale.info?.stale === true && refused !== undefined); tries++) {
      stale = await ask({ interval: Interval.WEEK, maxStaleness: { seconds: 0n, nanos: 0 } }).catch(
        () => stale,
      );
      refused ??= await refusal(ask({ type: `new question ${tries}` })).catch(() => undefined);
    }
    await killing;
    expect(stale.info?.stale).to.equal(true);
    expect(stale.series).to.deep.equal(kept.series);
    expect([refused?.code, refused?.reason]).to.deep.equal([
      Code.Unavailable,
      FaultReason.ENGINE_UNAVAILABLE,
    ]);
    expect(refused?.facts).to.include({ engine: "clickhouse" });
  });
});
