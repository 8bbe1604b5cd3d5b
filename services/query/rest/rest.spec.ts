import { create } from "@bufbuild/protobuf";
import { expect } from "chai";
import { Scope } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { JobState } from "../../../gen/ts/tideline/query/v1/job_pb.js";
import { QueryJobService } from "../../../gen/ts/tideline/query/v1/job_service_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import {
  FilterOp,
  FilterSchema,
  Interval,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { KeyRing } from "../../../platform/control/keys.js";
import { Fault } from "../../../platform/fault.js";
import { createLog } from "../../../platform/log.js";
import { watchHealth } from "../../../platform/serve/health.js";
import { type Serving, serve } from "../../../platform/serve/serve.js";
import { mountSome } from "../../../platform/serve/testing/mount-some.js";
import type { CommonSettings } from "../../../platform/settings.js";
import { fieldsAlong } from "./field-path.js";
import { anyQuestionPath, mappings, questions, unmapped } from "./mappings.js";
import { restRoutes } from "./routes.js";

const keys: KeyRing = {
  async authenticate(bearer) {
    if (bearer === undefined) throw new Fault(FaultReason.KEY_INVALID, "unknown key");
    const scopes = new Set([bearer === "asks" ? Scope.QUERY : Scope.INGEST]);
    return { keyId: "k1", projectId: "p1", scopes, eventsPerSecond: 1, burst: 1, isOperator: false };
  },
  flushUses: async () => undefined,
};
const settings = { bind: "127.0.0.1", grpcPort: 0, httpPort: 0, instance: "test" } as CommonSettings;

/** The last request that a method was asked with. */
let asked: unknown;

const mounted = mountSome(
  QueryService,
  {
    queryMetric: async (request) => {
      asked = request;
      return { metric: { version: 3 } };
    },
    queryFunnel: async (request) => {
      asked = request;
      if (request.funnel?.steps.length === 3)
        throw new Fault(FaultReason.OVERLOADED, "too much", { retry_after_ms: "2500" });
      throw new Error("password=hunter2");
    },
    sql: async (request) => ({ totalRows: 2n ** 60n, rows: [{ values: [request.statement] }] }),
    putCohort: async ({ cohort, expectedVersion }) => {
      asked = { cohort, expectedVersion };
      return { ...(cohort === undefined ? {} : { cohort }) };
    },
    getUser: async ({ userId }) => ({ userId }),
    listEvents: async (request) => {
      asked = request;
      return { nextPageToken: request.type };
    },
  },
  "query",
);

const mountedJobs = mountSome(
  QueryJobService,
  {
    startQuery: async (request) => {
      asked = request;
      return { job: { jobId: "j1" } };
    },
    listQueries: async (request) => {
      asked = request;
      return {};
    },
  },
  "query",
);

