import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { order, signal } from "./hard-protobuf.js";
import type { EventModel, Field } from "./model.js";
import { partLine, readModels } from "./read-models.js";

const registered = { subject: "s", version: 1, schemaId: 1, kind: SchemaKind.PROTOBUF };

const read = (text: string, references: readonly { name: string; text: string }[] = []) =>
  readModels([{ ...registered, text, references }]);

const event = (text: string, references?: readonly { name: string; text: string }[]): EventModel => {
  const { events, problems } = read(text, references);
  expect(problems.map(partLine)).to.deep.equal([]);
  return events[0] as EventModel;
};

const proto3 = (body: string): string => `syntax = "proto3";\n${body}`;

const fieldOf = ({ root }: EventModel, wire: string): Field | undefined =>
  root.fields.find((field) => field.wire === wire);

const scalarOf = (field: Field | undefined): string =>
  field?.type.kind === "scalar" ? `${field.type.api} ${field.type.write.method}` : "none";

describe("models of Protobuf schemas", () => {
  it("are of the file's first message, with names as JSON has them", () => {
    const model = event(
      proto3('message A { string user_id = 1; int32 n = 2 [json_name = "N-1"]; } message B {}'),
    );
    expect(model).to.include({ language: "Protobuf", format: "json" });
    expect(model.root.fields.map(({ wire }) => wire)).to.deep.equal(["userId", "N-1"]);
    expect(model.named).to.deep.equal([]);
  });

  it("have texts in the place of an enum of more values than a class has room for", () => {
    const values = Array.from({ length: 2_001 }, (_, index) => `V${index} = ${index};`).join(" ");
    const model = event(proto3(`message A { E e = 1; repeated E es = 2; } enum E { ${values} }`));
    expect(scalarOf(fieldOf(model, "e"))).to.equal("string text");
    expect(model.named).to.deep.equal([]);
  });

  it("keep the range and all digits of every scalar", () => {
    const model = event(order);
    expect(scalarOf(fieldOf(model, "totalCents"))).to.equal("long int64Text");
    expect(scalarOf(fieldOf(model, "drift"))).to.equal("long int64Text");
    expect(scalarOf(fieldOf(model, "mark"))).to.equal("ulong uint64Text");
    expect(scalarOf(fieldOf(model, "rank"))).to.equal("ulong uint64Text");
    expect(scalarOf(fieldOf(model, "code"))).to.equal("uint uint32");
    expect(scalarOf(fieldOf(model, "shift"))).to.equal("int int32");
    expect(scalarOf(fieldOf(model, "rate"))).to.equal("float float32");
    expect(scalarOf(fieldOf(model, "token"))).to.equal("bytes base64");
    expect(scalarOf(fieldOf(model, "placedAt"))).to.equal("instant timestamp");
    expect(scalarOf(fieldOf(model, "took"))).to.equal("elapsed elapsed");
    const keys = ["byShelf", "byNumber", "byFlag", "byStep"].map((wire) => {
      const type = fieldOf(model, wire)?.type;
      return type?.kind === "map" ? type.keys : "none";
    });
    expect(keys).to.deep.equal([undefined, "long", "boolean", "uint"]);
  });

  it("tell what has to be stated from what is zero and from what is not there", () => {
    const [three, two] = [event(order), event(signal)];
    expect(fieldOf(three, "orderId")?.leftOut).to.deep.equal({ kind: "zero" });
    expect(fieldOf(three, "coupon")?.leftOut).to.deep.equal({ kind: "omit" });
    expect(fieldOf(three, "note")?.leftOut).to.deep.equal({ kind: "omit" });
    expect(fieldOf(three, "lines")?.leftOut).to.deep.equal({ kind: "omit" });
    expect(three.root.fields.some(({ isRequired }) => isRequired)).to.equal(false);
    expect(two.root.fields.filter(({ isRequired }) => isRequired).map(({ wire }) => wire)).to.deep.equal([
      "class",
      "type",
      "mood",
      "inner",
    ]);
    const edition = event(
      'edition = "2023"; message A { int32 a = 1; int32 b = 2 [features.field_presence = IMPLICIT]; }',
    );
    expect(edition.root.fields.map(({ leftOut }) => leftOut?.kind)).to.deep.equal(["omit", "zero"]);
  });

  it("have one field for a oneof, which is none in JSON and takes no other's name", () => {
    const model = event(
      proto3("message A { oneof how_paid { string card = 1; int64 cash = 2; } bool howPaid = 3; }"),
    );
    const field = fieldOf(model, "howPaidChoice");
    const union =
      field?.type.kind === "named" && field.type.type.kind === "union" ? field.type.type : undefined;
    expect(union?.branches.map(({ wire }) => wire)).to.deep.equal(["card", "cash"]);
    expect(field?.isRequired).to.equal(false);
  });

  it("call symbols without their enum's name where all have it", () => {
    const labels = (values: string): readonly string[] | undefined => {
      const { named } = event(proto3(`message A { Pay_Kind k = 1; } enum Pay_Kind { ${values} }`));
      const [type] = named;
      return type?.kind === "enum" ? type.labels : undefined;
    };
    expect(labels("PAY_KIND_NONE = 0; PAY_KIND_CARD = 1;")).to.deep.equal(["_NONE", "_CARD"]);
    expect(labels("PAY_KIND_NONE = 0; CARD = 1;")).to.equal(undefined);
    expect(labels("PAY_KIND_NONE = 0; PAY_KIND_3D = 1;")).to.equal(undefined);
  });

  it("have docs, units, deprecations, defaults and personal data of options", () => {
    const [three, two] = [event(order), event(signal)];
    expect(three.root.remarks.doc).to.equal("An order was placed.\nBy anyone.");
    expect(fieldOf(three, "orderId")?.remarks.doc).to.equal("The shop's number.");
    expect(fieldOf(three, "totalCents")?.remarks.facts).to.deep.equal(["Unit: cent."]);
    expect(fieldOf(three, "2nd name")?.remarks.deprecated).to.equal("");
    expect(fieldOf(three, "payment")?.remarks.facts).to.deep.equal([
      "card: Paid by card.",
      "voucherCode: Deprecated.",
    ]);
    const [status] = three.named;
    expect(status?.remarks).to.deep.equal({
      doc: "How far it is.",
      deprecated: undefined,
      facts: ["STATUS_OPEN: To be paid.", "STATUS_LOST: Deprecated."],
    });
    expect(fieldOf(two, "email")?.remarks.facts).to.deep.equal(["Personal data: email."]);
    expect(fieldOf(two, "level")?.remarks.facts).to.deep.equal(["Default: 7."]);
  });

  it("find the messages of other schemas, and keep apart those of one name", () => {
    const references = [
      {
        name: "money.proto",
        text: proto3("package pay; message Money { int64 units = 1; } message Unused {}"),
      },
    ];
    const text = proto3(
      'package shop; import "money.proto"; message A { pay.Money price = 1; Money own = 2; message Money {} }',
    );
    const { named } = event(text, references);
    expect(named.map(({ name }) => name)).to.deep.equal(["Money", "Money"]);
    expect(read(text).problems.map(partLine)[0]).to.match(/^s: .*the import "money\.proto" is not among/);
  });

  it("say what is wrong with the schema, and find no event in a file without messages", () => {
    expect(read("message {").problems.map(partLine)[0]).to.match(/^s: the schema can't be used: line 1/);
    expect(read(proto3("enum E { A = 0; }")).problems.map(partLine)).to.deep.equal([
      "s: declares no message",
    ]);
    const hidden = proto3('message A { string a = 1 [json_name = "__proto__"]; }');
    expect(read(hidden).problems.map(partLine)).to.deep.equal([
      "s: __proto__: is no name that every language can use",
    ]);
  });
});
