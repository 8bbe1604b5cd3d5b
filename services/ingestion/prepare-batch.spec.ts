import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { PersonalDataAction } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { BlockSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { QuarantinedEventSchema } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { KEY_BYTES, KeyedHash } from "../../platform/keyed-hash.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { compileSchema } from "../../registry/compile.js";
import type { CompiledSchema } from "../../registry/compiled-schema.js";
import type { SchemaVersion } from "../../registry/schema-cache.js";
import { eventsOfJson, eventsOfMessages } from "./event-source.js";
import { BatchPreparer, type Rules } from "./prepare-batch.js";
import { PreparedBatch } from "./prepared-batch.js";
import { quarantinedOf } from "./quarantine.js";
import type { RequestStamp } from "./raw-event.js";
import { RepeatFinder } from "./repeats.js";

const receivedMs = Date.UTC(2026, 5, 1);
const hour = 3_600_000;
const stamp: RequestStamp = {
  projectId: "p1",
  keyId: "k1",
  receivedMs,
  partitions: 4,
  keepIp: false,
  payloads: new KeyedHash(Buffer.alloc(KEY_BYTES, "a key of a test")),
  browser: undefined,
};
type Init = MessageInitShape<typeof EventSchema>;

const secrets = new ProjectSecrets(["a-data-secret-of-a-test"]);

const rulesWith = (versions: [SchemaVersion, object | string][] = [], isClosed = false): Rules => {
  const compiled = new Map<SchemaVersion, CompiledSchema>();
  for (const [version, schema] of versions) {
    const text = typeof schema === "string" ? schema : JSON.stringify(schema);
    compiled.set(version, compileSchema(version.kind, text));
  }
  return {
    schemas: {
      newest: new Map(versions.map(([version]) => [version.subject, version])),
      deleted: new Map(),
      isEmpty: false,
      find: (subject, id) =>
        versions.find(([version]) => version.schemaId === id && version.subject === subject)?.[0],
      anyOf: (id) => versions.find(([version]) => version.schemaId === id)?.[0],
      personal: () => [],
    },
    isClosed,
    compiled: (version) => compiled.get(version),
    protection: { projectId: "p1", secrets, actions: {}, otherwise: PersonalDataAction.HASH },
  };
};
const version = (subject: string, schemaId: number, kind = SchemaKind.JSON_SCHEMA): SchemaVersion => ({
  projectId: "p1",
  subject,
  version: 3,
  schemaId,
  kind,
  guid: `guid-${schemaId}`,
  since: "",
});

const preparer = new BatchPreparer();
const prepared = (inits: Init[], rules = rulesWith()): PreparedBatch => {
  const batch = new PreparedBatch();
  const source = eventsOfMessages(inits.map((init) => create(EventSchema, init)));
  expect(preparer.prepare(batch, source, stamp, rules)).to.deep.equal([]);
  return batch;
};
const said = (batch: PreparedBatch): string[] =>
  Array.from({ length: batch.count }, (_, index) => {
    const fault = batch.faults.get(index);
    const outcome = Outcome[batch.outcomes[index] ?? 0] ?? "";
    return fault === undefined
      ? outcome
      : `${outcome} ${FaultReason[fault.reason]} ${fault.field} ${fault.rule}`;
  });
const framed = (schemaId: number, payload: Uint8Array) => {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(schemaId, 1);
  return { case: "framed" as const, value: Buffer.concat([header, payload]) };
};
const json = (value: string) => ({ case: "properties" as const, value });

describe("the decision on a batch", () => {
  it("goes by the client's time, and by the corrected one", () => {
    const at = (clientMs: number, sentMs?: number): Init => ({
      type: "t",
      clientTime: timestampFromMs(clientMs),
      ...(sentMs === undefined ? {} : { sentTime: timestampFromMs(sentMs) }),
    });
    const batch = prepared([
      at(receivedMs + 24 * hour),
      at(receivedMs + 24 * hour + 1),
      at(receivedMs - hour, receivedMs - 48 * hour),
      at(Date.UTC(1900, 0, 1)),
      at(Date.UTC(1900, 0, 1) - 1),
      at(Date.UTC(2299, 11, 31)),
      at(receivedMs, Date.UTC(2300, 0, 1)),
      at(Date.UTC(1901, 0, 1), receivedMs + 1_000 * 24 * hour),
      { type: "t", clientTime: { seconds: 0n, nanos: -1 } },
      { type: "t", clientTime: { seconds: 2n ** 62n, nanos: 0 } },
    ]);
    expect(said(batch)).to.deep.equal([
      "ACCEPTED",
      "QUARANTINED EVENT_TIME_IN_FUTURE client_time future",
      "QUARANTINED EVENT_TIME_IN_FUTURE sent_time future",
      "ACCEPTED",
      "QUARANTINED EVENT_TIME_INVALID client_time range",
      "QUARANTINED EVENT_TIME_IN_FUTURE client_time future",
      "QUARANTINED EVENT_TIME_INVALID sent_time range",
      "QUARANTINED EVENT_TIME_INVALID sent_time range",
      "QUARANTINED EVENT_TIME_INVALID client_time range",
      "QUARANTINED EVENT_TIME_INVALID client_time range",
    ]);
  });

  it("asks for the schemas that it needs, and takes them at the next try", () => {
    const buy = version("buy", 7);
    const rules = rulesWith([[buy, { properties: { amount: { type: "number" } } }]]);
    const batch = new PreparedBatch();
    const source = eventsOfMessages([create(EventSchema, { type: "buy", body: json('{"amount":"x"}') })]);
    const missing = preparer.prepare(batch, source, stamp, { ...rules, compiled: () => undefined });
    expect(missing).to.deep.equal([buy]);
    expect(preparer.prepare(batch, source, stamp, rules)).to.deep.equal([]);
    expect(said(batch)).to.deep.equal(["QUARANTINED EVENT_SCHEMA_VIOLATION properties.amount type"]);
    expect(batch.faults.get(0)?.schemaVersion).to.equal(3);
  });

  it("turns what an older version wrote into what the newest one takes, framed or not", () => {
    const record = (...fields: object[]) => ({ type: "record", name: "Sale", fields });
    const older = record({ name: "amount", type: "int" }, { name: "gone", type: "string" });
    const newest = record(
      { name: "total", type: "long", aliases: ["amount"] },
      { name: "currency", type: "string", default: "EUR" },
    );
    const rules = rulesWith([
      [{ ...version("sale", 1, SchemaKind.AVRO), version: 1 }, older],
      [{ ...version("sale", 2, SchemaKind.AVRO), version: 2 }, newest],
      [version("note", 3), { type: "object", required: ["text"] }],
    ]);
    const datum = Buffer.from("0e0461 62".replaceAll(" ", ""), "hex");
    const batch = prepared(
      [
        { type: "sale", eventId: "1", body: { case: "avro", value: { schemaId: 1, data: datum } } },
        { type: "sale", eventId: "2", body: framed(1, datum) },
        { type: "sale", eventId: "3", body: framed(2, Buffer.from("1006555344", "hex")) },
        { type: "note", eventId: "4", body: framed(3, Buffer.from('{"text":"x"}')) },
        { type: "note", eventId: "5", body: framed(3, Buffer.from('{"txt":"x"}')) },
        { type: "note", eventId: "6", body: framed(3, Buffer.from("{")) },
        { type: "sale", eventId: "7", body: framed(3, datum) },
        { type: "sale", eventId: "8", body: framed(1, datum.subarray(0, 2)) },
        { type: "sale", eventId: "9", body: { case: "framed", value: Buffer.from("01000000010e", "hex") } },
        { type: "sale", eventId: "10", body: { case: "framed", value: Buffer.from("0000", "hex") } },
        { type: "sale", eventId: "11", body: { case: "properties", value: '{"total":9}' } },
      ],
      rules,
    );
    expect(said(batch).map((text) => text.replace(/ avro$/, ""))).to.deep.equal([
      ...["ACCEPTED", "ACCEPTED", "ACCEPTED", "ACCEPTED"],
      "QUARANTINED EVENT_SCHEMA_VIOLATION properties.text required",
      "QUARANTINED EVENT_PROPERTIES_INVALID properties json",
      "QUARANTINED EVENT_SCHEMA_UNKNOWN framed registered",
      "QUARANTINED EVENT_SCHEMA_VIOLATION properties.gone",
      "QUARANTINED EVENT_PROPERTIES_INVALID framed magic_byte",
      "QUARANTINED EVENT_PROPERTIES_INVALID framed magic_byte",
      "ACCEPTED",
    ]);
    const logged = [0, 1, 2, 3, 10].map((index) => {
      const { events } = fromBinary(
        BlockSchema,
        batch.bytes.subarray(batch.starts[index], batch.ends[index]),
      );
      return [events[0]?.properties, events[0]?.schemaVersion, events[0]?.isEncoded];
    });
    expect(logged).to.deep.equal([
      ['{"total":7,"currency":"EUR"}', 1, true],
      ['{"total":7,"currency":"EUR"}', 1, true],
      ['{"total":8,"currency":"USD"}', 2, true],
      ['{"text":"x"}', 3, false],
      ['{"total":9,"currency":"EUR"}', 2, false],
    ]);
    const kept = quarantinedOf(batch, { stamp, rules, secrets, inFlood: false }).events;
    expect(kept.map(({ event }) => event?.body.case)).to.deep.equal(Array(6).fill("framed"));
    expect(kept[2]?.event?.body).to.deep.equal(framed(3, datum));
    const sealed = kept.filter(({ sealedEvent }) => sealedEvent.length > 0);
    expect(sealed).to.deep.equal([]);
  });

  it("takes Protobuf, by the message that a payload names", () => {
    const rules = rulesWith([
      [
        { ...version("sale", 1, SchemaKind.PROTOBUF), version: 1 },
        'syntax = "proto3"; message Other {} message Sale { int32 amount = 1; string gone = 2; }',
      ],
      [
        { ...version("sale", 2, SchemaKind.PROTOBUF), version: 2 },
        'syntax = "proto3"; message Sale { int64 total = 1; optional string currency = 3; } message Other {}',
      ],
    ]);
    const older = Buffer.from("020208071201 41".replaceAll(" ", ""), "hex");
    const batch = prepared(
      [
        { type: "sale", eventId: "1", body: framed(1, older) },
        { type: "sale", eventId: "2", body: framed(2, Buffer.from("0008081a03555344", "hex")) },
        { type: "sale", eventId: "3", body: json('{"total":"9007199254740993"}') },
        { type: "sale", eventId: "4", body: json('{"total":1.5}') },
        { type: "sale", eventId: "5", body: framed(2, Buffer.from("000a0141", "hex")) },
        { type: "sale", eventId: "6", body: framed(2, Buffer.from("0206", "hex")) },
      ],
      rules,
    );
    expect(said(batch)).to.deep.equal([
      ...["ACCEPTED", "ACCEPTED", "ACCEPTED"],
      "QUARANTINED EVENT_SCHEMA_VIOLATION properties.total int64",
      "QUARANTINED EVENT_SCHEMA_VIOLATION properties.total wire_type",
      "QUARANTINED EVENT_SCHEMA_VIOLATION properties message_index",
    ]);
    const logged = [0, 1, 2].map((index) => {
      const bytes = batch.bytes.subarray(batch.starts[index], batch.ends[index]);
      return fromBinary(BlockSchema, bytes).events[0]?.properties;
    });
    expect(logged).to.deep.equal([
      '{"total":7}',
      '{"total":8,"currency":"USD"}',
      '{"total":9007199254740993}',
    ]);
  });

  it("keeps the wildest times aside without stumbling", () => {
    const wild = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n + 1n].flatMap((seconds) => [
      { type: "t", clientTime: { seconds, nanos: 2_147_483_647 } },
      { type: "t", sentTime: { seconds, nanos: -2_147_483_648 } },
    ]);
    const batch = prepared(wild);
    expect(batch.countOf(Outcome.QUARANTINED)).to.equal(wild.length);
    for (const event of quarantinedOf(batch, { stamp, rules: rulesWith(), secrets, inFlood: false }).events) {
      expect(toBinary(QuarantinedEventSchema, create(QuarantinedEventSchema, event))).not.to.have.length(0);
    }
  });

  it("masks what a schema says is personal in what is kept aside", () => {
    const personal = { type: "string", "x-pii": "email" };
    const $defs = { contact: { properties: { mail: personal } } };
    const properties = {
      mail: personal,
      to: { type: "array", items: { $ref: "#/$defs/contact" } },
      n: { type: "number" },
    };
    const record = { type: "record", name: "R", fields: [{ name: "mail", type: "string", pii: "email" }] };
    const rules = rulesWith([
      [version("sign_up", 1), { $defs, properties }],
      [version("avro", 2, SchemaKind.AVRO), record],
    ]);
    const late = { clientTime: timestampFromMs(receivedMs + 48 * hour) };
    const full = '{"mail":"a@b.c","to":[{"mail":"d@e.f","x":1}],"n":"wrong","big":12345678901234567890}';
    const batch = prepared(
      [
        { type: "sign_up", eventId: "1", body: json(full) },
        { type: "sign_up", eventId: "2", body: json('{"mail":"a@b.c"'), context: { ip: "1.2.3.4" } },
        {
          ...late,
          type: "avro",
          eventId: "3",
          body: { case: "avro", value: { schemaId: 2, data: Buffer.from("0461", "hex") } },
        },
        {
          ...late,
          type: "avro",
          eventId: "4",
          body: { case: "avro", value: { schemaId: 2, data: Buffer.from("0261", "hex") } },
        },
        { ...late, type: "plain", eventId: "5", body: json('{"mail":"a@b.c"}') },
      ],
      rules,
    );
    const { indexes, events } = quarantinedOf(batch, { stamp, rules, secrets, inFlood: true });
    expect(indexes).to.deep.equal([0, 1, 2, 3, 4]);
    expect(events.every(({ inFlood }) => inFlood)).to.equal(true);
    const opened = events.map(({ sealedEvent }) =>
      sealedEvent.length === 0 ? undefined : secrets.open(stamp.projectId, sealedEvent),
    );
    expect(opened.map((bytes) => bytes?.includes(bytes.includes("a@b.c") ? "a@b.c" : "a"))).to.deep.equal([
      ...[true, true, true, true],
      undefined,
    ]);
    expect(events.map(({ event }) => event?.body.value)).to.deep.equal([
      '{"mail":"***","to":[{"mail":"***","x":1}],"n":"wrong","big":12345678901234567890}',
      '"***"',
      '"***"',
      '{"mail":"***"}',
      '{"mail":"a@b.c"}',
    ]);
    expect(events[1]?.event?.context?.ip).to.equal("1.2.3.0");
  });

  it("finds copies within a batch, of accepted events only", () => {
    const finder = new RepeatFinder();
    for (let round = 0; round < 3; round++) {
      const batch = prepared([
        { type: "t", eventId: "a" },
        { type: "t", eventId: "a" },
        { type: "u", eventId: "a" },
        { type: "", eventId: "b" },
        { type: "t", eventId: "b" },
        { type: "t", eventId: "c", body: json("[") },
        { type: "t", eventId: "c" },
        { type: "t" },
        { type: "t" },
        ...Array.from({ length: 900 }, (_, n) => ({ type: "t", eventId: `n${n}` })),
      ]);
      finder.find(batch);
      expect(said(batch).slice(0, 10)).to.deep.equal([
        "ACCEPTED",
        "DUPLICATE",
        "CONFLICT EVENT_ID_REUSED event_id unique",
        "REJECTED EVENT_TYPE_MISSING type required",
        "ACCEPTED",
        "QUARANTINED EVENT_PROPERTIES_INVALID properties object",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
      ]);
      expect([...batch.firstCopies.slice(0, 4)]).to.deep.equal([-1, 0, 0, -1]);
      expect(batch.countOf(Outcome.ACCEPTED)).to.equal(905);
    }
  });

  it("rejects JSON that is no event alone, and names the field", () => {
    const batch = new PreparedBatch();
    const source = eventsOfJson(
      Buffer.from(
        '[{"type":"t"},{"type":5},{"type":"t","sentTime":"x"},{"type":"\\ud800"},{"type":"t","userid":"u"},nope]',
      ),
      "any",
    );
    preparer.prepare(batch, source, stamp, rulesWith());
    expect(said(batch)).to.deep.equal([
      "ACCEPTED",
      "REJECTED EVENT_UNDECODABLE type json",
      "REJECTED EVENT_UNDECODABLE sent_time json",
      "REJECTED EVENT_TEXT_INVALID  utf8",
      "REJECTED EVENT_UNDECODABLE userid json.unknown_field",
      "REJECTED EVENT_UNDECODABLE  json",
    ]);
    expect(() => eventsOfJson(Buffer.from('{"events":[{"type":"t"}],"evnts":[]}'), "any")).to.throw("evnts");
  });

  it("remembers the smallest difference of a device's clock", () => {
    const sent = (eventId: string, anonymousId: string, agoMs: number): Init => ({
      type: "t",
      eventId,
      anonymousId,
      clientTime: timestampFromMs(receivedMs - agoMs),
      sentTime: timestampFromMs(receivedMs - agoMs),
    });
    // One at a time: a frame may leave a gap before it.
    const inits = [
      sent("1", "right", 500),
      sent("2", "right", 90_000),
      sent("3", "slow", 7_200_000),
      sent("4", "slow", 7_205_000),
      sent("5", "", 90_000),
    ];
    const skews = inits.map((init) => {
      const batch = prepared([init]);
      const { events } = fromBinary(BlockSchema, batch.bytes.subarray(batch.starts[0], batch.ends[0]));
      return Number(events[0]?.skewMs);
    });
    expect(skews).to.deep.equal([0, 0, 7_200_000, 7_200_000, 90_000]);
  });
});
