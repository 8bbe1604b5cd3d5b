import { readFileSync } from "node:fs";
import { expect } from "chai";
import { requireOutside } from "../../tests/support/missing.js";
import { Budget } from "../rules/budget.js";
import type { Policy, Reading, Witness } from "../rules/language.js";
import { checkLevel, type Level } from "../rules/levels.js";
import { caseDeviations } from "./case-deviations.js";
import { checkValue } from "./compile-json-schema.js";
import { jsonSchemaLanguage } from "./language.js";

const parsed = (schema: unknown, references: Readonly<Record<string, unknown>> = {}) =>
  jsonSchemaLanguage.parse({
    text: JSON.stringify(schema),
    references: Object.entries(references).map(([name, it]) => ({
      name,
      subject: name,
      version: 1,
      text: JSON.stringify(it),
    })),
  });

const reads = (writer: unknown, reader: unknown, policy: Policy = "strict"): Reading =>
  jsonSchemaLanguage.reads({ writer: parsed(writer), reader: parsed(reader), policy, budget: new Budget() });

const outcome = (writer: unknown, reader: unknown, policy: Policy = "strict"): string => {
  const { outcome: said, problems } = reads(writer, reader, policy);
  return [said, ...new Set(problems.map(({ rule }) => rule))].join(" ");
};

interface CompatibilityCase {
  readonly id: string;
  readonly level: Level;
  readonly previous: readonly unknown[];
  readonly next: unknown;
  readonly compatible: boolean;
  readonly upstream_unsound?: boolean;
}

const isWitness = (writer: unknown, reader: unknown, { json }: Witness): boolean => {
  const value: unknown = JSON.parse(json);
  const accepted = checkValue(parsed(writer).validate, value) === undefined;
  return accepted && checkValue(parsed(reader).validate, value) !== undefined;
};

describe("JSON Schema's given cases", () => {
  let cases: readonly CompatibilityCase[];
  before(function () {
    const file = requireOutside(this, "shared/vectors/jsonschema_compat_cases.json");
    cases = JSON.parse(readFileSync(file, "utf8"));
  });

  it("come out as given, but for the deviations that are listed", function () {
    this.timeout(30_000);
    const others: string[] = [];
    for (const { id, level, previous, next, compatible, upstream_unsound: isUnsound } of cases) {
      const verdict = checkLevel({
        language: jsonSchemaLanguage,
        level,
        policy: "strict",
        previous: previous.map((it, index) => ({ version: index + 1, schema: parsed(it) })),
        next: parsed(next),
      });
      const wanted = compatible && isUnsound !== true;
      if ((verdict.outcome === "compatible") !== wanted) others.push(id);
      for (const { witness, version, direction } of verdict.findings) {
        if (witness === undefined) continue;
        const older = previous[version - 1];
        const [writer, reader] = direction === "backward" ? [older, next] : [next, older];
        expect(isWitness(writer, reader, witness), `${id}: ${witness.json}`).to.equal(true);
      }
    }
    expect(others).to.have.members(caseDeviations.map((it) => it.id));
    expect(others.length / cases.length).to.be.below(0.01);
  });
});

const object = (properties: object, rest: object = {}) => ({ type: "object", properties, ...rest });
const text = { type: "string" };
const whole = { type: "integer" };

