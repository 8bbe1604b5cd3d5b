import { expect } from "chai";
import { Budget } from "../rules/budget.js";
import { jsonSchemaLanguage } from "./language.js";

const parsed = (text: string) => jsonSchemaLanguage.parse({ text, references: [] });
const canonical = (text: string) => parsed(text).canonical;

describe("JSON Schema's texts", () => {
  it("are kept without white space, with their order and their digits", () => {
    const text =
      '{ "type" : "number",\n "minimum": 1.0, "maximum": 12345678901234567890, "b": 1, "2": [ 1e2, "\\u0041" ] }';
    const kept = '{"type":"number","minimum":1.0,"maximum":12345678901234567890,"b":1,"2":[1e2,"A"]}';
    expect(canonical(text)).to.equal(kept);
    expect(canonical(kept)).to.equal(kept);
    const sorted = '{"2":[1e2,"A"],"b":1,"maximum":12345678901234567890,"minimum":1.0,"type":"number"}';
    expect(jsonSchemaLanguage.normalized(parsed(text))).to.equal(sorted);
    expect(canonical('{"a":1,"b":2,"a":3}')).to.equal('{"a":3,"b":2}');
    expect(canonical(" true ")).to.equal("true");
    expect(canonical('{"enum":[[],{}]}')).to.equal('{"enum":[[],{}]}');
  });

  it("are refused with what is wrong, and where", () => {
    const refused: [string, string][] = [
      ["{nope", "it is not JSON"],
      ["5", "must be an object, true or false"],
      [
        '{"properties":{"a":{"type":"text"}}}',
        "/properties/a/type must be equal to one of the allowed values",
      ],
      ['{"$ref":"other.json"}', '$ref "other.json" is neither in the schema nor in its references'],
      ['{"$ref":"#/$defs/none"}', "is neither in the schema"],
      ['{"$schema":"https://example.com/own"}', "$schema must be"],
      ['{"properties":{"__proto__":{}}}', "__proto__"],
      ['{"pattern":"(?=a)"}', "can't be run in linear time"],
      [`${'{"not":'.repeat(70)}{}${"}".repeat(70)}`, "nested deeper than 64"],
    ];
    for (const [text, said] of refused) expect(() => parsed(text), text).to.throw(said);
  });

  it("without $schema are of the newest draft that takes them", () => {
    const draftOf = (schema: object) => parsed(JSON.stringify(schema)).document.draft;
    expect(draftOf({ type: "string" })).to.equal("2020-12");
    expect(draftOf({ items: [{ type: "string" }] })).to.equal("2019-09");
    expect(draftOf({ minimum: 1, exclusiveMinimum: true })).to.equal("draft-04");
    expect(draftOf({ $schema: "http://json-schema.org/draft-06/schema#" })).to.equal("draft-06");
  });
});

describe("JSON Schema's differences", () => {
  const diff = (older: unknown, newer: unknown): string[] =>
    jsonSchemaLanguage
      .diff(parsed(JSON.stringify(older)), parsed(JSON.stringify(newer)), new Budget())
      .map((it) => {
        const broken = (it.breaksBackward ? " backward" : "") + (it.breaksForward ? " forward" : "");
        return `${it.change} ${it.path}${broken}`;
      });
  const object = (properties: object, rest: object = {}) => ({ type: "object", properties, ...rest });

  it("say what changed, where, and whom it breaks", () => {
    const older = object(
      { a: { type: "string", maxLength: 5 }, b: { type: "integer" } },
      { required: ["a"] },
    );
    const newer = object({ a: { type: "string", maxLength: 9 }, c: { type: "integer" } }, { title: "A" });
    expect(diff(older, newer)).to.have.members([
      "MAX_LENGTH_CHANGED /properties/a/maxLength forward",
      "PROPERTY_REMOVED /properties/b forward",
      "PROPERTY_ADDED /properties/c backward",
      "REQUIRED_REMOVED /required forward",
      "TITLE_ADDED /title",
    ]);
  });

  it("say whom a closed object breaks", () => {
    const closed = { additionalProperties: false };
    const [text, whole] = [{ type: "string" }, { type: "integer" }];
    expect(diff(object({ a: text }, closed), object({ a: text, b: whole }, closed))).to.deep.equal([
      "PROPERTY_ADDED /properties/b forward",
    ]);
    expect(diff(object({ a: text, b: whole }, closed), object({ a: text }, closed))).to.deep.equal([
      "PROPERTY_REMOVED /properties/b backward",
    ]);
    expect(diff(object({ a: text }), object({ a: text }, closed))).to.deep.equal([
      "ADDITIONAL_PROPERTIES_ADDED /additionalProperties backward",
    ]);
  });

  it("pair alternatives by what they are", () => {
    const [text, whole, nothing] = [{ type: "string" }, { type: "integer" }, { type: "null" }];
    expect(diff({ anyOf: [text, whole] }, { anyOf: [whole, nothing, text] })).to.deep.equal([
      "ANY_OF_ADDED /anyOf/1 forward",
    ]);
    expect(diff({ anyOf: [text, whole] }, { anyOf: [whole, text] })).to.deep.equal([
      "ANY_OF_REORDERED /anyOf",
    ]);
    expect(diff(object({ a: text }), object({ a: text }))).to.deep.equal([]);
    expect(
      diff({ $defs: { a: text }, $ref: "#/$defs/a" }, { $defs: { a: whole }, $ref: "#/$defs/a" }),
    ).to.deep.equal(["TYPE_CHANGED /$defs/a/type backward forward"]);
  });
});
