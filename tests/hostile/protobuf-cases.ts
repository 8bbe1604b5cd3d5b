// Requests of PublishEvents as bytes that no honest client sends, and what has to become of them.
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";

/** The answer to a whole request: a code and a reason, or a verdict for each event, such as "ACCEPTED". */
export type Wanted = { readonly code: string; readonly reason: string } | readonly string[];

export interface ProtobufCase {
  readonly name: string;
  readonly request: Uint8Array;
  readonly wanted: Wanted;
}

type EventInit = MessageInitShape<typeof EventSchema>;

const field = { eventId: 1, type: 2, userId: 3, properties: 10, context: 12, userAgent: 2 } as const;
let made = 0;

const event = (init: EventInit = {}): Uint8Array =>
  toBinary(EventSchema, create(EventSchema, { eventId: `hostile-${made++}`, type: "hostile", ...init }));

const withProperties = (value: string): Uint8Array => event({ body: { case: "properties", value } });

/** A request of events that are there as bytes. */
const requestOf = (...events: Uint8Array[]): Uint8Array => {
  const writer = new BinaryWriter();
  for (const bytes of events) writer.tag(1, WireType.LengthDelimited).bytes(bytes);
  return writer.finish();
};

/** An event with one text more, as bytes that need not be UTF-8. */
const withText = (number: number, ...bytes: number[]): Uint8Array =>
  Buffer.concat([
    event(),
    new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(Uint8Array.from(bytes)).finish(),
  ]);

const bodyInvalid = { code: "INVALID_ARGUMENT", reason: "BODY_INVALID" };
const requestInvalid = { code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" };
const mebibyte = 1024 * 1024;

const wholeRequests: readonly ProtobufCase[] = [
  { name: "nothing at all", request: new Uint8Array(0), wanted: requestInvalid },
  {
    name: "1,001 events",
    request: requestOf(...Array.from({ length: 1_001 }, () => event())),
    wanted: requestInvalid,
  },
  { name: "bytes that are no protobuf", request: new Uint8Array(100).fill(0xff), wanted: bodyInvalid },
  { name: "a request cut short", request: requestOf(event(), event()).subarray(0, -3), wanted: bodyInvalid },
  {
    name: "a length that reaches past the end",
    request: Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0x7f, 1),
    wanted: bodyInvalid,
  },
  { name: "a list of events that is a number", request: Uint8Array.of(0x08, 1), wanted: requestInvalid },
  {
    name: "over 4 MiB",
    request: requestOf(...Array.from({ length: 70 }, () => withProperties(`{"a":"${"x".repeat(61_000)}"}`))),
    wanted: bodyInvalid,
  },
  {
    name: "8 MiB, which the transport itself refuses",
    request: requestOf(new Uint8Array(8 * mebibyte)),
    wanted: { code: "RESOURCE_EXHAUSTED", reason: "" },
  },
];

const brokenEvents: readonly ProtobufCase[] = [
  {
    name: "bytes that are no event, between two that are",
    request: requestOf(event(), new Uint8Array(30).fill(0xff), event()),
    wanted: ["ACCEPTED", "REJECTED EVENT_UNDECODABLE", "ACCEPTED"],
  },
  {
    name: "an event cut short",
    request: requestOf(event().subarray(0, -2)),
    wanted: ["REJECTED EVENT_UNDECODABLE"],
  },
  {
    name: "a group, which protobuf has no more",
    request: requestOf(Buffer.concat([event(), Uint8Array.of(0x6b, 0x6c)])),
    wanted: ["REJECTED EVENT_UNDECODABLE"],
  },
  {
    name: "an event without bytes",
    request: requestOf(new Uint8Array(0)),
    wanted: ["REJECTED EVENT_TYPE_MISSING"],
  },
  {
    name: "a type that is a number",
    request: requestOf(new BinaryWriter().tag(field.type, WireType.Varint).uint32(5).finish()),
    wanted: ["REJECTED EVENT_TYPE_MISSING"],
  },
  {
    name: "unknown fields beside known ones",
    request: requestOf(
      Buffer.concat([event(), new BinaryWriter().tag(4_000, WireType.Bit64).fixed64(1n).finish()]),
    ),
    wanted: ["ACCEPTED"],
  },
  ...[field.eventId, field.type, field.userId].map((number) => ({
    name: `invalid UTF-8 in field ${number}`,
    request: requestOf(withText(number, 0x61, 0xc3, 0x28), event()),
    wanted: ["REJECTED EVENT_TEXT_INVALID", "ACCEPTED"],
  })),
  {
    name: "invalid UTF-8 deep in the context",
    request: requestOf(withText(field.context, (field.userAgent << 3) | WireType.LengthDelimited, 1, 0xff)),
    wanted: ["REJECTED EVENT_TEXT_INVALID"],
  },
  {
    name: "invalid UTF-8 in the properties",
    request: requestOf(
      withText(field.properties, ...Buffer.from('{"a":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')),
    ),
    wanted: ["REJECTED EVENT_TEXT_INVALID"],
  },
];

