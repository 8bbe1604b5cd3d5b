import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Json } from "./json-keywords.js";
import { mergeAllOf } from "./merge-schemas.js";
import type { RecordType } from "./model.js";
import { partLine, readModels } from "./read-models.js";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

/** Numbers below a bound, the same for the same seed. */
const randomOf = (start: number): ((bound: number) => number) => {
  let state = start;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
};

const defs: Json = {
  base: { type: "object", required: ["a"], properties: { a: { type: "string" }, b: { type: "number" } } },
  closed: { properties: { a: true, c: { type: "integer" } }, additionalProperties: false },
};

const resolve = (reference: string): unknown => defs[reference.slice("#/$defs/".length)];

const properties = [
  { type: "string" },
  { type: "integer" },
  { type: "number", minimum: 2 },
  { type: ["integer", "null"], maximum: 2 },
  { enum: [1, "x", null] },
  { const: "x" },
  { type: "array", items: { type: "integer" } },
  { type: "array", prefixItems: [{ type: "string" }] },
  {},
  true,
  false,
];

const values: readonly unknown[] = ["x", "y", 1, 2, 2.5, 3, null, true, [], [1], ["x"], {}, undefined];

const names = ["a", "b", "c", "d"];

const merge = (schema: Json): Json | undefined => mergeAllOf(schema, resolve)?.schema;

describe("schemas with allOf", () => {
  it(`become one that allows the same values, where they become one (SEED=${seed})`, function () {
    // Ajv compiles two schemas in each round.
    this.timeout(20_000);
    const below = randomOf(seed);
    const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T;
    const some = () => names.filter(() => below(2) === 0);
    const leaf = (): unknown => {
      if (below(6) === 0) return { $ref: `#/$defs/${oneOf(Object.keys(defs))}` };
      return {
        ...(below(2) === 0
          ? { type: oneOf(["object", ["object", "null"], ["null", "object", "string"]]) }
          : {}),
        ...(below(4) > 0
          ? { properties: Object.fromEntries(some().map((name) => [name, oneOf(properties)])) }
          : {}),
        ...(below(4) === 0 ? { required: some().slice(0, 2) } : {}),
        ...(below(4) === 0 ? { additionalProperties: oneOf(properties) } : {}),
      };
    };
    let joined = 0;
    for (let round = 0; round < 40; round++) {
      const schema = { allOf: Array.from({ length: 1 + below(3) }, leaf), ...(leaf() as Json) };
      const merged = merge(schema);
      const ajv = new Ajv2020({ strict: false });
      const isValid = ajv.compile({ $defs: defs, ...schema });
      const isMerged = ajv.compile({ $defs: defs, ...(merged ?? {}) });
      if (merged !== undefined) joined++;
      for (let tries = 0; tries < 60; tries++) {
        const object = Object.fromEntries(names.map((name) => [name, oneOf(values)]));
        const value: unknown = below(8) === 0 ? (oneOf(values) ?? null) : JSON.parse(JSON.stringify(object));
        const said = JSON.stringify({ schema, merged, value });
        if (merged !== undefined) expect(isMerged(value), said).to.equal(isValid(value));
      }
    }
    expect(joined, "most are joined").to.be.greaterThan(12);
  });

  it("are left alone where no type says what they allow", () => {
    const cases: readonly Json[] = [
      { allOf: [{ type: "string" }, { type: "integer" }] },
      { allOf: [{ enum: ["a"] }, { enum: ["b"] }] },
      { allOf: [{ anyOf: [{ type: "string" }, { type: "integer" }] }, { type: "string" }] },
      {
        allOf: [
          { type: "object", patternProperties: { "^x": { type: "string" } } },
          { properties: { xa: {} } },
        ],
      },
      {
        allOf: [
          { properties: { a: {} }, additionalProperties: false },
          { properties: { b: {} }, required: ["b"] },
        ],
      },
      { allOf: [{ prefixItems: [{}] }, { items: { type: "string" } }] },
      { allOf: [{ $ref: "#/$defs/base", minProperties: 1 }, {}] },
      { allOf: [{ $ref: "#/$defs/none" }, {}] },
      { allOf: [false, {}] },
    ];
    for (const schema of cases) expect(merge(schema), JSON.stringify(schema)).to.equal(undefined);
  });

  it("end where they lead to themselves", () => {
    const schema = { allOf: [{ $ref: "#" }, { properties: { a: {} } }] };
    expect(mergeAllOf(schema, () => schema)).to.equal(undefined);
  });
});

const read = (schema: object) => {
  const text = JSON.stringify({ type: "object", ...schema });
  return readModels([{ subject: "s", version: 1, schemaId: 1, kind: SchemaKind.JSON_SCHEMA, text }]);
};

const rootOf = (schema: object): RecordType => {
  const { events, problems } = read(schema);
  expect(problems.map(partLine)).to.deep.equal([]);
  return events[0]?.root as RecordType;
};

const fieldsOf = (record: RecordType): string[] =>
  record.fields.map(({ wire, isRequired }) => `${wire}${isRequired ? "" : "?"}`);

