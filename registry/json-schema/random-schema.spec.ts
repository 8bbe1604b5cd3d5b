import { expect } from "chai";
import { Budget } from "../rules/budget.js";
import { checkValue, isUndecided } from "./compile-json-schema.js";
import { Evaluator } from "./evaluate.js";
import { jsonSchemaLanguage } from "./language.js";
import type { JsonSchema } from "./parsed-schema.js";
import { type RandomDraft, RandomSchemas } from "./random-schema.js";

const drafts: readonly RandomDraft[] = ["draft-04", "draft-07", "2019-09", "2020-12"];
const seed = Number(process.env["SEED"] ?? 7);
const rounds = Number(process.env["ROUNDS"] ?? 80);

/** Undefined where the validator can't decide. */
const accepts = (schema: JsonSchema, value: unknown): boolean | undefined => {
  const refusal = checkValue(schema.validate, value, 5_000);
  return refusal === undefined ? true : isUndecided(refusal) ? undefined : false;
};

const parsed = (schema: unknown): JsonSchema | undefined => {
  try {
    return jsonSchemaLanguage.parse({ text: JSON.stringify(schema), references: [] });
  } catch {
    // Some random schemas are not valid.
    return undefined;
  }
};

describe("random JSON Schemas and values", () => {
  it(`are never called compatible where a value says otherwise (SEED=${seed})`, function () {
    this.timeout(60_000);
    const seen = { compatible: 0, incompatible: 0, unproven: 0 };
    for (let round = 0; round < rounds; round++) {
      const random = new RandomSchemas(seed * 100_000 + round, drafts[round % drafts.length] ?? "2020-12");
      const first = random.root();
      const pair = [parsed(first), parsed(round % 3 === 0 ? random.root() : random.changed(first))];
      const [writer, reader] = round % 2 === 0 ? pair : pair.toReversed();
      if (writer === undefined || reader === undefined) continue;
      const values = Array.from({ length: 60 }, () => random.value(3));
      const budget = new Budget(50_000);
      const { outcome, witness } = jsonSchemaLanguage.reads({ writer, reader, policy: "strict", budget });
      seen[outcome]++;
      const told = `round ${round}: ${writer.canonical} to ${reader.canonical}`;
      if (outcome === "compatible") {
        const broken = values.find((it) => accepts(writer, it) === true && accepts(reader, it) === false);
        expect(JSON.stringify(broken), told).to.equal(undefined);
      }
      if (outcome === "incompatible") {
        const value: unknown = JSON.parse(witness?.json ?? "");
        expect([accepts(writer, value), accepts(reader, value)], told).to.deep.equal([true, false]);
      }
      for (const value of values.slice(0, 20)) agree(writer, value);
    }
    expect(seen.compatible).to.be.above(rounds / 4);
    expect(seen.incompatible).to.be.above(rounds / 10);
  });
});

/** What the evaluator says, the validator says. */
const agree = (schema: JsonSchema, value: unknown): void => {
  let said: boolean | undefined;
  try {
    said = new Evaluator(new Budget(20_000)).accepts(schema.graph.root, value);
  } catch {
    return;
  }
  const asked = accepts(schema, value);
  if (said !== undefined && asked !== undefined) expect(said, schema.canonical).to.equal(asked);
};
