import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import type { ReferencedSchema } from "../rules/language.js";
import { protobufLanguage } from "./protobuf.js";

const reference = (name: string, text: string): ReferencedSchema => ({
  name,
  subject: name,
  version: 1,
  text,
});

const refusal = (text: string, references: readonly ReferencedSchema[] = []): string => {
  try {
    protobufLanguage.parse({ text, references });
    return "";
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.reason).to.equal(FaultReason.SCHEMA_INVALID);
    return error.message.replace("the schema can't be used: ", "");
  }
};

const proto3 = (body: string): string => `syntax = "proto3";\npackage a1;\n${body}`;
const proto2 = (body: string): string => `syntax = "proto2";\npackage a1;\n${body}`;

/** What is wrong, and what is said of it. */
const wrong: readonly (readonly [text: string, said: string])[] = [
  ["no sense", 'line 1, column 1: "no" begins no declaration'],
  ["{}", 'line 1, column 1: expected a declaration, found "{"'],
  ["bm9uc2Vuc2U=", "it is base64, but of no FileDescriptorProto"],
  ['syntax = "proto4";', 'line 1, column 10: syntax "proto4" is not known; proto2 and proto3 are'],
  ['edition = "2019";', 'line 1, column 11: edition "2019" is not known; 2023 and 2024 are'],
  [proto3("message M {"), "line 3, column 12: expected a field's type, found the end"],
  [proto3("message M { int32 a = ; }"), 'line 3, column 23: expected a field\'s number, found ";"'],
  [
    proto3("message M { int32 a = 0; }"),
    "line 3, column 23: a field's number is 0, and must be between 1 and 536870911",
  ],
  [
    proto3("message M { int32 a = 19500; }"),
    "line 3, column 19: the numbers 19000 to 19999 are Protobuf's own",
  ],
  [
    proto3("message M { int32 a = 1; int32 b = 1; }"),
    'line 3, column 32: "b" and "a" of "a1.M" have the number 1',
  ],
  [
    proto3("message M { int32 a = 1; int32 a = 2; }"),
    'line 3, column 32: "a1.M.a" is declared twice: there is a field of that name',
  ],
  [
    proto3("message M {} enum M { A = 0; }"),
    'line 3, column 14: "a1.M" is declared twice: there is a message of that name',
  ],
  [
    proto3("message M { int32 a_b = 1; int32 aB = 2; }"),
    'line 3, column 34: "aB" and "a_b" have the same name in JSON, "aB"',
  ],
  [
    proto3("message M { reserved 1 to 3; int32 a = 2; }"),
    'line 3, column 36: the number 2 of "a" is reserved',
  ],
  [proto3('message M { reserved "a"; int32 a = 2; }'), 'line 3, column 33: the name "a" is reserved'],
  [proto3("message M { reserved 5 to 3; }"), "line 3, column 22: a range ends before it begins"],
  [
    proto3("message M { reserved 1 to 5, 5; }"),
    "line 3, column 30: reserved numbers and extensions overlap at 5",
  ],
  [
    proto3("message M { google.type.PostalAddress p = 2; }"),
    'line 3, column 39: "google.type.PostalAddress" is not defined: declare it, or import the file that does',
  ],
  [
    proto3("message M { .N n = 2; }"),
    'line 3, column 16: "N" is not defined: declare it, or import the file that does',
  ],
  [proto3("message M { M.a a = 1; }"), 'line 3, column 17: "M.a" is a field, which has no place here'],
  [
    proto3('import "b.proto";'),
    'line 3, column 8: the import "b.proto" is not among the references: add one of that name',
  ],
  [proto3("enum E {}"), 'line 3, column 1: the enum "a1.E" has no value'],
  [
    proto3("enum E { A = 1; }"),
    'line 3, column 10: the first value of "a1.E" must be 0: add an "unspecified" value',
  ],
  [
    proto3("enum E { A = 0; B = 0; }"),
    'line 3, column 17: two values of "a1.E" are 0: set allow_alias where that is meant',
  ],
  [
    proto3("enum E { A = 0; } enum F { A = 0; }"),
    'line 3, column 28: "a1.A" is declared twice: there is an enum\'s value of that name' +
      " (values of an enum stand in the scope around it)",
  ],
  [proto3("message M { required int32 a = 1; }"), 'line 3, column 13: "required" is not allowed in proto3'],
  [
    proto3("message M { int32 a = 1 [default = 5]; }"),
    "line 3, column 26: proto3 has no defaults: the field's zero is its default",
  ],
  [
    proto3("message M { repeated group G = 1 {} }"),
    "line 3, column 22: groups are of proto2 only: write a message",
  ],
  [proto3("message M { extensions 5; }"), "line 3, column 24: proto3 has no extension ranges"],
  [
    proto3("message M {} extend M { int32 a = 1; }"),
    "line 3, column 31: proto3 extends options only: add the field to the message",
  ],
  [
    proto3("message M { map<float, int32> a = 1; }"),
    "line 3, column 17: a map's keys can't be float: take an integer, bool or string",
  ],
  [proto3("message M { repeated map<int32, int32> a = 1; }"), "line 3, column 13: a map has no label"],
  [
    proto3("message M { oneof o { repeated int32 a = 1; } }"),
    "line 3, column 23: a field of a oneof has no label",
  ],
  [proto3("message M { oneof o {} }"), 'line 3, column 19: the oneof "o" has no field'],
  [
    proto3("message M { string a = 1 [packed = true]; }"),
    'line 3, column 20: "a" can\'t be packed: only repeated numbers, bools and enums can',
  ],
  [
    proto3("message M { string a = 1 [nope = true]; }"),
    'line 3, column 27: the option "nope" is not known: FieldOptions has none of that name',
  ],
  [
    proto3("message M { string a = 1 [deprecated = 5]; }"),
    'line 3, column 27: the value of "deprecated" is no bool',
  ],
  [proto3("option java_package = true;"), 'line 3, column 8: the value of "java_package" is no string'],
  [
    proto3('option java_package = "a"; option java_package = "b";'),
    'line 3, column 35: the option "java_package" is set twice',
  ],
  [
    proto3("message M { string a = 1 [features.field_presence = EXPLICIT]; }"),
    "line 3, column 27: features are of editions only",
  ],
  [
    proto3('message M { string a = 1 [json_name = "\\z"]; }'),
    "line 3, column 41: a string has an escape that means nothing",
  ],
  [proto3("/* open"), "line 3, column 1: a comment has no end"],
  [
    proto3("service S { rpc A (N) returns (N); }"),
    'line 3, column 17: "N" is not defined: declare it, or import the file that does',
  ],
  [
    proto2("message M { int32 a = 1; }"),
    'line 3, column 13: a field of proto2 needs "optional", "required" or "repeated"',
  ],
  [
    proto2('message M { optional int32 a = 1 [default = "x"]; }'),
    'line 3, column 35: the default of "a" is no int32',
  ],
  [
    proto2("message M { optional E a = 1 [default = B]; } enum E { A = 1; }"),
    'line 3, column 31: the default of "a" is no value of its enum',
  ],
  [
    proto2("message M { extensions 5 to 9; } extend M { optional int32 a = 10; }"),
    'line 3, column 60: "a1.M" has no extension range with 10',
  ],
  [
    proto2("message M { extensions 5; } extend M { optional int32 a = 5; optional int32 b = 5; }"),
    '"a1.b" and "a1.a" extend "a1.M" by the number 5',
  ],
  [
    'edition = "2023"; message M { optional int32 a = 1; }',
    'line 1, column 31: "optional" is written as features.field_presence in an edition',
  ],
  [
    'edition = "2023"; message M { int32 a = 1 [features.field_presence = NOPE]; }',
    'line 1, column 44: the feature "field_presence" is not known so',
  ],
  ['edition = "2023"; export message M {}', 'line 1, column 19: "export" is of edition 2024'],
  [
    'edition = "2024"; local service S {}',
    'line 1, column 25: expected "message" or "enum", found "service"',
  ],
];

