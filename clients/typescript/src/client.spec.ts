import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { TidelineClient } from "./client.js";
import type { TidelineError, Verdict } from "./verdict.js";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const accepted = (count: number): Answer => ({
  status: 200,
  body: { verdicts: Array.from({ length: count }, () => ({ outcome: "OUTCOME_ACCEPTED" })) },
});
const unavailable: Answer = { status: 503, body: { code: "unavailable", message: "try again" } };

describe("TidelineClient", () => {
  const realFetch = globalThis.fetch;
  let calls: { eventId: string; type: string; [name: string]: unknown }[][] = [];
  let answers: ((count: number) => Answer | Error)[] = [];

  beforeEach(() => {
    calls = [];
    answers = [];
    globalThis.fetch = async (url, init) => {
      expect(String(url)).to.equal("http://door.example/v1/events");
      expect(new Headers(init?.headers).get("authorization")).to.equal("Bearer secret");
      const events = JSON.parse(String(init?.body));
      calls.push(events);
      const answer = answers.shift()?.(events.length) ?? accepted(events.length);
      if (answer instanceof Error) throw answer;
      return new Response(JSON.stringify(answer.body), { status: answer.status });
    };
  });
  afterEach(() => {
    globalThis.fetch = realFetch;
  });

  const clientOf = (options: object = {}) =>
    new TidelineClient({ url: "http://door.example/", key: "secret", ...options });
  const codeOf = (verdict: Promise<Verdict>): Promise<string> =>
    verdict.then(
      ({ outcome }) => outcome,
      ({ code }: TidelineError) => code,
    );

  it("sends a hundred at once, and the rest when it is flushed", async () => {
    const client = clientOf();
    const verdicts = Array.from({ length: 250 }, (_, index) => client.trackJson("t", `{"n":${index}}`));
    await client.flush();
    expect(calls.map((events) => events.length)).to.deep.equal([100, 100, 50]);
    expect(calls.flat().map(({ properties }) => (properties as { n: number }).n)).to.deep.equal(
      verdicts.map((_, index) => index),
    );
    expect(await Promise.all(verdicts.map(codeOf))).to.deep.equal(verdicts.map(() => "OUTCOME_ACCEPTED"));
  });

  it("sends what waits after a while, by itself", async () => {
    const client = clientOf({ batchMs: 20 });
    const { eventId } = await client.trackAvro("t", 7, Uint8Array.of(1, 2, 3), { userId: "u" });
    expect(calls).to.have.length(1);
    const [event] = calls[0] ?? [];
    expect(event).to.include({ eventId, type: "t", userId: "u" });
    expect(event?.["avro"]).to.deep.equal({ schemaId: 7, data: "AQID" });
    expect(eventId).to.match(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(event).to.have.property("sentTime").that.is.a("string");
  });

  it("tries again with the same ids where the server can't take the batch now, or does not answer", async () => {
    answers = [() => unavailable, () => new Error("reset"), () => ({ status: 429, body: {} })];
    const client = clientOf();
    const verdict = client.trackJson("t", "{}");
    await client.close();
    expect((await verdict).outcome).to.equal("OUTCOME_ACCEPTED");
    expect(calls).to.have.length(4);
    expect(new Set(calls.flat().map(({ eventId }) => eventId)).size).to.equal(1);
  });

  it("tries again with those alone that the server would take at another time", async () => {
    const fault = { reason: "FAULT_REASON_EVENT_LOG_UNAVAILABLE", retryable: true };
    answers = [
      () => ({
        status: 200,
        body: { verdicts: [{ outcome: "OUTCOME_ACCEPTED" }, { outcome: "OUTCOME_REJECTED", fault }] },
      }),
    ];
    const client = clientOf();
    const verdicts = [client.trackJson("a", "{}"), client.trackJson("b", "{}")];
    await client.flush();
    expect(calls.map((events) => events.map(({ type }) => type))).to.deep.equal([["a", "b"], ["b"]]);
    expect(await Promise.all(verdicts.map(codeOf))).to.deep.equal(["OUTCOME_ACCEPTED", "OUTCOME_ACCEPTED"]);
  });

  it("gives up at once where another attempt can't help, and after so many where it could", async () => {
    const told: string[] = [];
    const onFailure = ({ code }: TidelineError) => told.push(code);
    answers = [() => ({ status: 401, body: { code: "unauthenticated", message: "no key" } })];
    const client = clientOf({ attempts: 2, onFailure });
    const refused = client.trackJson("t", "{}");
    await client.flush();
    expect(await codeOf(refused)).to.equal("unauthenticated");
    answers = [() => unavailable, () => unavailable];
    const lost = client.trackJson("t", "{}");
    await client.flush();
    expect(await codeOf(lost)).to.equal("unavailable");
    expect(calls).to.have.length(3);
    expect(told).to.deep.equal(["unauthenticated", "unavailable"]);
  });

  it("gives back the verdict on what was not stored", async () => {
    const fault = { reason: "FAULT_REASON_EVENT_SCHEMA_VIOLATION", field: "properties.a", retryable: false };
    answers = [() => ({ status: 200, body: { verdicts: [{ outcome: "OUTCOME_QUARANTINED", fault }] } })];
    const client = clientOf();
    const verdict = client.trackJson("t", "{}");
    await client.flush();
    expect(await verdict).to.deep.include({ outcome: "OUTCOME_QUARANTINED", fault });
  });

  it("refuses what its queue can't hold, and everything once it is closed", async () => {
    const client = clientOf({ queueEvents: 2 });
    const verdicts = [1, 2, 3].map(() => client.trackJson("t", "{}"));
    await client.close();
    verdicts.push(client.trackJson("t", "{}"));
    expect(await Promise.all(verdicts.map(codeOf))).to.deep.equal([
      "OUTCOME_ACCEPTED",
      "OUTCOME_ACCEPTED",
      "queue_full",
      "closed",
    ]);
    // Nothing of what was refused is an unhandled rejection.
    await sleep(1);
  });

  it("keeps a batch's text within what the server takes", async () => {
    const client = clientOf();
    const large = JSON.stringify({ text: "x".repeat(400_000) });
    for (let index = 0; index < 5; index++) void client.trackJson("t", large);
    await client.flush();
    expect(calls.map((events) => events.length)).to.deep.equal([2, 2, 1]);
  });
});
