// Everything a hostile client can send through the gateway gets the right answer, touches nothing else, and brings no
// service down.
import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { seed, seededRandom } from "../dev/testing/random.js";
import { type EventVerdict, Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { PublishEventsResponseSchema } from "../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { Aggregation, FilterOp } from "../gen/ts/tideline/query/v1/question_pb.js";
import { jsonCases } from "./hostile/json-cases.js";
import { protobufCases } from "./hostile/protobuf-cases.js";
import { hostileTexts } from "./hostile/texts.js";
import { refusalOf } from "./support/fault.js";
import { makeProject, type TestProject } from "./support/own-project.js";
import { askOne, days, drained, ofEvent, ofField, until } from "./support/questions.js";
import { type RawAnswer, RawCaller } from "./support/raw-call.js";
import { useStack } from "./support/stack.js";

/** What `POST /v1/events` answers: verdicts, or an error as Connect writes it. */
interface Answer {
  readonly verdicts?: readonly { readonly outcome: string; readonly fault?: { readonly reason: string } }[];
  readonly details?: readonly { readonly debug?: { readonly reason?: string } }[];
}

const publish = "/tideline.ingest.v1.IngestService/PublishEvents";

function wordOf({ outcome, fault }: Pick<EventVerdict, "outcome" | "fault">): string {
  const reason = fault === undefined ? "" : ` ${FaultReason[fault.reason]}`;
  return `${Outcome[outcome]}${reason}`;
}

describe("Hostile input", function () {
  this.timeout(60_000);
  const stack = useStack();
  let project: TestProject;
  let caller: RawCaller;
  let processes: Readonly<Record<string, number>>;

  /** The pids of everything but the demo, by name: a restart shows. */
  const pids = () => Object.fromEntries(stack.file().processes.map(({ name, pid }) => [name, pid]));

  before(async () => {
    project = await makeProject(stack.file(), "Hostile");
    caller = new RawCaller(stack.file().grpc);
    processes = pids();
  });

  after(() => caller?.close());

  const bearer = () => `Bearer ${project.keys.ingest}`;

  describe("as protobuf over gRPC:", () => {
    for (const { name, request, wanted } of protobufCases) {
      it(name, async () => {
        const { code, reason, bytes } = await caller.call(publish, request, bearer());
        if ("code" in wanted) expect({ code, reason }).to.deep.equal(wanted);
        else {
          expect({ code, reason }).to.deep.equal({ code: "OK", reason: "" });
          const { verdicts } = fromBinary(PublishEventsResponseSchema, bytes);
          expect(verdicts.map(wordOf)).to.deep.equal(wanted);
        }
      });
    }

    it(`bytes at random and good requests with one byte changed are never a bug's answer (SEED=${seed})`, async () => {
      const random = seededRandom();
      const good =
        protobufCases.find(({ name }) => name.startsWith("unknown fields"))?.request ?? new Uint8Array(0);
      for (let round = 0; round < 500; round++) {
        const request = round % 2 === 0 ? Buffer.from(good) : Buffer.alloc(Math.floor(random() * 200));
        if (round % 2 === 0) request[Math.floor(random() * request.length)] = Math.floor(random() * 256);
        else for (let at = 0; at < request.length; at++) request[at] = Math.floor(random() * 256);
        const { code, message } = await caller.call(publish, request, bearer());
        expect(["OK", "INVALID_ARGUMENT"], `${request.toString("hex")}: ${message}`).to.include(code);
      }
    });
  });

  describe("as JSON over HTTP:", () => {
    const post = async (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) => {
      const response = await fetch(`${stack.file().http}/v1/events`, {
        method: "POST",
        headers: { authorization: bearer(), "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : Buffer.from(body),
      });
      return { status: response.status, answer: (await response.json()) as Answer };
    };

    for (const { name, body, headers, wanted } of jsonCases) {
      it(name, async () => {
        const { status, answer } = await post(body, headers);
        if ("status" in wanted) {
          const reason = String(answer.details?.[0]?.debug?.reason ?? "").replace("FAULT_REASON_", "");
          expect({ status, reason }, JSON.stringify(answer)).to.deep.equal(wanted);
        } else {
          expect(status, JSON.stringify(answer)).to.equal(200);
          const words = (answer.verdicts ?? []).map(({ outcome, fault }) =>
            [outcome, fault?.reason]
              .join(" ")
              .replaceAll(/OUTCOME_|FAULT_REASON_/g, "")
              .trim(),
          );
          expect(words).to.deep.equal(wanted);
        }
      });
    }
  });

  describe("as a key:", () => {
    const refused = { code: "UNAUTHENTICATED", reason: "KEY_INVALID" };
    const keys: Readonly<Record<string, string | undefined>> = {
      none: undefined,
      "an empty one": "Bearer ",
      "an unknown one": "Bearer tl_00000000000000000000000000000000",
      "another scheme": "Digest abc",
      SQL: "Bearer '; DROP TABLE api_keys; --",
      "a pattern of Redis": "Bearer *",
      "8,000 characters": `Bearer tl_${"x".repeat(8_000)}`,
    };
    for (const [name, authorization] of Object.entries(keys)) {
      it(name, async () => {
        const { code, reason } = await caller.call(publish, new Uint8Array(0), authorization);
        expect({ code, reason }).to.deep.equal(refused);
      });
    }

    it("one without the scope", async () => {
      const answer = await caller.call(publish, new Uint8Array(0), `Bearer ${project.keys.query}`);
      expect(answer).to.include({ code: "PERMISSION_DENIED", reason: "SCOPE_MISSING" });
    });

    it("a method that is not there", async () => {
      const answers: RawAnswer[] = [];
      for (const method of ["/tideline.ingest.v1.IngestService/Drop", "/no.such.Service/Method"])
        answers.push(await caller.call(method, new Uint8Array(0), bearer()));
      expect(answers.map(({ code }) => code)).to.deep.equal(["UNIMPLEMENTED", "UNIMPLEMENTED"]);
    });
  });

  describe("in every text:", () => {
    let texts: TestProject;

    before(async () => {
      texts = await makeProject(stack.file(), "Hostile texts");
      const events = hostileTexts.map((text, index) => hostileEvent(text, index));
      const { verdicts } = await texts.ingest.publishEvents({ events });
      expect(verdicts.map(wordOf)).to.deep.equal(hostileTexts.map(() => "ACCEPTED"));
      await drained(texts.query, hostileTexts.length);
    });

    it("comes back as it was sent, by its id and by its user", async () => {
      for (const [index, text] of hostileTexts.entries()) {
        const sent = hostileEvent(text, index);
        for (const request of [{ eventId: sent.eventId }, { userId: sent.userId }]) {
          const { events } = await texts.query.listEvents(request);
          expect(events, JSON.stringify(request)).to.have.length(1);
          const [event] = events;
          const { eventId, type, userId, anonymousId, clientSessionId, locale, properties } = event ?? {};
          expect({ eventId, type, userId, anonymousId, clientSessionId, locale }).to.deep.equal({
            ...{ eventId: sent.eventId, type: sent.type, userId: sent.userId, anonymousId: sent.anonymousId },
            ...{ clientSessionId: sent.sessionId, locale: sent.context.locale },
          });
          expect(JSON.parse(properties ?? "")).to.deep.equal(JSON.parse(sent.body.value));
        }
      }
    });

    it("is one value among others to filters and breakdowns", async () => {
      const count = { aggregation: Aggregation.COUNT };
      for (const [index, text] of hostileTexts.entries()) {
        const { type, userId } = hostileEvent(text, index);
        const equals = { op: FilterOp.EQUALS, values: [text] };
        const filters = { property: ofEvent("text"), ...equals };
        expect(
          await askOne(texts.query, { ...count, filters: [filters] }),
          `filter ${JSON.stringify(text)}`,
        ).to.equal(1);
        expect(await askOne(texts.query, { ...count, type }), `type ${JSON.stringify(type)}`).to.equal(1);
        const user = { property: ofField("user_id"), op: FilterOp.EQUALS, values: [userId] };
        expect(await askOne(texts.query, { ...count, filters: [user] })).to.equal(1);
      }
      const { series } = await texts.query.queryMetrics({
        ...count,
        breakdown: [ofEvent("text")],
        limit: 1_000,
      });
      expect(series.map(({ breakdown }) => breakdown[0]?.value).sort()).to.deep.equal(
        [...hostileTexts].sort(),
      );
    });

    it("follows a user and an event by such names", async () => {
      for (const [index, text] of hostileTexts.entries()) {
        const { eventId, userId } = hostileEvent(text, index);
        expect((await texts.query.getUser({ userId })).events, userId).to.equal(1n);
        const explained = await texts.query.explainEvent({ eventId });
        expect(explained.stored?.eventId).to.equal(eventId);
      }
    });

    it("is refused or means nothing where a question has a name for it", async () => {
      for (const text of hostileTexts.filter((one) => one.length <= 64)) {
        const range = days("2000-01-01", "2100-01-01");
        const asked = { aggregation: Aggregation.COUNT, range };
        const questions: [string, () => Promise<unknown>][] = [
          ["time zone", () => texts.query.queryMetrics({ ...asked, timeZone: text })],
          ["week start", () => texts.query.queryMetrics({ ...asked, weekStart: text })],
          ["property", () => texts.query.queryMetrics({ ...asked, breakdown: [ofEvent(text)] })],
          ["field", () => texts.query.queryMetrics({ ...asked, breakdown: [ofField(text)] })],
          ["trait", () => texts.query.queryMetrics({ ...asked, breakdown: [{ scope: 3, name: text }] })],
          ["page token", () => texts.query.listEvents({ pageToken: text })],
          [
            "regular expression",
            () =>
              texts.query.queryMetrics({
                ...asked,
                filters: [{ property: ofEvent("text"), op: FilterOp.REGEX, values: [text] }],
              }),
          ],
        ];
        for (const [name, act] of questions) {
          const refusal = await refusalOf(act());
          expect(["", "INVALID_ARGUMENT"], `${name} ${JSON.stringify(text)}: ${refusal.message}`).to.include(
            refusal.code,
          );
        }
      }
      expect(await askOne(texts.query, { aggregation: Aggregation.COUNT })).to.equal(hostileTexts.length);
    });
  });

  describe("all in all", () => {
    it("brought nothing down, and the product works on", async () => {
      expect(pids()).to.deep.equal(processes);
      for (const { name, http } of stack.file().services) {
        const { status } = await fetch(`${http}/readyz`);
        expect(status, name).to.equal(200);
      }
      const eventId = "after-the-hostile";
      await project.ingest.publishEvents({ events: [{ eventId, type: "good" }] });
      await until(
        async () => (await project.query.listEvents({ eventId })).events.length,
        (found) => found === 1,
        { what: "an event sent after the hostile ones" },
      );
      expect(Object.hasOwn(Object.prototype, "polluted")).to.equal(false);
    });
  });
});

/** An event that has the text wherever an event has a text; its ids are told apart by a number. */
function hostileEvent(text: string, index: number) {
  const body = { case: "properties" as const, value: JSON.stringify({ text, [`name ${text}`]: text }) };
  return {
    ...{
      eventId: `${index} ${text}`,
      type: `${text} ${index}`,
      userId: `${text}-${index}`,
      anonymousId: text,
    },
    ...{ sessionId: text, producerId: text, body },
    context: {
      ...{ ip: text.slice(0, 60), userAgent: text, pageUrl: text, pageTitle: text, referrer: text },
      ...{ locale: text.slice(0, 60), library: text, libraryVersion: text.slice(0, 60) },
      campaign: { source: text, medium: text, name: text, term: text, content: text },
    },
  };
}
