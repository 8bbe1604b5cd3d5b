import avsc from "avsc";
import { expect } from "chai";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { compileSchema } from "./compile.js";
import type { SchemaResult } from "./compiled-schema.js";

const said = (result: SchemaResult): string =>
  "refusal" in result
    ? `${result.refusal.rule}: ${result.refusal.path}`
    : Buffer.from(result.text).toString();

const compiled = (schema: unknown, kind = SchemaKind.JSON_SCHEMA) =>
  compileSchema(kind, JSON.stringify(schema));
const checks = (schema: unknown, properties: string, kind = SchemaKind.JSON_SCHEMA): string =>
  said(compiled(schema, kind).check(Buffer.from(properties)));
const avroChecks = (schema: unknown, properties: string): string =>
  checks(schema, properties, SchemaKind.AVRO);
const record = (...fields: object[]) => ({ type: "record", name: "Props", fields });
const f = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });

describe("JSON Schema", () => {
  const purchase = {
    type: "object",
    required: ["amount"],
    properties: {
      amount: { type: "number", minimum: 0 },
      email: { type: "string", format: "email" },
      items: {
        type: "array",
        items: { type: "object", required: ["sku"], properties: { sku: { type: "string" } } },
      },
      code: { type: "string", pattern: "^[A-Z]{2}\\d+$" },
      tags: { type: "array", uniqueItems: true },
    },
    additionalProperties: false,
  };

  it("checks properties and says where they break it", () => {
    expect(checks(purchase, '{"amount":5,"items":[{"sku":"a"}],"code":"AB1"}')).to.match(/^\{/);
    expect(checks(purchase, "{}")).to.equal("required: amount");
    expect(checks(purchase, '{"amount":-1}')).to.equal("minimum: amount");
    expect(checks(purchase, '{"amount":1,"items":[{"sku":"a"},{"sku":5}]}')).to.equal("type: items[1].sku");
    expect(checks(purchase, '{"amount":1,"email":"nobody"}')).to.equal("format: email");
    expect(checks(purchase, '{"amount":1,"code":"ab1"}')).to.equal("pattern: code");
    expect(checks(purchase, '{"amount":1,"extra":1}')).to.equal("additionalProperties: extra");
    expect(checks(purchase, '{"amount":1,"tags":[{"a":1,"b":2},{"b":2,"a":1}]}')).to.equal(
      "uniqueItems: tags",
    );
    expect(checks(purchase, '{"amount":1,"__proto__":{}}')).to.equal("additionalProperties: __proto__");
  });

  it("goes by its draft", () => {
    const tuple = { properties: { a: { items: [{ type: "string" }] } } };
    expect(checks({ ...tuple, $schema: "http://json-schema.org/draft-07/schema#" }, '{"a":[1]}')).to.equal(
      "type: a[0]",
    );
    const prefix = { properties: { a: { prefixItems: [{ type: "string" }] } } };
    expect(
      checks({ ...prefix, $schema: "https://json-schema.org/draft/2020-12/schema" }, '{"a":[1]}'),
    ).to.equal("type: a[0]");
    expect(checks(prefix, '{"a":[1]}')).to.equal("type: a[0]");
    const draft4 = { $schema: "http://json-schema.org/draft-04/schema#", id: "https://example.com/a" };
    const above = { ...draft4, properties: { a: { minimum: 1, exclusiveMinimum: true } } };
    expect(checks(above, '{"a":1}')).to.equal("minimum: a");
    expect(() => compiled({ $schema: "http://json-schema.org/draft-03/schema#" })).to.throw(
      "$schema must be",
    );
    const definitions = { $defs: { n: { type: "integer" } }, properties: { a: { $ref: "#/$defs/n" } } };
    expect(checks(definitions, '{"a":1.5}')).to.equal("type: a");
  });

  it("refuses what it can't bound", () => {
    const refused = [
      [],
      5,
      { $async: true },
      { $ref: "https://example.com/remote.json" },
      { type: "nonsense" },
      { properties: { a: { pattern: "(a)\\1" } } },
      { properties: { a: { pattern: "(?=a)" } } },
      { properties: { a: { pattern: "(" } } },
      { properties: { a: { pattern: "((a{100}){100}){100}" } } },
      { patternProperties: { "\\p{L}": {} } },
    ];
    for (const schema of refused)
      expect(() => compiled(schema), JSON.stringify(schema)).to.throw("can't be used");
    expect(() => compileSchema(SchemaKind.JSON_SCHEMA, `${'{"not":'.repeat(10_000)}`)).to.throw("deeper");
    expect(() => compileSchema(SchemaKind.JSON_SCHEMA, " ".repeat(300_000))).to.throw("bytes");
    expect(() => compileSchema(SchemaKind.JSON_SCHEMA, "{nope")).to.throw("not JSON");
  });

  it("takes schemas with many parts, and says where there are too many", () => {
    const wide = (count: number) => ({
      properties: Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, { type: "string" }])),
    });
    expect(checks(wide(500), '{"p7":5}')).to.equal("type: p7");
    expect(() => compiled(wide(4_990))).to.throw("too many parts in one place");
    expect(() => compiled(wide(6_000))).to.throw("more than 5000 objects");
  });

  it("stays bounded whatever schema and value are", () => {
    const evil = compiled({ properties: { a: { pattern: "^(a+)+$" } } });
    const began = performance.now();
    expect(said(evil.check(Buffer.from(JSON.stringify({ a: `${"a".repeat(50_000)}!` }))))).to.equal(
      "pattern: a",
    );
    expect(checks({ $ref: "#" }, "{}")).to.equal("max_steps: ");
    const $defs: Record<string, unknown> = { d0: {} };
    for (let level = 1; level <= 40; level++) {
      $defs[`d${level}`] = { allOf: [{ $ref: `#/$defs/d${level - 1}` }, { $ref: `#/$defs/d${level - 1}` }] };
    }
    expect(checks({ $defs, $ref: "#/$defs/d40" }, "{}")).to.equal("max_steps: ");
    expect(performance.now() - began).to.be.below(3_000);
  });

  it("keeps one customer's schemas from another's", () => {
    compiled({
      $id: "https://example.com/a",
      type: "object",
      $defs: { x: { $id: "https://example.com/x" } },
    });
    expect(() => compiled({ $ref: "https://example.com/x" })).to.throw("can't be used");
    expect(() => compiled({ $ref: "https://example.com/a" })).to.throw("can't be used");
    compiled({ $id: "https://example.com/a", type: "object", required: ["x"] });
  });
});

