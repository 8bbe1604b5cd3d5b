import { create, fromBinary, type MessageInitShape, toBinary, toJson } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { BlockSchema, type Event as LogEvent } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { KEY_BYTES, KeyedHash } from "../../platform/keyed-hash.js";
import { partitionOf } from "../../platform/partition.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { textFields } from "./event-fields.js";
import { BodyCase, EventScanner } from "./event-scanner.js";
import { RawEventWriter, type RequestStamp } from "./raw-event.js";
import { scannedEvent } from "./scanned-event.js";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
let state = seed >>> 0;
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
};
const texts = [
  "",
  "a",
  "purchase",
  "é😀\u0000",
  "x".repeat(99),
  "y".repeat(101),
  "ü".repeat(90),
  "z".repeat(300),
];
const text = (): string => texts[random(texts.length)] as string;
const maybe = <T>(make: () => T): T | undefined => (random(2) === 0 ? undefined : make());
const instant = () => ({
  seconds: BigInt(random(8_000_000_000) - 2_000_000_000),
  nanos: random(1_000_000_000),
});

const randomEvent = (): Event => {
  const bodies = [
    { case: undefined },
    { case: "properties" as const, value: `{"a":"${text()}"}` },
    { case: "avro" as const, value: { schemaId: random(9), data: Buffer.from(text()) } },
    { case: "framed" as const, value: framed(random(2) * 16_909_060, text()) },
  ];
  const context = () => ({
    ip: ["", "1.2.3.4", "2001:db8::1", "nonsense"][random(4)] as string,
    userAgent: text(),
    pageUrl: text(),
    pageTitle: text(),
    referrer: text(),
    locale: text(),
    campaign: maybe(() => ({ source: text(), medium: text(), name: text(), term: text(), content: text() })),
    library: text(),
    libraryVersion: text(),
  });
  const init: MessageInitShape<typeof EventSchema> = {
    eventId: `e${random(1_000_000)}`,
    type: "t",
    userId: text(),
    anonymousId: text(),
    sessionId: text(),
    producerId: text(),
    sequence: BigInt(random(2_000_000_000)) ** BigInt(random(3)),
    clientTime: maybe(instant),
    sentTime: maybe(instant),
    body: bodies[random(4)] as { case: undefined },
    context: maybe(context),
  };
  return create(EventSchema, init);
};

/** Confluent's frame; a text without one is a frame that is none. */
const framed = (schemaId: number, payload: string): Buffer => {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(schemaId, 1);
  return schemaId === 0 ? Buffer.from(payload) : Buffer.concat([header, Buffer.from(payload)]);
};

/** The same event from another encoder: fields out of order, in parts, some said twice, unknown ones between. */
const scrambled = (event: Event): Uint8Array => {
  const whole = toBinary(EventSchema, event);
  const parts: Uint8Array[] = [];
  const one = (init: MessageInitShape<typeof EventSchema>) =>
    toBinary(EventSchema, create(EventSchema, init));
  parts.push(one({ userId: "overridden", sequence: 7n, type: "other" }));
  parts.push(one({ body: { case: "properties", value: "{}" } }));
  const unknown = new BinaryWriter();
  unknown.tag(500, WireType.LengthDelimited).string("unknown");
  unknown
    .tag(113, WireType.Varint)
    .uint32(5)
    .tag(114, WireType.Bit32)
    .fixed32(1)
    .tag(115, WireType.Bit64)
    .fixed64(2n);
  parts.push(unknown.finish());
  if (event.context !== undefined) parts.push(one({ context: { locale: "old", campaign: { source: "s" } } }));
  if (event.sentTime !== undefined) parts.push(one({ sentTime: { seconds: 5n, nanos: 9 } }));
  return Buffer.concat([...parts, whole]);
};

const stamp: RequestStamp = {
  projectId: "p1",
  keyId: "k1",
  receivedMs: 1_700_000_000_123,
  partitions: 16,
  keepIp: false,
  payloads: new KeyedHash(Buffer.alloc(KEY_BYTES, "a key of a test")),
  browser: undefined,
};

const at = (slot: number, scan: EventScanner): string =>
  Buffer.from(scan.bytes.subarray(scan.from[slot], scan.to[slot])).toString();

const path = (event: Event, dotted: string): string => {
  let value: unknown = event;
  for (const step of dotted.split(".")) {
    const name = step.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
    value = value === undefined ? undefined : Reflect.get(value as object, name);
  }
  return String(value ?? "");
};

const logged = (writer: RawEventWriter): LogEvent => {
  const block = fromBinary(BlockSchema, writer.bytes.subarray(writer.start, writer.end));
  expect(block.events).to.have.length(1);
  return block.events[0] as LogEvent;
};

const scan = new EventScanner();
const writer = new RawEventWriter();

