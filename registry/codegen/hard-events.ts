// Event types that have every part that typed clients are made of, and the names and docs that are hardest to print.
// The golden files are printed from them, and the tests compile and send them.
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { order, signal } from "./hard-protobuf.js";
import type { RegisteredSchema } from "./model.js";

const logical = (type: string, logicalType: string, rest: object = {}) => ({ type, logicalType, ...rest });
const field = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest });

/** A plain event, as most are. */
const purchase = {
  type: "record",
  name: "Purchase",
  namespace: "shop.events",
  doc: "A customer paid.",
  fields: [
    field("amount", "double", { doc: "What was paid.", unit: "EUR" }),
    field("currency", { type: "enum", name: "Currency", symbols: ["EUR", "USD", "GBP"] }),
    field("coupon", ["null", "string"], { default: null, doc: "The code of the coupon." }),
    field("quantity", "int", { default: 1 }),
    field("old_code", ["null", "string"], { default: null, deprecated: "coupon is used instead" }),
    field("email", ["null", "string"], { default: null, pii: "email" }),
    field("items", {
      type: "array",
      items: {
        type: "record",
        name: "Item",
        fields: [
          field("sku", "string"),
          field("price", logical("bytes", "decimal", { precision: 9, scale: 2 })),
        ],
      },
    }),
  ],
};

/** Every type of Avro, and unions in every place. */
const everything = {
  type: "record",
  name: "Everything",
  namespace: "hard",
  fields: [
    field("boolean", "boolean"),
    field("long", "long"),
    field("float", "float"),
    field("bytes", "bytes"),
    field("fixed", { type: "fixed", name: "Four", size: 4 }),
    field("again", "Four"),
    field("nothing", "null"),
    field("map", { type: "map", values: ["null", "long"] }),
    field("deep", { type: "array", items: { type: "map", values: { type: "array", items: "string" } } }),
    field("decimal", logical("fixed", "decimal", { name: "Money", size: 8, precision: 12, scale: 3 })),
    field("uuid", logical("string", "uuid")),
    field("uuid_fixed", logical("fixed", "uuid", { name: "UuidBytes", size: 16 })),
    field("date", logical("int", "date")),
    field("time_millis", logical("int", "time-millis")),
    field("time_micros", logical("long", "time-micros")),
    field("at_millis", logical("long", "timestamp-millis", { unit: "ms" })),
    field("at_micros", logical("long", "timestamp-micros")),
    field("at_nanos", logical("long", "timestamp-nanos")),
    field("local_millis", logical("long", "local-timestamp-millis")),
    field("local_micros", logical("long", "local-timestamp-micros")),
    field("lasting", logical("fixed", "duration", { name: "Lasting", size: 12 })),
    field("either", ["string", "long", "Four", { type: "array", items: "int" }]),
    field("perhaps", ["null", "boolean", { type: "record", name: "Inner", fields: [field("x", "int")] }], {
      default: null,
    }),
    field("stated_null", ["null", "string"]),
    field("stated_default", ["string", "null"], { default: "none" }),
    field("list_default", { type: "array", items: "int" }, { default: [1, -1] }),
    field("record_default", "Inner", { default: { x: 7 } }),
    field(
      "enum_default",
      { type: "enum", name: "Level", symbols: ["low", "high"], default: "low" },
      {
        default: "high",
      },
    ),
    field("tree", {
      type: "record",
      name: "Node",
      fields: [
        field("value", "int"),
        field("next", ["null", "Node"], { default: null }),
        field("children", { type: "array", items: "Node" }, { default: [] }),
      ],
    }),
    field("unknown_logical", logical("string", "no-such-type")),
  ],
};

/** Reserved words, names that clash once they are cased, and docs that try to end the comment that they stand in. */
const names = {
  type: "record",
  name: "class",
  doc: [
    'Ends */ and /* begins, """ and \\" and $' + "{x} and \\u002a\\u002f and #{y} `z`.\r\n",
    "Second line\u2028third \u202e line\\",
  ].join(""),
  deprecated: true,
  fields: [
    ..."class def func type self None import package val fun let in is init get interface default"
      .split(" ")
      .map((name) => field(name, "int", { default: 0 })),
    ..."int str list getClass hashCode toString wait build value name error w v Tracker date"
      .split(" ")
      .map((name) => field(name, "int", { default: 0 })),
    field("userId", "string", { default: "a", doc: "*/ alert(1) /*" }),
    field("user_id", "string", { default: "b" }),
    field("USER_ID", "string", { default: "c" }),
    field("_leading", "int", { default: 0, deprecated: "*/ said twice */" }),
    field("kind", {
      type: "enum",
      name: "String",
      symbols: ["class", "CLASS", "Self", "self", "_1", "a_b", "aB", "None", "init"],
    }),
    field("object", { type: "record", name: "Object", fields: [] }),
  ],
};

