import { expect } from "chai";
import { Budget } from "../rules/budget.js";
import { avroLanguage } from "./language.js";
import { parseAvro } from "./parse.js";

const record = (...fields: readonly object[]) => JSON.stringify({ type: "record", name: "R", fields });
const source = (text: string) => ({ text, references: [] });

describe("Avro as a language of the registry", () => {
  it("lets defaults through that do not fit their type, where that is allowed", () => {
    const text = record({ name: "a", type: "string", default: null }, { name: "b", type: "int", default: 1 });
    expect(() => avroLanguage.parse(source(text))).to.throw("no value of the type string");
    const kept = avroLanguage.parse(source(text), { allowsInvalidDefaults: true });
    expect(kept.canonical).to.equal(text);
    const older = avroLanguage.parse(source(record()));
    const question = { reader: kept, writer: older, policy: "strict", budget: new Budget() } as const;
    expect(avroLanguage.reads(question).outcome).to.equal("compatible");
    const { type } = parseAvro(source(text), "dropped");
    const fields = type.kind === "record" ? type.fields.map(({ fallback }) => fallback?.text) : [];
    expect(fields).to.deep.equal([undefined, "1"]);
  });

  it('reads the default "null" in quotes as null, where no text is allowed', () => {
    const text = record({ name: "a", type: ["null", "int"], default: "null" });
    const parsed = avroLanguage.parse(source(text));
    expect(parsed.canonical).to.equal(text);
    expect(parsed.type.kind === "record" && parsed.type.fields[0]?.fallback?.value).to.equal(null);
    const ofText = record({ name: "a", type: ["string", "null"], default: "null" });
    const { type } = avroLanguage.parse(source(ofText));
    expect(type.kind === "record" && type.fields[0]?.fallback?.value).to.equal("null");
    expect(() => avroLanguage.parse(source(text.replace('"null"}', '"none"}')))).to.throw("fits no branch");
  });

  it("writes what is referred to in place", () => {
    const inner = JSON.stringify({ type: "record", name: "I", namespace: "x", fields: [] });
    const text = record({ name: "a", type: "x.I" }, { name: "b", type: "x.I" });
    const references = [{ name: "x.I", subject: "inner", version: 1, text: inner }];
    const parsed = avroLanguage.parse({ text, references });
    const inlined = record({ name: "a", type: JSON.parse(inner) }, { name: "b", type: "x.I" });
    expect(parsed.canonical).to.equal(text);
    expect(avroLanguage.formatted?.(parsed, "resolved")).to.equal(inlined);
    expect(avroLanguage.inlined?.(avroLanguage.parse(source(inlined)))).to.equal(inlined);
    expect(avroLanguage.formatted?.(parsed, "bad-format")).to.equal(undefined);
  });

  it("tells tools the name that was written", () => {
    const [writer, reader] = ["x.A", "x.B"].map((name) =>
      avroLanguage.parse(source(JSON.stringify({ type: "record", name, fields: [] }))),
    );
    if (writer === undefined || reader === undefined) throw new Error("both were parsed");
    const { problems } = avroLanguage.reads({ reader, writer, policy: "strict", budget: new Budget() });
    expect(problems.map(({ rule, expected }) => [rule, expected])).to.deep.equal([
      ["AVRO_NAME_MISMATCH", "x.A"],
    ]);
  });
});
