import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect } from "chai";
import { PersonalDataAction } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { CorrectionSchema } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { compileSchema } from "../../registry/compile.js";
import { type PersonalField, personalInNotes } from "../../registry/personal.js";
import type { SchemaVersion } from "../../registry/schema-cache.js";
import { checkCorrection, correctEvent } from "./correct-event.js";
import type { Registered } from "./ports.js";
import { BodyReader } from "./read-bodies.js";

const { AVRO, JSON_SCHEMA, PROTOBUF } = SchemaKind;
const secrets = new ProjectSecrets(["a-data-secret-of-a-test"]);
const hash = (text: string) => secrets.hash("p", text);

/** Versions of the type "t", oldest first, of the ids 1, 2 and so on. */
const registeredOf = (
  texts: readonly (readonly [SchemaKind, object | string])[],
  noted: readonly PersonalField[] = [],
): Registered => {
  const versions = texts.map(
    ([kind], index): SchemaVersion => ({
      ...{ projectId: "p", subject: "t", version: index + 1, schemaId: index + 1 },
      ...{ kind, guid: `g${index}`, since: "" },
    }),
  );
  const byId = (id: number) => versions.find(({ schemaId }) => schemaId === id);
  const newest = versions.at(-1);
  return {
    schemas: async () => ({
      newest: new Map(newest === undefined ? [] : [["t", newest]]),
      deleted: new Map(),
      isEmpty: newest === undefined,
      find: (subject, id) => (subject === "t" ? byId(id) : undefined),
      anyOf: byId,
      personal: (subject) => (subject === "t" ? noted : []),
    }),
    load: async ({ schemaId, kind }) => {
      const text = texts[schemaId - 1]?.[1] ?? "";
      return compileSchema(kind, typeof text === "string" ? text : JSON.stringify(text));
    },
    protection: async (projectId) => ({
      ...{ projectId, secrets },
      ...{ actions: {}, otherwise: PersonalDataAction.HASH },
    }),
  };
};

type Body = NonNullable<MessageInitShape<typeof EventSchema>["body"]>;
const framed = (schemaId: number, payload: Uint8Array | string): Body => {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(schemaId, 1);
  return { case: "framed", value: Buffer.concat([header, Buffer.from(payload)]) };
};
const record = (...fields: object[]) => ({ type: "record", name: "t", fields });
const text = (value: string) => Buffer.from([value.length * 2, ...Buffer.from(value)]);

/** The body that the door is given. */
async function fed(
  registered: Registered,
  body: Body,
  correction: MessageInitShape<typeof CorrectionSchema>,
): Promise<string> {
  const checked = checkCorrection(create(CorrectionSchema, correction));
  const bodies = await BodyReader.of(checked, registered, "p");
  const { event, personal } = await bodies.read(create(EventSchema, { type: "t", body }));
  const corrected = correctEvent(event, 0, checked);
  await bodies.hide(corrected, personal, false);
  return corrected.body.case === "properties" ? corrected.body.value : String(corrected.body.case);
}