const write = (
  event: Event,
  options: Partial<RequestStamp> = {},
  encoded: Uint8Array = toBinary(EventSchema, event),
): LogEvent => {
  expect(scan.scan(encoded, 0, encoded.length)).to.equal(true);
  writer.begin({ ...stamp, ...options }, Buffer.alloc(64));
  expect(writer.open(scan, event.eventId === "" ? "0198c5f0-0000-7000-8000-000000000000" : "")).to.equal(-1);
  const bytes = Buffer.from(event.body.case === "properties" ? event.body.value : "{}");
  writer.close(
    scan,
    {
      clientMs: scan.hasClientTime ? -5_000_000_000_000 : stamp.receivedMs,
      sentMs: scan.hasSentTime ? 99 : 0,
      skewMs: -70_001,
    },
    { bytes, start: 0, end: bytes.length, schemaVersion: 3, schemaId: 70_000 },
  );
  return logged(writer);
};

describe("the scanner of events", () => {
  it(`finds what protobuf-es decodes, however it is encoded (SEED=${seed})`, () => {
    const scan = new EventScanner();
    for (let round = 0; round < 800; round++) {
      const event = randomEvent();
      const encoded = random(2) === 0 ? toBinary(EventSchema, event) : scrambled(event);
      const decoded = fromBinary(EventSchema, encoded);
      const padded = Buffer.concat([Buffer.alloc(7, 0xff), encoded, Buffer.alloc(7, 0xff)]);
      expect(scan.scan(padded, 7, 7 + encoded.length)).to.equal(true);
      for (const field of textFields) {
        if (field.path !== "properties")
          expect(at(field.slot, scan), field.path).to.equal(path(decoded, field.path));
      }
      const { body } = decoded;
      const isBadFrame = body.case === "framed" && (body.value[0] !== 0 || body.value.length < 5);
      expect(scan.body).to.equal(BodyCase[isBadFrame ? "badFrame" : (body.case ?? "none")]);
      if (body.case === "framed" && !isBadFrame) {
        expect(scan.schemaId).to.equal(16_909_060);
        expect(at(textFields.length, scan)).to.equal(Buffer.from(body.value.subarray(5)).toString());
      }
      expect(
        at(
          textFields.findIndex((field) => field.path === "properties"),
          scan,
        ),
      ).to.equal(body.case === "properties" ? body.value : "");
      if (body.case === "avro") {
        expect([scan.schemaId, at(textFields.length, scan)]).to.deep.equal([
          body.value.schemaId,
          Buffer.from(body.value.data).toString(),
        ]);
      }
      expect((BigInt(scan.sequenceHigh >>> 0) << 32n) | BigInt(scan.sequenceLow >>> 0)).to.equal(
        decoded.sequence,
      );
      expect(scan.hasClientTime).to.equal(decoded.clientTime !== undefined);
      const whole = scannedEvent(padded, 7, 7 + encoded.length);
      if (whole === undefined || decoded.context?.campaign === undefined) continue;
      delete decoded.$unknown;
      expect(toJson(EventSchema, whole)).to.deep.equal(toJson(EventSchema, decoded));
      expect(BigInt(scan.clientSeconds)).to.equal(decoded.clientTime?.seconds ?? 0n);
      expect(scan.sentNanos).to.equal(decoded.sentTime?.nanos ?? 0);
    }
  });

  it("never takes a truncated event for a whole one of other content", () => {
    const scan = new EventScanner();
    for (let round = 0; round < 200; round++) {
      const encoded = toBinary(EventSchema, randomEvent());
      const cut = random(encoded.length);
      let decodes = true;
      try {
        fromBinary(EventSchema, encoded.subarray(0, cut));
      } catch {
        decodes = false;
      }
      expect(scan.scan(encoded, 0, cut), `${round}`).to.equal(decodes);
    }
  });

  it("survives any bytes", () => {
    const scan = new EventScanner();
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(Array.from({ length: random(40) }, () => random(256)));
      scan.scan(bytes, 0, bytes.length);
      if (Math.max(...scan.to) > bytes.length) expect.fail("a text ends behind its event");
    }
    for (const bytes of [[0], [7], [11], [12], [0x80], [0x0a], [0x0a, 5, 1], [0x38], Array(11).fill(0xff)]) {
      expect(scan.scan(Buffer.from(bytes), 0, bytes.length), String(bytes)).to.equal(false);
    }
  });

  it("takes a known field of another wire type for an unknown one", () => {
    const scan = new EventScanner();
    const bytes = new BinaryWriter()
      .tag(2, WireType.Varint)
      .uint32(5)
      .tag(7, WireType.LengthDelimited)
      .string("x")
      .finish();
    expect(scan.scan(bytes, 0, bytes.length)).to.equal(true);
    expect([scan.to[1], scan.sequenceLow]).to.deep.equal([0, 0]);
  });
});

