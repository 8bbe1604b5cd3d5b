import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../../platform/fault.js";
import { avroLanguage } from "../avro/language.js";
import { Budget } from "./budget.js";
import type { Outcome, SchemaLanguage } from "./language.js";
import { deriveSchemaVer, type NumberedVersion, parseSchemaVer, requireSchemaVer } from "./schema-ver.js";

const f = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });
const record = (...fields: object[]) => ({ type: "record", name: "R", fields });
const parse = (schema: unknown) => avroLanguage.parse({ text: JSON.stringify(schema), references: [] });
const language = avroLanguage as SchemaLanguage;

/** Registers one schema after the other; the versions that they get. */
const lineage = (...schemas: readonly unknown[]): string[] => {
  const previous: NumberedVersion[] = [];
  for (const [index, schema] of schemas.entries()) {
    const next = parse(schema);
    const derived = deriveSchemaVer({ language, policy: "strict", previous, next });
    previous.push({ version: index + 1, schema: next, schemaVer: derived?.schemaVer ?? "" });
  }
  return previous.map(({ schemaVer }) => schemaVer);
};

/** A language whose answers are given. */
const answering = (outcome: Outcome): SchemaLanguage => ({
  kind: SchemaKind.AVRO,
  parse: () => ({ kind: SchemaKind.AVRO, canonical: "" }),
  normalized: () => "",
  reads: () => ({
    outcome,
    problems: outcome === "compatible" ? [] : [{ rule: "RULE", outcome, path: "", message: "It is so." }],
  }),
  diff: () => [],
});

const derivedBy = (outcome: Outcome) => {
  const schema = { kind: SchemaKind.AVRO, canonical: "" } as const;
  const previous = [{ version: 1, schema, schemaVer: "1-2-3" }];
  return deriveSchemaVer({ language: answering(outcome), policy: "strict", previous, next: schema });
};

