import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { Budget } from "../rules/budget.js";
import type { Reading, ReferencedSchema } from "../rules/language.js";
import { decodePayload } from "./compile-protobuf.js";
import { Plans } from "./event-plan.js";
import { type ParsedProtobuf, protobufLanguage } from "./protobuf.js";

const parse = (text: string, references: readonly ReferencedSchema[] = []): ParsedProtobuf =>
  protobufLanguage.parse({ text, references });

/** The body of a message, or a whole file. */
const fileOf = (body: string): ParsedProtobuf => {
  if (body.startsWith("syntax") || body.startsWith("edition")) return parse(body);
  return parse(`syntax = "proto3"; package p; message M { ${body} } message N { int32 a = 1; }
    message O { string a = 1; } enum E { ZERO = 0; ONE = 1; }`);
};

const reads = (writer: string, reader: string): Reading =>
  protobufLanguage.reads({
    writer: fileOf(writer),
    reader: fileOf(reader),
    policy: "strict",
    budget: new Budget(),
  });

const rulesOf = ({ problems }: Reading): string[] =>
  problems.map(({ rule }) => rule.replace("PROTOBUF_", ""));

const proto2 = (body: string): string =>
  `syntax = "proto2"; message M { ${body} } message N { optional int32 a = 1; }`;

type Row = readonly [name: string, writer: string, reader: string, rules: readonly string[]];