describe("JSON Schema's verdicts", () => {
  it("prove what holds of every event", () => {
    const pairs: [unknown, unknown][] = [
      [
        { type: "integer", minimum: 3 },
        { type: "number", exclusiveMinimum: 2 },
      ],
      [{ type: "integer", exclusiveMinimum: 2 }, { minimum: 3 }],
      [{ type: "integer", minimum: 1, maximum: 3 }, { enum: [1, 2, 3, 4] }],
      [{ type: "boolean" }, { enum: [true, false] }],
      [{ multipleOf: 0.3 }, { multipleOf: 0.1 }],
      [{ pattern: "^[a-f]{3}$" }, { pattern: "^[a-z]+$" }],
      [{ type: "array", items: whole, minItems: 2 }, { contains: { type: "number" } }],
      [{ const: "a" }, { enum: ["a", "b"] }],
      [{ enum: [1, "a"] }, { anyOf: [whole, text] }],
      [{ type: ["string", "integer"] }, { oneOf: [text, whole, { type: "null" }] }],
      [object({ a: whole }, { additionalProperties: false }), { propertyNames: { maxLength: 1 } }],
      [{ type: "object", additionalProperties: whole }, object({ a: { type: "number" } })],
      [{ patternProperties: { "^x_": whole } }, { patternProperties: { "^x_a": { type: "number" } } }],
      [{ dependentRequired: { a: ["b", "c"] } }, { dependentRequired: { a: ["b"] } }],
      [{ required: ["a"], dependentRequired: { a: ["b"] } }, { required: ["b"] }],
      [{ not: { type: "number" } }, { not: whole }],
      [{ prefixItems: [text], items: false }, { maxItems: 1 }],
      [
        object({ a: text }, { additionalProperties: false }),
        object({ a: text }, { unevaluatedProperties: false }),
      ],
    ];
    for (const [writer, reader] of pairs) {
      expect(outcome(writer, reader), JSON.stringify([writer, reader])).to.equal("compatible");
    }
  });

  it("give each of several changes in one place its own verdict, with an event that shows it", () => {
    const many = Object.fromEntries([..."abcdefghijkl"].map((name) => [name, text]));
    const wholes = Object.fromEntries(Object.keys(many).map((name) => [name, whole]));
    const pairs: [unknown, unknown, number][] = [
      [text, { ...text, minLength: 2, maxLength: 5, pattern: "^[a-z]+$" }, 3],
      [{ type: "number" }, { ...whole, minimum: 3, maximum: 10, multipleOf: 2 }, 4],
      [{ type: "array" }, { type: "array", minItems: 2, maxItems: 4, uniqueItems: true, items: text }, 4],
      [{ type: "object" }, { required: ["a"], minProperties: 2, maxProperties: 5 }, 3],
      [object(many), object(wholes), 12],
      [object({ in: object(many) }, { required: ["in"] }), object({ in: object(wholes) }), 12],
      [
        object({ list: { type: "array", items: object(many) } }),
        object({ list: { items: object(wholes) } }),
        12,
      ],
    ];
    for (const [writer, reader, count] of pairs) {
      const { problems } = reads(writer, reader);
      const said = JSON.stringify([writer, reader, problems.filter((it) => it.outcome === "unproven")]);
      expect(
        problems.map((it) => it.outcome),
        said,
      ).to.deep.equal(Array(count).fill("incompatible"));
      for (const { witness } of problems)
        expect(witness !== undefined && isWitness(writer, reader, witness), said).to.equal(true);
    }
    // The event shows the place that it stands with.
    const { problems } = reads(object(many), object(wholes));
    for (const { path, witness } of problems) {
      const name = path.split("/")[2] ?? "";
      const alone = object({ [name]: whole });
      expect(witness !== undefined && isWitness(object(many), alone, witness), path).to.equal(true);
    }
  });

  it("leave unproven, without an event, what only stands beside something that was shown", () => {
    const reader = { ...text, maxLength: 3, contentEncoding: "base64" };
    const { outcome: said, problems } = reads(text, reader);
    expect(said).to.equal("incompatible");
    expect(problems.map((it) => [it.rule, it.outcome, it.witness === undefined])).to.deep.equal([
      ["JSON_LENGTH_NARROWED", "incompatible", false],
      ["JSON_CONTENT_CHANGED", "unproven", true],
    ]);
    const level = { level: "BACKWARD", policy: "strict" } as const;
    const previous = [{ version: 1, schema: parsed(text) }];
    const { findings } = checkLevel({
      language: jsonSchemaLanguage,
      ...level,
      previous,
      next: parsed(reader),
    });
    expect(findings.map(({ witness }) => witness === undefined)).to.deep.equal([false, true]);
  });

  it("follow references, also those that go round", () => {
    const tree = (value: unknown) => ({
      $defs: { node: object({ value, kids: { type: "array", items: { $ref: "#/$defs/node" } } }) },
      $ref: "#/$defs/node",
    });
    expect(outcome(tree(whole), tree({ type: "number" }))).to.equal("compatible");
    const { outcome: said, witness } = reads(tree({ type: "number" }), tree(whole));
    expect(said).to.equal("incompatible");
    expect(witness?.rejection).to.include("value");
    expect(outcome(whole, { $ref: "#" })).to.include("JSON_REFERENCE_CIRCULAR");
    // Nothing finite has an a within an a without end.
    const endless = {
      $ref: "#/$defs/a",
      $defs: { a: object({ a: { $ref: "#/$defs/a" } }, { required: ["a"] }) },
    };
    expect(outcome(endless, { type: "string" })).to.equal("compatible");
  });

  it("follow references to the meta-schema", () => {
    const $schema = "http://json-schema.org/draft-07/schema#";
    const older = { $schema, type: "array", items: { $ref: $schema }, maxItems: 2 };
    const newer = { $schema, type: "array", items: { $ref: $schema } };
    expect(outcome(older, newer)).to.equal("compatible");
    expect(outcome(newer, older)).to.equal("incompatible JSON_ITEM_COUNT_NARROWED");
    expect(outcome({ ...newer, items: {} }, newer)).to.match(/^incompatible /);
  });

  it("follow what is evaluated into the alternatives that hold", () => {
    const event = (value: unknown, more: object = {}) => ({
      ...object({ kind: { enum: ["a", "b"] } }, { required: ["kind"] }),
      oneOf: [
        object({ kind: { const: "a" }, n: value }),
        object({ kind: { const: "b" }, t: text }, { required: ["t"] }),
      ],
      unevaluatedProperties: false,
      ...more,
    });
    expect(outcome(event(whole), event({ type: "number" }))).to.equal("compatible");
    expect(outcome(event({ type: "number" }), event(whole))).to.match(/^incompatible /);
    expect(outcome(event(whole, { unevaluatedProperties: true }), event(whole))).to.match(/^incompatible /);
    const closed = object({ kind: text, n: whole, t: text }, { additionalProperties: false });
    expect(outcome(event(whole), closed)).to.equal("compatible");
  });

  it("tell alternatives apart by what excludes them", () => {
    const shape = (kind: string, rest: object) =>
      object({ kind: { const: kind }, ...rest }, { required: ["kind"] });
    const older = { oneOf: [shape("a", { n: whole }), shape("b", { t: text })] };
    const wider = { oneOf: [shape("b", { t: text }), shape("a", { n: { type: "number" } }), shape("c", {})] };
    expect(outcome(older, wider)).to.equal("compatible");
    expect(outcome(wider, older)).to.match(/^incompatible JSON_ONE_OF_NARROWED/);
    expect(outcome({ oneOf: [text] }, { oneOf: [text, { maxLength: 5 }] })).to.equal(
      "incompatible JSON_ONE_OF_OVERLAPS",
    );
  });

  it("go from draft to draft", () => {
    const draft4 = {
      $schema: "http://json-schema.org/draft-04/schema#",
      minimum: 10,
      exclusiveMinimum: true,
    };
    const draft7 = { $schema: "http://json-schema.org/draft-07/schema#", exclusiveMinimum: 10 };
    expect(outcome(draft4, draft7)).to.equal("compatible");
    expect(outcome(draft7, draft4)).to.equal("compatible");
    const tuple = {
      $schema: "http://json-schema.org/draft-07/schema#",
      items: [text],
      additionalItems: whole,
    };
    expect(outcome(tuple, { prefixItems: [text], items: whole })).to.equal("compatible");
  });

  it("come with a witness and with what to do", () => {
    const { problems, witness } = reads(
      object({ a: text }),
      object({ a: text, b: whole }, { required: ["b"] }),
    );
    expect(problems.map(({ rule, path }) => `${rule} ${path}`)).to.deep.equal([
      "JSON_PROPERTY_ADDED_TO_OPEN_OBJECT /properties/b",
      "JSON_REQUIRED_ADDED /required",
    ]);
    expect(problems.every((it) => it.outcome === "incompatible")).to.equal(true);
    expect(witness?.json).to.equal("{}");
    expect(problems[1]?.message).to.include('"b" out of required');
  });

  it("say unproven, and where, rather than guess", () => {
    const said = reads({ type: "array", items: whole }, { type: "array", prefixItems: [whole] });
    expect(said.outcome).to.equal("unproven");
    expect(said.witness).to.equal(undefined);
    expect(said.problems[0]).to.include({ rule: "JSON_LIST_BECAME_TUPLE", keyword: "items" });
    expect(outcome(text, { type: "string", pattern: "a*" })).to.equal(
      "unproven JSON_PATTERN_MATCHES_EVERYTHING",
    );
    const dynamic = { $dynamicRef: "#node", $defs: { n: { $dynamicAnchor: "node" } } };
    expect(outcome({}, dynamic)).to.equal("unproven JSON_DYNAMIC_REFERENCE");
    expect(outcome(dynamic, dynamic)).to.equal("compatible");
  });

  it("let LENIENT pass what only unnamed properties could break", () => {
    const closed = { additionalProperties: false };
    const pairs: [unknown, unknown][] = [
      [object({ a: text }), object({ a: text, b: whole })],
      [object({ a: text, b: whole }, closed), object({ a: text }, closed)],
      [object({ a: text }), object({ a: text }, closed)],
      [
        object({ a: text }, { additionalProperties: text }),
        object({ a: text, b: whole }, { additionalProperties: text }),
      ],
      [object({ a: object({ c: text }) }), object({ a: object({ c: text, d: text }) })],
      [text, { type: "string", format: "money" }],
    ];
    for (const [writer, reader] of pairs) {
      const strict = reads(writer, reader);
      expect(strict.outcome, JSON.stringify([writer, reader])).to.not.equal("compatible");
      expect(strict.problems.every(({ message }) => message.includes("LENIENT takes it"))).to.equal(true);
      expect(outcome(writer, reader, "lenient"), JSON.stringify([writer, reader])).to.equal("compatible");
    }
    const broken: [unknown, unknown][] = [
      [object({ a: text }), object({ a: whole })],
      [object({ a: text }), object({ a: text, b: { default: 1 } }, { required: ["b"] })],
      [
        { type: "object", additionalProperties: text },
        { type: "object", additionalProperties: whole },
      ],
    ];
    for (const [writer, reader] of broken) {
      const said = reads(writer, reader, "lenient").outcome;
      expect(said, JSON.stringify([writer, reader])).to.not.equal("compatible");
    }
    expect(outcome(...(broken[0] as [unknown, unknown]), "lenient")).to.equal(
      "incompatible JSON_TYPE_NARROWED",
    );
  });

  it("take references by their names and ids, and never from elsewhere", () => {
    const customer = { $id: "https://example.com/customer", ...object({ id: whole }) };
    const order = (ref: string) => object({ customer: { $ref: ref } });
    const parse = (ref: string) => parsed(order(ref), { "customer.json": customer });
    const [byName, byId] = [parse("customer.json"), parse("https://example.com/customer")];
    const budget = () => new Budget();
    expect(
      jsonSchemaLanguage.reads({ writer: byName, reader: byId, policy: "strict", budget: budget() }).outcome,
    ).to.equal("compatible");
    const bare = parsed(order("#"));
    const said = jsonSchemaLanguage.reads({
      writer: bare,
      reader: byName,
      policy: "strict",
      budget: budget(),
    });
    expect(said.problems.map(({ path }) => path)).to.include("customer.json#/properties/id");
    expect(() => parse("https://example.com/other")).to.throw("no download");
  });
});