const limits: readonly ProtobufCase[] = [
  {
    name: "an id of 128 bytes, and of 129",
    request: requestOf(event({ eventId: "i".repeat(128) }), event({ eventId: "j".repeat(129) })),
    wanted: ["ACCEPTED", "REJECTED EVENT_FIELD_TOO_LONG"],
  },
  {
    name: "a type of 200 bytes, and of 201",
    request: requestOf(event({ type: "é".repeat(100) }), event({ type: `${"é".repeat(100)}t` })),
    wanted: ["ACCEPTED", "REJECTED EVENT_FIELD_TOO_LONG"],
  },
  {
    name: "a user id of 257 bytes",
    request: requestOf(event({ userId: "u".repeat(257) })),
    wanted: ["REJECTED EVENT_FIELD_TOO_LONG"],
  },
  {
    name: "a user agent of 2,049 bytes",
    request: requestOf(event({ context: { userAgent: "a".repeat(2_049) } })),
    wanted: ["REJECTED EVENT_FIELD_TOO_LONG"],
  },
  {
    name: "an event of more than 64 KiB",
    request: requestOf(withProperties(`{"a":"${"x".repeat(65_600)}"}`), event()),
    wanted: ["REJECTED EVENT_TOO_LARGE", "ACCEPTED"],
  },
  {
    name: "the greatest sequence",
    request: requestOf(event({ sequence: 2n ** 64n - 1n })),
    wanted: ["ACCEPTED"],
  },
  {
    name: "an unknown Avro schema",
    request: requestOf(
      event({ body: { case: "avro", value: { schemaId: 4_294_967_295, data: new Uint8Array(9) } } }),
    ),
    wanted: ["QUARANTINED EVENT_SCHEMA_UNKNOWN"],
  },
];

const instant = (seconds: bigint, nanos = 0) => create(TimestampSchema, { seconds, nanos });
const at = (seconds: bigint, nanos = 0): EventInit => ({ clientTime: instant(seconds, nanos) });
const year = (number: number): bigint => BigInt(Date.UTC(number, 0, 1) / 1_000);

const times: readonly ProtobufCase[] = [
  {
    name: "the greatest time",
    request: requestOf(event(at(2n ** 63n - 1n))),
    wanted: ["QUARANTINED EVENT_TIME_INVALID"],
  },
  {
    name: "the least time",
    request: requestOf(event(at(-(2n ** 63n)))),
    wanted: ["QUARANTINED EVENT_TIME_INVALID"],
  },
  {
    name: "negative nanoseconds",
    request: requestOf(event(at(1_700_000_000n, -1))),
    wanted: ["QUARANTINED EVENT_TIME_INVALID"],
  },
  {
    name: "the years 1899 and 1900",
    request: requestOf(event(at(year(1899))), event(at(year(1900)))),
    wanted: ["QUARANTINED EVENT_TIME_INVALID", "ACCEPTED"],
  },
  {
    name: "the years 2299 and 2300",
    request: requestOf(event(at(year(2299))), event(at(year(2300)))),
    wanted: ["QUARANTINED EVENT_TIME_IN_FUTURE", "QUARANTINED EVENT_TIME_INVALID"],
  },
  {
    name: "a sent time that would move the event out of all years",
    request: requestOf(event({ ...at(1_700_000_000n), sentTime: instant(-(2n ** 62n)) })),
    wanted: ["QUARANTINED EVENT_TIME_INVALID"],
  },
];

/** Properties by what is wrong with them; all are kept aside for it. */
const brokenProperties: Readonly<Record<string, string>> = {
  null: "null",
  "a list": "[]",
  "a number": "5",
  "a text": '"{}"',
  "half an object": '{"a":',
  "an object and more": "{}{}",
  NaN: '{"a":NaN}',
  Infinity: '{"a":-Infinity}',
  "a number past doubles": '{"a":1e999}',
  "a whole number of 400 digits": `{"a":${"9".repeat(400)}}`,
  "a whole number past 64 bits": '{"a":123456789012345678901234567890}',
  "a duplicate key": '{"a":1,"a":2}',
  "a duplicate key, escaped": '{"a":1,"\\u0061":2}',
  "half a surrogate pair": '{"a":"\\ud800"}',
  "a raw newline in a text": '{"a":"\n"}',
  "a comment": '{"a":1}//',
  "a trailing comma": '{"a":1,}',
  "100,000 names": `{${Array.from({ length: 6_000 }, (_, index) => `"k${index}":1`).join()}}`,
  "60,000 levels": `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
};

/** Properties that are odd and yet all right. */
const oddProperties: Readonly<Record<string, string>> = {
  nothing: "",
  "names of the prototype":
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}',
  "an empty name": '{"":1}',
  "dots in names": '{"a.b":1,"a":{"b":2},"":{"":3}}',
  "the ends of 64 bits": '{"a":-9223372036854775808,"b":18446744073709551615}',
  "a list of all kinds": '{"a":[1,"1",null,true,{"a":[]},[[]]]}',
  "a text of control characters": '{"a":"\\u0000\\u0001\\u001f\\u007f\\u2028"}',
  "minus zero and the least double": '{"a":-0.0,"b":5e-324}',
};

/** Every case. */
export const protobufCases: readonly ProtobufCase[] = [
  ...wholeRequests,
  ...brokenEvents,
  ...limits,
  ...times,
  ...Object.entries(brokenProperties).map(([name, text]) => ({
    name: `properties: ${name}`,
    request: requestOf(withProperties(text), event()),
    wanted: ["QUARANTINED EVENT_PROPERTIES_INVALID", "ACCEPTED"],
  })),
  ...Object.entries(oddProperties).map(([name, text]) => ({
    name: `properties: ${name}`,
    request: requestOf(withProperties(text)),
    wanted: ["ACCEPTED"],
  })),
];
