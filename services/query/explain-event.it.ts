import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { headers as natsHeaders } from "nats";
import { EventSchema as SentEventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { BlockSchema, EventSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import type { ExplainEventResponse } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { deploymentLayout } from "../../platform/claims.js";
import { openRedis } from "../../platform/engines/redis.js";
import { headerNames } from "../../platform/streams.js";
import { type House, openHouse } from "../../tests/query/house.js";
import { openTrail } from "./engines/trail.js";
import { eventSet } from "./testing/event-set.js";
import { insertEvents } from "./testing/store.js";

describe("ExplainEvent", function () {
  this.timeout(60_000);
  let house: House;
  let mine: string;
  let other: string;

  before(async () => {
    house = await openHouse();
    mine = await house.project("mine");
    other = await house.project("other");
    await deploymentLayout(await house.nats.js.views.kv(house.names.deploymentBucket), 16);
  });
  after(() => house?.stop());

  /** Puts a block with one event of each project into RAW, as ingestion does. */
  async function toRaw(eventId: string, partition: number): Promise<number> {
    const events = ["other", "mine"].map((projectId) =>
      create(EventSchema, {
        projectId,
        eventId,
        type: "page",
        partition,
        receivedTimeMs: BigInt(Date.now()),
      }),
    );
    const bytes = toBinary(BlockSchema, create(BlockSchema, { events }));
    return (await house.nats.js.publish(house.names.rawSubject(partition, "mine"), bytes)).seq;
  }

  async function toEvents(partition: number, rawSequence: number): Promise<number> {
    const headers = natsHeaders();
    headers.set(headerNames.rawFrom, String(rawSequence));
    headers.set(headerNames.rawTo, String(rawSequence));
    const subject = house.names.eventsSubject(partition);
    return (await house.nats.js.publish(subject, new Uint8Array(), { headers })).seq;
  }

  const reached = ({ stages }: ExplainEventResponse) =>
    stages.filter((stage) => stage.reached).map(({ name }) => name);
  const facts = ({ stages }: ExplainEventResponse, name: string) =>
    stages.find((stage) => stage.name === name)?.facts ?? {};

  it("follows an event from the log to the tables", async () => {
    const client = house.client(mine);
    const [base] = eventSet({
      project: "mine",
      seed: 1,
      count: 1,
      fromMs: 1e12,
      toMs: 1e12 + 1,
      firstRawSequence: 1,
    });
    if (base === undefined) throw new Error("no event");
    const sequence = await toRaw("way", 2);

    const waiting = await client.explainEvent({ eventId: "way" });
    expect(waiting.outcome).to.equal(Outcome.ACCEPTED);
    expect(reached(waiting)).to.deep.equal(["door", "raw log"]);
    expect(facts(waiting, "raw log")).to.include({ sequence: String(sequence), index: "1", partition: "2" });
    expect(waiting.stored).to.equal(undefined);

    const eventsSequence = await toEvents(2, sequence);
    const stored = { ...base, event_id: "way", partition: 2, raw_sequence: sequence, raw_index: 1 };
    await insertEvents(house.clickhouse, house.database, [{ ...stored, type: "page", is_system: false }]);
    const arrived = await client.explainEvent({ eventId: "way" });
    expect(reached(arrived)).to.deep.equal([
      "door",
      "raw log",
      "claim",
      "enrichment",
      "events log",
      "table",
      "rollups",
    ]);
    expect(facts(arrived, "events log")).to.deep.equal({ sequence: String(eventsSequence) });
    expect(arrived.stored?.eventId).to.equal("way");
    expect(arrived.stored?.projectId).to.equal("mine");
  });

  /** An event in the listing of the quarantine. */
  async function keptAside(
    eventId: string,
    { step, receivedMs, state }: { step: string; receivedMs: number; state: number },
  ): Promise<void> {
    const event = Buffer.from(toBinary(SentEventSchema, create(SentEventSchema, { eventId, type: "page" })));
    await house.pool.query(
      `insert into quarantined (project_id, event_id, quarantine_id, type, reason, field, rule, message, schema_version,
         received_ms, key_id, step, event, stream_sequence, state)
       values ('mine', $1, $2, $3, $4, 'properties.x', 'type', 'is no number', 3, $5, 'k', $6, $7, 1, $8)`,
      [
        ...[Buffer.from(eventId), `q-${eventId}`, Buffer.from("page"), FaultReason.EVENT_SCHEMA_VIOLATION],
        ...[receivedMs, step, event, state],
      ],
    );
  }

  it("tells of an event that was kept aside, and why", async () => {
    await keptAside("bad", { step: "ingestion", receivedMs: 1_700_000_000_000, state: 0 });
    const explained = await house.client(mine).explainEvent({ eventId: "bad" });
    expect(explained.outcome).to.equal(Outcome.QUARANTINED);
    expect(reached(explained)).to.deep.equal(["door", "quarantine"]);
    expect(explained.fault?.field).to.equal("properties.x");
    expect(explained.fault?.schemaVersion).to.equal(3);
    expect(explained.quarantined?.eventId).to.equal("bad");
    expect(explained.pastFault).to.equal(undefined);
  });

  it("tells what came first of an event that was kept aside and accepted", async () => {
    const client = house.client(mine);
    await keptAside("fed", { step: "ingestion", receivedMs: 1_700_000_000_000, state: 1 });
    await toRaw("fed", 3);
    const fed = await client.explainEvent({ eventId: "fed" });
    expect([fed.outcome, fed.fault, fed.pastFault?.field]).to.deep.equal([
      ...[Outcome.ACCEPTED, undefined, "properties.x"],
    ]);
    expect(reached(fed)).to.deep.equal(["quarantine", "door", "raw log"]);
    expect(facts(fed, "quarantine")["state"]).to.equal("fed again");
    await toRaw("twice", 3);
    await keptAside("twice", { step: "ingestion", receivedMs: Date.now() + 60_000, state: 0 });
    const twice = await client.explainEvent({ eventId: "twice" });
    expect([twice.outcome, twice.fault, twice.pastFault?.field]).to.deep.equal([
      ...[Outcome.ACCEPTED, undefined, "properties.x"],
    ]);
    expect(reached(twice)).to.deep.equal(["door", "raw log", "quarantine"]);
  });

  it("tells of an event that the log has and a later step kept aside", async () => {
    await toRaw("poison", 3);
    await keptAside("poison", { step: "aggregation", receivedMs: Date.now(), state: 0 });
    const poison = await house.client(mine).explainEvent({ eventId: "poison" });
    expect([poison.outcome, poison.fault?.field, poison.pastFault]).to.deep.equal([
      ...[Outcome.QUARANTINED, "properties.x", undefined],
    ]);
    expect(reached(poison)).to.deep.equal(["door", "raw log", "quarantine"]);
  });

  it("says of an unknown id that more waits than it looks through, in a bounded time", async () => {
    const client = house.client(mine);
    for (let block = 0; block < 70; block++) await toRaw(`backlog-${block}`, 1);
    const began = performance.now();
    expect((await client.explainEvent({ eventId: "backlog-5" })).outcome).to.equal(Outcome.ACCEPTED);
    const refused = await client.explainEvent({ eventId: "nobody's" }).catch(ConnectError.from);
    expect(performance.now() - began).to.be.below(6_000);
    if (!(refused instanceof ConnectError)) expect.fail("an unknown event was explained");
    expect(refused.code).to.equal(Code.DeadlineExceeded);
    const [detail] = refused.findDetails(FaultDetailSchema);
    expect(detail?.reason).to.equal(FaultReason.QUERY_TIMEOUT);

    // Enrichment goes on: nothing waits any more.
    const last = await toRaw("backlog-last", 1);
    await toEvents(1, last);
    const unknown = await client.explainEvent({ eventId: "nobody's" }).catch(ConnectError.from);
    expect(unknown instanceof ConnectError && unknown.code).to.equal(Code.NotFound);
  });

  it("looks no further when its caller is gone", async () => {
    for (let block = 0; block < 60; block++) await toRaw(`more-${block}`, 3);
    const { nats, names, pool } = house;
    const redis = await openRedis({ url: house.engines.redis, name: "test" });
    const trail = openTrail({ nats, redis, pool, names, prefix: house.engines.prefix, partitions: 4 });
    let asked = 0;
    const request = nats.connection.request.bind(nats.connection);
    nats.connection.request = (...asking) => {
      if (String(asking[0]).endsWith(`GET.${names.raw}`)) asked++;
      return request(...asking);
    };
    const gone = new AbortController();
    const look = trail.waitingCopy({ projectId: "mine", eventId: "nobody's", signal: gone.signal });
    while (asked < 5) await new Promise((resolve) => setTimeout(resolve, 1));
    gone.abort();
    const before = asked;
    expect(await look).to.equal("not all seen");
    expect(asked).to.be.at.most(before + 4);
    redis.disconnect();
  });

  it("knows nothing of another project's event, wherever it is", async () => {
    for (const eventId of ["bad", "way", "nowhere", "'; DROP", "a\0b", "{p0:String}"]) {
      try {
        await house.client(other).explainEvent({ eventId });
        expect.fail("must not be found");
      } catch (error) {
        expect(ConnectError.from(error).code, eventId).to.equal(Code.NotFound);
      }
    }
  });
});
