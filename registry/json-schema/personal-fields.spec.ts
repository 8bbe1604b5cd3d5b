import { expect } from "chai";
import { compileJsonSchema } from "./compile-json-schema.js";

const personal = { "x-pii": "email" };
const withEmail = { properties: { email: personal } };

const ways = (schema: object, references: readonly { name: string; schema: object }[] = []): string[] =>
  compileJsonSchema(schema, references).personal.map(({ path, class: its }) => `${path.join(".")}: ${its}`);

const draft2020 = { $schema: "https://json-schema.org/draft/2020-12/schema" };

describe("personal fields of a JSON Schema", () => {
  it("are found wherever a reference leads", () => {
    const c = ($ref: string, rest: object) => ways({ ...draft2020, properties: { c: { $ref } }, ...rest });
    const found = ["c.email: email"];
    expect(c("#/$defs/c", { $defs: { c: withEmail } })).to.deep.equal(found);
    expect(c("#c", { $defs: { c: { $anchor: "c", ...withEmail } } })).to.deep.equal(found);
    expect(
      c("https://a.example/c", { $defs: { c: { $id: "https://a.example/c", ...withEmail } } }),
    ).to.deep.equal(found);
    expect(c("#/allOf/0/$defs/c", { allOf: [{ $defs: { c: withEmail } }] })).to.deep.equal(found);
    expect(c("#/$defs/a%20b", { $defs: { "a b": withEmail } })).to.deep.equal(found);
    expect(c("#/$defs/a~1b", { $defs: { "a/b": withEmail } })).to.deep.equal(found);
    const reference = { name: "contact.json", schema: { $defs: { c: withEmail } } };
    expect(
      ways({ ...draft2020, properties: { c: { $ref: "contact.json#/$defs/c" } } }, [reference]),
    ).to.deep.equal(found);
    expect(
      ways({ properties: { c: { $ref: "contact.json" } } }, [{ name: "contact.json", schema: withEmail }]),
    ).to.deep.equal(found);
  });

  it("are found in schemas within themselves, as wholes where they go on or depend on the way", () => {
    expect(ways({ properties: { email: personal, next: { $ref: "#" } } })).to.deep.equal([
      "email: email",
      "next.email: email",
      "next.next.email: email",
      "next.next.next: personal",
    ]);
    const tree = { $dynamicAnchor: "node", properties: { email: personal, next: { $dynamicRef: "#node" } } };
    expect(ways({ ...draft2020, ...tree })).to.deep.equal(["email: email", "next: personal"]);
  });

  it("are found behind every keyword", () => {
    const a = { a: personal };
    const of = (schema: object) => ways({ ...draft2020, ...schema });
    for (const keyword of ["allOf", "anyOf", "oneOf"]) {
      expect(of({ [keyword]: [{ properties: a }] }), keyword).to.deep.equal(["a: email"]);
    }
    for (const keyword of ["if", "then", "else", "not"]) {
      expect(of({ if: true, [keyword]: { properties: a } }), keyword).to.deep.equal(["a: email"]);
    }
    expect(of({ dependentSchemas: { b: { properties: a } } })).to.deep.equal(["a: email"]);
    expect(ways({ dependencies: { b: { properties: a }, c: ["d"] } })).to.deep.equal(["a: email"]);
    for (const keyword of ["additionalProperties", "unevaluatedProperties", "propertyNames"]) {
      expect(of({ [keyword]: personal }), keyword).to.deep.equal(["*: email"]);
    }
    expect(of({ patternProperties: { "^a": personal } })).to.deep.equal(["*: email"]);
    for (const keyword of ["items", "contains", "unevaluatedItems"]) {
      expect(of({ properties: { c: { [keyword]: personal } } }), keyword).to.deep.equal(["c.*: email"]);
    }
    expect(of({ properties: { c: { prefixItems: [true, personal] } } })).to.deep.equal(["c.*: email"]);
    expect(ways({ properties: { c: { items: [{}, personal], additionalItems: {} } } })).to.deep.equal([
      "c.*: email",
    ]);
    expect(of({ properties: { c: { contentSchema: personal } } })).to.deep.equal(["c: email"]);
  });

  it("may have a list of classes, of which the first one counts", () => {
    expect(ways({ properties: { a: { "x-pii": ["none", "email", "phone"] } } })).to.deep.equal(["a: email"]);
    expect(ways({ properties: { a: { "x-pii": ["none"] }, pii: {} } })).to.deep.equal([]);
  });

  it("are told once for each place, and names are no annotations", () => {
    expect(ways({ anyOf: [withEmail, withEmail] })).to.deep.equal(["email: email"]);
    expect(ways({ properties: { pii: { type: "string" }, "x-pii": {} }, "x-pii": "none" })).to.deep.equal([]);
    expect(ways({ ...personal, type: "object" })).to.deep.equal(["*: email"]);
  });

  it("are found in bounded time, or everything is personal", () => {
    const began = performance.now();
    const refs = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, { $ref: "#" }]));
    expect(ways({ properties: { ...refs, email: personal } })).to.deep.equal(["*: personal"]);
    const flat = Object.fromEntries(Array.from({ length: 21_000 }, (_, n) => [`f${n}`, personal]));
    expect(ways({ properties: flat })).to.deep.equal(["*: personal"]);
    expect(performance.now() - began).to.be.below(3_000);
  });
});
