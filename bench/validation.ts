// What checking one event against its schema costs ingestion, beside the bare library on the same input: ajv for JSON
// Schema, avsc for Avro, protobuf-es for Protobuf. Each is measured in turn, round after round, and the rounds' medians
// are compared.
// Run: npm run build && node dist/bench/validation.js [--json FILE]
import { writeFileSync } from "node:fs";
import { createFileRegistry, fromBinary, fromJsonString, toBinary, toJsonString } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Ajv2020 } from "ajv/dist/2020.js";
import avsc from "avsc";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { checkJsonObject } from "../platform/json/check.js";
import { compileSchema } from "../registry/compile.js";
import type { SchemaResult } from "../registry/compiled-schema.js";
import { protobufLanguage } from "../registry/protobuf/protobuf.js";

const eventsAtOnce = 20_000;
const rounds = 15;

const avroFields = [
  { name: "order_id", type: "string" },
  { name: "amount", type: "double" },
  { name: "currency", type: { type: "enum", name: "Currency", symbols: ["EUR", "USD", "GBP"] } },
  { name: "quantity", type: "int" },
  { name: "coupon", type: ["null", "string"], default: null },
  { name: "express", type: "boolean" },
  { name: "placed_at", type: { type: "long", logicalType: "timestamp-millis" } },
  { name: "country", type: "string" },
  { name: "items", type: { type: "array", items: "string" } },
  { name: "channel", type: "string", default: "web" },
];
const older = { type: "record", name: "Order", fields: avroFields.slice(0, 9) };
const newer = { type: "record", name: "Order", fields: avroFields };
const jsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["order_id", "amount", "currency"],
  additionalProperties: false,
  properties: {
    order_id: { type: "string", maxLength: 64 },
    amount: { type: "number", minimum: 0 },
    currency: { enum: ["EUR", "USD", "GBP"] },
    quantity: { type: "integer", minimum: 1 },
    coupon: { type: ["string", "null"] },
    express: { type: "boolean" },
    placed_at: { type: "integer" },
    country: { type: "string", minLength: 2, maxLength: 2 },
    items: { type: "array", maxItems: 100, items: { type: "string" } },
    channel: { type: "string" },
  },
};

const order = (index: number) => ({
  order_id: `order-${index}`,
  amount: (index % 1_000) / 4,
  currency: ["EUR", "USD", "GBP"][index % 3] as string,
  quantity: (index % 9) + 1,
  coupon: index % 3 === 0 ? "SPRING" : null,
  express: index % 2 === 0,
  placed_at: 1_790_000_000_000 + index,
  country: "AT",
  items: ["red shoes", "blue hat"],
  channel: "web",
});

const orders = Array.from({ length: eventsAtOnce }, (_, index) => order(index));
const texts = orders.map((one) => Buffer.from(JSON.stringify(one)));
const olderType = avsc.Type.forSchema(older as avsc.Schema, { wrapUnions: false });
const newerType = avsc.Type.forSchema(newer as avsc.Schema, { wrapUnions: false });
const olderData = orders.map((one) => olderType.toBuffer(one));
const newerData = orders.map((one) => newerType.toBuffer(one));
const resolver = newerType.createResolver(olderType);

const ajv = new Ajv2020({ strict: false });
const bareJson = ajv.compile(jsonSchema);
const json = compileSchema(SchemaKind.JSON_SCHEMA, JSON.stringify(jsonSchema));
const avro = compileSchema(SchemaKind.AVRO, JSON.stringify(newer));
const avroOlder = compileSchema(SchemaKind.AVRO, JSON.stringify(older));
const rule = [{ name: "paid", expression: "amount >= 0.0 && currency in ['EUR', 'USD', 'GBP']" }];
const withRule = compileSchema(SchemaKind.JSON_SCHEMA, JSON.stringify({ ...jsonSchema, "x-rules": rule }));