describe("a correction of bodies in bytes", () => {
  const price = record({ name: "price", type: "string" }, { name: "old", type: "string" });
  const amount = record(
    { name: "amount", type: "double" },
    { name: "label", type: "string", aliases: ["old"] },
    { name: "currency", type: "string", default: "EUR" },
  );
  const versions = registeredOf([
    [AVRO, price],
    [AVRO, amount],
  ]);
  const correction = { rename: { price: "amount" }, casts: { amount: "number" } };
  const datum = Buffer.concat([text("7.50"), text("x")]);

  it("reads an Avro datum by its writer, and leaves the rest to the newest version's names", async () => {
    const expected = '{"amount":7.50,"label":"x"}';
    expect(await fed(versions, framed(1, datum), correction)).to.equal(expected);
    const avro: Body = { case: "avro", value: { schemaId: 1, data: datum } };
    expect(await fed(versions, avro, correction)).to.equal(expected);
    expect(await fed(versions, avro, { defaults: { amount: "1" } })).to.equal('{"label":"x","amount":1}');
  });

  it("casts a field of another type, and resolves what lies deeper in the others", async () => {
    const inner = (name: string, ...more: object[]) => ({
      name: "inner",
      type: { type: "record", name: "i", fields: [{ name, type: "int", ...more[0] }] },
    });
    const changed = registeredOf([
      [AVRO, record({ name: "amount", type: "string" }, inner("a"), { name: "gone", type: "int" })],
      [AVRO, record({ name: "amount", type: "double" }, inner("b", { aliases: ["a"] }))],
    ]);
    const body = framed(1, Buffer.concat([text("7"), Buffer.of(4, 6)]));
    expect(await fed(changed, body, { casts: { amount: "number" } })).to.equal(
      '{"amount":7,"inner":{"b":2}}',
    );
    // Without a cast the door sees what was written, and says where it is wrong.
    expect(await fed(changed, body, { defaults: { x: "1" } })).to.equal(
      '{"amount":"7","inner":{"b":2},"x":1}',
    );
  });

  it("reads a Protobuf payload by numbers, and JSON as it is", async () => {
    const proto = (fields: string) => `syntax = "proto3";\nmessage T { ${fields} }`;
    const both = registeredOf([
      [PROTOBUF, proto("string price = 1; string user_name = 2; int32 gone = 3;")],
      [PROTOBUF, proto("double amount = 4; string user = 2;")],
    ]);
    const payload = Buffer.concat([
      Buffer.of(0, 10, 4),
      Buffer.from("7.50"),
      Buffer.of(18, 3),
      Buffer.from("ada"),
      Buffer.of(24, 1),
    ]);
    expect(await fed(both, framed(1, payload), correction)).to.equal('{"amount":7.50,"user":"ada"}');
    const json = registeredOf([[JSON_SCHEMA, { required: ["amount"] }]]);
    expect(await fed(json, framed(1, '{"price":"7.50","n":1.50}'), correction)).to.equal(
      '{"amount":7.50,"n":1.50}',
    );
  });

  it("reads what a rule refused, and leaves alone what nobody can read", async () => {
    const rules = [{ name: "paid", expression: "price != ''" }];
    const ruled = registeredOf([
      [AVRO, { ...price, "x-rules": rules }],
      [AVRO, amount],
    ]);
    const empty = Buffer.concat([text(""), text("x")]);
    expect(await fed(ruled, framed(1, empty), { defaults: { amount: "1" } })).to.equal(
      '{"label":"x","amount":1}',
    );
    expect(await fed(versions, framed(1, Buffer.of(200)), correction)).to.equal("framed");
    expect(await fed(versions, framed(9, datum), correction)).to.equal("framed");
    expect(await fed(versions, { case: "framed", value: Buffer.of(1, 2) }, correction)).to.equal("framed");
  });

  it("leaves bytes as they are where nothing is changed in them", async () => {
    expect(await fed(versions, framed(1, datum), { useReceiveTime: true })).to.equal("framed");
  });

  it("keeps personal what the writer's version, a note or an old name says is", async () => {
    const marked = (...more: object[]) =>
      record({ name: "mail", type: "string", pii: "email" }, { name: "n", type: "int" }, ...more);
    const open = { properties: { n: { type: "number" } } };
    const body = framed(1, Buffer.concat([text("ada@x.org"), Buffer.of(2)]));
    const two = registeredOf([
      [AVRO, marked()],
      [JSON_SCHEMA, open],
    ]);
    expect(await fed(two, body, { defaults: { x: "1" } })).to.equal(
      `{"mail":"${hash("ada@x.org")}","n":1,"x":1}`,
    );
    expect(await fed(two, body, { rename: { mail: "who" } })).to.equal(
      `{"who":"${hash("ada@x.org")}","n":1}`,
    );
    // What the door protects is not done twice.
    const same = registeredOf([[AVRO, marked()]]);
    expect(await fed(same, body, { casts: { n: "number" } })).to.equal('{"mail":"ada@x.org","n":1}');
    const noted = registeredOf([[JSON_SCHEMA, open]], personalInNotes([{ path: "mail", pii: "email" }]));
    const json: Body = { case: "properties", value: '{"mail":"ada@x.org"}' };
    expect(await fed(noted, json, { rename: { mail: "who" } })).to.equal(`{"who":"${hash("ada@x.org")}"}`);
    expect(await fed(noted, json, { type: "other" })).to.equal(`{"mail":"${hash("ada@x.org")}"}`);
  });

  it("keeps each of a field's names personal that another type does not know", async () => {
    const field = { name: "mail", type: "string", pii: "email", aliases: ["email"] };
    const avro = registeredOf([[AVRO, record(field)]]);
    const byName = personalInNotes([{ path: "mail", pii: "email" }]);
    const both: Registered = {
      ...avro,
      schemas: async (projectId) => ({
        ...(await avro.schemas(projectId)),
        personal: (subject) => (subject === "other" ? byName : []),
      }),
    };
    const json: Body = { case: "properties", value: '{"email":"ada@x.org","mail":"bob@x.org"}' };
    // What the door protects is not done twice.
    expect(await fed(both, json, { type: "other" })).to.equal(
      `{"email":"${hash("ada@x.org")}","mail":"bob@x.org"}`,
    );
  });

  it("leaves what is no object to the door, also where a field gets a new name", async () => {
    const noted = registeredOf([], personalInNotes([{ path: "mail", pii: "email" }]));
    for (const value of ["nope", "7", '["ada@x.org"]', '{"mail":1,"mail":2}', '{"mail":"ada', ""]) {
      const json: Body = { case: "properties", value };
      expect(await fed(noted, json, { type: "other" }), value).to.equal(value);
      expect(await fed(noted, json, { rename: { mail: "who" } }), value).to.equal(
        value === "" ? "{}" : value,
      );
    }
  });
});
