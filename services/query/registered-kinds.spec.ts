import { create } from "@bufbuild/protobuf";
import { expect } from "chai";
import { QueryMetricsRequestSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation, FilterOp, PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { engineUnavailable, Fault } from "../../platform/fault.js";
import { compileSchema } from "../../registry/compile.js";
import type { FieldKind } from "../../registry/field-kinds/field-kind.js";
import { answerKey, metricsCanonical } from "./cache/answer-key.js";
import { asksForProperties, type MetricsQuestion, metricsQuestion } from "./question.js";
import { registeredKinds } from "./registered-kinds.js";
import { metricsSql } from "./sql/metrics.js";
import { nobodyMapped } from "./sql/people.js";
import type { Statement } from "./sql/tenant.js";
import { Tenant } from "./sql/tenant.js";

const kinds = new Map<string, FieldKind>([
  ["count", { kind: "integer" }],
  ["gift", { kind: "boolean" }],
  ["at", { kind: "time", stored: "millis", isLocal: false }],
  ["name", { kind: "text" }],
]);

function question(name: string, op: FilterOp, values: string[], schema?: string): MetricsQuestion {
  const property = { scope: PropertyScope.EVENT, name };
  const request = create(QueryMetricsRequestSchema, {
    aggregation: Aggregation.COUNT,
    type: "order",
    filters: [{ property, op, values }],
  });
  const asked = metricsQuestion(request, { timeZone: "Europe/Vienna", weekStart: 0 }, 1_000_000_000_000);
  return schema === undefined ? asked : { ...asked, registered: { schema, kinds } };
}

function statement(asked: MetricsQuestion): Statement {
  const plan = { table: "events", source: "raw" } as const;
  return metricsSql({ tenant: new Tenant("p"), people: nobodyMapped }, asked, plan).buckets([]);
}

const boundOf = (asked: MetricsQuestion): unknown[] => Object.values(statement(asked).parameters);

describe("a question on registered kinds", () => {
  it("binds its literals by their kind", () => {
    expect(boundOf(question("count", FilterOp.EQUALS, ["5.0", "9007199254740993"], "1/1"))).to.deep.include([
      5n,
      9007199254740993n,
    ]);
    // A double can't be the second, so none is compared with it.
    expect(boundOf(question("count", FilterOp.EQUALS, ["5.0", "9007199254740993"], "1/1"))).to.deep.include([
      5,
    ]);
    expect(boundOf(question("gift", FilterOp.EQUALS, ["1"], "1/1"))).to.deep.include(["true"]);
    const midnight = BigInt(Date.parse("2026-10-31T23:00:00Z")) * 1_000_000n;
    expect(boundOf(question("at", FilterOp.LESS, ["2026-10-01", "2026-11-01"], "1/1"))).to.include(midnight);
    expect(boundOf(question("name", FilterOp.EQUALS, ["5.0"], "1/1"))).to.deep.include(["5.0"]);
  });

  it("never holds what a request says in its text", () => {
    for (const [name, value] of [
      ["count", "123456789"],
      ["at", "2031-05-06T07:08:09.123Z"],
      ["gift", "TRUE"],
    ] as const) {
      const { text } = statement(question(name, FilterOp.EQUALS, [value], "1/1"));
      expect(text).not.to.include(value);
      expect(text).not.to.include(`.${name}`);
    }
    expect(() => statement(question("at", FilterOp.LESS, ["2026-11-01' OR 1=1"], "1/1"))).to.throw(
      Fault,
      "time",
    );
  });

  it("is the same statement as ever where its property has no kind", () => {
    const plain = statement(question("other", FilterOp.GREATER, ["5"]));
    expect(statement(question("other", FilterOp.GREATER, ["5"], "1/1"))).to.deep.equal(plain);
    const text = statement(question("name", FilterOp.CONTAINS, ["5"]));
    expect(statement(question("name", FilterOp.CONTAINS, ["5"], "1/1"))).to.deep.equal(text);
  });

  it("has another answer by another version of the schema", () => {
    const key = (schema?: string) =>
      answerKey("p", metricsCanonical(question("count", FilterOp.GREATER, ["5"], schema)));
    expect(new Set([key(), key("1/1"), key("2/7"), key("3/1")]).size).to.equal(4);
    expect(key("2/7")).to.equal(key("2/7"));
  });

  it("asks the registry only where it names properties of events", () => {
    expect(asksForProperties(question("count", FilterOp.SET, []))).to.equal(true);
    const field = { scope: PropertyScope.FIELD, name: "country" };
    const request = create(QueryMetricsRequestSchema, { aggregation: 1, breakdown: [field] });
    const asked = metricsQuestion(request, { timeZone: "UTC", weekStart: 0 }, 1_000_000_000_000);
    expect(asksForProperties(asked)).to.equal(false);
  });
});

describe("the kinds of a question's event type", () => {
  const text = JSON.stringify({ type: "object", properties: { n: { type: "integer" } } });
  const kind = SchemaKind.JSON_SCHEMA;
  const version = {
    projectId: "p",
    subject: "order",
    version: 3,
    schemaId: 8,
    kind,
    guid: "a-guid",
    since: "",
  };
  const schemas = {
    newest: new Map([["order", version]]),
    deleted: new Map(),
    isEmpty: false,
    find: () => undefined,
    anyOf: () => undefined,
    personal: () => [],
  };
  const source = registeredKinds({
    get: async () => schemas,
    load: async () => compileSchema(SchemaKind.JSON_SCHEMA, text),
  });

  it("are those of the newest version, and none where no type is named or registered", async () => {
    const known = await source.kindsOf("p", "order");
    expect(known?.schema).to.equal("3/a-guid");
    expect([...(known?.kinds ?? [])]).to.deep.equal([["n", { kind: "integer" }]]);
    expect(await source.kindsOf("p", "")).to.equal(undefined);
    expect(await source.kindsOf("p", "other")).to.equal(undefined);
  });

  it("are not taken for none while Postgres is away", async () => {
    const away = registeredKinds({
      get: () => Promise.reject(engineUnavailable("postgres")),
      load: () => Promise.reject(engineUnavailable("postgres")),
    });
    const refusal = await away.kindsOf("p", "order").catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(Fault);
  });
});