const protoText = `syntax = "proto3";
message Order { string order_id = 1; double amount = 2; Currency currency = 3; int32 quantity = 4;
  optional string coupon = 5; bool express = 6; int64 placed_at = 7; string country = 8;
  repeated string items = 9; string channel = 10; }
enum Currency { NONE = 0; EUR = 1; USD = 2; GBP = 3; }`;
const proto = compileSchema(SchemaKind.PROTOBUF, protoText);
const parsedProto = protobufLanguage.parse({ text: protoText, references: [] });
const descriptor = Buffer.from(protobufLanguage.formatted?.(parsedProto, "serialized") ?? "", "base64");
const bareProto = createFileRegistry(
  fromBinary(FileDescriptorProtoSchema, descriptor),
  () => undefined,
).getMessage("Order");
if (bareProto === undefined) throw new Error("the bench's message is missing");
const protoData = texts.map((text) => toBinary(bareProto, fromJsonString(bareProto, text.toString())));
const protoTexts = protoData.map((bytes) =>
  Buffer.from(toJsonString(bareProto, fromBinary(bareProto, bytes), { alwaysEmitImplicit: true })),
);
/** The first message's index stands before it. */
const payloads = protoData.map((bytes) => Buffer.concat([Uint8Array.of(0), bytes]));

const passes = (result: SchemaResult): void => {
  if ("refusal" in result) throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
};
const holds = (isTrue: boolean): void => {
  if (!isTrue) throw new Error("the library refuses the input");
};

interface Contest {
  readonly name: string;
  ours(index: number): void;
  /** What the bare library needs to do the same work: from the bytes as they came to a decision. */
  bare(index: number): void;
}

const contests: readonly Contest[] = [
  {
    name: "validation/json-schema",
    ours: (at) => passes(json.check(texts[at] as Buffer)),
    bare: (at) => holds(bareJson(JSON.parse((texts[at] as Buffer).toString()))),
  },
  {
    name: "validation/json-schema/rule",
    ours: (at) => passes(withRule.check(texts[at] as Buffer)),
    bare: (at) => holds(bareJson(JSON.parse((texts[at] as Buffer).toString()))),
  },
  {
    name: "validation/avro/json",
    ours: (at) => passes(avro.check(texts[at] as Buffer)),
    bare: (at) => holds(newerType.isValid(JSON.parse((texts[at] as Buffer).toString()))),
  },
  {
    name: "validation/avro/datum",
    ours: (at) => passes(avro.decode(newerData[at] as Buffer)),
    bare: (at) => void JSON.stringify(newerType.fromBuffer(newerData[at] as Buffer)),
  },
  {
    name: "validation/avro/older-datum",
    ours: (at) => passes(avro.resolve(olderData[at] as Buffer, avroOlder)),
    bare: (at) => void JSON.stringify(newerType.fromBuffer(olderData[at] as Buffer, resolver)),
  },
  {
    name: "validation/protobuf/json",
    ours: (at) => passes(proto.check(protoTexts[at] as Buffer)),
    bare: (at) => void fromJsonString(bareProto, (protoTexts[at] as Buffer).toString()),
  },
  {
    name: "validation/protobuf/message",
    ours: (at) => passes(proto.decode(payloads[at] as Buffer)),
    bare: (at) => void toJsonString(bareProto, fromBinary(bareProto, protoData[at] as Uint8Array)),
  },
  {
    name: "validation/form",
    ours: (at) => holds(checkJsonObject(texts[at] as Buffer) === undefined),
    bare: (at) => void JSON.parse((texts[at] as Buffer).toString()),
  },
];

/** CPU of this process in us for one event. */
const costOf = (work: (index: number) => void): number => {
  const before = process.cpuUsage();
  for (let at = 0; at < eventsAtOnce; at++) work(at);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / eventsAtOnce;
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const rounded = (value: number): number => Number(value.toFixed(2));

const results = contests.map(({ name, ours, bare }) => {
  const [own, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    own.push(costOf(ours));
    floor.push(costOf(bare));
  }
  // The first rounds are the compiler's.
  const [value, floorValue] = [median(own.slice(3)), median(floor.slice(3))];
  return {
    name,
    value: rounded(value),
    unit: "us of CPU an event",
    floor: rounded(floorValue),
    ratio: rounded(value / floorValue),
    n: eventsAtOnce * rounds,
  };
});
console.table(results);
const [flag, file] = process.argv.slice(2);
if (flag === "--json" && file !== undefined) writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