describe("models of allOf and tuples", () => {
  it("have the properties of all, required where one says so", () => {
    const root = rootOf({
      allOf: [{ $ref: "#/$defs/base" }, { required: ["b"], properties: { c: { type: "string" } } }],
      properties: { d: { type: "boolean" } },
      $defs: { base: { properties: { a: { type: "string" }, b: { type: "number" } }, required: ["a"] } },
    });
    expect(fieldsOf(root)).to.deep.equal(["d?", "a", "b", "c?"]);
  });

  it("fall back to any JSON with a note, or are refused where the event is such", () => {
    const all = [{ type: "string" }, { anyOf: [{ type: "string" }, { type: "null" }] }];
    const { events, notes } = read({ properties: { a: { allOf: all } } });
    expect(events[0]?.root.fields[0]?.type).to.deep.include({ kind: "scalar", api: "json" });
    expect(notes.map(partLine)).to.deep.equal(["s: a: allOf: no type stands for it; the server checks it"]);
    expect(read({ allOf: [{ patternProperties: { x: {} } }, {}] }).problems.map(partLine)).to.deep.equal([
      "s: allOf of schemas that no type stands for is not supported",
    ]);
  });

  it("note what only the server checks", () => {
    const { notes } = read({
      allOf: [{ not: { required: ["x"] } }, { if: {}, else: {}, properties: { a: {} } }],
    });
    expect(notes.map(partLine)).to.deep.equal([
      "s: else, if, not: not said by the types; the server checks it",
    ]);
  });

  it("know a schema that holds itself beneath an allOf", () => {
    const root = rootOf({
      properties: { tree: { $ref: "#/$defs/node" } },
      $defs: {
        leaf: { type: "object", properties: { value: { type: "integer" } } },
        node: {
          allOf: [
            { $ref: "#/$defs/leaf" },
            {
              properties: {
                next: { $ref: "#/$defs/node" },
                all: { type: "array", items: { $ref: "#/$defs/node" } },
              },
            },
          ],
        },
      },
    });
    const tree = root.fields[0]?.type;
    const node = tree?.kind === "named" && tree.type.kind === "record" ? tree.type : undefined;
    expect(node?.fields[1]?.type).to.deep.equal({ kind: "named", type: node });
    const self = rootOf({ allOf: [{ properties: { a: {} } }, { properties: { again: { $ref: "#" } } }] });
    expect(self.fields[1]?.type).to.deep.equal({ kind: "named", type: self });
  });

  it("end where schemas that hold themselves are joined, with as many types as there are", () => {
    const tree = (id: string, title: string) => ({
      type: "object",
      properties: {
        [id]: { type: "string" },
        left: { $ref: `#/$defs/${title}` },
        right: { $ref: `#/$defs/${title}` },
      },
    });
    const { events, problems } = read({
      properties: { both: { allOf: [{ $ref: "#/$defs/one" }, { $ref: "#/$defs/two" }] } },
      $defs: { one: tree("a", "one"), two: tree("b", "two") },
    });
    expect(problems).to.deep.equal([]);
    expect(events[0]?.named).to.have.length(1);
    const [both] = events[0]?.named ?? [];
    expect(both?.kind === "record" && fieldsOf(both)).to.deep.equal(["a?", "left?", "right?", "b?"]);
    const endless = {
      type: "object",
      properties: { x: { allOf: [{ $ref: "#/$defs/n" }, { minProperties: 1 }] } },
    };
    expect(read({ properties: { n: { $ref: "#/$defs/n" } }, $defs: { n: endless } }).problems).to.deep.equal(
      [],
    );
  });

  it("have the items of tuples, as old and new drafts say them", () => {
    const tuple = (schema: object): string[] => {
      const { events, problems } = read({ properties: { t: { type: "array", ...schema } } });
      if (problems.length > 0) return problems.map(partLine);
      const type = events[0]?.root.fields[0]?.type;
      return type?.kind === "named" && type.type.kind === "record"
        ? fieldsOf(type.type)
        : [type?.kind ?? "none"];
    };
    const two = [{ type: "string" }, { type: "integer", title: "size" }];
    expect(tuple({ prefixItems: two })).to.deep.equal(["item_1", "size"]);
    expect(tuple({ prefixItems: two, items: { type: "string" } })).to.deep.equal(["item_1", "size", "rest?"]);
    expect(tuple({ items: two, additionalItems: { type: "string" } })).to.deep.equal([
      "item_1",
      "size",
      "rest?",
    ]);
    expect(tuple({ items: two, additionalItems: false })).to.deep.equal(["item_1", "size"]);
    expect(tuple({ prefixItems: two, maxItems: 1 })).to.deep.equal(["item_1"]);
    expect(tuple({ prefixItems: two, minItems: 3 })).to.deep.equal(["item_1", "size", "rest?"]);
    expect(tuple({ prefixItems: [two[0], false, two[1]], items: { type: "string" } })).to.deep.equal([
      "item_1",
    ]);
    expect(tuple({ prefixItems: [], items: { type: "string" } })).to.deep.equal(["array"]);
    expect(tuple({ prefixItems: [{ enum: [{}] }] })).to.deep.equal([
      "s: t[0]: an enum of objects, arrays or unsafe numbers or texts is not supported",
    ]);
  });
});
