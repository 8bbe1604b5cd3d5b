import { expect } from "chai";
import { Budget } from "../rules/budget.js";
import { avroLanguage } from "./language.js";

const record = (...fields: object[]) => ({ type: "record", name: "R", fields });
const f = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });
const abc = (symbols: string, rest: object = {}) => ({
  type: "enum",
  name: "E",
  symbols: [...symbols],
  ...rest,
});

/** Each change with its path, and < or > where it breaks backward or forward. */
const diff = (older: unknown, newer: unknown): string[] => {
  const parse = (schema: unknown) => avroLanguage.parse({ text: JSON.stringify(schema), references: [] });
  return avroLanguage
    .diff(parse(older), parse(newer), new Budget())
    .map(
      ({ change, path, breaksBackward, breaksForward }) =>
        `${change} ${path} ${breaksBackward ? "<" : ""}${breaksForward ? ">" : ""}`,
    );
};

describe("Avro: what changed", () => {
  it("is nothing between equal schemas, however they are written", () => {
    expect(diff(record(f("a", "int")), record(f("a", { type: "int" })))).to.deep.equal([]);
  });

  it("is told field by field", () => {
    const older = record(
      f("a", "int"),
      f("gone", "int"),
      f("gone2", "int", { default: 0 }),
      f("old", "string"),
    );
    const newer = record(
      f("new", "string", { aliases: ["old"] }),
      f("a", "long", { doc: "d", default: 1, order: "ignore", unit: "s" }),
      f("fresh", "int"),
      f("fresh2", "int", { default: 0 }),
    );
    expect(diff(older, newer)).to.have.members([
      "FIELD_RENAMED /fields/0 >",
      "ALIASES_CHANGED /fields/0 ",
      "DOC_CHANGED /fields/1 ",
      "FIELD_DEFAULT_CHANGED /fields/1 ",
      "FIELD_ORDER_CHANGED /fields/1 ",
      "PROPERTIES_CHANGED /fields/1 ",
      "TYPE_CHANGED /fields/1/type >",
      "FIELD_ADDED /fields/2 <",
      "FIELD_ADDED /fields/3 ",
      "FIELD_REMOVED /fields/1 >",
      "FIELD_REMOVED /fields/2 ",
      "FIELD_ORDER_CHANGED  ",
    ]);
  });

  it("is told of enums, unions, fixed types, names and logical types", () => {
    expect(diff(abc("AB"), abc("BC"))).to.have.members(["SYMBOL_ADDED  >", "SYMBOL_REMOVED  <"]);
    expect(diff(abc("AB"), abc("B", { default: "B" }))).to.have.members([
      "SYMBOL_REMOVED  ",
      "ENUM_DEFAULT_CHANGED  ",
    ]);
    expect(diff(["null", "int"], ["null", "string"])).to.have.members([
      "BRANCH_ADDED /1 >",
      "BRANCH_REMOVED /1 <",
    ]);
    expect(diff(["int"], ["int", "long"])).to.deep.equal(["BRANCH_ADDED /1 >"]);
    expect(diff(["int", "long"], ["long"])).to.deep.equal(["BRANCH_REMOVED /0 "]);
    expect(diff("int", ["null", "int"])).to.deep.equal(["TYPE_CHANGED  >"]);
    const fixed = (size: number, name = "F", rest = {}) => ({ type: "fixed", name, size, ...rest });
    expect(diff(fixed(2), fixed(3))).to.deep.equal(["SIZE_CHANGED  <>"]);
    expect(diff(fixed(2), fixed(2, "x.F"))).to.deep.equal(["TYPE_RENAMED  "]);
    expect(diff(fixed(2), fixed(2, "G", { aliases: ["F"] }))).to.have.members([
      "TYPE_RENAMED  >",
      "ALIASES_CHANGED  ",
    ]);
    const decimal = (scale: number) => ({ type: "bytes", logicalType: "decimal", precision: 9, scale });
    expect(diff(decimal(1), decimal(2))).to.deep.equal(["LOGICAL_TYPE_CHANGED  "]);
    expect(diff({ type: "array", items: "int" }, { type: "array", items: "boolean" })).to.deep.equal([
      "TYPE_CHANGED /items <>",
    ]);
  });

  it("ends where types contain themselves, and within its steps", () => {
    const list = (head: unknown) => record(f("head", head), f("tail", ["null", "R"]));
    expect(diff(list("int"), list("boolean"))).to.deep.equal(["TYPE_CHANGED /fields/0/type <>"]);
    const wide = (type: string) => record(...Array.from({ length: 100 }, (_, n) => f(`f${n}`, type)));
    const parse = (schema: unknown) => avroLanguage.parse({ text: JSON.stringify(schema), references: [] });
    const [change] = avroLanguage.diff(parse(wide("int")), parse(wide("string")), new Budget(50));
    expect(change).to.include({ change: "STEPS_EXCEEDED", breaksBackward: true, breaksForward: true });
  });
});
