// A proposed schema against the events that are stored, over gRPC and on the real engines.
import { expect } from "chai";
import { Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { MetricKind } from "../gen/ts/tideline/query/v1/metric_pb.js";
import { QueryService } from "../gen/ts/tideline/query/v1/query_service_pb.js";
import { TrendMath } from "../gen/ts/tideline/query/v1/trend_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { clientOf, makeProject } from "./support/own-project.js";
import { drained } from "./support/questions.js";
import { useStack } from "./support/stack.js";

describe("a proposed schema", function () {
  this.timeout(60_000);
  const stack = useStack();

  it("is checked against the events that are stored, their senders told apart", async () => {
    const project = await makeProject(stack.file(), "proposal");
    const purchase = (index: number, library: string) => ({
      eventId: `p${index}`,
      type: "purchase",
      context: { library, libraryVersion: "1.0.0" },
      body: {
        case: "properties" as const,
        value: JSON.stringify({
          // Old senders write the amount as text.
          amount: library === "old" ? String(index) : index,
          big: "@",
          coupon: index === 7 ? "SPRING" : null,
        }).replace('"@"', "12345678901234567890"),
      },
    });
    const events = Array.from({ length: 1_000 }, (_, index) =>
      purchase(index, index % 4 === 0 ? "old" : "new"),
    );
    await project.ingest.publishEvents({ events });
    await drained(project.query, 1_000);

    const propose = (schema: object, eventsMax = 0) =>
      project.registry.checkEvents({
        subject: "purchase",
        kind: SchemaKind.JSON_SCHEMA,
        text: JSON.stringify(schema),
        eventsMax,
      });
    const fits = {
      properties: { big: { type: "integer" }, coupon: { type: ["string", "null"] } },
      required: ["amount", "big", "coupon"],
    };
    expect(await propose(fits)).to.include({ checked: 1_000, failed: 0, unjudged: 0, isCut: false });
    const typed = await propose({ properties: { amount: { type: "number" } } });
    expect(typed).to.include({ checked: 1_000, failed: 250 });
    expect(typed.failures[0]).to.include({ path: "amount", rule: "type", events: 250 });
    expect(
      typed.producers.map(({ library, keyId, events, failed }) => [library, keyId, events, failed]),
    ).to.deep.equal([
      ["old", project.keyIds.ingest, 250, 250],
      ["new", project.keyIds.ingest, 750, 0],
    ]);
    expect(await propose({ required: ["gone"] }, 100)).to.include({ checked: 100, failed: 100, isCut: true });
    const stranger = await makeProject(stack.file(), "proposal stranger");
    const text = JSON.stringify(fits);
    const theirs = await stranger.registry.checkEvents({
      subject: "purchase",
      kind: SchemaKind.JSON_SCHEMA,
      text,
    });
    expect(theirs.checked).to.equal(0);
  });

  it("names the metrics that read what it changes", async () => {
    const project = await makeProject(stack.file(), "proposal metrics");
    const properties = { amount: { type: "number" }, note: { type: "string" } };
    const schema = { subject: "purchase", kind: SchemaKind.JSON_SCHEMA };
    await project.registry.registerSchema({ ...schema, text: JSON.stringify({ properties }) });
    const admin = clientOf(QueryService, stack.file(), project.keys.admin);
    const series = { event: { type: "purchase" }, math: TrendMath.SUM, property: { name: "amount" } };
    const source = { case: "trend" as const, value: { series: [series] } };
    await admin.defineMetric({ definition: { name: "turnover", kind: MetricKind.COUNTER, source } });
    const text = JSON.stringify({ properties: { note: { type: "string" } } });
    const { metrics } = await project.registry.checkEvents({ ...schema, text });
    expect(
      metrics.map(({ name, version, path, before, after }) => [name, version, path, before, after]),
    ).to.deep.equal([["turnover", 1, "amount", "number", ""]]);
    const same = await project.registry.checkEvents({ ...schema, text: JSON.stringify({ properties }) });
    expect(same.metrics).to.deep.equal([]);
  });

  it("tells senders of JSON, whom the newest version judges, from senders of bytes", async () => {
    const project = await makeProject(stack.file(), "forms");
    const record = (...names: string[]) =>
      JSON.stringify({
        ...{ type: "record", name: "visit" },
        fields: names.map((name) => ({ name, type: "string", default: "" })),
      });
    const proposal = { subject: "visit", kind: SchemaKind.AVRO };
    const { schema } = await project.registry.registerSchema({ ...proposal, text: record("page", "gone") });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const body = (index: number) =>
      index % 3 === 0
        ? { case: "properties" as const, value: '{"page":"a","gone":"b"}' }
        : {
            case: "avro" as const,
            value: { schemaId: schema?.schemaId ?? 0, data: Buffer.of(2, 97, 2, 98) },
          };
    const events = Array.from({ length: 9 }, (_, index) => ({
      ...{ eventId: `v${index}`, type: "visit", body: body(index) },
    }));
    const { verdicts } = await project.ingest.publishEvents({ events });
    expect(new Set(verdicts.map(({ outcome }) => outcome))).to.deep.equal(new Set([Outcome.ACCEPTED]));
    await drained(project.query, 9);
    // Compatible, since bytes are read without the field; what comes as JSON is kept aside.
    const answer = await project.registry.checkEvents({ ...proposal, text: record("page") });
    expect(answer).to.include({ checked: 9, failed: 3, unjudged: 0 });
    expect(answer.failures.map(({ path, rule, events: count }) => [path, rule, count])).to.deep.equal([
      ["gone", "unknown_field", 3],
    ]);
    const told = answer.producers.map((it) => [it.isEncoded, it.schemaVersion, it.events, it.failed]);
    expect(told).to.deep.equal([
      [false, 1, 3, 3],
      [true, 1, 6, 0],
    ]);
    const { events: listed } = await project.query.listEvents({ type: "visit" });
    expect(listed.filter(({ isEncoded }) => isEncoded)).to.have.length(6);
  });
});
