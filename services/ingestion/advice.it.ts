import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { Redis } from "ioredis";
import { type Claims, openClaims } from "../../platform/claims.js";
import { claimAll } from "../../tests/support/claim-all.js";
import type { EventInit } from "../../tests/support/ingestion.js";
import { type IngestionStand, startIngestionStand } from "../../tests/support/ingestion-stand.js";

describe("what the door says of ids that the log has", function () {
  this.timeout(30_000);
  let stand: IngestionStand;
  let redis: Redis;
  let claims: Claims;

  before(async function () {
    this.timeout(60_000);
    stand = await startIngestionStand();
    redis = new Redis(stand.engines.redis);
    const { nats, names } = stand;
    claims = await openClaims({
      redis,
      nats,
      names,
      prefix: stand.engines.prefix,
      replicas: 1,
      bucketBits: 16,
    });
  });
  after(async () => {
    redis.disconnect();
    await stand.stop();
  });

  const event = (n: number, rest: EventInit = {}): EventInit => ({
    eventId: `e${n}`,
    type: "t",
    anonymousId: `a${n % 7}`,
    clientTime: timestampFromMs(1_700_000_000_000),
    body: { case: "properties", value: `{"n":${n}}` },
    ...rest,
  });

  it("is DUPLICATE for the same payload, wherever and whenever it was sent, else CONFLICT", async () => {
    const of = await stand.project();
    const events = Array.from({ length: 300 }, (_, n) => event(n));
    expect(new Set(await stand.publish(events, of))).to.deep.equal(new Set(["ACCEPTED"]));
    await claimAll(stand, claims, of);
    const again = events.map((_, n) =>
      event(n, {
        sequence: BigInt(n + 1),
        sentTime: timestampFromMs(Date.now()),
        context: { ip: "9.9.9.9" },
      }),
    );
    expect(new Set(await stand.publish(again, of))).to.deep.equal(new Set(["DUPLICATE"]));
    const others = [
      event(0, { userId: "u" }),
      event(1, { type: "other" }),
      event(2, { body: { case: undefined } }),
    ];
    const conflict = "CONFLICT EVENT_ID_REUSED event_id";
    expect(await stand.publish([...others, event(3), event(1_000)], of)).to.deep.equal([
      conflict,
      conflict,
      conflict,
      "DUPLICATE",
      "ACCEPTED",
    ]);
    expect(await stand.logged(of)).to.have.length(301);
  });

  it("is of one project only, and goes by the log's copy before that of the batch", async () => {
    const [one, other] = [await stand.project(), await stand.project()];
    await stand.publish([event(1)], one);
    await claimAll(stand, claims, one);
    expect(await stand.publish([event(1)], other)).to.deep.equal(["ACCEPTED"]);
    const changed = event(1, { userId: "u" });
    expect(await stand.publish([changed, changed, event(1)], one)).to.deep.equal([
      "CONFLICT EVENT_ID_REUSED event_id",
      "CONFLICT EVENT_ID_REUSED event_id",
      "DUPLICATE",
    ]);
  });
});
