import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { type Block, BlockSchema, type EventSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { ClaimHasher } from "../../platform/claims.js";
import { wantedProperty } from "./amount.js";
import { BlockEnricher, type EnrichedBlock, type ProjectRules, type RawBlock } from "./enrich-block.js";

type EventInit = MessageInitShape<typeof EventSchema>;

const layout = {
  $typeName: "tideline.pipeline.v1.ClaimLayout",
  hashKey: Buffer.alloc(16, 3),
  bucketBits: 16,
} as const;
const geo = {
  version: "spec",
  lookup: (ip: string) => {
    if (ip === "192.0.2.66") throw new Error("a table that is broken there");
    return ip === "192.0.2.1" ? { country: "AT", region: "9", city: "Wien" } : undefined;
  },
};
const rules: ProjectRules = { timeZone: "Europe/Vienna", amount: wantedProperty("amount") };
const timeMs = Date.UTC(2026, 5, 30, 22, 30);

const rawOf = (events: EventInit[], tail: Uint8Array = new Uint8Array(0)): RawBlock => {
  const block = create(BlockSchema, {
    events: events.map((event, index) => ({
      projectId: "shop",
      eventId: `e${index}`,
      type: "view",
      timeMs: BigInt(timeMs),
      receivedTimeMs: BigInt(timeMs),
      properties: "{}",
      partition: 3,
      ...event,
    })),
  });
  const data = Buffer.concat([toBinary(BlockSchema, block), tail]);
  return { position: 77, partition: 3, project: "shop", receivedMs: timeMs, data };
};
const enrich = (raw: RawBlock, ruled = rules): EnrichedBlock =>
  new BlockEnricher({ geo, hasher: new ClaimHasher(layout) }).enrich(raw, ruled);
const blockOf = (enriched: EnrichedBlock): Block => fromBinary(BlockSchema, enriched.bytes);
const eventOf = (event: EventInit, ruled = rules) => {
  const [first] = blockOf(enrich(rawOf([event]), ruled)).events;
  if (first === undefined) throw new Error("poisoned");
  return first;
};

describe("enriching a block", () => {
  it("keeps what ingestion wrote and adds place, agent, page and origin", () => {
    const event = eventOf({
      userId: "u1",
      anonymousId: "a1",
      ip: "192.0.2.1",
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
      pageUrl: "https://shop.example/cart/?utm_source=news&utm_medium=email&utm_campaign=may",
      campaignMedium: "letter",
      properties: '{"amount":12.5,"größe":"é"}',
      payloadHash: 9n,
      library: "web",
    });
    expect(event).to.include({
      eventId: "e0",
      userId: "u1",
      properties: '{"amount":12.5,"größe":"é"}',
      payloadHash: 9n,
      library: "web",
      rawSequence: 77n,
      rawIndex: 0,
      country: "AT",
      region: "9",
      city: "Wien",
      browser: "Firefox",
      browserVersion: "127",
      deviceClass: "desktop",
      isBot: false,
      utmSource: "news",
      utmMedium: "letter",
      utmCampaign: "may",
      pageHost: "shop.example",
      pagePath: "/cart",
      visitorId: "u1",
      amount: 12.5,
      isSystem: false,
    });
    expect(event.$unknown).to.equal(undefined);
  });

  it("stamps day and hour in the project's zone", () => {
    expect(eventOf({})).to.include({ localDate: 20_635, localHour: 0 });
    expect(eventOf({}, { ...rules, timeZone: "UTC" })).to.include({ localDate: 20_634, localHour: 22 });
    expect(eventOf({ timeMs: -1n }, { ...rules, timeZone: "UTC" })).to.include({
      localDate: -1,
      localHour: 23,
    });
    expect(eventOf({ timeMs: 0n }, { ...rules, timeZone: "UTC" })).to.include({ localDate: 0, localHour: 0 });
  });

  it("says who is counted and what is the system's", () => {
    expect(eventOf({ anonymousId: "a1" }).visitorId).to.equal("a1");
    expect(eventOf({}).visitorId).to.equal("");
    for (const type of ["identify", "alias", "traits"]) expect(eventOf({ type }).isSystem).to.equal(true);
    for (const type of ["identif", "identify2", "Identify", ""])
      expect(eventOf({ type }).isSystem).to.equal(false);
  });

  it("sums the project's own property", () => {
    const price = { ...rules, amount: wantedProperty("price") };
    expect(eventOf({ properties: '{"amount":1,"price":-2}' }, price).amount).to.equal(-2);
    expect(eventOf({ properties: '{"amount":"1"}' }).amount).to.equal(0);
  });

  it("finds copies within the block: the first wins", () => {
    const { copies, ids, firstEvents } = enrich(
      rawOf([
        { eventId: "a", payloadHash: 1n },
        { eventId: "b" },
        { eventId: "a", payloadHash: 1n },
        { eventId: "a", payloadHash: 2n },
        { eventId: "c" },
      ]),
    );
    expect(copies).to.deep.equal([
      { index: 2, isConflict: false },
      { index: 3, isConflict: true },
    ]);
    expect(ids.count).to.equal(3);
    expect([...firstEvents.subarray(0, 3)]).to.deep.equal([0, 1, 4]);
  });

  it("takes of copies the one that replaces what was in the log last, wherever it stands", () => {
    const { copies, firstEvents } = enrich(
      rawOf([
        { eventId: "a", payloadHash: 1n },
        { eventId: "a", payloadHash: 2n, replacesRawSequence: 40n },
        { eventId: "a", payloadHash: 3n, replacesRawSequence: 60n },
        { eventId: "a", payloadHash: 3n, replacesRawSequence: 60n },
        { eventId: "a", payloadHash: 2n, replacesRawSequence: 40n },
      ]),
    );
    expect(firstEvents[0]).to.equal(2);
    expect(copies.map(({ index }) => index)).to.deep.equal([0, 1, 3, 4]);
  });

  it("sets aside what fails, for whatever reason, and claims nothing for it", () => {
    const enriched = enrich(
      rawOf([{}, { ip: "192.0.2.66" }, { projectId: "other" }, { partition: 4 }, { eventId: "" }, {}]),
    );
    expect(enriched.poisoned.map(({ index }) => index)).to.deep.equal([1, 2, 3, 4]);
    expect(blockOf(enriched).events.map(({ rawIndex }) => rawIndex)).to.deep.equal([0, 5]);
    expect(enriched.ids.count).to.equal(2);
    expect(enriched.events).to.equal(6);
  });

  it("takes what comes before a place where the block is broken", () => {
    const enriched = enrich(rawOf([{}, {}], Buffer.from([0x0a, 0x7f, 1, 2, 3])));
    expect(blockOf(enriched).events.length).to.equal(2);
    expect(enriched.poisoned.map(({ index, bytes }) => [index, bytes.length])).to.deep.equal([[2, 5]]);
    expect([...enriched.ends].length).to.equal(3);
  });

  it("gives the same bytes for the same block, whoever does it and whatever was done before", () => {
    const raw = rawOf([{ userAgent: "curl/8.0", ip: "192.0.2.1" }, { pageUrl: "https://a.example/é?x=%FF" }]);
    const used = new BlockEnricher({ geo, hasher: new ClaimHasher(layout) });
    used.enrich(rawOf([{ userAgent: "x".repeat(500) }]), rules);
    expect(Buffer.from(used.enrich(raw, rules).bytes)).to.deep.equal(Buffer.from(enrich(raw).bytes));
  });

  it("reads identities again", () => {
    const enriched = enrich(rawOf([{ eventId: "ä", payloadHash: 2n ** 63n }, { eventId: "b" }]));
    expect(enriched.identity(0)).to.deep.equal({ id: "ä", payloadHash: 2n ** 63n, replaces: 0 });
    expect(enriched.identity(1)).to.deep.equal({ id: "b", payloadHash: 0n, replaces: 0 });
    const again = enrich(rawOf([{ eventId: "c", payloadHash: 1n, replacesRawSequence: 2n ** 40n }]));
    expect(again.identity(0)).to.deep.equal({ id: "c", payloadHash: 1n, replaces: 2 ** 40 });
  });
});
