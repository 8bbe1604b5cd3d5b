import { readFileSync } from "node:fs";
import avsc from "avsc";
import { expect } from "chai";
import { requireOutside } from "../../tests/support/missing.js";
import { Budget } from "../rules/budget.js";
import type { Reading } from "../rules/language.js";
import { checkLevel, type Level } from "../rules/levels.js";
import { avroLanguage } from "./language.js";
import type { AvroSchema } from "./schema.js";

interface CompatCase {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  readonly previous: readonly unknown[];
  readonly next: unknown;
  readonly compatible: boolean;
}

const parse = (schema: unknown): AvroSchema =>
  avroLanguage.parse({ text: JSON.stringify(schema), references: [] });

const reads = (reader: unknown, writer: unknown, budget = new Budget()): Reading =>
  avroLanguage.reads({ reader: parse(reader), writer: parse(writer), policy: "strict", budget });

/** Each problem as its rule and path. */
const problems = (reader: unknown, writer: unknown): string[] =>
  reads(reader, writer).problems.map(({ rule, path }) => `${rule} ${path}`);

/** What avsc makes of a datum; undefined where avsc does not take the schemas. */
const peerRejects = (reader: unknown, writer: unknown, datum: Uint8Array): boolean | undefined => {
  let types: readonly avsc.Type[];
  try {
    types = [reader, writer].map((one) => avsc.Type.forSchema(one as avsc.Schema, { wrapUnions: true }));
    types[1]?.fromBuffer(Buffer.from(datum));
  } catch {
    return undefined;
  }
  const [readerType, writerType] = types;
  if (readerType === undefined || writerType === undefined) return undefined;
  try {
    readerType.fromBuffer(Buffer.from(datum), readerType.createResolver(writerType));
    return false;
  } catch {
    return true;
  }
};

const record = (name: string, ...fields: object[]) => ({ type: "record", name, fields });
const f = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });
const abc = (symbols: string, rest: object = {}) => ({
  type: "enum",
  name: "E",
  symbols: [...symbols],
  ...rest,
});

