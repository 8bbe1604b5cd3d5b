import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { QuarantineService } from "../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { migratePostgres } from "../platform/migrate.js";
import { ProjectSecrets } from "../platform/project-secrets.js";
import { type EventInit, ingestClient } from "./support/ingestion.js";
import {
  dataSecret,
  type IngestionStand,
  operatorKey,
  startIngestionStand,
} from "./support/ingestion-stand.js";
import type { TestProject } from "./support/projects.js";
import { registerSchema } from "./support/schemas.js";
import { type ServiceProcess, startService } from "./support/service-process.js";

const schema = JSON.stringify({
  type: "object",
  properties: { amount: { type: "number" } },
  required: ["amount"],
});

describe("what was kept aside", function () {
  this.timeout(60_000);
  let stand: IngestionStand;
  let admin: ServiceProcess;
  let quarantine: Client<typeof QuarantineService>;
  let of: TestProject;

  before(async () => {
    stand = await startIngestionStand();
    await migratePostgres(stand.pool, ["services/admin/migrations"]);
    const { connectionString = "" } = stand.pool.options;
    admin = await startService("admin", {
      NATS_URL: stand.engines.nats,
      REDIS_URL: "redis://127.0.0.1:9",
      DATABASE_URL: connectionString,
      CLICKHOUSE_URL: "http://127.0.0.1:9",
      TIDELINE_PREFIX: stand.engines.prefix,
      TIDELINE_OPERATOR_KEY: operatorKey,
      TIDELINE_DATA_SECRET: dataSecret,
      TIDELINE_INGEST_URL: `127.0.0.1:${stand.service.grpcPort}`,
    });
    const baseUrl = `http://127.0.0.1:${admin.grpcPort}`;
    quarantine = createClient(QuarantineService, createGrpcTransport({ baseUrl }));
  });

  after(async () => {
    await admin?.stop();
    await stand?.stop();
  });

  beforeEach(async () => {
    of = await stand.project();
    const text = { subject: "sale", kind: SchemaKind.JSON_SCHEMA, text: schema };
    await registerSchema(stand.pool, { projectId: of.projectId, ...text });
  });

  const by = () => ({ headers: { authorization: `Bearer ${of.secret}` } });
  const sale = (eventId: string, json: string): EventInit => ({
    eventId,
    type: "sale",
    body: { case: "properties", value: json },
  });

  /** The listing once it has so many events. */
  async function listed(count: number) {
    const until = Date.now() + 10_000;
    for (;;) {
      const answer = await quarantine.listQuarantined({}, by());
      if (answer.events.length === count || Date.now() > until) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it("is judged by the door itself in a dry run, which stores nothing", async () => {
    await stand.publish([sale("good", '{"price":"7.50"}'), sale("bad", '{"price":"none"}')], of);
    expect((await listed(2)).total).to.equal(2n);
    const correction = { rename: { price: "amount" }, casts: { amount: "number" } };
    for (let times = 0; times < 2; times++) {
      const dry = await quarantine.reprocessQuarantined({ correction, dryRun: true }, by());
      expect(dry).to.include({ accepted: 1n, duplicates: 0n, failed: 1n, remaining: 0n });
      expect(dry.failures.map(({ event }) => event?.eventId)).to.deep.equal(["bad"]);
    }
    expect(await stand.logged(of)).to.have.length(0);
    expect((await stand.aside(of)).length).to.equal(2);
    expect((await listed(2)).events.map(({ attempts }) => attempts)).to.deep.equal([0, 0]);
  });

  it("passes once it is corrected, under its own id, and what fails again stays on the list once", async () => {
    await stand.publish([sale("good", '{"price":"7.50"}'), sale("bad", '{"price":"none"}')], of);
    await listed(2);
    const correction = { rename: { price: "amount" }, casts: { amount: "number" } };
    const first = await quarantine.reprocessQuarantined({ correction }, by());
    expect(first).to.include({ accepted: 1n, failed: 1n });
    const logged = await stand.logged(of);
    expect(logged.map(({ eventId, properties }) => [eventId, properties])).to.deep.equal([
      ["good", '{"amount":7.50}'],
    ]);
    // The failure is in the stream again; its message must not list the event a second time.
    const until = Date.now() + 5_000;
    while ((await stand.aside(of)).length < 3 && Date.now() < until)
      await new Promise((r) => setTimeout(r, 50));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { events, total } = await listed(1);
    expect(total).to.equal(1n);
    expect(events[0]).to.include({ attempts: 1, keyId: of.keyId });
    expect(events[0]?.event?.body.value).to.equal('{"price":"none"}');
    expect(events[0]?.fault).to.include({
      reason: FaultReason.EVENT_SCHEMA_VIOLATION,
      field: "properties.amount",
    });
    const second = await quarantine.reprocessQuarantined({ correction: { defaults: { amount: "0" } } }, by());
    expect(second).to.include({ accepted: 1n, failed: 0n });
    expect((await listed(0)).total).to.equal(0n);
  });

  it("is corrected in bytes too: read by its writer, judged by the newest, counted by a dry run", async () => {
    const register = (subject: string, kind: SchemaKind, text: object | string) =>
      registerSchema(stand.pool, {
        ...{ projectId: of.projectId, subject, kind },
        text: typeof text === "string" ? text : JSON.stringify(text),
      });
    const framed = (schemaId: number, ...payload: (string | number[])[]): NonNullable<EventInit["body"]> => {
      const header = Buffer.alloc(5);
      header.writeUInt32BE(schemaId, 1);
      const parts = payload.map((part) =>
        typeof part === "string" ? Buffer.from(part) : Buffer.of(...part),
      );
      return { case: "framed", value: Buffer.concat([header, ...parts]) };
    };
    const record = (...fields: object[]) => ({ type: "record", name: "deal", fields });
    const old = await register("deal", SchemaKind.AVRO, record({ name: "price", type: "string" }));
    await register("deal", SchemaKind.AVRO, record({ name: "amount", type: "double" }));
    const proto = (field: string) => `syntax = "proto2"; message M { ${field} }`;
    const bought = await register("buy", SchemaKind.PROTOBUF, proto("optional string price = 1;"));
    await register("buy", SchemaKind.PROTOBUF, proto("required double amount = 2;"));
    const json = await register("order", SchemaKind.JSON_SCHEMA, schema);
    const datum = (text: string) => Buffer.of(text.length * 2, ...Buffer.from(text));
    const avro = (text: string): NonNullable<EventInit["body"]> => ({
      case: "avro",
      value: { schemaId: old.schemaId, data: datum(text) },
    });
    await stand.publish(
      [
        { eventId: "avro", type: "deal", body: avro("7.50") },
        { eventId: "avro bad", type: "deal", body: avro("none") },
        { eventId: "framed", type: "deal", body: framed(old.schemaId, [8], "7.51") },
        { eventId: "proto", type: "buy", body: framed(bought.schemaId, [0, 10, 4], "7.52") },
        { eventId: "json", type: "order", body: framed(json.schemaId, '{"price":"7.53"}') },
      ],
      of,
    );
    await listed(5);
    const plain = await quarantine.reprocessQuarantined({ dryRun: true }, by());
    expect(plain).to.include({ accepted: 0n, failed: 5n });
    const correction = { rename: { price: "amount" }, casts: { amount: "number" } };
    const dry = await quarantine.reprocessQuarantined({ correction, dryRun: true }, by());
    expect(dry).to.include({ accepted: 4n, failed: 1n, remaining: 0n });
    expect(await stand.logged(of)).to.have.length(0);
    const wet = await quarantine.reprocessQuarantined({ correction }, by());
    expect(wet).to.include({ accepted: 4n, failed: 1n });
    expect(wet.failures.map(({ event, fault }) => [event?.eventId, fault?.field])).to.deep.equal([
      ["avro bad", "properties.amount"],
    ]);
    const logged = (await stand.logged(of)).map(({ eventId, properties, schemaVersion }) => [
      ...[eventId, properties, schemaVersion],
    ]);
    expect(logged).to.have.deep.members([
      ["avro", '{"amount":7.50}', 2],
      ["framed", '{"amount":7.51}', 2],
      ["proto", '{"amount":7.52}', 2],
      ["json", '{"amount":7.53}', 1],
    ]);
  });

  it("shows no personal value, keeps it nowhere else, and is fed again with it", async () => {
    const text = JSON.stringify({
      type: "object",
      properties: { amount: { type: "number" }, email: { type: "string", "x-pii": "email" } },
      required: ["amount"],
    });
    const subject = "signup";
    const registered = { projectId: of.projectId, subject, kind: SchemaKind.JSON_SCHEMA, text };
    await registerSchema(stand.pool, registered);
    const value = '{"email":"ada@example.org"}';
    await stand.publish([{ eventId: "a", type: subject, body: { case: "properties", value } }], of);
    const { events } = await listed(1);
    expect(events[0]).to.include({ isMasked: true });
    expect(events[0]?.event?.body.value).to.equal('{"email":"***"}');
    const [aside] = await stand.aside(of);
    expect(aside?.sealedEvent.length).to.be.greaterThan(20);
    expect(Buffer.from(aside?.sealedEvent ?? []).includes("ada@example.org")).to.equal(false);
    const correction = { defaults: { amount: "1" } };
    expect(await quarantine.reprocessQuarantined({ correction }, by())).to.include({ accepted: 1n });
    const [logged] = await stand.logged(of);
    const email = new ProjectSecrets([dataSecret]).hash(of.projectId, "ada@example.org");
    expect(JSON.parse(logged?.properties ?? "")).to.deep.equal({ email, amount: 1 });
  });

  it("is one alarm where most of what a key sends fails, and is fed again by it", async () => {
    const broken = (batch: number) =>
      Array.from({ length: 99 }, (_, index) => sale(`b${batch}-${index}`, '{"amount":"1"}'));
    for (let batch = 0; batch < 3; batch++) await stand.publish(broken(batch), of);
    expect((await listed(99)).events).to.have.length(99);
    const until = Date.now() + 5_000;
    const look = async () => (await quarantine.listQuarantined({}, by())).alarms[0];
    while ((await look())?.events !== 198n && Date.now() < until) await new Promise((r) => setTimeout(r, 50));
    const alarm = await look();
    expect(alarm).to.include({
      keyId: of.keyId,
      events: 198n,
      type: "sale",
      faultEvents: 198n,
      isOpen: true,
    });
    const filter = { alarmId: alarm?.alarmId ?? "" };
    const fed = await quarantine.reprocessQuarantined(
      { filter, correction: { casts: { amount: "number" } } },
      by(),
    );
    expect(fed).to.include({ accepted: 198n, failed: 0n });
    expect((await quarantine.listQuarantined({}, by())).alarms).to.deep.equal([]);
  });

  it("is not fed by another project's key", async () => {
    await stand.publish([sale("mine", "{}")], of);
    await listed(1);
    const other = await stand.project();
    const foreign = { headers: { authorization: `Bearer ${other.secret}` } };
    expect((await quarantine.listQuarantined({}, foreign)).total).to.equal(0n);
    const fed = await quarantine.reprocessQuarantined({ correction: { defaults: { amount: "1" } } }, foreign);
    expect(fed).to.include({ accepted: 0n, failed: 0n });
    const verdicts = await ingestClient(stand.service, of.secret).publishEvents(
      { events: [sale("dry", '{"amount":1}')] },
      { headers: { "tideline-dry-run": "true" } },
    );
    expect(verdicts.verdicts).to.have.length(1);
    expect(await stand.logged(of)).to.have.length(0);
  });
});