/** What the writer has, what the reader has, and why that can't be read. */
const rows: readonly Row[] = [
  ["a field is added", "int32 a = 1;", "int32 a = 1; string b = 2; repeated N n = 3;", []],
  ["a field is removed", "int32 a = 1; string b = 2;", "int32 a = 1;", []],
  ["a field is renamed", "int32 a = 1;", "int32 b = 1;", []],
  ["a field gets another number", "int32 a = 1;", "int32 a = 2;", []],
  ["numbers of one encoding", "int32 a = 1; bool b = 2; E c = 3;", "uint64 a = 1; E b = 2; int64 c = 3;", []],
  ["string and bytes", "string a = 1; bytes b = 2;", "bytes a = 1; string b = 2;", []],
  ["fixed and sfixed", "fixed32 a = 1; sfixed64 b = 2;", "sfixed32 a = 1; fixed64 b = 2;", []],
  ["a sint for an int", "int32 a = 1;", "sint32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a double for a float", "float a = 1;", "double a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a fixed for an int", "fixed32 a = 1;", "int32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["bits of other widths", "fixed32 a = 1;", "fixed64 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a float for 32 bits", "float a = 1;", "fixed32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["an enum for a sint", "E a = 1;", "sint32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a string for an enum", "string a = 1;", "E a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a message for a string", "string a = 1;", "N a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a string for a message", "N a = 1;", "string a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a map for a number", "int32 a = 1;", "map<string, int32> a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a map for a message", "repeated N a = 1;", "map<int32, int32> a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a map of other keys", "map<string, N> a = 1;", "map<int32, N> a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  [
    "a map of other values",
    "map<string, int32> a = 1;",
    "map<string, string> a = 1;",
    ["FIELD_SCALAR_KIND_CHANGED"],
  ],
  ["a map of other messages", "map<string, N> a = 1;", "map<string, O> a = 1;", ["FIELD_MESSAGE_CHANGED"]],
  ["a map of wider numbers", "map<int32, bool> a = 1;", "map<int64, E> a = 1;", []],
  ["another message", "N a = 1;", "O a = 1;", ["FIELD_MESSAGE_CHANGED"]],
  ["repeated strings and messages", "string a = 1; N b = 2;", "repeated string a = 1; repeated N b = 2;", []],
  ["single strings and messages", "repeated bytes a = 1; repeated N b = 2;", "bytes a = 1; N b = 2;", []],
  ["repeated numbers", "int32 a = 1;", "repeated int32 a = 1;", ["FIELD_NUMERIC_LABEL_CHANGED"]],
  ["single numbers", "repeated E a = 1;", "E a = 1;", ["FIELD_NUMERIC_LABEL_CHANGED"]],
  ["presence", "int32 a = 1; optional string b = 2;", "optional int32 a = 1; string b = 2;", []],
  ["a oneof is added", "int32 a = 1;", "int32 a = 1; oneof o { string b = 2; int32 c = 3; }", []],
  ["a oneof grows", "oneof o { string b = 2; }", "oneof o { string b = 2; int32 c = 3; }", []],
  ["a oneof is removed", "oneof o { string b = 2; int32 c = 3; }", "int32 a = 1;", []],
  [
    "a oneof is renamed",
    "oneof o { string b = 2; int32 c = 3; }",
    "oneof p { string b = 2; int32 c = 3; }",
    [],
  ],
  [
    "a oneof shrinks",
    "oneof o { string b = 2; int32 c = 3; }",
    "oneof o { string b = 2; }",
    ["ONEOF_FIELD_REMOVED"],
  ],
  ["one field into a new oneof", "string b = 2;", "oneof o { string b = 2; int32 c = 3; }", []],
  [
    "a oneof's field to the message",
    "oneof o { string b = 2; int32 c = 3; }",
    "string b = 2; oneof o { int32 c = 3; }",
    [],
  ],
  [
    "fields into a new oneof",
    "string b = 2; int32 c = 3;",
    "oneof o { string b = 2; int32 c = 3; }",
    ["FIELDS_MOVED_TO_ONEOF"],
  ],
  [
    "a field into an old oneof",
    "string b = 2; oneof o { int32 c = 3; }",
    "oneof o { string b = 2; int32 c = 3; }",
    ["FIELD_MOVED_TO_EXISTING_ONEOF"],
  ],
  [
    "oneofs into one",
    "oneof o { string b = 2; string d = 4; } oneof q { int32 c = 3; string e = 5; }",
    "oneof r { string b = 2; string d = 4; int32 c = 3; string e = 5; }",
    ["FIELDS_MOVED_TO_ONEOF"],
  ],
  [
    "a nested message changes",
    "message I { int32 a = 1; } I i = 1;",
    "message I { string a = 1; } I i = 1;",
    ["FIELD_SCALAR_KIND_CHANGED"],
  ],
  ["a nested message is removed", "message I { int32 a = 1; }", "int32 a = 1;", ["MESSAGE_REMOVED"]],
  [
    "a message is removed",
    'syntax = "proto3"; message A {} message B {}',
    'syntax = "proto3"; message A {}',
    ["MESSAGE_REMOVED"],
  ],
  [
    "messages change places",
    'syntax = "proto3"; message A { int32 a = 1; } message B {}',
    'syntax = "proto3"; message B {} message A { int32 a = 1; }',
    [],
  ],
  [
    "enums come and go",
    'syntax = "proto3"; message A {} enum E { X = 0; Y = 1; } enum F { Z = 0; }',
    'syntax = "proto3"; message A {} enum E { Q = 0; R = 7; }',
    [],
  ],
  [
    "services",
    'syntax = "proto3"; message A {} service S { rpc Do (A) returns (A); }',
    'syntax = "proto3"; message A {}',
    [],
  ],
  [
    "another package",
    'syntax = "proto3"; package a; message A { A a = 1; }',
    'syntax = "proto3"; package b; message A { A a = 1; }',
    ["PACKAGE_CHANGED"],
  ],
  [
    "a required field is added",
    proto2("optional int32 a = 1;"),
    proto2("optional int32 a = 1; required int32 b = 2;"),
    ["REQUIRED_FIELD_ADDED"],
  ],
  [
    "a required field is removed",
    proto2("required int32 a = 1;"),
    proto2("optional int32 b = 2;"),
    ["REQUIRED_FIELD_REMOVED"],
  ],
  [
    "a field is made required",
    proto2("optional int32 a = 1;"),
    proto2("required int32 a = 1;"),
    ["FIELD_MADE_REQUIRED"],
  ],
  ["a field is made optional", proto2("required int32 a = 1;"), proto2("optional int32 a = 1;"), []],
  [
    "a group for a message",
    proto2("optional N n = 1;"),
    proto2("optional group N2 = 1 { optional int32 a = 1; }"),
    ["FIELD_ENCODING_CHANGED"],
  ],
  [
    "a message is delimited",
    'edition = "2023"; message M { M m = 1; int32 a = 2; }',
    'edition = "2023"; message M { M m = 1 [features.message_encoding = DELIMITED]; int32 a = 2; }',
    ["FIELD_ENCODING_CHANGED"],
  ],
  [
    "syntax alone",
    proto2("repeated int32 a = 1; optional string b = 2;"),
    'syntax = "proto3"; message M { repeated int32 a = 1; string b = 2; } message N { int32 a = 1; }',
    [],
  ],
];

const conventions = ["PACKAGE_CHANGED", "REQUIRED_FIELD_REMOVED"];

describe("Protobuf: rules", () => {
  for (const [name, writer, reader, rules] of rows) {
    it(`${name}: ${rules.length === 0 ? "reads" : rules.join()}`, () => {
      const reading = reads(writer, reader);
      expect(rulesOf(reading)).to.deep.equal(rules);
      expect(reading.outcome).to.equal(rules.length === 0 ? "compatible" : "incompatible");
      if (rules.length === 0) return;
      const isConvention = conventions.includes(rules[0] ?? "");
      expect(reading.witness === undefined).to.equal(isConvention);
      expect(reading.problems[0]?.message).to.match(isConvention ? /convention/ : /./);
      const { witness } = reading;
      if (witness === undefined) return;
      const written = decodePayload(new Plans(fileOf(writer).set), witness.bytes ?? new Uint8Array());
      expect("text" in written && Buffer.from(written.text).toString()).to.equal(witness.json);
    });
  }

  it("compares types that are imported, by way of the events that hold them", () => {
    const imported = (body: string): ReferencedSchema[] => [
      {
        name: "c.proto",
        subject: "c",
        version: 1,
        text: `syntax = "proto3"; package c; message C { D d = 1; } message D { ${body} }`,
      },
    ];
    const text = 'syntax = "proto3"; import "c.proto"; message M { int32 a = 1; map<string, c.C> m = 2; }';
    const question = { policy: "strict", budget: new Budget() } as const;
    const [writer, reader] = [parse(text, imported("string s = 1;")), parse(text, imported("double s = 1;"))];
    const reading = protobufLanguage.reads({ ...question, writer, reader });
    expect(reading.problems).to.have.length(1);
    expect(reading.problems[0]).to.include({ rule: "PROTOBUF_FIELD_SCALAR_KIND_CHANGED", path: "c.D.s" });
    expect(reading.witness?.json).to.equal('{"a":0,"m":{"event":{"d":{"s":"event"}}}}');
    expect(protobufLanguage.reads({ ...question, writer, reader: writer }).outcome).to.equal("compatible");
  });

  it("takes a message for kept that moved into an import", () => {
    const writer = parse('syntax = "proto3"; package a; message M { N n = 1; } message N { int32 a = 1; }');
    const text = 'syntax = "proto3"; package a; message N { int32 a = 1; }';
    const reader = parse('syntax = "proto3"; package a; import "n.proto"; message M { N n = 1; }', [
      { name: "n.proto", subject: "n", version: 1, text },
    ]);
    const reading = protobufLanguage.reads({ writer, reader, policy: "strict", budget: new Budget() });
    expect(reading.outcome).to.equal("compatible");
  });

  it("never says that what it could not finish is compatible", () => {
    const writer = fileOf("int32 a = 1; string b = 2;");
    const reading = protobufLanguage.reads({
      writer,
      reader: writer,
      policy: "strict",
      budget: new Budget(3),
    });
    expect(reading.outcome).to.equal("unproven");
    expect(reading.problems.map(({ rule }) => rule)).to.deep.equal(["STEPS_EXCEEDED"]);
    expect(protobufLanguage.diff(writer, fileOf("int32 a = 1;"), new Budget(3))[0]).to.include({
      breaksBackward: true,
    });
  });

  it("compares large schemas, and those that contain themselves, within its steps", () => {
    const many = Array.from(
      { length: 1_500 },
      (_, index) => `message M${index} { M${(index + 1) % 1_500} next = 1; M0 first = 2; }`,
    );
    const large = parse(`syntax = "proto3"; ${many.join(" ")}`);
    const began = performance.now();
    const reading = protobufLanguage.reads({
      writer: large,
      reader: large,
      policy: "strict",
      budget: new Budget(),
    });
    expect(reading.outcome).to.equal("compatible");
    expect(performance.now() - began).to.be.lessThan(2_000);
  });

  it("looks for witnesses within bounds", () => {
    const levels = Array.from({ length: 11 }, (_, level) => {
      const fields = Array.from({ length: 20 }, (__, at) => `required L${level + 1} f${at} = ${at + 1};`);
      return `message L${level} { ${fields.join(" ")} }`;
    });
    const last = (type: string): ParsedProtobuf =>
      parse(`syntax = "proto2"; ${levels.join(" ")} message L11 { required ${type} a = 1; }`);
    const began = performance.now();
    const question = { policy: "strict", budget: new Budget() } as const;
    const reading = protobufLanguage.reads({ ...question, writer: last("int32"), reader: last("string") });
    expect(rulesOf(reading)).to.deep.equal(["FIELD_SCALAR_KIND_CHANGED"]);
    expect(reading.witness?.json).to.equal('{"a":5}');
    const whole = protobufLanguage.reads({
      ...question,
      writer: last("int32"),
      reader: parse('syntax = "proto2";'),
    });
    expect(whole.outcome).to.equal("incompatible");
    expect(performance.now() - began).to.be.lessThan(2_000);
  });

  it("says what changed, and what that breaks", () => {
    const older = fileOf(
      "string a = 1; int32 b = 2; oneof o { string c = 3; } message I {} repeated string d = 4;",
    );
    const newer = fileOf("int64 a = 1; int64 b = 2; oneof p { string c = 3; } string dd = 4; N e = 5;");
    const lines = protobufLanguage
      .diff(older, newer, new Budget())
      .map(
        ({ change, path, breaksBackward, breaksForward }) =>
          `${change} ${path} ${breaksBackward} ${breaksForward}`,
      );
    expect(lines).to.deep.equal([
      "FIELD_TYPE_CHANGED p.M.a true true",
      "FIELD_TYPE_CHANGED p.M.b false false",
      "FIELD_RENAMED p.M.dd false false",
      "FIELD_LABEL_CHANGED p.M.dd false false",
      "FIELD_ONEOF_CHANGED p.M.c false false",
      "FIELD_ADDED p.M.e false false",
      "ONEOF_ADDED p.M.p false false",
      "ONEOF_REMOVED p.M.o false false",
      "MESSAGE_REMOVED p.M.I true false",
    ]);
    expect(protobufLanguage.diff(older, older, new Budget())).to.deep.equal([]);
  });

  it("are all told in the documentation, and no others", () => {
    const source = readFileSync(join(repoRoot, "registry/protobuf/compare.ts"), "utf8");
    const rules = [...source.matchAll(/#add\(\s*"([A-Z_]+)"|\? "([A-Z_]+)" : "([A-Z_]+)"/g)].flatMap(
      (found) => found.slice(1),
    );
    const known = new Set(rules.filter((rule) => rule !== undefined).map((rule) => `PROTOBUF_${rule}`));
    expect(known.size).to.equal(13);
    const docs = readFileSync(join(repoRoot, "docs/registry.md"), "utf8");
    const told = new Set([...docs.matchAll(/`(PROTOBUF_[A-Z_]+)`/g)].map(([, rule]) => rule));
    expect([...told].sort()).to.deep.equal([...known].sort());
  });
});
