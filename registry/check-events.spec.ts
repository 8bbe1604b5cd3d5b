import { expect } from "chai";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { checkEvents, type EventsAnswer, type StoredEvent } from "./check-events.js";
import type { PersonalField } from "./personal.js";

const receivedMs = Date.UTC(2026, 10, 20);

const stored = (index: number, properties: object, more: Partial<StoredEvent> = {}): StoredEvent => ({
  eventId: `e${index}`,
  receivedMs: receivedMs - index,
  properties: JSON.stringify(properties),
  keyId: "k1",
  library: "shop-js",
  libraryVersion: "1.0.0",
  schemaVersion: 1,
  isEncoded: false,
  ...more,
});

interface Options {
  readonly eventsMax?: number;
  readonly personal?: readonly PersonalField[];
  readonly clock?: { now(): number };
  readonly kind?: SchemaKind;
}

function check(
  events: readonly StoredEvent[],
  schema: object | string,
  options: Options = {},
): Promise<EventsAnswer> {
  const store = {
    async *newest({ limit }: { limit: number }) {
      const found = events.slice(0, limit);
      for (let at = 0; at < found.length; at += 3) yield found.slice(at, at + 3);
    },
  };
  return checkEvents(store, {
    projectId: "shop",
    type: "order",
    kind: options.kind ?? SchemaKind.JSON_SCHEMA,
    source: { text: typeof schema === "string" ? schema : JSON.stringify(schema), references: [] },
    ruleSet: undefined,
    personal: options.personal ?? [],
    eventsMax: options.eventsMax ?? 100,
    signal: new AbortController().signal,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
}

describe("a schema against stored events", () => {
  const amount = { properties: { amount: { type: "number" } }, required: ["amount"] };

  it("says how many would fail, where, and who sends them", async () => {
    const events = [
      stored(0, { amount: 1 }),
      stored(1, { amount: "2" }),
      stored(2, {}, { libraryVersion: "0.9.0", schemaVersion: 0 }),
      stored(3, { amount: "3" }, { libraryVersion: "0.9.0", schemaVersion: 0 }),
      stored(4, { amount: "4" }, { libraryVersion: "0.9.0", schemaVersion: 0 }),
    ];
    const answer = await check(events, amount);
    expect(answer).to.include({ checked: 5, failed: 4, unjudged: 0, isCut: false, oldestMs: receivedMs - 4 });
    expect(
      answer.failures.map(({ path, rule, events: count, eventId }) => [path, rule, count, eventId]),
    ).to.deep.equal([
      ["amount", "type", 3, "e1"],
      ["amount", "required", 1, "e2"],
    ]);
    expect(
      answer.producers.map((it) => [it.libraryVersion, it.schemaVersion, it.events, it.failed]),
    ).to.deep.equal([
      ["0.9.0", 0, 3, 3],
      ["1.0.0", 1, 2, 1],
    ]);
  });

  it("takes what is not stored for null where that fits", async () => {
    const coupon = {
      properties: {
        coupon: { type: ["string", "null"] },
        lines: { type: "array", items: { properties: { note: { type: "null" } }, required: ["note"] } },
      },
      required: ["coupon"],
    };
    const seen = stored(2, { coupon: "SPRING" });
    const events = [stored(0, { lines: [{}, { note: 1 }] }), stored(1, { lines: [{}] })];
    const answer = await check([...events, seen], coupon);
    expect(answer).to.include({ checked: 3, failed: 1 });
    expect(answer.failures[0]).to.include({ path: "lines[].note", rule: "type" });
  });

  it("takes what no event has for missing, even where null would fit", async () => {
    const schema = { required: ["amount", "gone"] };
    const answer = await check([stored(0, { amount: 1 }), stored(1, {}), stored(2, { amount: 2 })], schema);
    expect(answer).to.include({ checked: 3, failed: 3 });
    expect(answer.failures.map(({ path, rule, events }) => [path, rule, events])).to.deep.equal([
      ["gone", "required", 3],
    ]);
    expect(answer.producers[0]).to.include({ events: 3, failed: 3 });
  });

  it("does not judge personal fields, which are stored as something else", async () => {
    const schema = {
      properties: { age: { type: "integer", "x-pii": "age" }, contacts: { items: { type: "integer" } } },
      required: ["age"],
    };
    const personal = [{ path: ["contacts", "*"], class: "email" }];
    const events = [
      stored(0, { age: "hash" }),
      stored(1, { age: 3, contacts: [1, "x"] }),
      stored(2, { age: 3 }),
    ];
    expect(await check(events, schema, { personal })).to.include({ checked: 3, failed: 0, unjudged: 2 });
  });

  it("names personal fields of which what is stored proves nothing, where the schema cares", async () => {
    const schema = {
      properties: {
        email: { type: "string", maxLength: 22 },
        note: {},
        users: { items: { properties: { name: { type: "string" } } } },
        amount: { type: "number" },
      },
      "x-rules": [{ name: "r", expression: "!has(message.seen) || message.seen != 'no'" }],
    };
    const personal = ["email", "note", "users.*.name", "seen", "absent"].map((path) => ({
      path: path.split("."),
      class: "any",
    }));
    const hash = "0123456789012345678901";
    const events = [
      stored(0, { email: hash, note: hash, amount: 1 }),
      stored(1, { email: hash, users: [{}, { name: hash }], seen: hash }),
      stored(2, { amount: "x", email: hash, note: hash }),
      stored(3, { amount: 2 }),
    ];
    const answer = await check(events, schema, { personal });
    expect(answer).to.include({ checked: 4, failed: 1, unjudged: 0 });
    expect(answer.unjudgedFields).to.deep.equal([
      { path: "email", events: 3 },
      { path: "users[].name", events: 1 },
      { path: "seen", events: 1 },
    ]);
    const open = { properties: { amount: { type: "number" } } };
    expect((await check(events, open, { personal })).unjudgedFields).to.deep.equal([]);
    expect((await check(events, schema)).unjudgedFields).to.deep.equal([]);
    const forbidding = { properties: { note: { not: { enum: ["none"] } } } };
    expect((await check(events, forbidding, { personal })).unjudgedFields).to.deep.equal([
      { path: "note", events: 2 },
    ]);
    // Where the field always fails, or something else does first, it is told all the same.
    const strict = { properties: { email: { type: "integer" } } };
    const failing = await check(events, strict, { personal });
    expect(failing).to.include({ unjudged: 3 });
    expect(failing.unjudgedFields).to.deep.equal([{ path: "email", events: 3 }]);
  });

  it("judges bytes as they will be read, and JSON as the newest version will", async () => {
    const bytes = { isEncoded: true };
    const events = [
      stored(0, { page: "a", gone: 1, in: { kept: "x" } }),
      stored(1, { page: "a", gone: 1, in: { gone: 2, kept: "x" } }, bytes),
      stored(2, { page: 1, gone: 1, in: { kept: "x" } }, bytes),
      stored(3, { page: "a", in: { kept: "x" }, color: "BLUE" }, bytes),
    ];
    const text = { type: "string", default: "" };
    const colors = { type: "enum", name: "c", symbols: ["RED"], default: "RED" };
    const avro = {
      ...{ type: "record", name: "t" },
      fields: [
        { name: "page", ...text },
        { name: "in", type: { type: "record", name: "i", fields: [{ name: "kept", ...text }] } },
        { name: "color", type: colors, default: "RED" },
      ],
    };
    const proto = `syntax = "proto3"; enum C { RED = 0; }
      message T { string page = 1; In in = 2; C color = 3; message In { string kept = 1; } }`;
    for (const [kind, schema] of [
      [SchemaKind.AVRO, avro],
      [SchemaKind.PROTOBUF, proto],
    ] as const) {
      const answer = await check(events, schema, { kind });
      expect(answer, String(kind)).to.include({ checked: 4, failed: 2, unjudged: 1 });
      expect(answer.failures.map(({ path, rule }) => `${path} ${rule}`).sort()).to.deep.equal([
        "gone unknown_field",
        ...answer.failures.filter(({ path }) => path === "page").map(({ rule }) => `page ${rule}`),
      ]);
      expect(answer.producers.map((it) => [it.isEncoded, it.events, it.failed])).to.have.deep.members([
        [false, 1, 1],
        [true, 3, 1],
      ]);
    }
    // Framed JSON is JSON: its newest schema judges it too.
    const closed = { properties: { page: {} }, additionalProperties: false };
    expect(await check(events, closed)).to.include({ checked: 4, failed: 4 });
  });

  it("stops at the number that was asked for, and says that there are more", async () => {
    const events = Array.from({ length: 11 }, (_, index) => stored(index, { amount: index }));
    expect(await check(events, amount, { eventsMax: 10 })).to.include({
      checked: 10,
      failed: 0,
      isCut: true,
    });
    expect(await check(events, amount, { eventsMax: 11 })).to.include({ checked: 11, isCut: false });
  });

  it("lets others have a turn however long one event takes, and ends when its time is up", async () => {
    let now = 0;
    // Every look at the clock comes five seconds later.
    const clock = { now: () => (now += 5_000) };
    let turns = 0;
    const count = () => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    const events = Array.from({ length: 50 }, (_, index) => stored(index, { amount: "1" }));
    const answer = await check(events, amount, { clock });
    clearImmediate(next);
    expect(answer).to.include({ checked: 4, failed: 4, isCut: true, oldestMs: receivedMs - 3 });
    expect(turns).to.be.at.least(3);
  });

  it("does not judge personal fields under any name, nor rules that may read them", async () => {
    const hashed = stored(0, { users: { a: { email: "h:0123456789" } }, plain: 1 });
    const email = { properties: { email: { type: "string", maxLength: 5 } } };
    const named = { properties: { users: { additionalProperties: email }, plain: { type: "number" } } };
    const personal: PersonalField[] = [{ path: ["users", "*", "email"], handling: "HASH" } as never];
    expect(await check([hashed], named, { personal })).to.include({ failed: 0, unjudged: 1 });
    expect(await check([hashed], named)).to.include({ failed: 1, unjudged: 0 });
    const ruled = (expression: string) => ({
      ...named,
      properties: { ...named.properties, users: {} },
      "x-rules": [{ name: "r", expression }],
    });
    const both = "users['a'].email == 'x' && plain > 0.0";
    expect(await check([hashed], ruled(both), { personal })).to.include({ failed: 0, unjudged: 1 });
    expect(await check([hashed], ruled("users['a'].email == 'x'"), { personal })).to.include({ unjudged: 1 });
    expect(await check([hashed], ruled("plain > 5.0"), { personal })).to.include({ failed: 1, unjudged: 0 });
  });

  it("keeps every digit where it takes a property for null", async () => {
    const whole = '{"big":12345678901234567891,"small":1}';
    const other = '{"big":12345678901234567891,"small":1,"note":"n"}';
    const events = [stored(0, {}, { properties: whole }), stored(1, {}, { properties: other })];
    const schema = {
      properties: { big: { type: "integer" }, note: { type: ["string", "null"] } },
      required: ["big", "note"],
      "x-rules": [{ name: "exact", expression: "big % 10 == 1" }],
    };
    expect((await check(events, schema)).failures.map(({ rule }) => rule)).to.deep.equal([]);
  });
});
