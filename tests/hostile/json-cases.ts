// Bodies of `POST /v1/events` that no honest client sends, and what has to become of them.

/** A status and a reason for the whole body, or 200 and a verdict for each event. */
export type WantedJson = { readonly status: number; readonly reason: string } | readonly string[];

export interface JsonCase {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly wanted: WantedJson;
}

const bodyInvalid = { status: 400, reason: "BODY_INVALID" };
const requestInvalid = { status: 400, reason: "REQUEST_INVALID" };
const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const deep = 100_000;

const wholeBodies: readonly JsonCase[] = [
  { name: "nothing at all", body: "", wanted: bodyInvalid },
  { name: "blanks", body: " \n\t ", wanted: bodyInvalid },
  { name: "an empty list", body: "[]", wanted: requestInvalid },
  { name: "an empty list of events", body: '{"events":[]}', wanted: requestInvalid },
  { name: "null", body: "null", wanted: bodyInvalid },
  { name: "a number", body: "12345", wanted: bodyInvalid },
  { name: "a text", body: '"type"', wanted: bodyInvalid },
  { name: "half an event", body: '{"type":"a"', wanted: bodyInvalid },
  { name: "a list without its end", body: '[{"type":"a"},', wanted: bodyInvalid },
  { name: "a text without its end", body: '[{"type":"a}]', wanted: bodyInvalid },
  {
    name: "1,001 events",
    body: JSON.stringify(Array.from({ length: 1_001 }, () => ({ type: "a" }))),
    wanted: requestInvalid,
  },
  {
    name: "over 4 MiB",
    body: JSON.stringify([{ type: "a", properties: { a: "x".repeat(4_300_000) } }]),
    wanted: { status: 413, reason: "BODY_INVALID" },
  },
  { name: "8 MiB", body: " ".repeat(8 * 1024 * 1024), wanted: { status: 413, reason: "BODY_INVALID" } },
  {
    name: "bytes that are not gzip, said to be",
    body: '{"type":"a"}',
    headers: { "content-encoding": "gzip" },
    wanted: bodyInvalid,
  },
  {
    name: "an encoding that nobody knows",
    body: '{"type":"a"}',
    headers: { "content-encoding": "rot13" },
    wanted: bodyInvalid,
  },
  { name: "100,000 lists in lists", body: nested(deep), wanted: ["REJECTED EVENT_UNDECODABLE"] },
];

/** Events, as JSON texts, by what is wrong with them. */
const events: readonly (readonly [name: string, event: string, wanted: string])[] = [
  ["a list", "[]", "REJECTED EVENT_UNDECODABLE"],
  ["null", "null", "REJECTED EVENT_UNDECODABLE"],
  ["a type that is a number", '{"type":5}', "REJECTED EVENT_UNDECODABLE"],
  ["a type that is a list", '{"type":["a"]}', "REJECTED EVENT_UNDECODABLE"],
  ["no type", "{}", "REJECTED EVENT_TYPE_MISSING"],
  ["an empty type", '{"type":""}', "REJECTED EVENT_TYPE_MISSING"],
  ["a type that is null", '{"type":null}', "REJECTED EVENT_TYPE_MISSING"],
  ["a time that is none", '{"type":"a","clientTime":"yesterday"}', "REJECTED EVENT_UNDECODABLE"],
  ["a context that is a text", '{"type":"a","context":"x"}', "REJECTED EVENT_UNDECODABLE"],
  ["a sequence past 64 bits", '{"type":"a","sequence":"99999999999999999999"}', "REJECTED EVENT_UNDECODABLE"],
  ["a negative sequence", '{"type":"a","sequence":-1}', "REJECTED EVENT_UNDECODABLE"],
  ["a context 100,000 deep", `{"type":"a","context":${nested(deep / 10)}}`, "REJECTED EVENT_UNDECODABLE"],
  ["half a surrogate pair in an id", '{"type":"a","eventId":"\\ud800"}', "REJECTED EVENT_TEXT_INVALID"],
  ["an unknown field", '{"type":"a","colour":"green"}', "REJECTED EVENT_UNDECODABLE"],
  ["names of the prototype", '{"type":"a","__proto__":{"type":"b"}}', "REJECTED EVENT_UNDECODABLE"],
  [
    "properties: names of the prototype",
    '{"type":"a","properties":{"__proto__":{"polluted":true}}}',
    "ACCEPTED",
  ],
  ["properties: a list", '{"type":"a","properties":[1]}', "QUARANTINED EVENT_PROPERTIES_INVALID"],
  ["properties: NaN", '{"type":"a","properties":{"a":NaN}}', "QUARANTINED EVENT_PROPERTIES_INVALID"],
  [
    "properties: a number past doubles",
    '{"type":"a","properties":{"a":1e999}}',
    "QUARANTINED EVENT_PROPERTIES_INVALID",
  ],
  [
    "properties: a huge whole number",
    '{"type":"a","properties":{"a":123456789012345678901234567890}}',
    "QUARANTINED EVENT_PROPERTIES_INVALID",
  ],
  [
    "properties: the largest whole number",
    '{"type":"a","properties":{"a":18446744073709551615}}',
    "ACCEPTED",
  ],
  [
    "properties: a duplicate key",
    '{"type":"a","properties":{"a":1,"a":2}}',
    "QUARANTINED EVENT_PROPERTIES_INVALID",
  ],
  [
    "properties: 60,000 levels",
    `{"type":"a","properties":{"a":${nested(30_000)}}}`,
    "QUARANTINED EVENT_PROPERTIES_INVALID",
  ],
  [
    "properties: too large",
    `{"type":"a","properties":{"a":"${"x".repeat(65_600)}"}}`,
    "REJECTED EVENT_TOO_LARGE",
  ],
];

/** Every case; each single event stands between two good ones, which it must not touch. */
export const jsonCases: readonly JsonCase[] = [
  ...wholeBodies,
  ...events.map(([name, event, wanted]) => ({
    name: `an event: ${name}`,
    body: `[{"type":"good"},${event},{"type":"good"}]`,
    wanted: ["ACCEPTED", wanted, "ACCEPTED"],
  })),
  {
    name: "invalid UTF-8 in one event of three",
    body: Buffer.concat([
      Buffer.from('[{"type":"good"},{"type":"a'),
      Uint8Array.of(0xc3, 0x28),
      Buffer.from('"},{"type":"good"}]'),
    ]),
    wanted: ["ACCEPTED", "REJECTED EVENT_TEXT_INVALID", "ACCEPTED"],
  },
];
