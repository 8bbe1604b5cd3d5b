// A new version of a schema takes effect on every instance within a second, while events flow in.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { ingestClient, inShort } from "../../tests/support/ingestion.js";
import { dataSecret, type IngestionStand, startIngestionStand } from "../../tests/support/ingestion-stand.js";
import { registerSchema } from "../../tests/support/schemas.js";

interface Judged {
  readonly instance: number;
  /** When it was sent and when its verdict was back, ms of this process. */
  readonly sentMs: number;
  readonly answeredMs: number;
  readonly verdict: string;
}

describe("a change of schema", function () {
  this.timeout(60_000);
  let stand: IngestionStand;

  before(async () => {
    stand = await startIngestionStand();
  });
  after(() => stand?.stop());

  it("takes effect on two instances within a second, and no event is lost or judged by neither version", async () => {
    const of = await stand.project();
    const register = (type: string) =>
      registerSchema(stand.pool, {
        projectId: of.projectId,
        subject: "order",
        kind: SchemaKind.JSON_SCHEMA,
        text: JSON.stringify({ properties: { amount: { type } }, required: ["amount"] }),
      });
    await register("integer");
    const clients = [stand.service, await stand.another()].map((service) => ingestClient(service, of.secret));
    await sleep(1_100);

    const judged: Judged[] = [];
    let isOver = false;
    const send = async (instance: number): Promise<void> => {
      for (let count = 0; !isOver; count++) {
        const sentMs = performance.now();
        const event = {
          eventId: `${instance}-${count}`,
          type: "order",
          body: { case: "properties" as const, value: '{"amount":1.5}' },
        };
        const answer = await clients[instance]?.publishEvents({ events: [event] });
        const [verdict = "none"] = answer?.verdicts.map(inShort) ?? [];
        judged.push({ instance, sentMs, answeredMs: performance.now(), verdict });
        await sleep(5);
      }
    };
    const senders = [0, 1].map(send);
    await sleep(700);
    const beforeMs = performance.now();
    await register("number");
    const registeredMs = performance.now();
    await sleep(2_000);
    isOver = true;
    await Promise.all(senders);

    const refused = "QUARANTINED EVENT_SCHEMA_VIOLATION properties.amount";
    expect(
      judged.map(({ verdict }) => verdict).filter((it) => it !== "ACCEPTED" && it !== refused),
    ).to.deep.equal([]);
    for (const instance of [0, 1]) {
      const own = judged.filter((it) => it.instance === instance);
      const early = own.filter(({ answeredMs }) => answeredMs < beforeMs);
      const late = own.filter(({ sentMs }) => sentMs > registeredMs + 1_000);
      expect([early.length > 5, late.length > 5]).to.deep.equal([true, true]);
      expect(new Set(early.map(({ verdict }) => verdict))).to.deep.equal(new Set([refused]));
      expect(new Set(late.map(({ verdict }) => verdict))).to.deep.equal(new Set(["ACCEPTED"]));
    }
    const accepted = judged.filter(({ verdict }) => verdict === "ACCEPTED").length;
    const logged = await stand.logged(of);
    expect(logged.length).to.equal(accepted);
    expect(new Set(logged.map(({ schemaVersion }) => schemaVersion))).to.deep.equal(new Set([2]));
    const aside = await stand.aside(of);
    expect(aside.length).to.equal(judged.length - accepted);
    expect(new Set(aside.map(({ fault }) => fault?.schemaVersion))).to.deep.equal(new Set([1]));
  });

  it("may be tags of fields alone: what Confluent's metadata say is personal is hashed from then on", async () => {
    const of = await stand.project();
    const registered = { projectId: of.projectId, subject: "person", kind: SchemaKind.AVRO };
    const text = JSON.stringify({
      ...{ type: "record", name: "Person", namespace: "com.acme" },
      fields: [{ name: "ssn", type: "string" }],
    });
    const send = async (eventId: string) =>
      stand.publish([{ eventId, type: "person", body: { case: "properties", value: '{"ssn":"123"}' } }], of);
    await registerSchema(stand.pool, { ...registered, text });
    expect(await send("before")).to.deep.equal(["ACCEPTED"]);
    await registerSchema(stand.pool, { ...registered, text, metadata: { tags: { "**.ssn": ["PII"] } } });
    await sleep(1_100);
    expect(await send("after")).to.deep.equal(["ACCEPTED"]);
    const ssn = new ProjectSecrets([dataSecret]).hash(of.projectId, "123");
    const stored = (await stand.logged(of)).map(({ eventId, properties }) => [eventId, properties]);
    expect(stored).to.deep.equal([
      ["before", '{"ssn":"123"}'],
      ["after", JSON.stringify({ ssn })],
    ]);
  });
});
