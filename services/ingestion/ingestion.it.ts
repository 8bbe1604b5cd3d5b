import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { SchemaPolicy } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { LiveVerdictsSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { type EventInit, ingestClient, inShort, transportNames } from "../../tests/support/ingestion.js";
import { type IngestionStand, startIngestionStand } from "../../tests/support/ingestion-stand.js";
import { registerSchema } from "../../tests/support/schemas.js";

describe("ingestion on real engines", function () {
  this.timeout(20_000);
  let stand: IngestionStand;

  before(async function () {
    this.timeout(60_000);
    stand = await startIngestionStand();
  });
  after(() => stand.stop());

  const id = (): string => randomBytes(8).toString("hex");
  const json = (value: string) => ({ case: "properties" as const, value });

  for (const name of transportNames) {
    it(`takes events over ${name} and has them in the log when it answers`, async () => {
      const of = await stand.project();
      const client = ingestClient(stand.service, of.secret, name);
      const events: EventInit[] = Array.from({ length: 20 }, (_, n) => ({
        eventId: `${name}-${n}`,
        type: "purchase",
        userId: `u${n % 3}`,
        anonymousId: `a${n % 5}`,
        clientTime: timestampFromMs(1_290_000_000_000 + n),
        body: json(`{"amount":${n}.50,"n":12345678901234567890}`),
        context: { ip: "203.0.113.77", userAgent: "test", campaign: { source: "s" } },
      }));
      const { verdicts } = await client.publishEvents({ events });
      expect(verdicts.map(inShort)).to.deep.equal(Array.from({ length: 20 }, () => "ACCEPTED"));
      const log = await stand.logged(of);
      expect(log.map((event) => event.eventId)).to.have.members(events.map((event) => event.eventId));
      const seven = log.find((event) => event.eventId === `${name}-7`);
      expect(seven).to.deep.include({
        projectId: of.projectId,
        keyId: of.keyId,
        type: "purchase",
        userId: "u1",
        anonymousId: "a2",
        timeMs: 1_290_000_000_007n,
        properties: '{"amount":7.50,"n":12345678901234567890}',
        ip: "203.0.113.0",
        campaignSource: "s",
      });
      expect(Number(seven?.receivedTimeMs)).to.be.closeTo(Date.now(), 10_000);
    });
  }

  it("takes plain JSON: one event, an array, or a batch, zipped or not, without losing a digit", async () => {
    const of = await stand.project();
    const properties = '{ "n": 12345678901234567890, "d": 0.1000000000000000055 }';
    const one = `{"eventId":"h1","type":"t","properties":${properties}}`;
    expect((await stand.post(one, of)).json).to.deep.equal({ verdicts: [{ outcome: "OUTCOME_ACCEPTED" }] });
    const array = `[{"event_id":"h2","type":"t","clientTime":"2010-12-01T08:26:00Z"},{"type":nope},5,{"eventId":"h3"}]`;
    const second = await stand.post(array, of);
    expect(second.status).to.equal(200);
    expect(second.outcomes).to.deep.equal(["ACCEPTED", "REJECTED", "REJECTED", "REJECTED"]);
    const zipped = gzipSync(`{"events":[{"eventId":"h4","type":"t","properties":"{}"}]}`);
    expect((await stand.post(zipped, of, { "content-encoding": "gzip" })).status).to.equal(200);
    const connect = await fetch(
      `http://127.0.0.1:${stand.service.httpPort}/tideline.ingest.v1.IngestService/PublishEvents`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${of.secret}`, "content-type": "application/json" },
        body: `{"events":[{"eventId":"h5","type":"t","properties":${properties}}]}`,
      },
    );
    expect(await connect.json()).to.deep.equal({ verdicts: [{ outcome: "OUTCOME_ACCEPTED" }] });
    const log = await stand.logged(of);
    expect(log.map((event) => event.eventId)).to.have.members(["h1", "h2", "h4", "h5"]);
    for (const known of ["h1", "h5"]) {
      expect(log.find((event) => event.eventId === known)?.properties).to.equal(properties);
    }
  });

  it("takes the browser's address and agent where the event has none", async () => {
    const of = await stand.project();
    const browser = {
      origin: "https://shop.example",
      "x-forwarded-for": "1.1.1.1, 198.51.100.9",
      "user-agent": "Moz",
    };
    await stand.post('{"eventId":"b1","type":"t"}', of, browser);
    await stand.post('{"eventId":"b2","type":"t"}', of, { "x-forwarded-for": "198.51.100.9" });
    const log = await stand.logged(of);
    const facts = (known: string) => {
      const found = log.find((event) => event.eventId === known);
      return [found?.ip, found?.userAgent];
    };
    expect([facts("b1"), facts("b2")]).to.deep.equal([
      ["198.51.100.0", "Moz"],
      ["", ""],
    ]);
  });

  it("gives every event its own verdict", async () => {
    const now = Date.now();
    const of = await stand.project();
    const event = (rest: EventInit): EventInit => ({ eventId: id(), type: "t", ...rest });
    const table: [EventInit, string][] = [
      [event({}), "ACCEPTED"],
      [event({ type: "" }), "REJECTED EVENT_TYPE_MISSING type"],
      [event({ type: "x".repeat(201) }), "REJECTED EVENT_FIELD_TOO_LONG type"],
      [event({ eventId: "i".repeat(129) }), "REJECTED EVENT_FIELD_TOO_LONG event_id"],
      [event({ eventId: "i".repeat(128) }), "ACCEPTED"],
      [
        event({ context: { campaign: { term: "x".repeat(257) } } }),
        "REJECTED EVENT_FIELD_TOO_LONG context.campaign.term",
      ],
      [event({ body: json(`{"a":"${"x".repeat(66_000)}"}`) }), "REJECTED EVENT_TOO_LARGE"],
      [event({ clientTime: timestampFromMs(now + 23 * 3_600_000) }), "ACCEPTED"],
      [
        event({ clientTime: timestampFromMs(now + 25 * 3_600_000) }),
        "QUARANTINED EVENT_TIME_IN_FUTURE client_time",
      ],
      [
        event({ clientTime: timestampFromMs(Date.UTC(1899, 11, 31)) }),
        "QUARANTINED EVENT_TIME_INVALID client_time",
      ],
      [event({ clientTime: timestampFromMs(Date.UTC(1900, 0, 1)) }), "ACCEPTED"],
      [
        event({ sentTime: timestampFromMs(Date.UTC(2300, 0, 1)) }),
        "QUARANTINED EVENT_TIME_INVALID sent_time",
      ],
      [event({ body: json("[1]") }), "QUARANTINED EVENT_PROPERTIES_INVALID properties"],
      [event({ body: json('{"a":1,"a":2}') }), "QUARANTINED EVENT_PROPERTIES_INVALID properties.a"],
      [event({ body: json('{"a":NaN}') }), "QUARANTINED EVENT_PROPERTIES_INVALID properties.a"],
      [
        event({ body: { case: "avro", value: { schemaId: 5 } } }),
        "QUARANTINED EVENT_SCHEMA_UNKNOWN avro.schema_id",
      ],
      [event({ eventId: "twice" }), "ACCEPTED"],
      [event({ eventId: "twice" }), "DUPLICATE"],
      [event({ eventId: "twice", userId: "other" }), "CONFLICT EVENT_ID_REUSED event_id"],
    ];
    const said = await stand.publish(
      table.map(([init]) => init),
      of,
    );
    expect(said).to.deep.equal(table.map(([, verdict]) => verdict));
    const accepted = table.filter(([, verdict]) => verdict === "ACCEPTED").map(([init]) => init.eventId);
    expect((await stand.logged(of)).map((event) => event.eventId)).to.have.members(accepted);
    const kept = await stand.aside(of);
    const quarantined = table.filter(([, verdict]) => verdict.startsWith("QUARANTINED"));
    expect(kept.map((one) => one.event?.eventId)).to.deep.equal(quarantined.map(([init]) => init.eventId));
    expect(new Set(kept.map((one) => one.quarantineId)).size).to.equal(kept.length);
    expect(kept[0]).to.deep.include({ projectId: of.projectId, keyId: of.keyId, step: "ingestion" });
  });

  it("keeps what it sets aside as it came, but for the address", async () => {
    const of = await stand.project();
    await stand.publish(
      [{ eventId: "q", type: "t", body: json("{"), context: { ip: "203.0.113.77", locale: "de" } }],
      of,
    );
    const [kept] = await stand.aside(of);
    expect(kept?.event?.body).to.deep.equal({ case: "properties", value: "{" });
    expect(kept?.event?.context).to.deep.include({ ip: "203.0.113.0", locale: "de" });
    expect(kept?.fault).to.deep.include({ reason: FaultReason.EVENT_PROPERTIES_INVALID, rule: "json" });
  });

  it("makes ids, and says so", async () => {
    const of = await stand.project();
    const { verdicts } = await ingestClient(stand.service, of.secret).publishEvents({
      events: [{ type: "t" }, { type: "t" }],
    });
    const made = verdicts.map((verdict) => verdict.madeEventId);
    for (const one of made)
      expect(one).to.match(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const log = await stand.logged(of);
    expect(log.map((event) => [event.eventId, event.eventIdMade])).to.have.deep.members(
      made.map((one) => [one, true]),
    );
  });

  it("corrects a clock that is off, and says by how much", async () => {
    const of = await stand.project();
    const ahead = Date.now() + 7_200_000;
    await stand.publish(
      [
        {
          eventId: "off",
          type: "t",
          anonymousId: "d",
          clientTime: timestampFromMs(ahead),
          sentTime: timestampFromMs(ahead),
        },
        {
          eventId: "on",
          type: "t",
          anonymousId: "e",
          clientTime: timestampFromMs(5),
          sentTime: timestampFromMs(Date.now()),
        },
      ],
      of,
    );
    const [off, on] = (await stand.logged(of)).sort((one, other) => (one.eventId < other.eventId ? -1 : 1));
    expect(Number(off?.skewMs)).to.be.closeTo(-7_200_000, 5_000);
    expect(Number(off?.timeMs)).to.be.closeTo(Date.now(), 5_000);
    expect([on?.skewMs, on?.timeMs]).to.deep.equal([0n, 5n]);
  });

  it("checks events against the newest schema of their type within a second of its registration", async () => {
    const of = await stand.project();
    const register = (subject: string, schema: object, kind = SchemaKind.JSON_SCHEMA) =>
      registerSchema(stand.pool, { projectId: of.projectId, subject, kind, text: JSON.stringify(schema) });
    const five = { eventId: "five", type: "buy", body: json('{"amount":"5"}') };
    expect(await stand.publish([five], of)).to.deep.equal(["ACCEPTED"]);
    await register("buy", { properties: { amount: { type: "number" } } });
    const { schemaId } = await register(
      "avro",
      {
        type: "record",
        name: "A",
        fields: [
          { name: "l", type: "long" },
          { name: "s", type: "string", default: "none" },
        ],
      },
      SchemaKind.AVRO,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const events: EventInit[] = [
      { ...five, eventId: "six" },
      { eventId: "seven", type: "buy", body: json('{"amount":5}') },
      { eventId: "eight", type: "other", body: json('{"amount":"5"}') },
      { eventId: "nine", type: "avro", body: json('{"l":9007199254740993}') },
      {
        eventId: "ten",
        type: "avro",
        body: {
          case: "avro",
          value: { schemaId, data: Buffer.from("040278", "hex") },
        },
      },
      {
        eventId: "eleven",
        type: "avro",
        body: { case: "avro", value: { schemaId, data: Buffer.from("04", "hex") } },
      },
      { eventId: "twelve", type: "buy", body: { case: "avro", value: { schemaId } } },
    ];
    expect(await stand.publish(events, of)).to.deep.equal([
      "QUARANTINED EVENT_SCHEMA_VIOLATION properties.amount",
      "ACCEPTED",
      "ACCEPTED",
      "ACCEPTED",
      "ACCEPTED",
      "QUARANTINED EVENT_SCHEMA_VIOLATION properties.s",
      "QUARANTINED EVENT_SCHEMA_UNKNOWN avro.schema_id",
    ]);
    const log = new Map((await stand.logged(of)).map((event) => [event.eventId, event]));
    expect(log.get("seven")).to.deep.include({ schemaVersion: 1, schemaId: 1 });
    expect(log.get("eight")).to.deep.include({ schemaVersion: 0, schemaId: 0 });
    expect(log.get("nine")?.properties).to.equal('{"l":9007199254740993,"s":"none"}');
    expect(log.get("ten")).to.deep.include({ properties: '{"l":2,"s":"x"}', schemaId });
    await register("buy", { properties: { amount: { type: "string" } } });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await stand.publish([{ ...five, eventId: "thirteen" }], of)).to.deep.equal(["ACCEPTED"]);
  });

  it("keeps unregistered types aside where the project is closed", async () => {
    const of = await stand.project({ settings: { schemaPolicy: SchemaPolicy.CLOSED } });
    expect(await stand.publish([{ type: "t" }], of)).to.deep.equal([
      "QUARANTINED EVENT_TYPE_UNREGISTERED type",
    ]);
  });

  it("answers a stream's batches in their order, and goes on after one that is refused", async () => {
    const of = await stand.project();
    async function* batches() {
      for (let batch = 1; batch <= 40; batch++) {
        yield {
          batchId: BigInt(batch),
          events: batch === 7 ? [] : [{ eventId: `s-${batch}`, type: "t" }, {}],
        };
      }
    }
    const answers: string[] = [];
    const stream = ingestClient(stand.service, of.secret).publishStream(batches());
    for await (const { batchId, verdicts, fault } of stream) {
      answers.push(`${batchId} ${fault === undefined ? verdicts.map(inShort) : FaultReason[fault.reason]}`);
    }
    const mixed = "ACCEPTED,REJECTED EVENT_TYPE_MISSING type";
    expect(answers).to.deep.equal(
      Array.from({ length: 40 }, (_, n) => `${n + 1} ${n === 6 ? "REQUEST_INVALID" : mixed}`),
    );
    expect(await stand.logged(of)).to.have.length(39);
  });

  it("shows a sample of its verdicts as they come", async () => {
    const of = await stand.project();
    const subscription = stand.nats.connection.subscribe(stand.names.liveVerdictsSubject(of.projectId), {
      max: 1,
    });
    await stand.nats.connection.flush();
    await stand.publish(
      [
        ...Array(30).fill({ type: "t", userId: "u" }),
        { type: "" },
        { type: "x", eventId: "q", body: json("[") },
      ],
      of,
    );
    for await (const message of subscription) {
      const said = fromBinary(LiveVerdictsSchema, message.data);
      expect(said).to.deep.include({ projectId: of.projectId, outcomes: { 1: 30, 4: 1, 5: 1 } });
      expect(said.sample.map(({ type, outcome }) => `${outcome} ${type}`)).to.deep.equal([
        ...Array(10).fill("1 t"),
        "5 ",
        "4 x",
      ]);
      expect(said.sample.at(-1)).to.deep.include({ eventId: "q", visitorId: "" });
    }
  });
});