/** JSON Schema, with names that only JSON can have. */
const visit = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  title: "A page was seen",
  description: "A page was seen.",
  additionalProperties: false,
  required: ["url", "kind", "2fa", "version", "tags"],
  properties: {
    url: { type: "string", format: "uri", maxLength: 4096, description: "The page's address." },
    kind: { enum: ["first", "again", "again!", "", "größe", 'quo"te', "$dollar\\"] },
    version: { const: 3 },
    "2fa": { type: "boolean" },
    "user-agent": { type: ["string", "null"], deprecated: true },
    "naïve ☃": { type: "number", minimum: 0, "x-unit": "ms" },
    $ref: { type: "integer" },
    购买: { type: "integer" },
    "☃": { type: "string" },
    tags: { type: "array", items: { type: "string" } },
    when: { type: "string", format: "date-time" },
    day: { type: "string", format: "date" },
    visitor: { type: "string", format: "uuid", "x-pii": "id" },
    scores: { type: "object", additionalProperties: { type: "number" } },
    extra: {},
    mixed: { enum: [1, "1", true, null, -2.5] },
    amount: { anyOf: [{ type: "number" }, { type: "string", title: "text" }, { $ref: "#/$defs/place" }] },
    place: { $ref: "#/$defs/place" },
    maybe: { anyOf: [{ $ref: "#/$defs/place" }, { type: "null" }] },
    position: {
      prefixItems: [
        {
          type: "number",
          title: "latitude",
          description: "North of the equator.",
          minimum: -90,
          maximum: 90,
        },
        { type: "number", title: "longitude" },
        { const: "wgs84" },
        { type: ["string", "null"] },
      ],
      items: { $ref: "#/$defs/place" },
    },
    pair: { type: "array", prefixItems: [{ type: "integer" }, { enum: ["a", "b"] }], items: false },
    item: {
      description: "A thing with a price.",
      allOf: [{ $ref: "#/$defs/thing" }, { properties: { price: { minimum: 0 }, size: { type: "string" } } }],
      required: ["price"],
    },
    nested: { type: "object", properties: { place: { $ref: "#/$defs/place" }, on: { type: "boolean" } } },
  },
  $defs: {
    thing: {
      allOf: [
        {
          type: "object",
          required: ["id"],
          properties: { id: { type: "string" }, price: { type: "number" } },
        },
        { properties: { parts: { type: "array", items: { $ref: "#/$defs/thing" } } } },
      ],
    },
    place: {
      type: "object",
      required: ["name"],
      properties: {
        name: { type: "string" },
        within: { $ref: "#/$defs/place" },
        kind: { enum: ["a", "b"] },
      },
    },
  },
};

const registered = (
  subject: string,
  schemaId: number,
  schema: object,
  kind: SchemaKind,
): RegisteredSchema => ({
  subject,
  version: 1,
  schemaId,
  kind,
  text: JSON.stringify(schema),
});

const protobuf = (subject: string, schemaId: number, text: string): RegisteredSchema => ({
  subject,
  version: 1,
  schemaId,
  kind: SchemaKind.PROTOBUF,
  text,
});

/** The event types, with ids as a registry would give. */
export const hardEvents: readonly RegisteredSchema[] = [
  registered("purchase", 1, purchase, SchemaKind.AVRO),
  registered("every-thing", 2, everything, SchemaKind.AVRO),
  registered("class", 3, names, SchemaKind.AVRO),
  registered("Page Visited", 4, visit, SchemaKind.JSON_SCHEMA),
  registered("page_visited", 5, { type: "object", properties: {} }, SchemaKind.JSON_SCHEMA),
  registered('quo"te\\ $x */', 6, { type: "record", name: "Empty", fields: [] }, SchemaKind.AVRO),
  registered("购买", 7, { type: "record", name: "Buy", fields: [field("n", "int")] }, SchemaKind.AVRO),
  registered("unit_test", 8, { type: "record", name: "Error", fields: [] }, SchemaKind.AVRO),
  protobuf("order_placed", 9, order),
  protobuf("signal", 10, signal),
];
