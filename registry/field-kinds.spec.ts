import { expect } from "chai";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { compileSchema } from "./compile.js";
import type { FieldKind } from "./field-kinds/field-kind.js";
import { kindsMax, kindsOfJsonSchema } from "./field-kinds.js";

/** A kind in a word: of a time how it is stored, and whether it is a date or a wall clock's. */
const word = (kind: FieldKind): string =>
  kind.kind === "time" ? `${kind.isLocal ? "local " : ""}time in ${kind.stored}` : kind.kind;

const words = (kinds: ReadonlyMap<string, FieldKind> | undefined): Record<string, string> =>
  Object.fromEntries([...(kinds ?? [])].map(([path, kind]) => [path, word(kind)]));

const avro = (...fields: [name: string, type: unknown][]) => {
  const record = { type: "record", name: "R", fields: fields.map(([name, type]) => ({ name, type })) };
  return words(compileSchema(SchemaKind.AVRO, JSON.stringify(record)).fieldKinds?.());
};
const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more });
const json = (properties: object, more: object = {}) => words(kindsOfJsonSchema({ properties, ...more }));

describe("the kinds of properties", () => {
  it("of Avro are those of its types, logical types as what events have for them", () => {
    const kinds = avro(
      ["i", "int"],
      ["l", "long"],
      ["f", "float"],
      ["d", "double"],
      ["b", "boolean"],
      ["s", "string"],
      ["e", { type: "enum", name: "E", symbols: ["A"] }],
      ["day", logical("int", "date")],
      ["clock", logical("int", "time-millis")],
      ["ms", logical("long", "timestamp-millis")],
      ["us", logical("long", "timestamp-micros")],
      ["wall", logical("long", "local-timestamp-micros")],
      ["price", logical("bytes", "decimal", { precision: 9, scale: 2 })],
      ["id", logical("string", "uuid")],
      // Not on this type.
      ["odd", logical("int", "timestamp-millis")],
    );
    expect(kinds).to.deep.equal({
      i: "integer",
      l: "integer",
      f: "number",
      d: "number",
      b: "boolean",
      s: "text",
      e: "text",
      day: "local time in days",
      clock: "integer",
      ms: "time in millis",
      us: "time in micros",
      wall: "local time in micros",
      price: "number",
      id: "text",
      odd: "integer",
    });
  });

  it("of unions are their other branch's; what is ambiguous has none", () => {
    const inner = { type: "record", name: "In", fields: [{ name: "a.b".slice(0, 1), type: "long" }] };
    expect(
      avro(
        ["maybe", ["null", "long"]],
        ["either", ["long", "string"]],
        ["numbers", ["null", "int", "double"]],
        ["list", { type: "array", items: "long" }],
        ["map", { type: "map", values: "long" }],
        ["nothing", "null"],
        ["in", ["null", inner]],
      ),
    ).to.deep.equal({ maybe: "integer", numbers: "number", "in.a": "integer" });
  });

  it("of JSON Schema are those of type and format", () => {
    const kinds = json({
      i: { type: "integer" },
      n: { type: ["number", "null"] },
      b: { type: "boolean" },
      s: { type: "string" },
      at: { type: "string", format: "date-time" },
      day: { type: "string", format: "date" },
      clock: { type: "string", format: "time" },
      ms: { type: "integer", logicalType: "timestamp-millis" },
      unix: { type: "number", format: "unix-time" },
      both: { type: ["integer", "string"] },
      numbers: { type: ["integer", "number"] },
      words: { enum: ["a", "b", null] },
      mixed: { enum: ["a", 1] },
      one: { const: 5 },
      any: {},
      yes: true,
      no: false,
      untyped: { format: "date-time" },
      list: { type: "array", items: { type: "integer" } },
      "a.b\\": { type: "object", properties: { "": { type: "integer" } } },
    });
    expect(kinds).to.deep.equal({
      i: "integer",
      n: "number",
      b: "boolean",
      s: "text",
      at: "time in text",
      day: "local time in text",
      clock: "text",
      ms: "time in millis",
      unix: "time in seconds",
      numbers: "number",
      words: "text",
      one: "integer",
      "a\\.b\\\\.": "integer",
    });
  });

  it("of JSON Schema are looked for in what it combines and refers to", () => {
    const definitions = {
      money: { properties: { total: { type: "number" } } },
      "a/b~c": { type: "string" },
    };
    const branches = [{ properties: { x: { type: "integer" } } }, { properties: { x: { type: "string" } } }];
    const kinds = json(
      {
        cart: { $ref: "#/definitions/money" },
        escaped: { $ref: "#/definitions/a~1b~0c" },
        narrowed: { type: "number", allOf: [{ type: "integer" }, { minimum: 0 }] },
        dated: { type: "string", allOf: [{ type: "string", format: "date-time" }] },
        nullable: { anyOf: [{ type: "null" }, { type: "boolean" }] },
        unclear: { oneOf: [{ type: "string" }, { type: "boolean" }] },
        constrained: { type: "integer", anyOf: [{ minimum: 1 }, { maximum: -1 }] },
        contradiction: { allOf: [{ type: "string" }, { type: "integer" }] },
        lost: { $ref: "https://elsewhere.example/schema" },
        prototype: { $ref: "#/__proto__" },
      },
      { definitions, allOf: [{ properties: { also: { type: "boolean" } } }], anyOf: branches },
    );
    expect(kinds).to.deep.equal({
      "cart.total": "number",
      escaped: "text",
      narrowed: "integer",
      dated: "time in text",
      nullable: "boolean",
      constrained: "integer",
      also: "boolean",
    });
    const other = { name: "other.json", schema: { definitions: { n: { type: "integer" } } } };
    const schema = { properties: { far: { $ref: "other.json#/definitions/n" } } };
    expect(words(kindsOfJsonSchema(schema, [other]))).to.deep.equal({ far: "integer" });
  });

  it("of Protobuf are those of the fields of the first message, by both their names", () => {
    const text = `syntax = "proto3";
      import "google/protobuf/timestamp.proto";
      import "google/protobuf/wrappers.proto";
      import "google/protobuf/struct.proto";
      message Order {
        int64 item_count = 1; fixed32 f = 2; double d = 3; bool b = 4; string s = 5; Color color = 6;
        google.protobuf.Timestamp at = 7; google.protobuf.UInt64Value u = 8; google.protobuf.BoolValue w = 9;
        google.protobuf.Struct any = 10; repeated int32 many = 11; map<string, int32> by = 12; Order in = 13;
        google.protobuf.DoubleValue dv = 14; google.protobuf.StringValue sv = 15;
      }
      enum Color { RED = 0; }`;
    const kinds = words(compileSchema(SchemaKind.PROTOBUF, text).fieldKinds?.());
    const own = {
      itemCount: "integer",
      item_count: "integer",
      f: "integer",
      d: "number",
      b: "boolean",
      s: "text",
      color: "text",
      at: "time in text",
      u: "integer",
      w: "boolean",
      dv: "number",
      sv: "text",
    };
    expect(kinds).to.include(own);
    // A message within itself is followed so far, and its own fields come first.
    expect(kinds["in.in.at"]).to.equal("time in text");
    expect(Object.keys(kinds).slice(0, 12)).to.have.members(Object.keys(own));
  });

  it("are bounded, whatever the schema", () => {
    const names = Array.from({ length: kindsMax + 10 }, (_, index) => `n${index}`);
    const wide = json(Object.fromEntries(names.map((name) => [name, { type: "integer" }])));
    expect(Object.keys(wide)).to.have.length(kindsMax);
    const self = { $ref: "#" };
    const hostile = {
      properties: { a: self, b: self, c: self, last: { type: "integer" } },
      allOf: [self, self, self],
      anyOf: [self, self],
    };
    // Of this process alone: what else the machine does is not the schema's cost.
    const since = process.cpuUsage();
    expect(words(kindsOfJsonSchema(hostile))).to.include({ last: "integer", "a.last": "integer" });
    expect(process.cpuUsage(since).user).to.be.below(1_000_000);
  });
});
