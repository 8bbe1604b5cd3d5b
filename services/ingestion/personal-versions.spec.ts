import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { PersonalDataAction } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { BlockSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { compileSchema } from "../../registry/compile.js";
import { type PersonalField, personalInNotes } from "../../registry/personal.js";
import type { SchemaVersion } from "../../registry/schema-cache.js";
import { eventsOfMessages } from "./event-source.js";
import { BatchPreparer, type Rules } from "./prepare-batch.js";
import { PreparedBatch } from "./prepared-batch.js";
import { quarantinedOf } from "./quarantine.js";

const receivedMs = Date.UTC(2026, 5, 1);
const secrets = new ProjectSecrets(["a-data-secret-of-a-test"]);
const stamp = {
  ...{ projectId: "p1", keyId: "k1", receivedMs, partitions: 4 },
  ...{ keepIp: false, browser: undefined, payloads: secrets.payloads("p1") },
};
const { JSON_SCHEMA, AVRO, PROTOBUF } = SchemaKind;

/** The versions of the type "t" by id, oldest first; the last one is the newest. */
const rulesOf = (
  kind: SchemaKind,
  texts: readonly (object | string)[],
  { noted = [], isDeleted = false }: { noted?: readonly PersonalField[]; isDeleted?: boolean } = {},
): Rules => {
  const versions = texts.map(
    (_, index): SchemaVersion => ({
      projectId: "p1",
      subject: "t",
      version: index + 1,
      schemaId: index + 1,
      kind,
      guid: `g${index}`,
      since: "",
    }),
  );
  const compiled = new Map(
    versions.map((version, index) => {
      const text = texts[index] ?? "";
      return [version, compileSchema(kind, typeof text === "string" ? text : JSON.stringify(text))];
    }),
  );
  const last = versions.slice(-1).map((version): [string, SchemaVersion] => ["t", version]);
  const find = (id: number) => versions.find(({ schemaId }) => schemaId === id);
  return {
    schemas: {
      newest: new Map(isDeleted ? [] : last),
      deleted: new Map(isDeleted ? last : []),
      isEmpty: false,
      find: (subject, id) => (subject === "t" ? find(id) : undefined),
      anyOf: find,
      personal: (subject) => (subject === "t" ? noted : []),
    },
    isClosed: false,
    compiled: (version) => compiled.get(version),
    protection: { projectId: "p1", secrets, actions: {}, otherwise: PersonalDataAction.DROP },
  };
};

type Body = NonNullable<MessageInitShape<typeof EventSchema>["body"]>;
const framed = (schemaId: number, payload: Uint8Array | string): Body => {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(schemaId, 1);
  return { case: "framed", value: Buffer.concat([header, Buffer.from(payload)]) };
};
const json = (value: string): Body => ({ case: "properties", value });

const preparer = new BatchPreparer();

/** The properties in the log, or what is shown of an event that is kept aside. */
const stored = (rules: Rules, body: Body, isLate = false): unknown => {
  const batch = new PreparedBatch();
  const clientTime = timestampFromMs(receivedMs + (isLate ? 48 * 3_600_000 : 0));
  const source = eventsOfMessages([create(EventSchema, { type: "t", eventId: "1", clientTime, body })]);
  expect(preparer.prepare(batch, source, stamp, rules)).to.deep.equal([]);
  if (batch.outcomes[0] === Outcome.ACCEPTED) {
    const { events } = fromBinary(BlockSchema, batch.bytes.subarray(batch.starts[0], batch.ends[0]));
    return events[0]?.properties;
  }
  const [kept] = quarantinedOf(batch, { stamp, rules, secrets, inFlood: false }).events;
  return { shown: kept?.event?.body.value, isSealed: (kept?.sealedEvent.length ?? 0) > 0 };
};

const email = { type: "string", "x-pii": "email" };
const record = (...fields: object[]) => ({ type: "record", name: "R", fields });
const proto = (fields: string) =>
  'syntax = "proto2"; import "google/protobuf/descriptor.proto"; extend google.protobuf.FieldOptions ' +
  `{ optional string pii = 50001; } message R { ${fields} }`;

describe("personal fields of several versions", () => {
  it("are those of the writer's and of the newest version", () => {
    const open = rulesOf(JSON_SCHEMA, [{ properties: { mail: email } }, { type: "object" }]);
    expect(stored(open, framed(1, '{"mail":"alice","n":1}'))).to.equal('{"n":1}');
    const avro = rulesOf(AVRO, [
      record({ name: "mail", type: "string", pii: "email" }, { name: "n", type: "int" }),
      record({ name: "address", aliases: ["mail"], type: "string" }, { name: "n", type: "int" }),
    ]);
    expect(stored(avro, framed(1, Buffer.from("02610e", "hex")))).to.equal('{"n":7}');
    const numbers = rulesOf(PROTOBUF, [
      proto('optional string mail = 1 [(pii) = "email"]; optional int32 n = 2;'),
      proto("optional string the_address = 1; optional int32 n = 2;"),
    ]);
    expect(stored(numbers, framed(1, Buffer.from("000a01611007", "hex")))).to.equal('{"n":7}');
  });

  it("are masked by both where an event is kept aside", () => {
    const avro = rulesOf(AVRO, [
      record({ name: "mail", type: "string" }),
      record(
        { name: "address", aliases: ["mail"], type: "string", pii: "email" },
        { name: "more", type: "int" },
      ),
    ]);
    const masked = { shown: '{"mail":"***"}', isSealed: true };
    expect(stored(avro, framed(1, Buffer.from("0261", "hex")))).to.deep.equal(masked);
    const numbers = rulesOf(PROTOBUF, [
      proto("optional string mail = 1;"),
      proto('optional string the_address = 1 [(pii) = "email"];'),
    ]);
    expect(stored(numbers, framed(1, Buffer.from("000a0161", "hex")), true)).to.deep.equal(masked);
  });

  it("are those of the Protobuf message that a payload names", () => {
    const text = `${proto("optional int32 n = 1;")} message S { optional string n = 1 [(pii) = "email"]; }`;
    const rules = rulesOf(PROTOBUF, [text]);
    expect(stored(rules, framed(1, Buffer.from("02020a0161", "hex")))).to.equal("{}");
    expect(stored(rules, framed(1, Buffer.from("000807", "hex")))).to.equal('{"n":7}');
    const kept = { shown: '{"n":"***"}', isSealed: true };
    expect(stored(rules, framed(1, Buffer.from("02020a0161", "hex")), true)).to.deep.equal(kept);
  });

  it("are everything in a body of a schema that nobody knows", () => {
    const whole = { shown: '"***"', isSealed: true };
    const none = rulesOf(JSON_SCHEMA, []);
    const plain = rulesOf(AVRO, [record({ name: "n", type: "string" })]);
    for (const rules of [none, plain]) {
      expect(stored(rules, framed(99, Buffer.from("0261", "hex")))).to.deep.equal(whole);
      const body: Body = { case: "avro", value: { schemaId: 99, data: Buffer.from("0261", "hex") } };
      expect(stored(rules, body)).to.deep.equal(whole);
    }
    const torn: Body = { case: "framed", value: Buffer.from("01000000010261", "hex") };
    const marked = rulesOf(AVRO, [
      record({ name: "n", type: "string" }, { name: "m", type: "string", pii: "x" }),
    ]);
    expect(stored(marked, torn)).to.deep.equal(whole);
    expect(stored(plain, torn)).to.deep.equal({ shown: torn.value, isSealed: false });
  });

  it("are those of the last version where all are soft-deleted, and those in notes", () => {
    const noted = personalInNotes([{ path: "phone", pii: "phone" }]);
    const body = json('{"mail":"alice","phone":"1","n":1}');
    const deleted = { noted, isDeleted: true };
    expect(stored(rulesOf(JSON_SCHEMA, [{ properties: { mail: email } }], deleted), body)).to.equal(
      '{"n":1}',
    );
    const later = rulesOf(JSON_SCHEMA, [{ type: "object" }, { properties: { mail: email } }], deleted);
    expect(stored(later, framed(1, '{"mail":"alice","phone":"1","n":1}'))).to.equal('{"n":1}');
    expect(stored(rulesOf(JSON_SCHEMA, [], { noted }), body)).to.equal('{"mail":"alice","n":1}');
    const closed = { ...rulesOf(JSON_SCHEMA, [{ properties: { mail: email } }], deleted), isClosed: true };
    expect(stored(closed, body)).to.deep.equal({
      shown: '{"mail":"***","phone":"***","n":1}',
      isSealed: true,
    });
  });

  it("are found by a note under the name that a Protobuf or Avro field has in its schema", () => {
    const noted = personalInNotes([{ path: "users[].user_email", pii: "email" }]);
    const text =
      'syntax = "proto3"; message R { repeated U users = 1; } message U { string user_email = 1; }';
    const rules = rulesOf(PROTOBUF, [text], { noted });
    expect(stored(rules, json('{"users":[{"userEmail":"alice"}]}'))).to.equal('{"users":[{}]}');
    expect(stored(rules, json('{"users":[{"user_email":"alice"}]}'), true)).to.deep.equal({
      shown: '{"users":[{"user_email":"***"}]}',
      isSealed: true,
    });
    const avro = rulesOf(AVRO, [record({ name: "address", aliases: ["mail"], type: "string" })], {
      noted: personalInNotes([{ path: "mail", pii: "email" }]),
    });
    expect(stored(avro, json('{"address":"alice"}'))).to.equal("{}");
  });
});
