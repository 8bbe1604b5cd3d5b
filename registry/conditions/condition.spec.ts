import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../../platform/fault.js";
import { compileSchema } from "../compile.js";
import type { CompiledSchema } from "../compiled-schema.js";
import { conditionLimits } from "./condition.js";

interface Rule {
  readonly name: string;
  readonly expression: string;
  readonly message?: string;
}

const properties = {
  type: { type: "string" },
  amount: { type: "number" },
  quantity: { type: "integer" },
  currency: { type: "string" },
  items: { type: "array", items: { type: "object", properties: { price: { type: "integer" } } } },
  values: { type: "array" },
  other: { type: "array" },
};

const jsonSchema = (...rules: Rule[]): CompiledSchema =>
  compileSchema(SchemaKind.JSON_SCHEMA, JSON.stringify({ type: "object", properties, "x-rules": rules }));

const rule = (expression: string, name = "r"): Rule => ({ name, expression });

function judge(compiled: CompiledSchema, value: object | string): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const result = compiled.check(Buffer.from(text));
  return "refusal" in result ? `${result.refusal.rule} ${result.refusal.path}`.trim() : "passes";
}

describe("rules on a schema", () => {
  it("pass and refuse events, by name, with the property where it is one alone", () => {
    const schema = jsonSchema(
      { ...rule("amount > 0", "paid"), message: "An amount is above zero." },
      rule("currency in ['USD', 'EUR']", "currency"),
      rule("amount < 1000.0 || currency == 'USD'", "large"),
    );
    expect(judge(schema, { amount: 5, currency: "EUR" })).to.equal("passes");
    expect(judge(schema, { amount: 0, currency: "EUR" })).to.equal("cel.paid amount");
    expect(judge(schema, { amount: 5, currency: "GBP" })).to.equal("cel.currency currency");
    expect(judge(schema, { amount: 5_000, currency: "EUR" })).to.equal("cel.large");
    const result = schema.check(Buffer.from('{"amount":-1,"currency":"EUR"}'));
    expect("refusal" in result && result.refusal.message).to.equal("An amount is above zero.");
    expect(judge(schema, { amount: "5", currency: "EUR" }), "the shape comes first").to.equal("type amount");
  });

  it("see whole numbers as such where the schema says so, to the last digit", () => {
    const schema = jsonSchema(
      rule("quantity % 2 == 0", "even"),
      rule("items.all(item, item.price * 2 >= 0)", "priced"),
      rule("quantity != 9007199254740993", "exact"),
    );
    expect(judge(schema, { quantity: 4, items: [{ price: 1 }] })).to.equal("passes");
    expect(judge(schema, { quantity: 3, items: [] })).to.equal("cel.even quantity");
    expect(judge(schema, '{"quantity":9007199254740994,"items":[]}')).to.equal("passes");
    const exact = jsonSchema(rule("quantity != 9007199254740993", "exact"));
    expect(judge(exact, '{"quantity":9007199254740993}')).to.equal("cel.exact quantity");
    expect(judge(exact, '{"quantity":9007199254740992}')).to.equal("passes");
  });

  it("ask for what may be missing by has(), and are broken by what is missing without", () => {
    expect(judge(jsonSchema(rule("!has(message.amount) || message.amount > 0.0")), {})).to.equal("passes");
    expect(judge(jsonSchema(rule("amount > 0.0")), {})).to.equal("cel.r amount");
    expect(judge(jsonSchema(rule("amount > 0.0")), '{"__proto__":{"amount":1}}')).to.equal("cel.r amount");
  });

  it("hold for Avro, behind its defaults, in JSON and in bytes", () => {
    const record = {
      type: "record",
      name: "Sale",
      fields: [
        { name: "amount", type: "long", default: 7 },
        { name: "note", type: ["null", "int"], default: null },
      ],
      "x-rules": [rule("amount % 7 == 0"), rule("note == null || note > 2")],
    };
    const schema = compileSchema(SchemaKind.AVRO, JSON.stringify(record));
    expect(judge(schema, {})).to.equal("passes");
    expect(judge(schema, { amount: 8 })).to.equal("cel.r amount");
    expect(judge(schema, { amount: 14, note: 2 })).to.equal("cel.r note");
    expect("refusal" in schema.decode(Buffer.from([14, 0]))).to.equal(false);
    expect(schema.decode(Buffer.from([16, 0]))).to.have.nested.property("refusal.rule", "cel.r");
  });

  it("come from the rule set too, where they are conditions on what is written", () => {
    const text = JSON.stringify({ type: "object", properties });
    const domainRules = [
      { name: "paid", kind: "CONDITION", type: "CEL", mode: "WRITE", expr: "message.amount > 0.0" },
      { name: "off", kind: "CONDITION", type: "CEL", mode: "WRITE", expr: "false", disabled: true },
      { name: "ignored", kind: "CONDITION", type: "CEL", mode: "WRITE", expr: "false", onFailure: "NONE" },
      { name: "read", kind: "CONDITION", type: "CEL", mode: "READ", expr: "false" },
      { name: "field", kind: "TRANSFORM", type: "CEL_FIELD", mode: "WRITE", expr: "value + 1" },
    ];
    const schema = compileSchema(SchemaKind.JSON_SCHEMA, text, { ruleSet: { domainRules } });
    expect(judge(schema, { amount: 1 })).to.equal("passes");
    expect(judge(schema, { amount: -1 })).to.equal("cel.paid");
  });

  it("are refused when they are registered, with the reason", () => {
    const cases: [Rule | object, string][] = [
      [rule("amount >"), "is no CEL expression"],
      [rule("amount + 1.0"), "is no condition"],
      [rule("'yes'"), "is no condition"],
      [rule("size(list)"), "is no condition"],
      [rule("type == 'sale'"), "write message.type"],
      [rule("amonut > 0"), "names amonut, which is no property"],
      [rule("x".repeat(conditionLimits.characters + 1)), "is longer than"],
      [rule(Array(200).fill("amount").join("+")), "has more than"],
      [rule("[".repeat(900) + "]".repeat(900)), "the rule r"],
      [rule("currency.matches('(')"), "the rule r can't be used"],
      [rule("currency.matches('((a{30}){30}){2}')"), "the rule r can't be used"],
      [rule("currency.matches('(a|b|c|d|e|f){400}')"), "a pattern repeats too much"],
      [rule("currency.matches(currency)"), "a pattern must stand in the rule itself"],
      [rule("currency.matches('a' + currency)"), "a pattern must stand in the rule itself"],
      [rule("values.all(a, values.exists(b, a.matches(b)))"), "a pattern must stand in the rule itself"],
      [rule("matches(currency, currency)"), "a pattern must stand in the rule itself"],
      [{ name: "r" }, "x-rules[0] must have a name and an expression"],
      [{ name: "", expression: "true" }, "has no name"],
    ];
    for (const [written, said] of cases) {
      expect(() => jsonSchema(written as Rule), JSON.stringify(written).slice(0, 60)).to.throw(Fault, said);
    }
    const many = Array.from({ length: conditionLimits.rules + 1 }, (_, index) => rule("true", `r${index}`));
    expect(() => jsonSchema(...many)).to.throw(Fault, "rules");
  });

  it("end in time, whatever the rule and the event", () => {
    const numbers = Array.from({ length: 12_000 }, (_, index) => index);
    const hostile = [
      "values.all(a, values.all(b, values.all(c, values.all(d, a + b + c + d >= 0.0))))",
      "values.map(a, values.map(b, a + b)).size() > 0",
      "values.all(a, values == other)",
      "[1, 2, 3].all(a, values.map(b, b).all(c, values.exists(d, d == c + 1.0e9)))",
    ];
    for (const expression of hostile) {
      const schema = jsonSchema(rule(expression));
      const started = performance.now();
      expect(judge(schema, { values: numbers, other: [...numbers.slice(0, -1), -1] }), expression).to.match(
        /^cel\.r/,
      );
      expect(performance.now() - started, expression).to.be.below(5_000);
    }
    const text = jsonSchema(rule("currency.matches('^(a+)+$')"));
    const started = performance.now();
    expect(judge(text, { currency: `${"a".repeat(50_000)}!` })).to.equal("cel.r currency");
    expect(performance.now() - started).to.be.below(2_000);
  });

  it("count what they match by pattern and text, all rules of an event together", () => {
    const costly = "currency.matches('(a|b|ab|[a-z]){90}[^a]{90}$')";
    const texts = { currency: "ab".repeat(30_000) };
    const matching = {
      one: [rule(`${costly} || true`)],
      many: Array.from({ length: 50 }, (_, at) => rule(`!currency.matches('a.{15}c${at}$')`, `r${at}`)),
      looped: [rule(`values.all(a, !(a + currency).matches('a.{15}c$'))`)],
    };
    for (const [name, rules] of Object.entries(matching)) {
      const schema = jsonSchema(...rules);
      const started = performance.now();
      const result = schema.check(Buffer.from(JSON.stringify({ ...texts, values: Array(100).fill("a") })));
      expect(performance.now() - started, name).to.be.below(3_000);
      expect("refusal" in result && result.refusal.message, name).to.contain("takes too many steps");
    }
    const usual = jsonSchema(rule("currency.matches('^[a-z0-9._%+-]{1,64}@[a-z0-9.-]+$')"));
    expect(judge(usual, { currency: "someone@example.com" })).to.equal("passes");
    expect(judge(usual, { currency: "nobody" })).to.equal("cel.r currency");
  });
});