describe("Protobuf: what is refused", () => {
  for (const [text, said] of wrong) {
    it(said.slice(0, 100), () => {
      const column = /extend "a1.M" by/.test(said) ? /(line 3, column \d+: )?/ : /^$/;
      expect(refusal(text).replace(column, "")).to.equal(said);
    });
  }

  it("says in which import it is", () => {
    const text = proto3('import "b.proto"; message M {}');
    expect(refusal(text, [reference("b.proto", 'syntax = "proto3";\nmessage N { Q q = 1; }')])).to.equal(
      'in "b.proto", line 2, column 15: "Q" is not defined: declare it, or import the file that does',
    );
    const circle = [reference("b.proto", 'import "c.proto";'), reference("c.proto", 'import "b.proto";')];
    expect(refusal(text, circle)).to.contain("leads back to itself");
    const same = [reference("b.proto", proto3("message M {}"))];
    expect(refusal(text, same)).to.contain('"a1.M" is declared twice');
  });

  it("sees no further than it imports, but what is imported publicly", () => {
    const references = [
      reference("n.proto", 'syntax = "proto3"; message N {}'),
      reference("hidden.proto", 'syntax = "proto3"; import "n.proto"; message H {}'),
      reference("public.proto", 'syntax = "proto3"; import public "n.proto";'),
    ];
    const text = (path: string): string => `syntax = "proto3"; import "${path}"; message M { N n = 1; }`;
    expect(refusal(text("hidden.proto"), references)).to.contain('"N" is not defined');
    expect(refusal(text("public.proto"), references)).to.equal("");
  });

  it("stays bounded whatever the text is", () => {
    const began = performance.now();
    const deep = `${"message A { ".repeat(5_000)}${"}".repeat(5_000)}`;
    expect(refusal(`syntax = "proto3"; ${deep}`)).to.contain("nested deeper than 32");
    const value = `${"{ a: ".repeat(5_000)}1${"}".repeat(5_000)}`;
    expect(refusal(`syntax = "proto3"; option (a) = ${value};`)).to.contain("nested deeper than 32");
    expect(refusal(`// ${"x".repeat(300_000)}`)).to.equal("it is over 262144 bytes");
    expect(refusal(`syntax = "proto3"; ${";".repeat(200_000)}`)).to.contain("more than 100000 words");
    const fields = Array.from({ length: 9_000 }, (_, at) => `M a${at} = ${at + 1};`).join(" ");
    expect(refusal(`syntax = "proto3"; message M { ${fields} }`)).to.equal("");
    const ranges = Array.from({ length: 9_000 }, (_, at) => `${at * 2 + 20_000}`).join(", ");
    const some = Array.from({ length: 5_000 }, (_, at) => `bool b${at} = ${at + 1};`).join(" ");
    expect(refusal(`syntax = "proto3"; message M { reserved ${ranges}; ${some} }`)).to.equal("");
    const options = Array.from({ length: 9_000 }, (_, at) => `option (x${at}) = 1;`).join(" ");
    expect(refusal(`syntax = "proto3"; ${options}`)).to.equal("");
    const lines = Array.from({ length: 150 }, (_, at) =>
      reference(
        `f${at}`,
        `syntax = "proto3"; ${at === 0 ? "" : `import public "f${at - 1}";`} message M${at} {}`,
      ),
    );
    expect(refusal('syntax = "proto3"; import "f149";', lines)).to.contain(
      "imports follow one another too far",
    );
    const values = Array.from({ length: 1_500 }, (_, at) => `V${at} = ${at};`).join(" ");
    const many = Array.from({ length: 49 }, (_, at) => {
      const imported = at === 0 ? "" : `import public "f${at - 1}";`;
      return reference(`f${at}`, `syntax = "proto3"; package p${at}; ${imported} enum E { ${values} }`);
    });
    expect(refusal('syntax = "proto3"; import "f48";', many)).to.contain("names");
    // The options of a descriptor, whose "features" come in 50,000 parts.
    const features = new BinaryWriter()
      .tag(8, 2)
      .bytes(Buffer.alloc(150_000, Buffer.from([0x92, 3, 0])))
      .finish();
    expect(refusal(Buffer.from(features).toString("base64"))).to.contain("features are of editions only");
    expect(performance.now() - began).to.be.lessThan(10_000);
  }).timeout(20_000);
});
