import { request as httpRequest } from "node:http";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { PublishEventsResponseSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { inShort } from "../../tests/support/ingestion.js";
import { type IngestionStand, startIngestionStand } from "../../tests/support/ingestion-stand.js";
import type { TestProject } from "../../tests/support/projects.js";

/** Texts that mean something to someone on the way: SQL, subjects, keys, shells, HTML, formats, terminals. */
const nasty = [
  "'; drop table events; --",
  '" or 1=1 --',
  "a.b.*.>",
  ">",
  "$JS.API.STREAM.DELETE.RAW",
  "{0}{1}:*?[a-z]",
  ["$", "{jndi:ldap://x/y}"].join(""),
  "../../etc/passwd",
  "<script>alert(1)</script>",
  "\u0000nul\u0000",
  "line\r\nHeader: x\n\nDROP TABLE events",
  "\u202ertl\u200b\ufeff",
  "%s%n%x",
  "😀".repeat(20),
  "null",
  "NaN",
  "\\",
  "tideline-project: other",
];

describe("hostile input at the door", function () {
  this.timeout(30_000);
  let stand: IngestionStand;
  let project: TestProject;

  before(async function () {
    this.timeout(60_000);
    stand = await startIngestionStand();
    project = await stand.project();
  });
  after(() => stand.stop());
  afterEach(async () => {
    // Whatever came, the service stands, and complained of nothing.
    expect(await stand.publish([{ type: "t" }], project)).to.deep.equal(["ACCEPTED"]);
    expect(stand.service.complaints).to.deep.equal([]);
  });

  /** Sends bytes as a Connect request; the status, and the verdicts in short. */
  const sendRaw = async (body: Uint8Array<ArrayBuffer>): Promise<string[] | number> => {
    const path = "/tideline.ingest.v1.IngestService/PublishEvents";
    const response = await fetch(`http://127.0.0.1:${stand.service.httpPort}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.secret}`, "content-type": "application/proto" },
      body,
    });
    if (response.status !== 200) return response.status;
    return fromBinary(PublishEventsResponseSchema, new Uint8Array(await response.arrayBuffer())).verdicts.map(
      inShort,
    );
  };
  const batch = (...events: Uint8Array[]): Uint8Array<ArrayBuffer> => {
    const writer = new BinaryWriter();
    for (const event of events) writer.tag(1, WireType.LengthDelimited).bytes(event);
    return Buffer.from(writer.finish());
  };
  const good = toBinary(
    EventSchema,
    create(EventSchema, { type: "t", userId: "u", body: { case: "properties", value: "{}" } }),
  );
  const text = (field: number, ...bytes: number[]): Uint8Array =>
    Buffer.concat([
      new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(Buffer.from(bytes)).finish(),
      good,
    ]);

  it("in protobuf: an event that is none is rejected alone, a request that is none as a whole", async () => {
    expect(await sendRaw(Buffer.alloc(0))).to.equal(400);
    expect(await sendRaw(Buffer.from("ffffffff", "hex"))).to.equal(400);
    expect(await sendRaw(batch(good).subarray(0, -1))).to.equal(400);
    expect(await sendRaw(Buffer.alloc(5_000_000, 1))).to.equal(413);
    const events: [Uint8Array, string][] = [
      [good, "ACCEPTED"],
      [Buffer.alloc(0), "REJECTED EVENT_TYPE_MISSING type"],
      [good.subarray(0, -1), "REJECTED EVENT_UNDECODABLE"],
      [Buffer.from("0b0c", "hex"), "REJECTED EVENT_UNDECODABLE"],
      [Buffer.alloc(11, 0xff), "REJECTED EVENT_UNDECODABLE"],
      [new BinaryWriter().tag(2, WireType.Varint).uint32(5).finish(), "REJECTED EVENT_TYPE_MISSING type"],
      [Buffer.alloc(70_000, 1), "REJECTED EVENT_TOO_LARGE"],
      [text(3, 0xff), "ACCEPTED"],
      [Buffer.concat([good, text(3, 0xc3, 0x28).subarray(0, 4)]), "REJECTED EVENT_TEXT_INVALID user_id"],
      [
        Buffer.concat([good, Buffer.from([0x52, 0x05, 0x7b, 0x22, 0xff, 0x22, 0x7d])]),
        "REJECTED EVENT_TEXT_INVALID properties",
      ],
      [
        Buffer.concat([text(7, 0x41), Buffer.from([0x52, 0x01, 0x5b])]),
        "QUARANTINED EVENT_PROPERTIES_INVALID properties",
      ],
      [Buffer.concat([text(12, 0x0a, 0xff), good]), "REJECTED EVENT_UNDECODABLE"],
      [good, "ACCEPTED"],
    ];
    expect(await sendRaw(batch(...events.map(([event]) => event)))).to.deep.equal(
      events.map(([, verdict]) => verdict),
    );
  });

  it("in JSON: bad forms are kept aside or rejected alone", async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    const events: [string, string][] = [
      ['{"type":"t"}', "ACCEPTED"],
      ['{"type":5}', "REJECTED"],
      ['{"type":"t","clientTime":"yesterday"}', "REJECTED"],
      ['{"type":"t","clientTime":NaN}', "REJECTED"],
      ['{"type":"t","sequence":-1}', "REJECTED"],
      ['{"type":"t","sequence":99999999999999999999999}', "REJECTED"],
      ['{"type":"t","properties":"{"}', "QUARANTINED"],
      ['{"type":"t","properties":[1,2]}', "QUARANTINED"],
      ['{"type":"t","properties":{"a":NaN}}', "QUARANTINED"],
      ['{"type":"t","properties":{"a":1e400}}', "QUARANTINED"],
      ['{"type":"t","properties":{"a":1,"a":2}}', "QUARANTINED"],
      ['{"type":"t","properties":{"a":123456789012345678901234567890}}', "QUARANTINED"],
      ['{"type":"t","properties":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}}', "ACCEPTED"],
      ['{"type":"t","properties":{"a":"\\ud800"}}', "QUARANTINED"],
      ['{"type":"\\ud800"}', "REJECTED"],
      ['{"__proto__":{"type":"t"}}', "REJECTED"],
      ['{"type":"t","unknown":{"a":[1]}}', "REJECTED"],
      ["[[]]", "REJECTED"],
      ['"text"', "REJECTED"],
      ["null", "REJECTED"],
    ];
    const { status, outcomes } = await stand.post(`[${events.map(([event]) => event).join()}]`, project);
    expect(status).to.equal(200);
    expect(outcomes).to.deep.equal(events.map(([, outcome]) => outcome));
    const nested = await stand.post(`[{"type":"t"},{"type":"t","properties":${deep}},{"type":"t"}]`, project);
    expect(nested.outcomes).to.deep.equal(["ACCEPTED", "REJECTED", "ACCEPTED"]);
    const shallower = deep.slice(0, 5 * 5_000) + deep.slice(5 * 100_000, 5 * 100_000 + 5_001);
    const kept = await stand.post(`[{"type":"t","properties":${shallower}}]`, project);
    expect(kept.outcomes).to.deep.equal(["QUARANTINED"]);
    const elsewhere = await stand.post(`[{"type":"t","context":${deep}},{"type":"t","x":${deep}}]`, project);
    expect(elsewhere.outcomes).to.have.length(2);
    for (const body of ["", "{", "[[[[", "5", '"a"', deep.slice(0, 300_000)]) {
      expect((await stand.post(body, project)).status, body.slice(0, 9)).to.equal(400);
    }
    expect((await stand.post(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), project)).outcomes).to.deep.equal([
      "REJECTED",
    ]);
  });

  it("keeps every string as it is, and every tenant apart", async () => {
    const [one, other] = [await stand.project(), await stand.project()];
    const events = nasty.map((value, n) => ({
      eventId: `${n}${value}`.slice(0, 30),
      type: value,
      userId: value,
      anonymousId: value,
      sessionId: value,
      producerId: value,
      body: { case: "properties" as const, value: JSON.stringify({ [value]: value }) },
      context: {
        ip: value.slice(0, 10),
        userAgent: value,
        pageUrl: value,
        pageTitle: value,
        referrer: value,
        locale: value.slice(0, 20),
        campaign: { source: value, medium: value, name: value, term: value, content: value },
        library: value,
        libraryVersion: value.slice(0, 20),
      },
    }));
    for (const of of [one, other]) {
      expect(await stand.publish(events, of)).to.deep.equal(nasty.map(() => "ACCEPTED"));
    }
    for (const of of [one, other]) {
      const logged = await stand.logged(of);
      expect(logged).to.have.length(nasty.length);
      const byId = new Map(logged.map((event) => [event.eventId, event]));
      for (const [n, sent] of events.entries()) {
        const event = byId.get(sent.eventId);
        const value = nasty[n];
        expect([event?.type, event?.userId, event?.pageUrl, event?.campaignTerm]).to.deep.equal([
          value,
          value,
          value,
          value,
        ]);
        expect(event).to.deep.include({ projectId: of.projectId, properties: sent.body.value, ip: "" });
      }
    }
  });

  it("survives requests that end early", async () => {
    for (let n = 0; n < 20; n++) {
      await new Promise<void>((resolve) => {
        const request = httpRequest({
          port: stand.service.httpPort,
          path: "/v1/events",
          method: "POST",
          headers: { authorization: `Bearer ${project.secret}`, "content-length": "1000" },
        });
        request.on("error", () => resolve());
        request.write('{"events":[');
        setTimeout(() => request.destroy(new Error("gone")), 10);
      });
    }
    expect((await stand.post('{"type":"t"}', project)).status).to.equal(200);
  });
});
