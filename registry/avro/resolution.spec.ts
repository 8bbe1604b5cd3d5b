import avsc from "avsc";
import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../../platform/fault.js";
import { checkJsonObject } from "../../platform/json/check.js";
import { RandomSchemas, type SchemaJson, seededRandom } from "../../tests/support/random-avro.js";
import { compileSchema } from "../compile.js";
import type { SchemaResult } from "../compiled-schema.js";
import { Budget } from "../rules/budget.js";
import { avroLanguage } from "./language.js";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

const said = (result: SchemaResult): string =>
  "refusal" in result
    ? `${result.refusal.rule}: ${result.refusal.path}`
    : Buffer.from(result.text).toString();

const compiled = (schema: unknown) => compileSchema(SchemaKind.AVRO, JSON.stringify(schema));
const record = (...fields: object[]) => ({ type: "record", name: "Props", fields });
const f = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });
const encoded = (schema: unknown, value: unknown): Buffer =>
  avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true }).toBuffer(value);
const resolved = (writer: unknown, reader: unknown, value: unknown): string =>
  said(compiled(reader).resolve(encoded(writer, value), compiled(writer)));

/** Asks avsc whether it reads data; it answers undefined where it does not take the schemas or the datum. */
const peerOf = (writer: SchemaJson, reader: SchemaJson): ((datum: Uint8Array) => boolean | undefined) => {
  let types: [avsc.Type, avsc.Type];
  let resolver: ReturnType<avsc.Type["createResolver"]> | undefined;
  try {
    const typeOf = (schema: SchemaJson) => avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true });
    types = [typeOf(writer), typeOf(reader)];
  } catch {
    return () => undefined;
  }
  try {
    resolver = types[1].createResolver(types[0]);
  } catch {
    resolver = undefined;
  }
  return (datum) => {
    try {
      types[0].fromBuffer(Buffer.from(datum));
    } catch {
      return undefined;
    }
    if (resolver === undefined) return false;
    try {
      types[1].fromBuffer(Buffer.from(datum), resolver);
      return true;
    } catch {
      return false;
    }
  };
};

const parse = (schema: SchemaJson) => avroLanguage.parse({ text: JSON.stringify(schema), references: [] });

/** The first of the schemas that is valid: a change may take away what a schema needs elsewhere. */
const valid = (make: () => SchemaJson): SchemaJson => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const schema = make();
    try {
      parse(schema);
      return schema;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
  return "null";
};

/** Whether a union has more than one branch that is an object in JSON: a record, a map, or a name. */
function hasObjectsInUnion(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if (!Array.isArray(schema)) {
    const {
      type,
      items,
      values,
      fields = [],
    } = schema as Record<string, unknown> & { fields?: { type: unknown }[] };
    return [type, items, values, ...fields.map((field) => field.type)].some(hasObjectsInUnion);
  }
  const isObject = (branch: unknown): boolean => {
    const { type = branch } = (branch ?? {}) as { type?: unknown };
    return type === "record" || type === "map" || (typeof type === "string" && /^[A-Z]/.test(type));
  };
  return schema.filter(isObject).length > 1 || schema.some(hasObjectsInUnion);
}