describe("Avro: compatibility", () => {
  it("agrees with every given case, and every no has a witness that avsc rejects as well", function () {
    const file = requireOutside(this, "shared/vectors/avro_compat_cases.json");
    const cases = JSON.parse(readFileSync(file, "utf8")) as CompatCase[];
    expect(cases).to.have.length.above(100);
    const wrong: string[] = [];
    let witnesses = 0;
    for (const { id, name, level, previous, next, compatible } of cases) {
      const verdict = checkLevel({
        language: avroLanguage,
        level,
        policy: "strict",
        previous: previous.map((schema, index) => ({ version: index + 1, schema: parse(schema) })),
        next: parse(next),
      });
      if ((verdict.outcome === "compatible") !== compatible) wrong.push(`${id} ${name}: ${verdict.outcome}`);
      for (const { witness, direction, version } of verdict.findings) {
        const older = previous[version - 1];
        const [reader, writer] = direction === "backward" ? [next, older] : [older, next];
        witnesses++;
        if (witness?.bytes === undefined) wrong.push(`${id} ${name}: no witness`);
        else if (peerRejects(reader, writer, witness.bytes) === false) wrong.push(`${id} ${name}: no proof`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(witnesses).to.be.above(90);
  });

  it("says every problem, with its rule, its path and an event that shows it", () => {
    const writer = record(
      "Order",
      f("id", "long"),
      f("state", abc("ABC")),
      f("lines", { type: "array", items: record("Line", f("sku", "string")) }),
      f("hash", { type: "fixed", name: "Hash", size: 4 }),
      f("note", ["null", "string", "int"]),
    );
    const reader = record(
      "Order",
      f("id", "int"),
      f("state", abc("AB")),
      f("lines", { type: "array", items: record("Row", f("sku", "string")) }),
      f("hash", { type: "fixed", name: "Hash", size: 8 }),
      f("note", ["null", "string"]),
      f("channel", "string"),
    );
    expect(problems(reader, writer)).to.have.members([
      "AVRO_TYPE_MISMATCH /fields/0/type",
      "AVRO_ENUM_SYMBOL_MISSING /fields/1/type",
      "AVRO_NAME_MISMATCH /fields/2/type/items",
      "AVRO_FIXED_SIZE_CHANGED /fields/3/type",
      "AVRO_UNION_BRANCH_MISSING /fields/4/type",
      "AVRO_FIELD_WITHOUT_DEFAULT /fields/5",
    ]);
    const { witness } = reads(
      record("Order", f("state", abc("AB"))),
      record("Order", f("state", abc("ABC"))),
    );
    expect(witness).to.deep.include({ json: '{"state":"C"}', bytes: Buffer.of(4) });
    expect(witness?.rejection).to.match(/^state: The enum E lacks C: keep the symbols/);
  });

  it("follows aliases of the reader only", () => {
    const old = { ...record("Old", f("a", "int")), namespace: "x" };
    const renamed = (aliases: string[]) => ({ ...record("New", f("b", "int", { aliases: ["a"] })), aliases });
    expect(problems(renamed(["x.Old"]), old)).to.deep.equal([]);
    expect(problems(renamed(["Old"]), old)).to.deep.equal(["AVRO_NAME_MISMATCH "]);
    expect(problems({ ...renamed(["Old"]), namespace: "x" }, old)).to.deep.equal([]);
    expect(problems(old, renamed(["x.Old"]))).to.deep.equal(["AVRO_NAME_MISMATCH "]);
    const both = record("R", f("a", "int"), f("b", "int"));
    const crossed = record("R", f("a", "int", { aliases: ["b"] }));
    expect(problems(crossed, both)).to.deep.equal(["AVRO_FIELD_AMBIGUOUS /fields/0"]);
    const twice = record("R", f("a", "int"), f("b", "int", { aliases: ["a"] }));
    expect(problems(twice, record("R", f("a", "int")))).to.deep.equal(["AVRO_FIELD_AMBIGUOUS /fields/1"]);
  });

  it("compares types that contain themselves until nothing is new", () => {
    const list = (head: unknown, ...more: object[]) =>
      record("List", f("head", head), f("tail", ["null", "List"]), ...more);
    expect(problems(list("long"), list("int"))).to.deep.equal([]);
    expect(problems(list("int"), list("long"))).to.deep.equal(["AVRO_TYPE_MISMATCH /fields/0/type"]);
    const endless = (head: unknown) => record("List", f("head", head), f("tail", "List"));
    expect(problems(endless("long"), endless("int"))).to.deep.equal([]);
    const { outcome, witness, problems: said } = reads(endless("int"), endless("long"));
    expect({ outcome, witness }).to.deep.equal({ outcome: "incompatible", witness: undefined });
    expect(said[0]?.message).to.match(/No event can show it/);
    // The first branch that would do is not sound, since what it needs in turn is not.
    const tree = (leaf: unknown) =>
      record("T", f("kids", { type: "array", items: ["null", "T"] }), f("leaf", leaf));
    expect(problems(tree("string"), tree("long"))).to.deep.equal(["AVRO_TYPE_MISMATCH /fields/1/type"]);
    const { witness: grown } = reads(
      record("R", f("t", { type: "map", values: ["null", tree(abc("A"))] })),
      record("R", f("t", { type: "map", values: ["null", tree(abc("AB"))] })),
    );
    expect(grown?.json).to.equal('{"t":{"a":{"kids":[],"leaf":"B"}}}');
  });

  it("takes the branch of a union that can be read, if any can", () => {
    const v = (space: string, ...fields: object[]) => ({ ...record("V", ...fields), namespace: space });
    const written = v("w", f("x", "int"));
    expect(
      problems(["null", v("a", f("x", "int"), f("y", "int")), v("b", f("x", "long"))], written),
    ).to.deep.equal([]);
    expect(problems(["null", v("a", f("x", "int"), f("y", "int"))], written)).to.deep.equal([
      "AVRO_FIELD_WITHOUT_DEFAULT /1/fields/1",
    ]);
    expect(problems([], "int")).to.deep.equal(["AVRO_UNION_BRANCH_MISSING "]);
    expect(problems("int", [])).to.deep.equal([]);
    expect(problems([{ type: "array", items: "string" }], { type: "array", items: "int" })).to.deep.equal([
      "AVRO_TYPE_MISMATCH /0/items",
    ]);
  });

  it("looks into referenced schemas, and points to where they are referred to", () => {
    const money = { text: JSON.stringify({ ...record("Money", f("cents", "long")), namespace: "x" }) };
    const reference = (text: string) => ({ name: "x.Money", subject: "money", version: 1, text });
    const order = (text: string) =>
      avroLanguage.parse({
        text: JSON.stringify(record("Order", f("price", "x.Money"))),
        references: [reference(text)],
      });
    const narrowed = money.text.replace("long", "int");
    const answer = avroLanguage.reads({
      reader: order(narrowed),
      writer: order(money.text),
      policy: "strict",
      budget: new Budget(),
    });
    expect(answer.problems.map(({ rule, path }) => `${rule} ${path}`)).to.deep.equal([
      "AVRO_TYPE_MISMATCH /fields/0/type",
    ]);
    expect(answer.witness?.json).to.equal('{"price":{"cents":0}}');
  });

  it("ends within its steps, and says so", () => {
    const wide = (type: string) =>
      record("Wide", ...Array.from({ length: 300 }, (_, n) => f(`f${n}`, { type: "array", items: type })));
    expect(reads(wide("long"), wide("int"), new Budget(100))).to.deep.include({ outcome: "unproven" });
    expect(reads(wide("long"), wide("int"), new Budget(100)).problems[0]?.rule).to.equal("STEPS_EXCEEDED");
    // Unions of many records, each of which holds the union: pairs by the square.
    const names = Array.from({ length: 200 }, (_, n) => `R${n}`);
    const mesh = names.map((name, n) => record(name, f("next", ["null", ...names.slice(0, n)])));
    const began = performance.now();
    reads(mesh, mesh);
    const deep = Array.from({ length: 1_500 }, (_, n) =>
      record(`C${n}`, ...(n === 0 ? [] : [f("c", `C${n - 1}`)])),
    );
    expect(reads(deep, deep).outcome).to.equal("compatible");
    const last = (name: string) => record("Z", f("z", name));
    expect(reads(last("int"), last("string")).outcome).to.equal("incompatible");
    expect(performance.now() - began).to.be.below(3_000);
  });
});