describe("the REST face", () => {
  let serving: Serving;
  const health = watchHealth({ nats: async () => true });

  before(async () => {
    const log = createLog("test", "silent");
    const routes = restRoutes([mounted, mountedJobs]);
    serving = await serve({
      service: "test",
      settings,
      log,
      keys,
      health,
      mounts: [mounted, mountedJobs],
      routes,
    });
  });
  after(async () => {
    health.stop();
    await serving.stop({ limitMs: 200 });
  });

  async function send(method: string, path: string, body?: unknown, headers = {}) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`http://127.0.0.1:${serving.httpPort}${path}`, {
      method,
      headers: { authorization: "Bearer asks", "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    const said = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      json: said === "" ? undefined : JSON.parse(said),
    };
  }

  async function refusal(method: string, path: string, body?: unknown) {
    const { status, json } = await send(method, path, body);
    const [detail] = json.details ?? [];
    return { status, code: json.code, ...detail?.debug };
  }

  it("fills a request from path and query string", async () => {
    const query = new URLSearchParams([
      ["from", "2026-11-01T00:00:00+01:00"],
      ["interval", "week"],
      ["group_by", "country,plan"],
      ["filter", "field:country=DE|AT"],
      ["filter", "amount>5"],
      ["time_zone", "Europe/Vienna"],
    ]);
    const { status, json } = await send("GET", `/v1/metrics/daily%20users?${query}`);
    expect({ status, json }).to.deep.equal({ status: 200, json: { metric: { version: 3 } } });
    const country = { scope: PropertyScope.FIELD, name: "country" };
    const amount = { scope: PropertyScope.EVENT, name: "amount" };
    expect(asked).to.deep.include({
      name: "daily users",
      interval: Interval.WEEK,
      dimensions: ["country", "plan"],
    });
    expect(asked).to.have.nested.property("frame.range.from.seconds", 1793487600n);
    expect(asked).to.have.nested.property("frame.timeZone", "Europe/Vienna");
    expect(asked).to.have.deep.nested.property("frame.filters", [
      create(FilterSchema, { property: country, op: FilterOp.EQUALS, values: ["DE", "AT"] }),
      create(FilterSchema, { property: amount, op: FilterOp.GREATER, values: ["5"] }),
    ]);
  });

  it("takes a + that an address has made a space", async () => {
    await send("GET", "/v1/metrics/m?from=2026-11-01T00:00:00+01:00");
    expect(asked).to.have.nested.property("frame.range.from.seconds", 1793487600n);
  });

  it("names the parameter that is wrong, and its rule", async () => {
    const cases: [query: string, field: string, rule: string][] = [
      ["from=2026-11-01", "from", "parameter.time"],
      ["interval=fortnight", "interval", "parameter.enum"],
      ["filter=country", "filter", "parameter.filter"],
      ["limit=1.5", "limit", "parameter.number"],
      ["limit=99999999999", "limit", "json"],
      ["limit=-1", "limit", "json"],
      ["limit=1&limit=2", "limit", "parameter.once"],
      ["name=other", "name", "parameter.unknown"],
      ["form=2026-11-01T00:00:00Z", "form", "parameter.unknown"],
      ["__proto__=1", "__proto__", "parameter.unknown"],
    ];
    for (const [query, field, rule] of cases) {
      const { status, reason, facts } = await refusal("GET", `/v1/metrics/m?${query}`);
      expect({ status, reason }, query).to.deep.equal({
        status: 400,
        reason: "FAULT_REASON_REQUEST_INVALID",
      });
      expect(facts, query).to.deep.include({ field, rule });
    }
    const limit = await refusal("GET", `/v1/metrics/m?time_zone=${"x".repeat(65)}`);
    const facts = { field: "frame.time_zone", rule: "string.max_len", parameter: "time_zone" };
    expect(limit.facts).to.deep.equal(facts);
    expect((await refusal("GET", "/v1/users/%zz")).facts).to.include({
      field: "user_id",
      rule: "path.escape",
    });
  });

  it("puts a body where its mapping says, and holds it against the path", async () => {
    const rule = { users: { userIds: ["u"] } };
    const { status, json } = await send("PUT", "/v1/cohorts/buyers?expected_version=4", { name: "B", rule });
    expect(status).to.equal(200);
    expect(json.cohort).to.deep.equal({ cohortId: "buyers", name: "B", rule });
    expect(asked).to.include({ expectedVersion: 4n });
    expect((await send("PUT", "/v1/cohorts/buyers", { cohort_id: "buyers", rule })).status).to.equal(200);
    const differs = await refusal("PUT", "/v1/cohorts/buyers", { cohortId: "others", rule });
    expect(differs.facts).to.include({ field: "cohort.cohort_id", rule: "parameter.differs" });
  });

  it("answers any question at one path, and SQL by its text", async () => {
    const { json } = await send("POST", anyQuestionPath, { sql: "SELECT 1" });
    expect(json).to.deep.equal({ totalRows: String(2n ** 60n), rows: [{ values: ["SELECT 1"] }] });
    const events = await send("POST", anyQuestionPath, { events: { type: "a", pageSize: 5 } });
    expect(events.json).to.deep.equal({ nextPageToken: "a" });
    const facts = async (body: unknown) => (await refusal("POST", anyQuestionPath, body)).facts;
    expect(await facts({ events: { pageSize: 1001 } })).to.include({ field: "events.page_size" });
    expect(await facts({ events: { typ: "a" } })).to.include({
      field: "events.typ",
      rule: "json.unknown_field",
    });
    expect(await facts({ nothing: {} })).to.include({ field: "nothing", rule: "question.kind" });
    expect(await facts({ toString: {} })).to.include({ field: "toString", rule: "question.kind" });
    expect(await facts({ sql: "SELECT 1", events: {} })).to.include({ field: "", rule: "question.one" });
    expect(await facts(undefined)).to.include({ field: "", rule: "question.one" });
  });

  it("starts a question in the background by the same body, and lists those in some states", async () => {
    const path = `${anyQuestionPath}/async`;
    const { json } = await send("POST", `${path}?idempotency_key=k`, { sql: { statement: "SELECT 1" } });
    expect(json).to.deep.equal({ job: { jobId: "j1" } });
    expect(asked).to.include({ idempotencyKey: "k" });
    expect(asked).to.have.nested.property("question.question.case", "sql");
    const none = (await refusal("POST", path, {})).facts;
    expect(none).to.include({ field: "question.question", rule: "required" });
    await send("GET", `${path}?state=done,failed`);
    expect(asked).to.have.deep.property("states", [JobState.DONE, JobState.FAILED]);
  });

  it("refuses bodies that are no JSON object", async () => {
    expect((await refusal("POST", "/v1/funnels", "{")).reason).to.equal("FAULT_REASON_BODY_INVALID");
    expect((await refusal("POST", "/v1/funnels", [])).facts).to.include({ rule: "json" });
    const text = await send("POST", "/v1/funnels", "{}", { "content-type": "text/csv" });
    expect(text.status).to.equal(415);
  });

  it("tells faults as Connect does: key, scope, overload with its delay, and nothing of a bug", async () => {
    const none = await send("GET", "/v1/users/u", undefined, { authorization: "" });
    expect([none.status, none.json.code]).to.deep.equal([401, "unauthenticated"]);
    const scope = await send("GET", "/v1/users/u", undefined, { authorization: "Bearer sends" });
    expect([scope.status, scope.json.code]).to.deep.equal([403, "permission_denied"]);
    const steps = [{ event: { type: "a" } }, { event: { type: "b" } }];
    const busy = await send("POST", "/v1/funnels", { funnel: { steps: [...steps, ...steps.slice(1)] } });
    expect([busy.status, busy.headers.get("retry-after")]).to.deep.equal([503, "3"]);
    const bug = await send("POST", "/v1/funnels", { funnel: { steps } });
    expect([bug.status, bug.json]).to.deep.equal([500, { code: "internal", message: "internal error" }]);
    const limit = await refusal("POST", "/v1/funnels", { funnel: { steps: [] } });
    expect(limit.facts).to.deep.equal({ field: "funnel.steps", rule: "repeated.min_items" });
  });

  it("tells what a path takes, and what it is not", async () => {
    const wrong = await send("DELETE", "/v1/funnels");
    expect([wrong.status, wrong.headers.get("allow")]).to.deep.equal([405, "POST, OPTIONS"]);
    expect(wrong.json.details[0].debug.reason).to.equal("FAULT_REASON_NOT_OFFERED");
    const cohort = await send("POST", "/v1/cohorts/a", {});
    expect([cohort.status, cohort.headers.get("allow")]).to.deep.equal([
      405,
      "GET, HEAD, PUT, DELETE, OPTIONS",
    ]);
    for (const path of ["/v1/nothing", "/v1/users", "/v1/users/", "/v1/users/a/b", "/v1", "/v1/"]) {
      const { status, reason } = await refusal("GET", path);
      expect({ status, reason }, path).to.deep.equal({ status: 404, reason: "FAULT_REASON_NOT_OFFERED" });
    }
    const head = await send("HEAD", "/v1/users/u");
    expect([head.status, head.json]).to.deep.equal([200, undefined]);
  });
});

describe("the REST mappings", () => {
  it("fill fields that there are, and every name of their path", () => {
    for (const { path, rpc, fields, body } of mappings) {
      for (const field of Object.values(fields)) fieldsAlong(rpc.input, field);
      if (body !== undefined && body !== "") fieldsAlong(rpc.input, body);
      for (const [, name = ""] of path.matchAll(/\{(\w+)\}/g)) expect(fields, path).to.have.property(name);
    }
    const places = mappings.map(({ verb, path }) => `${verb} ${path.replaceAll(/\{\w+\}/g, "{}")}`);
    expect(new Set(places).size).to.equal(places.length);
  });

  it("reach every method that is not a stream", () => {
    const reached = new Set([
      ...mappings.map(({ rpc }) => rpc.name),
      ...[...unmapped.keys()].map(({ name }) => name),
    ]);
    const missing = [...QueryService.methods, ...QueryJobService.methods]
      .filter(({ name }) => !reached.has(name))
      .map(({ name }) => name);
    expect(missing, "add them to services/query/rest/mappings.ts").to.deep.equal([]);
    for (const rpc of Object.values(questions)) expect(reached).to.include(rpc.name);
  });
});