describe("SchemaVer", () => {
  it("is read strictly", () => {
    expect(parseSchemaVer("2-10-0")).to.deep.equal({ model: 2, revision: 10, addition: 0 });
    for (const text of [
      "",
      "1",
      "1-0",
      "0-0-1",
      "1-00-0",
      "01-0-0",
      "1-0-0 ",
      "1.0.0",
      "1-0-9999999999",
      "-1-0-0",
    ])
      expect(parseSchemaVer(text), text).to.equal(undefined);
  });

  it("counts additions, revisions and models by what can be read", () => {
    expect(
      lineage(
        record(f("a", "int")),
        record(f("a", "long")),
        record(f("a", "long"), f("b", "string", { default: "" })),
        // An enum's symbol goes: some of what was written is not read.
        record(f("a", "long"), f("e", { type: "enum", name: "E", symbols: ["X", "Y"] }, { default: "X" })),
        record(f("a", "long"), f("e", { type: "enum", name: "E", symbols: ["X"] }, { default: "X" })),
        // A field comes without a default: nothing of what was written is read.
        record(f("a", "long"), f("c", "int")),
        record(f("a", "long"), f("c", ["null", "int"])),
      ),
    ).to.deep.equal(["1-0-0", "1-0-1", "1-0-2", "1-0-3", "1-1-0", "2-0-0", "2-0-1"]);
  });

  it("asks every version since the last revision", () => {
    // The field without a default is read from the newest version, and not from the one before.
    expect(
      lineage(
        record(f("a", "int")),
        record(f("a", "int"), f("b", "int", { default: 0 })),
        record(f("a", "int"), f("b", "int")),
        record(f("a", "int"), f("b", "int"), f("c", "int", { default: 0 })),
      ),
    ).to.deep.equal(["1-0-0", "1-0-1", "1-1-0", "1-1-1"]);
  });

  it("tells a model from a revision by whether anything is read", () => {
    const union = (...types: unknown[]) => record(f("u", types));
    expect(lineage(union("null", "string"), union("null"))).to.deep.equal(["1-0-0", "1-1-0"]);
    expect(lineage(union("string"), union("int"))).to.deep.equal(["1-0-0", "2-0-0"]);
    const list = (head: unknown) => record(f("l", { type: "array", items: head }));
    expect(lineage(list("string"), list("int"))).to.deep.equal(["1-0-0", "1-1-0"]);
    const tree = (leaf: unknown) => record(f("v", leaf), f("next", ["null", "R"]));
    expect(lineage(tree("string"), tree("int"))).to.deep.equal(["1-0-0", "2-0-0"]);
    expect(lineage("string", "bytes", "int")).to.deep.equal(["1-0-0", "1-0-1", "2-0-0"]);
  });

  it("takes what is not proved for a revision, and leaves open what the language can't tell", () => {
    expect(derivedBy("compatible")).to.include({
      schemaVer: "1-2-4",
      bump: "ADDITION",
      orClaimed: undefined,
    });
    expect(derivedBy("unproven")).to.include({ schemaVer: "1-3-0", bump: "REVISION", orClaimed: undefined });
    expect(derivedBy("incompatible")).to.include({
      schemaVer: "1-3-0",
      bump: "REVISION",
      orClaimed: "2-0-0",
    });
    const other = { kind: SchemaKind.PROTOBUF, canonical: "" } as const;
    const previous = [{ version: 4, schema: other, schemaVer: "3-1-1" }];
    const next = parse("int");
    expect(deriveSchemaVer({ language, policy: "strict", previous, next })).to.include({
      schemaVer: "4-0-0",
    });
    const unnumbered = [{ version: 4, schema: next, schemaVer: "" }];
    expect(deriveSchemaVer({ language, policy: "strict", previous: unnumbered, next })).to.equal(undefined);
    const large = record(...Array.from({ length: 100 }, (_, n) => f(`f${n}`, "int")));
    const short = { language, policy: "strict", budget: new Budget(10), next: parse(large) } as const;
    expect(
      deriveSchemaVer({ ...short, previous: [{ version: 1, schema: parse(large), schemaVer: "1-0-0" }] })
        ?.reason,
    ).to.match(/not proved.*STEPS_EXCEEDED/);
  });

  it("refuses a wrong claim, and says why", () => {
    const claim = (claimed: string, older: unknown, newer: unknown): string => {
      const previous = [{ version: 1, schema: parse(older), schemaVer: "1-0-0" }];
      const derived = deriveSchemaVer({ language, policy: "strict", previous, next: parse(newer) });
      try {
        return requireSchemaVer(claimed, derived, "1-0-0");
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        expect(error.facts["claimed"]).to.equal(claimed);
        return `${error.facts["derived"]}: ${error.message}`;
      }
    };
    const [one, two] = [record(f("a", "int")), record(f("a", "int"), f("b", "int"))];
    expect(claim("", one, two)).to.equal("2-0-0");
    expect(claim("2-0-0", one, two)).to.equal("2-0-0");
    expect(claim("1-0-1", one, two)).to.equal(
      "2-0-0: the SchemaVer can't be 1-0-1: the change is no ADDITION. Nothing of version 1 can be read. The field " +
        '"b" is not in what was written: give it a default, or its old name as an alias. ' +
        "(AVRO_FIELD_WITHOUT_DEFAULT at /fields/1) Claim 2-0-0, or none.",
    );
    expect(claim("1-1-0", one, one)).to.match(
      /^1-0-1: .* no REVISION\. All that was written since the last revision/,
    );
    expect(claim("1-0-2", one, one)).to.match(/^1-0-1: .* it is not the next one\./);
    expect(claim("latest", one, one)).to.match(/^1-0-1: .* it is not the next one\./);
    expect(requireSchemaVer("2-0-0", derivedBy("incompatible"), "1-2-3")).to.equal("2-0-0");
    expect(requireSchemaVer("", undefined, "")).to.equal("");
    expect(() => requireSchemaVer("1-0-1", undefined, "")).to.throw("has no SchemaVer to count on from");
    expect(() =>
      requireSchemaVer(
        "1-0-1",
        deriveSchemaVer({ language, policy: "strict", previous: [], next: parse("int") }),
        "",
      ),
    ).to.throw("Claim 1-0-0, or none");
  });
});
