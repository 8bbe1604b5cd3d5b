import { createHash } from "node:crypto";
import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { hardEvents } from "./hard-events.js";
import type { RecordType } from "./model.js";
import { partLine, readModels } from "./read-models.js";

const read = (schema: object, kind = SchemaKind.JSON_SCHEMA) =>
  readModels([{ subject: "s", version: 1, schemaId: 1, kind, text: JSON.stringify(schema) }]);

const problemsOf = (properties: object): string[] =>
  read({ type: "object", properties }).problems.map(partLine);

const fieldOf = (record: RecordType | undefined, wire: string) =>
  record?.fields.find((field) => field.wire === wire);

describe("models of event types", () => {
  const { events } = readModels(hardEvents);
  const rootOf = (subject: string) => events.find((event) => event.subject === subject)?.root;

  it("are sorted by subject, with the schema's id, version and fingerprint", () => {
    expect(events.map(({ subject }) => subject)).to.deep.equal(
      hardEvents.map(({ subject }) => subject).sort(),
    );
    expect(events.find(({ subject }) => subject === "purchase")).to.include({
      schemaId: 1,
      version: 1,
      format: "avro",
      fingerprint: createHash("sha256")
        .update(hardEvents[0]?.text ?? "")
        .digest("hex"),
    });
  });

  it("take an enum of more values than a class has room for as its values' type", () => {
    const many = Array.from({ length: 2_001 }, (_, index) => `v${index}`);
    const properties = {
      few: { enum: many.slice(1) },
      many: { enum: [...many, null] },
      mixed: { enum: [1, ...many] },
    };
    const { events: found, notes } = read({ type: "object", properties });
    const types = found[0]?.root.fields.map(({ type }) => (type.kind === "nullable" ? type.value : type));
    const said = types?.map((type) => (type.kind === "scalar" ? type.api : type.kind));
    expect(said).to.deep.equal(["named", "string", "json"]);
    expect(notes.map(partLine)).to.deep.equal([
      "s: many: 2001 values: the server checks which",
      "s: mixed: 2002 values: the server checks which",
    ]);
  });

  it("have the bytes of defaults", () => {
    const every = rootOf("every-thing");
    expect(fieldOf(every, "list_default")?.leftOut).to.deep.equal({ kind: "hex", hex: "04020100" });
    expect(fieldOf(every, "record_default")?.leftOut).to.deep.equal({ kind: "hex", hex: "0e" });
    expect(fieldOf(every, "enum_default")?.leftOut).to.deep.equal({ kind: "hex", hex: "02" });
  });

  it("have the bytes and the digits of every default that can be registered", () => {
    const cases: readonly [type: unknown, fallback: string, hex: string][] = [
      ["long", "-9007199254740991", "fdffffffffffff1f"],
      ["long", "9223372036854775807", "feffffffffffffffff01"],
      ["long", "-9223372036854775808", "ffffffffffffffffff01"],
      ["int", "-2147483648", "ffffffff0f"],
      ["float", "1", "0000803f"],
      ["double", "-2.5", "00000000000004c0"],
      ["boolean", "true", "01"],
      ["string", '"é"', "04c3a9"],
      ["bytes", '"\\u0000ÿ"', "0400ff"],
      [{ type: "fixed", name: "F", size: 2 }, '"\\u0001þ"', "01fe"],
      [{ type: "enum", name: "E", symbols: ["A", "B"] }, '"B"', "02"],
      [["string", "long"], "9007199254740993", "028280808080808020"],
      [{ type: "array", items: ["null", "int"] }, "[null,3]", "0400020600"],
      [{ type: "map", values: "int" }, '{"a":-1}', "0202610100"],
      [{ type: "map", values: "int" }, "{}", "00"],
    ];
    for (const [type, fallback, hex] of cases) {
      const json = JSON.stringify({ type: "record", name: "R", fields: [{ name: "f", type, default: "?" }] });
      const text = json.replace('"?"', fallback);
      const schema = { subject: "s", version: 1, schemaId: 1, kind: SchemaKind.AVRO, text };
      const { events: found, problems } = readModels([schema]);
      expect(problems, text).to.deep.equal([]);
      const field = fieldOf(found[0]?.root, "f");
      expect(field?.leftOut, text).to.deep.equal({ kind: "hex", hex });
      expect(field?.remarks.facts, text).to.deep.equal([`Left out: ${fallback}.`]);
    }
  });

  it("refuse a default without a type's value, which a subject may have let in", () => {
    const inner = { type: "record", name: "I", fields: [{ name: "n", type: "int", default: "x" }] };
    const text = JSON.stringify({ type: "record", name: "R", fields: [{ name: "i", type: inner }] });
    const schema = { subject: "s", version: 1, schemaId: 1, kind: SchemaKind.AVRO, text };
    expect(readModels([schema]).problems.map(partLine)).to.deep.equal([
      "s: i.n: has a default that is no value of its type",
    ]);
  });

  it("say which fields have to be stated", () => {
    const every = rootOf("every-thing");
    const isRequired = (wire: string) => fieldOf(every, wire)?.isRequired;
    expect(["boolean", "stated_null", "stated_default"].map(isRequired)).to.deep.equal([true, true, true]);
    expect(["perhaps", "list_default"].map(isRequired)).to.deep.equal([false, false]);
    expect(fieldOf(every, "nothing")?.constant).to.equal("");
    expect(fieldOf(rootOf("Page Visited"), "version")?.constant).to.equal("3");
  });

  it("have docs, units, deprecations and personal data", () => {
    const purchase = rootOf("purchase");
    expect(fieldOf(purchase, "amount")?.remarks).to.deep.equal({
      doc: "What was paid.",
      deprecated: undefined,
      facts: ["Unit: EUR."],
    });
    expect(fieldOf(purchase, "old_code")?.remarks.deprecated).to.equal("coupon is used instead");
    expect(fieldOf(purchase, "email")?.remarks.facts).to.deep.equal(["Personal data: email."]);
    expect(fieldOf(rootOf("Page Visited"), "url")?.remarks.facts).to.deep.equal([
      'Rules: maxLength 4096, format "uri".',
    ]);
  });

  it("refuse by subject and path what no type stands for", () => {
    const cases: readonly [object, string][] = [
      [{ a: { items: { $dynamicRef: "#x" } } }, "s: a[]: $dynamicRef is not supported"],
      [{ a: { $ref: "https://x.example/y" } }, "s: a: $ref https://x.example/y is not within the schema"],
      [{ a: { $ref: "#/$defs/none" } }, "s: a: $ref #/$defs/none is not within the schema"],
      [{ a: { type: "object", patternProperties: { x: {} } } }, "s: a: patternProperties is not supported"],
      [{ a: { enum: [{}] } }, "s: a: an enum of objects, arrays or unsafe numbers or texts is not supported"],
      [
        { a: { type: "object", required: ["b"], properties: { c: {} } } },
        "s: a.b: is required and not described",
      ],
      [{ a: { properties: { b: { items: false } } } }, "s: a.b[]: allows no value"],
      [JSON.parse('{"__proto__":{"type":"string"}}'), "s: __proto__: is no name that every language can use"],
    ];
    for (const [properties, problem] of cases) expect(problemsOf(properties)).to.deep.equal([problem]);
    expect(read({ type: "string" }).problems.map(partLine)).to.deep.equal([
      "s: describes no object with properties",
    ]);
    expect(read({}, SchemaKind.UNSPECIFIED).problems.map(partLine)).to.deep.equal([
      "s: is of a language that typed clients are not made of",
    ]);
  });

  it("refuse an array of nothing but null in Avro", () => {
    const schema = {
      type: "record",
      name: "R",
      fields: [{ name: "a", type: { type: "array", items: "null" } }],
    };
    expect(read(schema, SchemaKind.AVRO).problems.map(partLine)).to.deep.equal([
      "s: a[]: is always null, which no type stands for here",
    ]);
  });

  it("find the types of other schemas that Avro refers to, and keep those that are used", () => {
    const other = (name: string, fields: readonly object[]) => ({
      name: `shop.${name}`,
      text: JSON.stringify({ type: "record", name, namespace: "shop", fields }),
    });
    const references = [
      other("Money", [{ name: "cents", type: "long", default: 5 }]),
      other("Item", [{ name: "price", type: "Money" }]),
      other("Unused", []),
    ];
    const text = JSON.stringify({
      type: "record",
      name: "R",
      fields: [{ name: "items", type: { type: "array", items: "shop.Item" } }],
    });
    const schema = { subject: "s", version: 1, schemaId: 1, kind: SchemaKind.AVRO, text };
    const { events: found, problems } = readModels([{ ...schema, references }]);
    expect(problems).to.deep.equal([]);
    expect(found[0]?.named.map(({ name }) => name)).to.deep.equal(["Money", "Item"]);
    const money = found[0]?.named[0];
    expect(money?.kind === "record" && money.fields[0]?.leftOut).to.deep.equal({ kind: "hex", hex: "0a" });
    expect(readModels([schema]).problems.map(partLine)).to.deep.equal([
      "s: items[]: the type shop.Item is not known",
    ]);
  });

  it("find the problems of all event types at once", () => {
    const text = '{"type":"string"}';
    const schema = { version: 1, schemaId: 1, kind: SchemaKind.JSON_SCHEMA, text };
    const { problems } = readModels(["b", "a"].map((subject) => ({ subject, ...schema })));
    expect(problems.map(({ subject }) => subject)).to.deep.equal(["a", "b"]);
  });

  it("note what the types don't say", () => {
    const { notes, problems } = read({
      type: "object",
      properties: { a: { type: "string", not: { const: "x" } }, b: { type: "integer" }, c: false },
      anyOf: [{ required: ["a"] }, { required: ["b"] }],
      dependentRequired: { a: ["b"] },
      additionalProperties: { type: "string" },
    });
    expect(problems).to.deep.equal([]);
    expect(notes.map(partLine)).to.deep.equal([
      "s: dependentRequired: not said by the types; the server checks it",
      "s: anyOf: not said by the types; the server checks it",
      "s: properties beyond the named ones can't be stated",
      "s: a: not: not said by the types; the server checks it",
      "s: c: allows no value and is left out",
    ]);
  });

  it("end for schemas that refer to themselves", () => {
    const { problems, events: found } = read({
      type: "object",
      properties: { a: { $ref: "#/$defs/a" }, root: { $ref: "#" } },
      $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } },
    });
    expect(found).to.deep.equal([]);
    expect(problems.map(partLine)).to.deep.equal(["s: a: is nested deeper than 32 levels"]);
    const list = read({
      type: "object",
      properties: { next: { $ref: "#" }, items: { type: "array", items: { $ref: "#" } } },
    });
    expect(list.problems).to.deep.equal([]);
  });
});
