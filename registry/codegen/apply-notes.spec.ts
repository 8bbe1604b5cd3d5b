import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { hardEvents } from "./hard-events.js";
import type { Field, FieldRemarks, RecordType } from "./model.js";
import { readModels } from "./read-models.js";

const note = (path: string, said: Partial<FieldRemarks>): FieldRemarks => ({
  path,
  description: "",
  unit: "",
  pii: "",
  deprecated: false,
  ...said,
});

const rootOf = (subject: string, fields: readonly FieldRemarks[], description = ""): RecordType => {
  const schemas = hardEvents.filter((one) => one.subject === subject);
  const { events } = readModels(schemas.map((one) => ({ ...one, notes: { description, fields } })));
  return events[0]?.root as RecordType;
};

const fieldOf = (record: RecordType | undefined, wire: string): Field | undefined =>
  record?.fields.find((field) => field.wire === wire);

/** The record that a field holds, be it in a list or a map. */
const within = (field: Field | undefined): RecordType | undefined => {
  let type = field?.type;
  if (type?.kind === "array") type = type.items;
  else if (type?.kind === "map") type = type.values;
  return type?.kind === "named" && type.type.kind === "record" ? type.type : undefined;
};

describe("notes beside a schema", () => {
  it("are in the docs of fields by their path", () => {
    const said = { description: "How much.", unit: "cent", pii: "amount", deprecated: true };
    const avro = rootOf("purchase", [note("items[].sku", said)]);
    expect(fieldOf(within(fieldOf(avro, "items")), "sku")?.remarks).to.deep.equal({
      doc: "How much.",
      deprecated: "",
      facts: ["Unit: cent.", "Personal data: amount."],
    });
    const protobuf = rootOf("order_placed", [
      note("byShelf.*.sku", said),
      note("card", { description: "A card." }),
    ]);
    expect(fieldOf(within(fieldOf(protobuf, "byShelf")), "sku")?.remarks.doc).to.equal("How much.");
    expect(fieldOf(protobuf, "payment")?.remarks.facts).to.include("card: A card.");
  });

  it("give way to what the schema says", () => {
    const purchase = rootOf(
      "purchase",
      [
        note("amount", { description: "Other.", unit: "USD", pii: "sum" }),
        note("old_code", { deprecated: true }),
      ],
      "Other.",
    );
    expect(purchase.remarks.doc).to.equal("A customer paid.");
    expect(fieldOf(purchase, "amount")?.remarks).to.deep.equal({
      doc: "What was paid.",
      deprecated: undefined,
      facts: ["Personal data: sum.", "Unit: EUR."],
    });
    expect(fieldOf(purchase, "old_code")?.remarks.deprecated).to.equal("coupon is used instead");
  });

  it("say what the event is where the schema does not, also where the event holds itself", () => {
    const signal = rootOf("signal", [], "A signal.");
    expect(signal.remarks.doc).to.equal("A signal.");
    const again = fieldOf(within(fieldOf(signal, "inner")), "again")?.type;
    expect(again).to.deep.equal({ kind: "named", type: signal });
  });

  it("of what is not there are passed over, and those of an event within itself end", () => {
    const paths = ["", ".", "*", "none", "items", "items[]", "items[].none", "amount.more", "items.sku"];
    const without = rootOf("purchase", []);
    const noted = rootOf(
      "purchase",
      paths.filter((path) => path !== "items").map((path) => note(path, { unit: "x" })),
    );
    expect(noted).to.deep.equal(without);
    const text = JSON.stringify({ type: "object", properties: { a: { $ref: "#" } } });
    const schema = { subject: "s", version: 1, schemaId: 1, kind: SchemaKind.JSON_SCHEMA, text };
    const fields = [note("a.a.a", { unit: "x" })];
    const { events } = readModels([{ ...schema, notes: { description: "", fields } }]);
    expect(events[0]?.root.fields[0]?.remarks.facts).to.deep.equal(["Unit: x."]);
  });
});
