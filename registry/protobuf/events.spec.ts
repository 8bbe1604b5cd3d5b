import {
  create,
  createFileRegistry,
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../../platform/json/exact.js";
import { fillMessage } from "../../tests/support/random-message.js";
import { randomOf, randomProto } from "../../tests/support/random-proto.js";
import type { CompiledSchema, SchemaResult } from "../compiled-schema.js";
import { compileProtobuf } from "./compile-protobuf.js";
import { descriptorBytes } from "./to-descriptor.js";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

const compiled = (text: string): CompiledSchema => compileProtobuf({ text, references: [] });

const textOf = (result: SchemaResult): string =>
  "text" in result ? Buffer.from(result.text).toString() : JSON.stringify(result.refusal);

const check = (schema: CompiledSchema, value: unknown): string =>
  textOf(schema.check(Buffer.from(typeof value === "string" ? value : JSON.stringify(value))));

const ruleOf = (result: SchemaResult): string =>
  "refusal" in result ? `${result.refusal.rule}@${result.refusal.path}` : "";

/** Numbers of 64 bits as protobuf-es takes them: as texts. */
const quoted = (value: ExactValue): ExactValue => {
  if (value instanceof ExactNumber) return /^-?\d+$/.test(value.text) ? value.text : value;
  if (value instanceof Map) return new Map([...value].map(([name, member]) => [name, quoted(member)]));
  return Array.isArray(value) ? value.map(quoted) : value;
};

const varint = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("Protobuf: events", () => {
  it(`agrees with protobuf-es on bytes and on JSON, whatever the schema (SEED=${seed})`, () => {
    const random = randomOf(seed);
    let compared = 0;
    for (let round = 0; round < 40; round++) {
      const text = randomProto(random);
      const schema = compileProtobuf({ text, references: [] });
      const proto = fromBinary(
        FileDescriptorProtoSchema,
        descriptorBytes(schema.protobuf.file, "event.proto"),
      );
      const registry = createFileRegistry(proto, () => undefined);
      const desc = registry.getMessage(schema.protobuf.file.messages[0]?.name ?? "");
      if (desc === undefined) throw new Error("the message is missing from its descriptor");
      for (let event = 0; event < 8; event++) {
        const message = create(desc);
        fillMessage(reflect(desc, message), random);
        const payload = Buffer.concat([varint(0), toBinary(desc, message)]);
        const result = schema.decode(payload);
        // An event over the limits of events is refused; there are few.
        if ("refusal" in result && /^max_/.test(result.refusal.rule)) continue;
        compared++;
        const decoded = textOf(result);
        const bytesOf = (json: string): string => {
          const read = fromJsonString(desc, stringifyExact(quoted(parseExact(json))));
          return Buffer.from(toBinary(desc, read)).toString("hex");
        };
        const bytes = Buffer.from(toBinary(desc, message)).toString("hex");
        expect(bytesOf(decoded), text).to.equal(bytes);
        expect(check(schema, decoded), text).to.equal(decoded);
        const theirs = check(schema, toJsonString(desc, message));
        expect(bytesOf(theirs), text).to.equal(bytes);
        expect(Object.keys(JSON.parse(theirs)).sort(), text).to.deep.equal(
          Object.keys(JSON.parse(decoded)).sort(),
        );
      }
    }
    expect(compared).to.be.greaterThan(200);
  }).timeout(60_000);

  it("brings JSON into one form", () => {
    const schema = compiled(`syntax = "proto3";
      message P { string some_text = 1; int64 big = 2; Color color = 3; optional int32 maybe = 4; bytes raw = 5;
        double d = 6; repeated uint32 many = 7; map<int32, bool> flags = 8; P inner = 9; }
      enum Color { NONE = 0; RED = 1; }`);
    const form = '{"someText":"x","big":9223372036854775807,"color":"RED","raw":"/+8=","d":0}';
    const given = '{"some_text":"x","big":"9223372036854775807","color":1,"raw":"_-8","maybe":null}';
    const members = (text: string): unknown => [...(parseExact(text) as Map<string, ExactValue>)].sort();
    expect(members(check(schema, given))).to.deep.equal(members(form));
    expect(JSON.parse(check(schema, {}))).to.deep.equal({
      someText: "",
      big: 0,
      color: "NONE",
      raw: "",
      d: 0,
    });
    expect(check(schema, form)).to.equal(form);
    expect(JSON.parse(check(schema, { many: ["7", 1e3], flags: { 1: true }, inner: {} }))).to.deep.include({
      many: [7, 1000],
    });
  });

  it("takes the well-known types in their own form", () => {
    const schema = compiled(`syntax = "proto3";
      import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
      import "google/protobuf/struct.proto"; import "google/protobuf/wrappers.proto";
      import "google/protobuf/field_mask.proto"; import "google/protobuf/any.proto"; import "google/type/money.proto";
      message P { google.protobuf.Timestamp t = 1; google.protobuf.Duration d = 2; google.protobuf.Struct s = 3;
        google.protobuf.Int64Value w = 4; google.protobuf.FieldMask m = 5; google.protobuf.Any a = 6;
        google.protobuf.Value v = 7; google.type.Money money = 8; }`);
    const form = {
      t: "2026-01-31T10:00:00.5Z",
      d: "-1.500s",
      s: { a: [1, null, { b: "x" }] },
      w: 5,
      m: "aB,c.d",
      a: { "@type": "type.googleapis.com/google.type.Money", currencyCode: "EUR", units: 1, nanos: 0 },
      v: null,
      money: { currencyCode: "EUR", units: 3, nanos: 0 },
    };
    expect(JSON.parse(check(schema, form))).to.deep.equal(form);
    expect(JSON.parse(check(schema, { t: "2026-01-31T10:00:00+02:00" }))).to.deep.equal({
      t: "2026-01-31T08:00:00Z",
    });
    for (const [value, rule] of [
      [{ t: "2026-02-30T10:00:00Z" }, "timestamp@t"],
      [{ t: 5 }, "timestamp@t"],
      [{ d: "1.5" }, "duration@d"],
      [{ a: { "@type": "x/No" } }, 'any@a["@type"]'],
      [{ s: [] }, "struct@s"],
      [{ money: { units: 1.5 } }, "int64@money.units"],
    ] as const) {
      expect(ruleOf(schema.check(Buffer.from(JSON.stringify(value))))).to.equal(rule);
    }
  });

  it("says where and why JSON is refused", () => {
    const schema = compiled(`syntax = "proto2";
      message P { required string id = 1; optional int32 i = 2; optional E e = 3; repeated P list = 4;
        oneof one { string a = 5; string b = 6; } map<int32, string> m = 7; optional bool yes = 8; optional float f = 9;
        optional uint64 u = 10; optional bytes raw = 11; }
      enum E { A = 0; B = 1; }`);
    for (const [value, rule] of [
      [{}, "required@id"],
      [{ id: 5 }, "string@id"],
      [{ id: "x", nope: 1 }, "unknown_field@nope"],
      [{ id: "x", i: 2 ** 31 }, "int32@i"],
      [{ id: "x", i: "1.5" }, "int32@i"],
      [{ id: "x", e: "C" }, "enum@e"],
      [{ id: "x", e: 7 }, "enum@e"],
      [{ id: "x", list: [{ id: "y" }, { id: "z", yes: "true" }] }, "bool@list[1].yes"],
      [{ id: "x", list: {} }, "repeated@list"],
      [{ id: "x", list: [null] }, "repeated@list[0]"],
      [{ id: "x", a: "1", b: "2" }, "oneof@b"],
      [{ id: "x", m: { k: "v" } }, "map@m.k"],
      [{ id: "x", f: 1e39 }, "float@f"],
      [{ id: "x", f: "NaN" }, "finite_number@f"],
      [{ id: "x", u: -1 }, "uint64@u"],
      [{ id: "x", u: "18446744073709551616" }, "uint64@u"],
      [{ id: "x", raw: "?" }, "bytes@raw"],
      ['{"id":"x","__proto__":{"i":1}}', "unknown_field@__proto__"],
    ] as const) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      expect(ruleOf(schema.check(Buffer.from(text))), text).to.equal(rule);
    }
    const twice = compiled('syntax = "proto3"; message P { int32 some_name = 1; }');
    expect(ruleOf(twice.check(Buffer.from('{"someName":1,"some_name":2}')))).to.match(/^duplicate_field@/);
  });

  it("finds the message that a payload names, and refuses what names none", () => {
    const schema = compiled(
      `syntax = "proto3"; message A { int32 a = 1; } message B { map<string, C> m = 5;
        message C { int32 c = 1; } message D { int32 d = 1; } }`,
    );
    expect(textOf(schema.decode(varint(0, 8, 5)))).to.equal('{"a":5}');
    expect(textOf(schema.decode(varint(2, 0, 8, 5)))).to.equal('{"a":5}');
    expect(textOf(schema.decode(varint(4, 2, 2, 8, 5)))).to.equal('{"d":5}');
    for (const bytes of [
      [2, 4, 8, 5],
      [4, 2, 4, 8, 5],
      [1, 8, 5],
      [2, 1],
      [6, 2, 2, 0],
    ]) {
      expect(ruleOf(schema.decode(varint(...bytes))), String(bytes)).to.equal("message_index@");
    }
    for (const bytes of [[], [2], [0x80], [4, 2]])
      expect(ruleOf(schema.decode(varint(...bytes)))).to.equal("protobuf@");
  });

  it("refuses bytes that are not the schema's, with their place", () => {
    const schema = compiled(
      `edition = "2023"; message P { int32 i = 1; P inner = 2; string s = 3; E e = 4;
        repeated P list = 5; double d = 6; } enum E { option features.enum_type = CLOSED; A = 0; B = 1; }`,
    );
    for (const [bytes, rule] of [
      [[8], "protobuf@i"],
      [[0x0a, 1, 5], "wire_type@i"],
      [[0x1a, 5, 65], "protobuf@s"],
      [[0x1a, 1, 0xff], "utf8@s"],
      [[0x20, 7], "enum@e"],
      [[0x38, 7], "unknown_field@"],
      [[0x12, 2, 0x38, 7], "unknown_field@inner"],
      [[0x2a, 0, 0x2a, 2, 0x20, 9], "enum@list[1].e"],
      [[0x31, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f], "finite_number@d"],
      [[0x0b], "wire_type@i"],
      [[0x0c], "wire_type@i"],
      [[0x3c], "unknown_field@"],
    ] as const) {
      expect(ruleOf(schema.decode(varint(0, ...bytes))), String(bytes)).to.equal(rule);
    }
  });

  it("merges what is sent in parts, and takes the last of what is sent twice", () => {
    const schema = compiled(
      `syntax = "proto2"; message P { optional int32 i = 1; optional P inner = 2;
        oneof o { int32 x = 3; int32 y = 4; } repeated int32 r = 5; }`,
    );
    const bytes = varint(0, 8, 1, 8, 2, 0x12, 2, 8, 7, 0x12, 2, 24, 9, 24, 1, 32, 2, 40, 1, 0x2a, 2, 2, 3);
    expect(textOf(schema.decode(bytes))).to.equal('{"i":2,"inner":{"i":7,"x":9},"r":[1,2,3],"y":2}');
  });

  it("stays bounded whatever the bytes are", () => {
    const schema = compiled(
      'syntax = "proto3"; message P { P p = 1; repeated P many = 2; repeated bool flags = 3; map<int32, P> m = 4; }',
    );
    let deep: Uint8Array = new Uint8Array();
    for (let depth = 0; depth < 2_000; depth++) deep = new BinaryWriter().tag(1, 2).bytes(deep).finish();
    expect(ruleOf(schema.decode(Buffer.concat([varint(0), deep])))).to.match(/^max_depth@p\.p\./);
    const many = Buffer.alloc(400_000, Buffer.from([0x12, 0]));
    expect(ruleOf(schema.decode(Buffer.concat([varint(0), many])))).to.match(/^max_steps@/);
    const flags = new BinaryWriter().tag(3, 2).bytes(new Uint8Array(90_000).fill(1)).finish();
    expect(ruleOf(schema.decode(Buffer.concat([varint(0), flags])))).to.match(/^max_bytes@/);
    const random = randomOf(seed);
    const began = performance.now();
    for (let round = 0; round < 3_000; round++) {
      const bytes = Uint8Array.from({ length: random(60) }, () => random(256));
      const result = schema.decode(Buffer.concat([varint(0), bytes]));
      expect("text" in result || result.refusal.rule !== "").to.equal(true);
    }
    expect(performance.now() - began).to.be.lessThan(5_000);
  });

  it("stays bounded whatever the schema is", () => {
    const began = performance.now();
    const count = 9_000;
    const list = (one: (at: number) => string): string =>
      Array.from({ length: count }, (_, at) => one(at)).join(" ");
    const oneof = compiled(
      `syntax = "proto3"; message P { oneof o { ${list((at) => `bool a${at} = ${at + 1};`)} } }`,
    );
    const bytes = Buffer.alloc(
      100_000,
      new BinaryWriter().tag(8_999, 0).bool(true).tag(9_000, 0).bool(true).finish(),
    );
    expect(textOf(oneof.decode(Buffer.concat([varint(0), bytes])))).to.match(/^\{"a8999":true\}$/);
    const wide = compiled(
      `syntax = "proto3"; message P { repeated P p = 9999; ${list((at) => `bool a${at} = ${at + 1};`)} }`,
    );
    expect(ruleOf(wide.check(Buffer.from(`{"p":[${Array(900).fill("{}").join()}]}`)))).to.match(
      /^max_bytes@/,
    );
    expect(ruleOf(wide.decode(varint(0, ...Array(900).fill([0xfa, 0xf0, 4, 0]).flat())))).to.match(
      /^max_bytes@/,
    );
    compiled(`syntax = "proto3"; message P { ${list((at) => `P a${at} = ${at + 1};`)} }`);
    expect(performance.now() - began).to.be.lessThan(5_000);
  });

  it("reads what an older version wrote as the newest has it", () => {
    const older = compiled(
      'syntax = "proto3"; message P { string gone = 1; int32 amount = 2; Kind kind = 3; } enum Kind { A = 0; B = 1; }',
    );
    const newer = compiled(
      'syntax = "proto3"; message P { int64 total = 2; Kind kind = 3; string added = 4; } enum Kind { A = 0; }',
    );
    const payload = varint(0, 0x0a, 1, 65, 16, 5, 24, 1);
    expect(textOf(older.decode(payload))).to.equal('{"gone":"A","amount":5,"kind":"B"}');
    expect(textOf(newer.resolve(payload, older))).to.equal('{"total":5,"kind":1,"added":""}');
    expect(ruleOf(compiled('syntax = "proto3"; message Q {}').resolve(payload, older))).to.equal(
      "PROTOBUF_MESSAGE_REMOVED@",
    );
  });

  it("takes every number of an open enum, as JSON and as bytes, of this version and of an older one", () => {
    const [open, older] = ["A = 0;", "A = 0; B = 7;"].map((values) =>
      compiled(`syntax = "proto3"; message P { E e = 1; repeated E many = 2; } enum E { ${values} }`),
    ) as [ReturnType<typeof compiled>, ReturnType<typeof compiled>];
    const [payload, kept] = [varint(0, 8, 7, 0x12, 2, 0, 7), '{"e":7,"many":["A",7]}'];
    expect(textOf(open.decode(payload))).to.equal(kept);
    expect(textOf(open.resolve(payload, older))).to.equal(kept);
    expect(check(open, { e: 7, many: [0, 7] })).to.equal(kept);
    expect(check(open, { e: -(2 ** 31) })).to.equal('{"e":-2147483648}');
    for (const e of ["B", 2 ** 31, 0.5, "7"])
      expect(ruleOf(open.check(Buffer.from(JSON.stringify({ e }))))).to.equal("enum@e");
    const closed = compiled('syntax = "proto2"; message P { optional E e = 1; } enum E { A = 0; B = 1; }');
    expect(ruleOf(closed.decode(varint(0, 8, 7)))).to.equal("enum@e");
    expect(ruleOf(closed.check(Buffer.from('{"e":7}')))).to.equal("enum@e");
  });

  it("knows personal fields by their options", () => {
    const schema =
      compiled(`syntax = "proto3"; import "confluent/meta.proto"; import "google/protobuf/descriptor.proto";
      extend google.protobuf.FieldOptions { string pii = 50000; }
      message P { string mail = 1 [(pii) = "email"]; string name = 2 [(confluent.field_meta).tags = "PII"];
        repeated P kin = 3; string phone = 4 [(confluent.field_meta) = { params: { key: "pii" value: "phone" } }];
        string plain = 5 [(pii) = "none"]; }`);
    expect(schema.personal.filter(({ path }) => path.length === 1)).to.deep.equal([
      { path: ["mail"], class: "email" },
      { path: ["name"], class: "personal" },
      { path: ["phone"], class: "phone" },
    ]);
    expect(schema.personal).to.deep.include({ path: ["kin", "*", "mail"], class: "email" });
  });
});