describe("Avro", () => {
  const all = record(
    f("b", "boolean"),
    f("i", "int"),
    f("l", "long"),
    f("f", "float"),
    f("d", "double"),
    f("s", "string"),
    f("y", "bytes"),
    f("x", { type: "fixed", name: "Fix", size: 2 }),
    f("e", { type: "enum", name: "Color", symbols: ["RED", "BLUE"] }),
    f("a", { type: "array", items: "int" }),
    f("m", { type: "map", values: "Color" }),
    f("u", ["null", "string", "int"]),
  );
  const value = {
    b: true,
    i: -5,
    l: 7,
    f: Math.fround(0.1),
    d: 1e100,
    s: 'é"',
    y: Buffer.from([0, 255]),
    x: Buffer.from("ab"),
    e: "BLUE",
    a: [1, 2],
    m: { k: "RED" },
    u: { string: "x" },
  };
  const text =
    '{"b":true,"i":-5,"l":7,"f":0.1,"d":1e+100,"s":"é\\"","y":"\\u0000ÿ","x":"ab",' +
    '"e":"BLUE","a":[1,2],"m":{"k":"RED"},"u":"x"}';

  it("turns a datum into JSON and takes that JSON", () => {
    const datum = avsc.Type.forSchema(all as avsc.Schema, { wrapUnions: true }).toBuffer(value);
    expect(said(compiled(all, SchemaKind.AVRO).decode(datum))).to.equal(text);
    expect(avroChecks(all, text)).to.equal(text);
  });

  it("refuses every truncation and every byte too many", () => {
    const datum = avsc.Type.forSchema(all as avsc.Schema, { wrapUnions: true }).toBuffer(value);
    const schema = compiled(all, SchemaKind.AVRO);
    for (let end = 0; end < datum.length; end++)
      expect(said(schema.decode(datum.subarray(0, end)))).to.match(/^\w+: /);
    expect(said(schema.decode(Buffer.concat([datum, Buffer.of(0)])))).to.equal("avro: ");
  });

  it("keeps longs and decimals to the last digit", () => {
    const schema = record(
      f("l", "long"),
      f("d", { type: "bytes", logicalType: "decimal", precision: 30, scale: 2 }),
      f("t", { type: "long", logicalType: "timestamp-micros" }),
      f("id", { type: "fixed", name: "Id", size: 16, logicalType: "uuid" }),
      f("du", { type: "fixed", name: "Du", size: 12, logicalType: "duration" }),
    );
    const text =
      '{"l":-9223372036854775808,"d":-12345678901234567890.01,"t":9007199254740993,' +
      '"id":"00112233-4455-6677-8899-aabbccddeeff","du":{"months":1,"days":2,"milliseconds":3}}';
    expect(avroChecks(schema, text)).to.equal(text);
    const datum = Buffer.concat([
      Buffer.from("ffffffffffffffffff01", "hex"),
      Buffer.of(18),
      Buffer.from((2n ** 72n - 1234567890123456789001n).toString(16).padStart(18, "0"), "hex"),
      Buffer.from("8280808080808020", "hex"),
      Buffer.from("00112233445566778899aabbccddeeff010000000200000003000000", "hex"),
    ]);
    expect(said(compiled(schema, SchemaKind.AVRO).decode(datum))).to.equal(text);
    expect(avroChecks(record(f("l", "long")), '{"l":9223372036854775808}')).to.equal("long: l");
    expect(avroChecks(record(f("i", "int")), '{"i":2147483648}')).to.equal("int: i");
    expect(avroChecks(record(f("i", "int")), '{"i":1.5}')).to.equal("int: i");
    const money = record(f("d", { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }));
    expect(avroChecks(money, '{"d":12.345}')).to.equal("bytes: d");
    expect(avroChecks(money, '{"d":123}')).to.equal("bytes: d");
    expect(avroChecks(money, '{"d":12.340}')).to.equal('{"d":12.340}');
  });

  it("fills defaults, deeply, and refuses what is missing, unknown or of another type", () => {
    const inner = record(f("x", "int", { default: 4 }), f("y", "string"));
    const schema = record(
      f("amount", "double"),
      f("currency", "string", { default: "EUR" }),
      f("coupon", ["null", "string"], { default: null }),
      f("lines", { type: "array", items: { ...inner, name: "Line" } }, { default: [] }),
      f("ref", { ...inner, name: "Ref" }, { default: { y: "z" } }),
    );
    expect(avroChecks(schema, '{"amount":12345678901234567890}')).to.equal(
      '{"amount":12345678901234567890,"currency":"EUR","coupon":null,"lines":[],"ref":{"x":4,"y":"z"}}',
    );
    const given =
      '{"amount":1,"currency":"USD","coupon":"c","lines":[{"x":1,"y":"b"}],"ref":{"x":1,"y":"b"}}';
    expect(avroChecks(schema, given)).to.equal(given);
    expect(avroChecks(schema, "{}")).to.equal("required: amount");
    expect(avroChecks(schema, '{"amount":"1"}')).to.equal("double: amount");
    expect(avroChecks(schema, '{"amount":1,"amnt":2}')).to.equal("unknown_field: amnt");
    expect(avroChecks(schema, '{"amount":1,"lines":[{"y":"b"},{"y":5}]}')).to.equal("string: lines[1].y");
    expect(avroChecks(schema, '{"amount":1,"coupon":5}')).to.equal("string: coupon");
    expect(avroChecks(schema, '{"amount":1,"__proto__":{}}')).to.equal("unknown_field: __proto__");
    expect(avroChecks(schema, '{"amount":1,"constructor":1}')).to.equal("unknown_field: constructor");
  });

  it("follows names through namespaces and records through themselves", () => {
    const tree = {
      type: "record",
      name: "Node",
      namespace: "com.example",
      fields: [
        f("v", "int"),
        f("next", ["null", "com.example.Node"], { default: null }),
        f("also", ["null", "Node"], { default: null }),
      ],
    };
    expect(avroChecks(tree, '{"v":1,"next":{"v":2}}')).to.equal(
      '{"v":1,"next":{"v":2,"next":null,"also":null},"also":null}',
    );
    expect(avroChecks(tree, '{"v":1,"next":{"v":"2"}}')).to.equal("int: next.v");
  });

  it("asks for a field whose default does not fit its type", () => {
    const lenient = record(f("a", "int", { default: "x" }));
    expect(avroChecks(lenient, '{"a":1}')).to.equal('{"a":1}');
    expect(avroChecks(lenient, "{}")).to.match(/a$/);
  });

  it("refuses hostile schemas and data", () => {
    for (const schema of [5, "string", { type: "map", values: "int" }, record(f("a", "nope"))]) {
      expect(() => compiled(schema, SchemaKind.AVRO), JSON.stringify(schema)).to.throw("can't be used");
    }
    const nulls = compiled(record(f("a", { type: "array", items: "null" })), SchemaKind.AVRO);
    expect(said(nulls.decode(Buffer.from("feffffffffffffffff0100", "hex")))).to.equal("max_steps: a");
    const node = { type: "record", name: "N", fields: [f("n", ["null", "N"])] };
    const deep = Buffer.concat([Buffer.alloc(60, 2), Buffer.of(0)]);
    expect(said(compiled(node, SchemaKind.AVRO).decode(deep))).to.match(/^max_depth: n\.n/);
    const nan = compiled(record(f("d", "double")), SchemaKind.AVRO);
    expect(said(nan.decode(Buffer.from("000000000000f87f", "hex")))).to.equal("finite_number: d");
    const bad = compiled(record(f("s", "string")), SchemaKind.AVRO);
    expect(said(bad.decode(Buffer.from("02ff", "hex")))).to.equal("utf8: s");
    const map = compiled(record(f("m", { type: "map", values: "int" })), SchemaKind.AVRO);
    expect(said(map.decode(Buffer.from("04026102026104" + "00", "hex")))).to.equal("unique_names: m.a");
  });
});
