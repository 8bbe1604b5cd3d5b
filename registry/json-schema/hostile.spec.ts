import { expect } from "chai";
import { Budget } from "../rules/budget.js";
import { compileJsonSchema } from "./compile-json-schema.js";
import { jsonSchemaLanguage } from "./language.js";

const parsed = (schema: unknown) =>
  jsonSchemaLanguage.parse({ text: JSON.stringify(schema), references: [] });

/** The verdict, and that it took no longer than a question may. */
const quickly = (writer: unknown, reader: unknown): string => {
  const [one, other] = [parsed(writer), parsed(reader)];
  const began = performance.now();
  const { outcome } = jsonSchemaLanguage.reads({
    writer: one,
    reader: other,
    policy: "strict",
    budget: new Budget(),
  });
  expect(performance.now() - began, "ms").to.be.below(5_000);
  return outcome;
};

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

describe("hostile JSON Schemas", () => {
  it("of nested alternatives end the proof", function () {
    this.timeout(20_000);
    const nested = (depth: number, last: object): object =>
      depth === 0
        ? last
        : {
            oneOf: times(3, (at) => ({
              properties: { [`p${at}`]: nested(depth - 1, last) },
              required: [`p${at}`],
            })),
          };
    expect(quickly(nested(6, { type: "string" }), nested(6, { type: "string", maxLength: 3 }))).to.not.equal(
      "compatible",
    );
    const wide = (limit: number) => ({ anyOf: times(300, (at) => ({ minimum: at, maximum: at + limit })) });
    expect(quickly(wide(2), wide(1))).to.not.equal("compatible");
  });

  it("of references that double end the proof", function () {
    this.timeout(20_000);
    const bomb = (last: object) => {
      const $defs: Record<string, unknown> = { d0: last };
      for (let level = 1; level <= 40; level++) {
        const ref = { $ref: `#/$defs/d${level - 1}` };
        $defs[`d${level}`] = {
          anyOf: [{ allOf: [ref, { minimum: level }] }, { allOf: [ref, { maximum: level }] }],
        };
      }
      return { $defs, $ref: "#/$defs/d40" };
    };
    expect(quickly(bomb({ type: "number" }), bomb({ type: "integer" }))).to.not.equal("compatible");
  });

  it("of many values and names are compared in time", function () {
    this.timeout(20_000);
    const values = { enum: times(9_000, (at) => `value ${at}`) };
    expect(quickly(values, { enum: [...values.enum, "one more"] })).to.be.oneOf(["compatible", "unproven"]);
    expect(quickly({ enum: [...values.enum, "one more"] }, values)).to.be.oneOf(["incompatible", "unproven"]);
    const object = (count: number) => ({
      properties: Object.fromEntries(times(count, (at) => [`p${at}`, { type: "string", maxLength: at }])),
      additionalProperties: false,
    });
    expect(quickly(object(500), object(500))).to.equal("compatible");
    expect(quickly(object(500), object(600))).to.equal("compatible");
    expect(quickly(object(600), object(500))).to.be.oneOf(["incompatible", "unproven"]);
  });

  it("of costly patterns end the proof", function () {
    this.timeout(20_000);
    const pattern = (tail: string) => ({ type: "string", pattern: `^(a|b)*a(a|b){14}${tail}$` });
    expect(quickly(pattern("c"), pattern("d"))).to.not.equal("compatible");
    const names = (rest: object) => ({
      patternProperties: Object.fromEntries(times(40, (at) => [`^[a-z]*${at}`, rest])),
    });
    expect(quickly(names({ type: "string" }), names({ type: "string", maxLength: 9 }))).to.not.equal(
      "compatible",
    );
  });

  it("that only lead back to themselves are no proof of anything", () => {
    expect(quickly({ type: "string" }, { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } })).to.equal(
      "unproven",
    );
    expect(quickly({ type: "string" }, { not: { $ref: "#" } })).to.equal("unproven");
  });

  it("of patterns refuse an event by their cost, before they have taken it", function () {
    this.timeout(20_000);
    const judged = (schema: object, event: object): string => {
      const compiled = compileJsonSchema(schema);
      const began = performance.now();
      const result = compiled.check(Buffer.from(JSON.stringify(event)));
      expect(performance.now() - began, "ms").to.be.below(4_000);
      return "refusal" in result ? result.refusal.rule : "passes";
    };
    const patterns = (count: number) =>
      Object.fromEntries(times(count, (at) => [`^a.*b{${at % 150}}c${at}`, {}]));
    const long = `a${"b".repeat(21_000)}`;
    expect(judged({ patternProperties: patterns(300) }, { [long]: 1 })).to.equal("max_steps");
    const names = Object.fromEntries(times(4_000, (at) => [`a${at}`, 1]));
    expect(judged({ patternProperties: patterns(300) }, names)).to.equal("max_steps");
    expect(judged({ properties: { a: { pattern: "a.*b{400}c" } } }, { a: long })).to.equal("max_steps");
    // What is usual is far from it.
    const ids = { type: "array", items: { type: "string", pattern: "^[a-f0-9]{64}$" } };
    const hashes = { ids: times(900, () => "0123456789abcdef".repeat(4)) };
    expect(judged({ properties: { ids } }, hashes)).to.equal("passes");
    expect(
      judged({ patternProperties: { "^[a-z0-9_]+$": {} }, additionalProperties: false }, names),
    ).to.equal("passes");
  });

  it("of many changes are told apart in time, and say that there are more", function () {
    this.timeout(30_000);
    const differences = (from: object, to: object) => {
      const [older, newer] = [parsed(from), parsed(to)];
      const began = performance.now();
      const found = jsonSchemaLanguage.diff(older, newer, new Budget());
      expect(performance.now() - began, "ms").to.be.below(5_000);
      expect(found).to.have.length(501);
      expect(found.at(-1)).to.include({
        change: "SCHEMA_CHANGED",
        path: "",
        message: "There are more changes than are listed.",
      });
      return found;
    };
    const names = { required: times(15_000, (at) => `n${at}`) };
    const added = differences({ type: "object" }, { type: "object", ...names });
    expect(added.at(0)).to.include({ change: "REQUIRED_ADDED", breaksBackward: true });
    const taken = differences({ type: "object", ...names }, { type: "object" });
    expect(taken.at(0)).to.include({ change: "REQUIRED_REMOVED", breaksForward: true });
    const typed = (type: string) => ({
      properties: Object.fromEntries(times(700, (at) => [`p${at}`, { type }])),
    });
    expect(differences(typed("string"), typed("number")).at(3)).to.include({ breaksBackward: true });
  });

  it("of more parts than can be compiled in time are refused at once", function () {
    this.timeout(30_000);
    const refused = (schema: object, said: string) => {
      const began = performance.now();
      expect(() => parsed(schema)).to.throw(said);
      expect(performance.now() - began, "ms").to.be.below(3_000);
    };
    const part = (at: number) => ({ properties: { [`p${at}`]: { type: "string" } }, pattern: `^a${at}` });
    refused({ allOf: times(1_500, part) }, "hold more than 1200 schemas");
    refused({ anyOf: times(1_500, (at) => ({ maximum: at })) }, "hold more than 1200 schemas");
    const patterned = times(2_400, (at) => [`p${at}`, { type: "string", pattern: `^a.*b${at}c` }]);
    refused({ properties: Object.fromEntries(patterned) }, "it has more than 500 different patterns");
    const began = performance.now();
    parsed({ allOf: times(500, part) });
    expect(performance.now() - began, "ms").to.be.below(5_000);
  });
});
