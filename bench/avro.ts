// What reading, resolving and checking a ten-field Avro event costs, beside bare avsc on the same input:
// `node tools/build.mjs && node dist/bench/avro.js`.
import avsc from "avsc";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { compileSchema } from "../registry/compile.js";

const f = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });
const currency = { type: "enum", name: "Currency", symbols: ["EUR", "USD"] };
const at = { type: "long", logicalType: "timestamp-millis" };

const older = {
  type: "record",
  name: "Purchase",
  fields: [
    f("order_id", "string"),
    f("amount", "double"),
    f("currency", currency),
    f("quantity", "int"),
    f("at", at),
    f("coupon", ["null", "string"]),
    f("is_gift", "boolean"),
    f("sku", "string"),
    f("weight", "float"),
    f("country", "string"),
  ],
};

/** A field renamed, two promoted, one gone and one new. */
const newer = {
  ...older,
  fields: [
    f("order", "string", { aliases: ["order_id"] }),
    f("amount", "double"),
    f("currency", currency),
    f("quantity", "long"),
    f("at", at),
    f("coupon", ["null", "string"]),
    f("is_gift", "boolean"),
    f("sku", "string"),
    f("weight", "double"),
    f("channel", "string", { default: "web" }),
  ],
};

const peerWriter = avsc.Type.forSchema(older as avsc.Schema);
const peerReader = avsc.Type.forSchema(newer as avsc.Schema);
const resolver = peerReader.createResolver(peerWriter);
const datum = peerWriter.toBuffer({
  order_id: "ord-1234567890",
  amount: 129.95,
  currency: "EUR",
  quantity: 3,
  at: 1_763_640_000_000,
  coupon: "SPRING",
  is_gift: false,
  sku: "SKU-99-ABC",
  weight: 1.5,
  country: "DE",
});

const writer = compileSchema(SchemaKind.AVRO, JSON.stringify(older));
const reader = compileSchema(SchemaKind.AVRO, JSON.stringify(newer));
const resolved = reader.resolve(datum, writer);
if (!("text" in resolved)) throw new Error(resolved.refusal.message);
const json = resolved.text;
console.log(`${datum.length} bytes of Avro, ${json.length} of JSON: ${Buffer.from(json)}`);

const works: readonly [string, () => unknown][] = [
  ["avsc: read", () => peerWriter.fromBuffer(datum)],
  ["avsc: read, to JSON bytes", () => Buffer.from(JSON.stringify(peerWriter.fromBuffer(datum)))],
  ["avsc: resolve", () => peerReader.fromBuffer(datum, resolver)],
  ["avsc: resolve, to JSON bytes", () => Buffer.from(JSON.stringify(peerReader.fromBuffer(datum, resolver)))],
  ["decode to JSON bytes", () => writer.decode(datum)],
  ["resolve to JSON bytes", () => reader.resolve(datum, writer)],
  ["check JSON bytes", () => reader.check(json)],
];

const runs = 200_000;
const costs = works.map(([name, work]) => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    const began = performance.now();
    for (let run = 0; run < runs; run++) work();
    best = Math.min(best, ((performance.now() - began) / runs) * 1_000);
  }
  return { name, best };
});
for (const { name, best } of costs) console.log(`${name.padEnd(32)}${best.toFixed(2)} us`);
