import { expect } from "chai";
import { checkAvroJson } from "./check-json.js";
import { parseAvro } from "./parse.js";
import { plainFit } from "./plain-fit.js";
import type { AvroRecord } from "./type.js";

const record = (...fields: object[]): AvroRecord => {
  const { type } = parseAvro({
    text: JSON.stringify({ type: "record", name: "R", fields }),
    references: [],
  });
  if (type.kind !== "record") throw new Error("no record");
  return type;
};

describe("the quick check of JSON against Avro", () => {
  const types: [string, unknown][] = [
    ["null", "null"],
    ["boolean", "boolean"],
    ["int", "int"],
    ["long", "long"],
    ["double", "double"],
    ["string", "string"],
    ["bytes", "bytes"],
    ["enum", { type: "enum", name: "E", symbols: ["A", "B"] }],
    ["array", { type: "array", items: "int" }],
    ["map", { type: "map", values: "string" }],
    ["union", ["null", "int", "string"]],
    ["record", { type: "record", name: "I", fields: [{ name: "x", type: "int", default: 1 }] }],
    ["decimal", { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }],
  ];
  const values = [
    ...["null", "true", "0", "-1", "2147483648", "9007199254740993", "1.5", "1e3", "-0"],
    ...['""', '"A"', '"é"', '"\\u4e00"', "[]", "[1]", '["x"]', "{}", '{"x":1}', '{"x":"y"}', '{"y":1}'],
    '{"__proto__":1}',
  ];

  it("takes nothing that the exact check refuses or changes", () => {
    let quick = 0;
    for (const [name, type] of types) {
      const schema = record({ name: "f", type });
      for (const value of values) {
        const json = `{"f":${value}}`;
        const isQuick = plainFit(schema, json) !== undefined;
        // A digit that makes the number long sends the same value the exact way.
        const exact = checkAvroJson(record({ name: "f", type }, { name: "n", type: "double" }), pad(json));
        if (isQuick) expect("text" in exact, `${name} ${value}`).to.equal(true);
        quick += isQuick ? 1 : 0;
      }
    }
    expect(quick).to.be.greaterThan(30);
  });

  it("leaves members that are missing, unknown or under an alias to the exact check", () => {
    const schema = record({ name: "f", type: "int", default: 1, aliases: ["g"] });
    for (const json of ["{}", '{"g":1}', '{"f":1,"h":2}', '{"toString":1}'])
      expect(plainFit(schema, json), json).to.equal(undefined);
  });
});

const pad = (json: string): Buffer => Buffer.from(`${json.slice(0, -1)},"n":0.1234567890123456789}`);
