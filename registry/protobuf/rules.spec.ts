import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { fileText, protoChanges } from "../../tests/support/proto-changes.js";
import { Budget } from "../rules/budget.js";
import type { Reading, ReferencedSchema } from "../rules/language.js";
import { decodePayload } from "./compile-protobuf.js";
import { Plans } from "./event-plan.js";
import { type ParsedProtobuf, protobufLanguage } from "./protobuf.js";

const parse = (text: string, references: readonly ReferencedSchema[] = []): ParsedProtobuf =>
  protobufLanguage.parse({ text, references });

const fileOf = (body: string): ParsedProtobuf => parse(fileText(body));

const reads = (writer: string, reader: string): Reading =>
  protobufLanguage.reads({
    writer: fileOf(writer),
    reader: fileOf(reader),
    policy: "strict",
    budget: new Budget(),
  });

const rulesOf = ({ problems }: Reading): string[] =>
  problems.map(({ rule }) => rule.replace("PROTOBUF_", ""));

const conventions = ["PACKAGE_CHANGED", "REQUIRED_FIELD_REMOVED"];

describe("Protobuf: rules", () => {
  for (const [name, writer, reader, rules] of protoChanges) {
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
