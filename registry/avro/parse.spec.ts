import { expect } from "chai";
import { Fault } from "../../platform/fault.js";
import { avroSchemaOf } from "./schema.js";

const f = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });
const record = (...fields: unknown[]) => ({ type: "record", name: "R", fields });
const parse = (schema: unknown, references: readonly string[] = []) =>
  avroSchemaOf({
    text: typeof schema === "string" && schema.startsWith("!") ? schema.slice(1) : JSON.stringify(schema),
    references: references.map((text, index) => ({
      name: `ref${index}`,
      subject: `s${index}`,
      version: 1,
      text,
    })),
  });

/** What is said of a schema that is refused. */
const refusal = (schema: unknown, references: readonly string[] = []): string => {
  try {
    parse(schema, references);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.message.replace("the schema can't be used: ", "");
  }
  return "accepted";
};

describe("Avro: parsing", () => {
  it("takes every type at the top, and what Java takes beyond avsc", () => {
    for (const schema of [
      "string",
      { type: "bytes" },
      { type: "map", values: "long" },
      [],
      ["null", "int"],
      { type: "enum", name: "E", symbols: [] },
      { type: "fixed", name: "F", size: 0 },
      { type: "error", name: "Oops", fields: [] },
      record(f("u", ["null", "int"], { default: 5 })),
      record(f("a", { type: "int", logicalType: "decimal" })),
      record(f("d", { type: "fixed", name: "D", size: 1, logicalType: "decimal", precision: 30 })),
    ]) {
      expect(refusal(schema), JSON.stringify(schema)).to.equal("accepted");
    }
  });

  it("says what is wrong, and where", () => {
    const cases: [unknown, RegExp][] = [
      ["!{", /^it is not JSON: /],
      [5, /^a type is a name, an object or an array of types \(at the top\)/],
      [{}, /no "type" \(at the top\)/],
      ["nope", /"nope" is not known.*\(at the top\)/],
      [record(f("a", "nope")), /"nope" is not known.*\(at \/fields\/0\/type\)/],
      [record(f("a", { type: "array" })), /no "items" \(at \/fields\/0\/type\)/],
      [{ type: "record", name: "R" }, /array "fields"/],
      [{ type: "record", fields: [] }, /no "name"/],
      [{ type: "record", name: "1R", fields: [] }, /"1R" is no name.*\(at \/name\)/],
      [{ type: "record", name: "a..R", fields: [] }, /is no name/],
      [{ type: "record", name: "R", namespace: "a-b", fields: [] }, /\(at \/namespace\)/],
      [{ type: "record", name: "int", fields: [] }, /primitive type/],
      [record(5), /a field is an object \(at \/fields\/0\)/],
      [record({ name: "a" }), /"a" has no "type"/],
      [record({ type: "int" }), /no "name" \(at \/fields\/0\)/],
      [record(f("a-b", "int")), /"a-b" is no name/],
      [record(f("a", "int"), f("a", "int")), /field "a" twice \(at \/fields\/1\)/],
      [record(f("a", "int", { order: "up" })), /"order" is one of/],
      [record(f("a", "int", { aliases: ["x y"] })), /\(at \/fields\/0\/aliases\/0\)/],
      [record(f("a", "int", { aliases: "x" })), /"aliases" is an array of texts/],
      [["int", "int"], /int twice \(at \/1\)/],
      [["int", ["null"]], /must not hold a union directly \(at \/1\)/],
      [[record(), record()], /"R" is defined twice/],
      [{ type: "enum", name: "E" }, /array "symbols"/],
      [{ type: "enum", name: "E", symbols: ["A", "A"] }, /"A" twice \(at \/symbols\/1\)/],
      [{ type: "enum", name: "E", symbols: ["A-B"] }, /is no name/],
      [{ type: "enum", name: "E", symbols: ["A"], default: "B" }, /none of its symbols \(at \/default\)/],
      [{ type: "fixed", name: "F" }, /"size", a whole number/],
      [{ type: "fixed", name: "F", size: -1 }, /"size", a whole number/],
      [{ type: "fixed", name: "F", size: 1.5 }, /"size", a whole number/],
    ];
    for (const [schema, said] of cases) expect(refusal(schema), JSON.stringify(schema)).to.match(said);
  });

  it("checks defaults deeply", () => {
    const bad = (type: unknown, fallback: unknown) => refusal(record(f("a", type, { default: fallback })));
    const inner = { type: "record", name: "I", fields: [f("x", "int"), f("y", "string", { default: "z" })] };
    expect(bad("int", "5")).to.match(
      /default of the field "a" is no value of the type int \(at \/fields\/0\/default\)/,
    );
    expect(bad("string", null)).to.match(/no value of the type string/);
    expect(bad("int", 2 ** 31)).to.match(/no value/);
    expect(bad("long", 0.5)).to.match(/no value/);
    expect(bad("bytes", "€")).to.match(/no value/);
    expect(bad({ type: "fixed", name: "F", size: 2 }, "a")).to.match(/no value/);
    expect(bad({ type: "enum", name: "E", symbols: ["A"] }, "B")).to.match(/no value of the type E/);
    expect(bad({ type: "array", items: "int" }, [1, "2"])).to.match(/\(at \/fields\/0\/default\/1\)/);
    expect(bad({ type: "map", values: "int" }, { k: null })).to.match(/\(at \/fields\/0\/default\/k\)/);
    expect(bad(inner, {})).to.match(/lacks the field "x" of I/);
    expect(bad(inner, { x: 1 })).to.equal("accepted");
    expect(bad(["null", "string"], 5)).to.match(/fits no branch/);
    expect(bad({ type: "array", items: ["null", inner] }, [null, { x: 1 }, { y: "" }])).to.match(
      /fits no branch/,
    );
    const own = { type: "record", name: "N", fields: [f("n", "N", { default: {} })] };
    expect(refusal(own)).to.match(/needs itself/);
  });

  it("stays bounded whatever the text is", () => {
    const began = performance.now();
    expect(refusal(`!${"[".repeat(100_000)}`)).to.match(/nested deeper/);
    expect(refusal(`!"${"x".repeat(300_000)}"`)).to.match(/over \d+ bytes/);
    // Defaults that double with each record.
    const doubling = Array.from({ length: 40 }, (_, n) => ({
      type: "record",
      name: `D${n}`,
      fields:
        n === 0
          ? [f("a", "int", { default: 1 })]
          : [f("a", `D${n - 1}`, { default: {} }), f("b", `D${n - 1}`, { default: {} })],
    }));
    expect(refusal(doubling)).to.match(/too large/);
    // Branches of unions that each fail late.
    const branches = Array.from({ length: 30 }, (_, n) => ({
      type: "record",
      name: `B${n}`,
      fields: [
        f("next", n === 0 ? "null" : ["null", ...Array.from({ length: n }, (_, m) => `B${m}`)]),
        f("z", "int"),
      ],
    }));
    let value: unknown = {};
    for (let depth = 0; depth < 28; depth++) value = { next: value };
    expect(
      refusal([
        ...branches,
        record(
          f(
            "a",
            branches.map(({ name }) => name),
            { default: value },
          ),
        ),
      ]),
    ).to.match(/too many parts/);
    expect(performance.now() - began).to.be.below(3_000);
  });

  it("resolves names of referenced schemas, by full name and only once defined", () => {
    const money =
      '{"type":"record","name":"Money","namespace":"x","fields":[{"name":"cents","type":"long"}]}';
    expect(refusal(record(f("m", "x.Money")))).to.match(/not known/);
    expect(refusal(record(f("m", "x.Money")), [money])).to.equal("accepted");
    expect(refusal(record(f("m", "x.Money")), [money, money])).to.equal("accepted");
    expect(refusal(record(f("m", "Money")), [money])).to.match(/not known/);
    expect(refusal("x.Money", [money])).to.equal("accepted");
    expect(refusal(JSON.parse(money), [money])).to.match(/defined twice/);
    expect(refusal(record(), ["{"])).to.match(
      /the referenced schema "ref0" \(s0, version 1\): it is not JSON/,
    );
  });
});