describe("the writer of the log's events", () => {
  it(`writes what the event says (SEED=${seed})`, () => {
    for (let round = 0; round < 500; round++) {
      const event = randomEvent();
      const log = write(event);
      expect(log).to.deep.include({
        projectId: "p1",
        keyId: "k1",
        eventId: event.eventId,
        type: event.type,
        userId: event.userId,
        anonymousId: event.anonymousId,
        clientSessionId: event.sessionId,
        producerId: event.producerId,
        sequence: event.sequence,
        receivedTimeMs: 1_700_000_000_123n,
        skewMs: -70_001n,
        schemaVersion: 3,
        schemaId: 70_000,
        userAgent: event.context?.userAgent ?? "",
        pageUrl: event.context?.pageUrl ?? "",
        pageTitle: event.context?.pageTitle ?? "",
        referrer: event.context?.referrer ?? "",
        locale: event.context?.locale ?? "",
        campaignSource: event.context?.campaign?.source ?? "",
        campaignContent: event.context?.campaign?.content ?? "",
        library: event.context?.library ?? "",
        libraryVersion: event.context?.libraryVersion ?? "",
        eventIdMade: false,
        partition: partitionOf("p1", event.anonymousId || event.userId || event.eventId, 16),
        sentTimeMs: event.sentTime === undefined ? 0n : 99n,
      });
      expect(log.timeMs).to.equal(log.clientTimeMs - 70_001n);
      expect(log.properties).to.equal(event.body.case === "properties" ? event.body.value : "{}");
      const ip = event.context?.ip ?? "";
      expect(log.ip).to.equal({ "1.2.3.4": "1.2.3.0", "2001:db8::1": "2001:db8::" }[ip] ?? "");
    }
  });

  it("hashes the payload without sent time, sequence and address, however it is encoded", () => {
    for (let round = 0; round < 150; round++) {
      const event = randomEvent();
      const { payloadHash } = write(event);
      const again = {
        ...event,
        sequence: event.sequence + 1n,
        sentTime: maybe(() => create(EventSchema, { sentTime: instant() }).sentTime),
      };
      if (again.context !== undefined) again.context = { ...again.context, ip: "8.8.8.8" };
      expect(write(again as Event).payloadHash).to.equal(payloadHash);
      expect(write(again as Event, { receivedMs: 5, keyId: "other" }).payloadHash).to.equal(payloadHash);
      const encoded = scrambled(event);
      const decoded = fromBinary(EventSchema, encoded);
      expect(write(decoded, {}, encoded).payloadHash).to.equal(write(decoded).payloadHash);
      for (const change of [{ userId: "changed" }, { type: "changed" }, { sessionId: "changed" }]) {
        expect(write({ ...event, ...change } as Event).payloadHash).not.to.equal(payloadHash);
      }
      const body = { case: "properties" as const, value: '{"changed":1}' };
      expect(write({ ...event, body } as Event).payloadHash).not.to.equal(payloadHash);
    }
  });

  it("hashes the payload under the project's key: without it nobody can try out what was sent", () => {
    const event = create(EventSchema, { eventId: "e", type: "t", userId: "u" });
    const secrets = new ProjectSecrets(["one"]);
    const hashes = [
      write(event).payloadHash,
      write(event, { payloads: secrets.payloads("p1") }).payloadHash,
      write(event, { payloads: secrets.payloads("p2") }).payloadHash,
      write(event, { payloads: new ProjectSecrets(["two"]).payloads("p1") }).payloadHash,
    ];
    expect(new Set(hashes).size).to.equal(hashes.length);
    const replaced = new ProjectSecrets(["newer", "one"]).payloads("p1");
    expect(write(event, { payloads: replaced }).payloadHash).to.equal(hashes[1]);
  });

  it("makes up for what a browser leaves out, keeps addresses where told, and frames large events", () => {
    const event = create(EventSchema, { eventId: "e", type: "t" });
    const browser = { ip: "9.8.7.6", userAgent: "Mozilla/5.0" };
    expect(write(event, { browser })).to.deep.include({ ip: "9.8.7.0", userAgent: "Mozilla/5.0" });
    expect(write(event, { browser, keepIp: true }).ip).to.equal("9.8.7.6");
    const own = create(EventSchema, {
      eventId: "e",
      type: "t",
      context: { ip: "1.1.1.1", userAgent: "own" },
    });
    expect(write(own, { browser })).to.deep.include({ ip: "1.1.1.0", userAgent: "own" });
    const large = create(EventSchema, {
      eventId: "e",
      type: "t",
      body: { case: "properties", value: "x".repeat(60_000) },
    });
    expect(write(large).properties).to.have.length(60_000);
    const made = write(create(EventSchema, { type: "t" }));
    expect(made).to.deep.include({ eventIdMade: true, eventId: "0198c5f0-0000-7000-8000-000000000000" });
    expect(made.partition).to.equal(partitionOf("p1", made.eventId, 16));
  });

  it("finds invalid UTF-8 in every text", () => {
    const scan = new EventScanner();
    const writer = new RawEventWriter();
    for (const [name, tag] of [
      ["event_id", 1],
      ["user_id", 3],
    ] as const) {
      for (const length of [1, 120]) {
        const bad = Buffer.concat([Buffer.alloc(length, 97), Buffer.of(0xff)]);
        const bytes = new BinaryWriter().tag(tag, WireType.LengthDelimited).bytes(bad).finish();
        scan.scan(bytes, 0, bytes.length);
        writer.begin(stamp, Buffer.alloc(4_096));
        expect(textFields[writer.open(scan, "")]?.path).to.equal(name);
      }
    }
  });
});