describe("Avro: resolution", () => {
  it("follows aliases, fills defaults and promotes numbers", () => {
    const writer = record(
      f("order_id", "string"),
      f("qty", "int"),
      f("weight", "float"),
      f("dropped", { type: "array", items: { type: "map", values: "string" } }),
      f("big", "long"),
      f("raw", "bytes"),
      f("state", { type: "enum", name: "S", symbols: ["NEW", "PAID", "LOST"] }),
    );
    const reader = record(
      f("state", { type: "enum", name: "S", symbols: ["UNKNOWN", "PAID", "NEW"], default: "UNKNOWN" }),
      f("order", "string", { aliases: ["id", "order_id"] }),
      f("qty", ["null", "double"]),
      f("weight", "double"),
      f("big", "double"),
      f("raw", "string"),
      f("channel", "string", { default: 'w"eb' }),
      f("lines", { type: "array", items: "int" }, { default: [1, 2] }),
    );
    const value = {
      order_id: "o1",
      qty: 7,
      weight: 0.1,
      dropped: [{ a: "x" }, {}],
      big: 2 ** 40,
      raw: Buffer.from("héllo"),
      state: "LOST",
    };
    expect(resolved(writer, reader, value)).to.equal(
      '{"order":"o1","qty":7,"weight":0.10000000149011612,"big":1099511627776,"raw":"héllo",' +
        '"state":"UNKNOWN","channel":"w\\"eb","lines":[1,2]}',
    );
    expect(resolved(writer, record(), value)).to.equal("{}");
  });

  it("keeps a decimal's value where its scale has changed", () => {
    const decimal = (scale: number) => ({ type: "bytes", logicalType: "decimal", precision: 9, scale });
    const datum = Buffer.from("040139", "hex");
    const read = (reader: unknown, writer: unknown) =>
      said(compiled(record(f("d", reader))).resolve(datum, compiled(record(f("d", writer)))));
    expect(read(decimal(2), decimal(2))).to.equal('{"d":3.13}');
    expect(read(decimal(4), decimal(2))).to.equal('{"d":3.13}');
    expect(read("bytes", decimal(2))).to.equal('{"d":"\\u00019"}');
    expect(read(decimal(1), "bytes")).to.equal('{"d":31.3}');
  });

  it("reads what it can of what a reader can't take whole, and says why of the rest", () => {
    const writer = record(
      f("state", { type: "enum", name: "S", symbols: ["A", "B"] }),
      f("u", ["null", "string"]),
    );
    const reader = record(f("state", { type: "enum", name: "S", symbols: ["A"] }), f("u", ["null", "int"]));
    expect(resolved(writer, reader, { state: "A", u: null })).to.equal('{"state":"A","u":null}');
    expect(resolved(writer, reader, { state: "B", u: null })).to.equal("AVRO_ENUM_SYMBOL_MISSING: state");
    expect(resolved(writer, reader, { state: "A", u: { string: "" } })).to.equal(
      "AVRO_UNION_BRANCH_MISSING: u",
    );
    expect(resolved(record(f("a", "int")), record(f("b", "int")), { a: 1 })).to.equal(
      "AVRO_FIELD_WITHOUT_DEFAULT: ",
    );
    expect(resolved(record(f("a", "long")), record(f("a", "int")), { a: 1 })).to.equal(
      "AVRO_TYPE_MISMATCH: a",
    );
    const json = compileSchema(SchemaKind.JSON_SCHEMA, "{}");
    expect(said(compiled(writer).resolve(Buffer.of(0, 0), json))).to.equal("avro: ");
    expect(said(json.resolve(Buffer.of(0, 0), compiled(writer)))).to.equal("kind: ");
  });

  it("skips what was written within the same bounds", () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? "int" : { type: "array", items: nested(depth - 1) };
    const read = (type: unknown, hex: string) =>
      said(compiled(record()).resolve(Buffer.from(hex, "hex"), compiled(record(f("a", type)))));
    expect(read({ type: "array", items: "null" }, "feffffffffffffffff0100")).to.equal("max_steps: a");
    expect(read(nested(40), `${"02".repeat(41)}${"00".repeat(40)}`)).to.equal("max_depth: a");
    expect(read("string", "7f")).to.equal("avro: a");
    expect(read({ type: "map", values: "int" }, "030861")).to.equal("avro: a");
    const own = { type: "record", name: "N", fields: [f("n", ["null", "N"])] };
    expect(read(own, `${"02".repeat(50)}00`)).to.equal("max_depth: a");
  });

  it("takes JSON in an older shape as far as the schema allows", () => {
    const schema = compiled(
      record(
        f("order", "string", { aliases: ["order_id", "id"] }),
        f("lines", {
          type: "array",
          items: { ...record(f("sku", "string", { aliases: ["code"] })), name: "Line" },
        }),
        f("note", "string", { default: "" }),
      ),
    );
    const check = (text: string) => said(schema.check(Buffer.from(text)));
    expect(check('{"order_id":"1","lines":[{"code":"a"},{"sku":"b"}]}')).to.equal(
      '{"lines":[{"sku":"a"},{"sku":"b"}],"order":"1","note":""}',
    );
    expect(check('{"order":"1","order_id":"2","lines":[]}')).to.equal("unknown_field: order_id");
    expect(check('{"id":"1","order_id":"2","lines":[]}')).to.equal("required: order");
    expect(check('{"order_id":5,"lines":[]}')).to.equal("string: order_id");
    const swapped = compiled(record(f("a", "int", { aliases: ["b"] }), f("b", "int", { default: 0 })));
    expect(said(swapped.check(Buffer.from('{"b":1}')))).to.equal("required: a");
  });

  it(`is what the rules promise, over random schemas and data (SEED=${seed})`, function () {
    this.timeout(60_000);
    const random = new RandomSchemas(seededRandom(seed));
    const counts = { compatible: 0, incompatible: 0, data: 0, peers: 0 };
    for (let round = 0; round < 500; round++) {
      const writerJson = valid(() => random.schema());
      let readerJson: SchemaJson = valid(() =>
        random.chance(0.8) ? random.changed(writerJson) : random.schema(),
      );
      if (random.chance(0.5)) readerJson = valid(() => random.changed(readerJson));
      const [writer, reader] = [parse(writerJson), parse(readerJson)];
      const answer = avroLanguage.reads({ reader, writer, policy: "strict", budget: new Budget() });
      const at = `SEED=${seed} round ${round}\n${writer.canonical}\n${reader.canonical}`;
      const peerReads = peerOf(writerJson, readerJson);
      const differences = avroLanguage.diff(writer, reader, new Budget());
      const isBroken = answer.outcome !== "compatible";
      const question = { reader, writer, policy: "strict", budget: new Budget() } as const;
      const readsSome = avroLanguage.readsSome?.(question);
      expect(
        differences.some(({ breaksBackward }) => breaksBackward),
        at,
      ).to.equal(isBroken);
      const [asWriter, asReader] = [compiled(writerJson), compiled(readerJson)];
      if (answer.outcome === "incompatible") {
        counts.incompatible++;
        for (let count = 0; count < 4; count++) {
          const datum = random.datum(writer.type);
          const isRead = datum !== undefined && "text" in asReader.resolve(datum, asWriter);
          if (isRead) expect(readsSome, at).to.equal(true);
        }
        const { witness } = answer;
        if (witness?.bytes === undefined) {
          expect(answer.problems[0]?.message, at).to.match(/No event can show it/);
          continue;
        }
        expect(said(asWriter.decode(witness.bytes)), at).to.equal(witness.json);
        expect(asReader.resolve(witness.bytes, asWriter), at).to.have.property("refusal");
        const peer = peerReads(witness.bytes);
        if (peer !== undefined) counts.peers++;
        // Where two fields are read from one, avsc and Java differ in what they make of it: we make nothing of it.
        if (answer.problems.some(({ rule }) => rule === "AVRO_FIELD_AMBIGUOUS")) continue;
        expect(peer, at).to.not.equal(true);
        continue;
      }
      counts.compatible++;
      for (let count = 0; count < 4; count++) {
        const datum = random.datum(writer.type);
        if (datum === undefined) continue;
        counts.data++;
        expect(readsSome, at).to.equal(true);
        const own = asWriter.decode(datum);
        expect(said(own), at).to.match(/^\{/);
        const result = asReader.resolve(datum, asWriter);
        expect(said(result), `${at}\n${said(own)}`).to.match(/^\{/);
        if ("refusal" in result) continue;
        expect(checkJsonObject(result.text), at).to.equal(undefined);
        // A union is plain in JSON: what one branch wrote as an object may be another's with its defaults.
        const again = said(asReader.check(result.text));
        if (!hasObjectsInUnion(readerJson)) expect(again, at).to.equal(said(result));
        else expect(again, at).to.match(/^\{/);
        expect(peerReads(datum), at).to.not.equal(false);
      }
    }
    expect(Math.min(counts.compatible, counts.incompatible, counts.peers)).to.be.above(100);
    expect(counts.data).to.be.above(400);
  });
});
