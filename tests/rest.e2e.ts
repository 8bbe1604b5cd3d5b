// Questions asked over plain HTTP and GraphQL, through the gateway, answered as they are over gRPC.
import { toJson } from "@bufbuild/protobuf";
import { expect } from "chai";
import { QueryFunnelResponseSchema } from "../gen/ts/tideline/query/v1/funnel_pb.js";
import { makeProject, type TestProject } from "./support/own-project.js";
import { drained, until } from "./support/questions.js";
import { useStack } from "./support/stack.js";

const range = { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" };

describe("The REST face", function () {
  this.timeout(60_000);
  const stack = useStack();
  let project: TestProject;
  let other: TestProject;

  before(async function () {
    this.timeout(400_000);
    project = await makeProject(stack.file(), "REST");
    other = await makeProject(stack.file(), "REST of another");
    const event = (type: string, userId: string, day: number, properties = {}) => ({
      eventId: `${type}-${userId}`,
      type,
      userId,
      clientTime: `2026-03-${String(day).padStart(2, "0")}T12:00:00Z`,
      properties,
    });
    const events = [
      event("visit", "ada", 2),
      event("visit", "bob", 2),
      event("visit", "cy", 3),
      event("purchase", "ada", 4, { amount: 12.5 }),
      event("purchase", "bob", 5, { amount: 7.5 }),
    ];
    const sent = await send("POST", "/v1/events", { body: events, key: project.keys.ingest });
    const outcomes = sent.json.verdicts.map((it: { outcome: string }) => it.outcome);
    expect(outcomes, JSON.stringify(sent.json)).to.deep.equal(events.map(() => "OUTCOME_ACCEPTED"));
    await drained(project.query, events.length);
  });

  async function send(method: string, path: string, { body, key }: { body?: unknown; key?: string } = {}) {
    const headers: Record<string, string> = { authorization: `Bearer ${key ?? project.keys.query}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await fetch(`${stack.file().http}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, json: JSON.parse(await answer.text()) };
  }

  /** The JSON of what must be answered with 200. */
  async function ask(method: string, path: string, body?: unknown) {
    const { status, json } = await send(method, path, { body });
    expect(status, `${method} ${path}: ${JSON.stringify(json)}`).to.equal(200);
    return json;
  }

  const admin = () => ({ key: project.keys.admin });

  it("lists events of a type, by conditions, page by page", async () => {
    const query = new URLSearchParams({ ...range, page_size: "2" });
    const first = await ask("GET", `/v1/events/visit?${query}`);
    expect(first.events.map((it: { userId: string }) => it.userId)).to.have.length(2);
    query.set("page_token", first.nextPageToken);
    expect((await ask("GET", `/v1/events/visit?${query}`)).events).to.have.length(1);
    const dear = new URLSearchParams({ ...range, filter: "amount>10" });
    const { events } = await ask("GET", `/v1/events/purchase?${dear}`);
    expect(events.map((it: { eventId: string }) => it.eventId)).to.deep.equal(["purchase-ada"]);
    const { stages } = await ask("GET", "/v1/events/purchase-ada/explanation");
    expect(stages.length).to.be.greaterThan(3);
  });

  it("reads a user, of one's own project alone", async () => {
    expect(await ask("GET", "/v1/users/ada")).to.include({ userId: "ada", events: "2" });
    const foreign = await send("GET", "/v1/users/ada", { key: other.keys.query });
    expect(foreign.status).to.equal(404);
    expect(foreign.json.details[0].debug.reason).to.equal("FAULT_REASON_USER_NOT_FOUND");
  });

  it("computes metrics by name, ready-made and defined", async () => {
    const days = new URLSearchParams({ ...range, interval: "month" });
    const revenue = { kind: "METRIC_KIND_COUNTER", trend: { series: [sumOfPurchases] } };
    const path = "/v1/metrics/sales";
    const defined = await send("PUT", `${path}/definition`, { body: revenue, ...admin() });
    expect(defined.json.metric.definition.name).to.equal("sales");
    const { answer } = await ask("GET", `${path}?${days}`);
    expect(answer.lines[0].total.value).to.equal(20);
    const { metrics } = await ask("GET", "/v1/metrics");
    const names = metrics.map((it: { definition: { name: string } }) => it.definition.name);
    expect(names).to.include.members(["sales", "dau"]);
    const dau = await ask("GET", `/v1/metrics/dau?${new URLSearchParams({ ...range, interval: "day" })}`);
    const counted = dau.answer.lines[0].values.map((it: { value?: number }) => it.value ?? 0);
    expect(counted.slice(0, 6)).to.deep.equal([0, 2, 1, 1, 1, 0]);
    expect((await send("GET", `/v1/metrics/sales?${days}`, { key: other.keys.query })).status).to.equal(404);
  });

  const sumOfPurchases = {
    event: { type: "purchase" },
    math: "TREND_MATH_SUM",
    property: { name: "amount" },
  };

  it("answers a funnel as gRPC does, at its path and at /v1/query", async () => {
    const steps = [{ event: { type: "visit" } }, { event: { type: "purchase" } }];
    const question = { funnel: { steps }, frame: { range } };
    const { info: _one, ...atPath } = await ask("POST", "/v1/funnels", question);
    const { info: _two, ...atQuery } = await ask("POST", "/v1/query", { funnel: question });
    const times = { from: { seconds: 1772323200n }, to: { seconds: 1775001600n } };
    const answer = await project.query.queryFunnel({ funnel: { steps }, frame: { range: times } });
    const { info: _three, ...overGrpc } = toJson(QueryFunnelResponseSchema, answer) as { info: unknown };
    expect(atPath).to.deep.equal(overGrpc);
    expect(atQuery).to.deep.equal(overGrpc);
    expect(JSON.stringify(atPath)).to.include('"users":"2"');
  });

  it("runs SQL", async () => {
    const statement = "SELECT type, count() AS n FROM events GROUP BY type ORDER BY type";
    const { rows } = await ask("POST", "/v1/query", { sql: statement });
    expect(rows).to.deep.equal([{ values: ['"purchase"', "2"] }, { values: ['"visit"', "3"] }]);
    const wrong = await send("POST", "/v1/sql", { body: { statement: "SELECT x FROM" } });
    expect([wrong.status, wrong.json.details[0].debug.reason]).to.deep.equal([
      400,
      "FAULT_REASON_SQL_INVALID",
    ]);
  });

  it("answers in the background", async () => {
    const { job } = await ask("POST", "/v1/query/async", {
      sql: { statement: "SELECT count() AS n FROM events" },
    });
    const done = await until(
      () => ask("GET", `/v1/query/async/${job.jobId}`),
      (seen) => seen.job.state === "JOB_STATE_DONE",
      { what: "the job's answer" },
    );
    expect(done.answer.sql.rows).to.deep.equal([{ values: ["5"] }]);
    const { jobs } = await ask("GET", "/v1/query/async?state=done");
    expect(jobs.map((it: { jobId: string }) => it.jobId)).to.deep.equal([job.jobId]);
    expect((await send("GET", `/v1/query/async/${job.jobId}`, { key: other.keys.query })).status).to.equal(
      404,
    );
    expect((await send("DELETE", `/v1/query/async/${job.jobId}`)).status).to.equal(200);
  });

  it("keeps cohorts, by the scope admin", async () => {
    const body = { name: "Buyers", rule: { did: { event: { type: "purchase" } } } };
    expect((await send("PUT", "/v1/cohorts/buyers", { body })).status).to.equal(403);
    const put = await send("PUT", "/v1/cohorts/buyers", { body, ...admin() });
    expect(put.status, JSON.stringify(put.json)).to.equal(200);
    expect(await ask("GET", "/v1/cohorts/buyers")).to.include({ members: "2" });
    expect((await ask("GET", "/v1/cohorts/buyers/members")).userIds).to.deep.equal(["ada", "bob"]);
    expect((await ask("GET", "/v1/cohorts")).cohorts).to.have.length(1);
    expect((await send("GET", "/v1/cohorts/buyers", { key: other.keys.query })).status).to.equal(404);
    expect((await send("DELETE", "/v1/cohorts/buyers", admin())).status).to.equal(200);
    expect((await send("GET", "/v1/cohorts/buyers")).status).to.equal(404);
  });

  it("answers GraphQL: several questions at once, each by its own scope", async () => {
    const query = `query ($range: TimeRangeInput) {
      funnel(frame: { range: $range }, funnel: {
        steps: [{ event: { type: "visit" } }, { event: { type: "purchase" } }]
      }) { rows { steps { users } } }
      user(userId: "ada") { userId events }
      sql(statement: "SELECT toUInt64(18446744073709551615) AS n") { rows { values } }
      cohort(cohortId: "none") { members }
    }`;
    const { data, errors } = await ask("POST", "/graphql", { query, variables: { range } });
    expect(data.funnel.rows[0].steps).to.deep.equal([{ users: "3" }, { users: "2" }]);
    expect(data.user).to.deep.equal({ userId: "ada", events: "2" });
    expect(data.sql.rows).to.deep.equal([{ values: ["18446744073709551615"] }]);
    expect(errors.map((it: { extensions: { code: string } }) => it.extensions.code)).to.deep.equal([
      "NotFound",
    ]);
    const change = { query: `mutation { deleteMetric(name: "none") { metric { version } } }` };
    const refused = await ask("POST", "/graphql", change);
    expect(refused.errors[0].extensions.reason).to.equal("FAULT_REASON_SCOPE_MISSING");
    expect((await send("POST", "/graphql", { body: change, key: "wrong" })).status).to.equal(401);
  });

  it("hands out its OpenAPI document to anyone", async () => {
    const answer = await fetch(`${stack.file().http}/v1/openapi.json`);
    expect(answer.status).to.equal(200);
    const { openapi, paths } = JSON.parse(await answer.text());
    expect(openapi).to.equal("3.1.1");
    expect(paths["/v1/funnels"].post["x-rpc"]).to.equal("tideline.query.v1.QueryService/QueryFunnel");
  });

  it("says what is not there, and what a path takes", async () => {
    const unknown = await send("GET", "/v1/nothing");
    expect([unknown.status, unknown.json.code]).to.deep.equal([404, "unimplemented"]);
    const wrong = await send("DELETE", "/v1/funnels");
    expect([wrong.status, wrong.headers.get("allow")]).to.deep.equal([405, "POST, OPTIONS"]);
    expect((await send("GET", "/v1/events", { key: project.keys.ingest })).status).to.equal(405);
  });
});
