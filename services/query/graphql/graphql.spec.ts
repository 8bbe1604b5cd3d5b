import { expect } from "chai";
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, validateSchema } from "graphql";
import { Scope } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { QueryJobService } from "../../../gen/ts/tideline/query/v1/job_service_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { FilterOp, Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { KeyRing } from "../../../platform/control/keys.js";
import { Fault } from "../../../platform/fault.js";
import { createLog } from "../../../platform/log.js";
import { watchHealth } from "../../../platform/serve/health.js";
import { type Serving, serve } from "../../../platform/serve/serve.js";
import { mountSome } from "../../../platform/serve/testing/mount-some.js";
import type { CommonSettings } from "../../../platform/settings.js";
import { unmapped } from "../rest/mappings.js";
import { documentLimits } from "./limits.js";
import { graphqlRoutes } from "./route.js";
import { changes, reads } from "./schema.js";

const keys: KeyRing = {
  async authenticate(bearer) {
    if (bearer === undefined) throw new Fault(FaultReason.KEY_INVALID, "unknown key");
    const scopes = new Set([bearer === "asks" ? Scope.QUERY : Scope.INGEST]);
    return { keyId: "k1", projectId: "p1", scopes, eventsPerSecond: 1, burst: 1, isOperator: false };
  },
  flushUses: async () => undefined,
};
const settings = { bind: "127.0.0.1", grpcPort: 0, httpPort: 0, instance: "test" } as CommonSettings;

let asked: unknown;
let calls = 0;

const mounted = mountSome(
  QueryService,
  {
    queryTrend: async (request) => {
      asked = request;
      return { lines: [{ total: { value: 0, hasValue: true } }], info: { rowsRead: 2n ** 63n + 1n } };
    },
    getUser: async ({ userId, pageSize }) => {
      calls += 1;
      if (userId === "bug") throw new Error("password=hunter2");
      if (userId === "none") throw new Fault(FaultReason.USER_NOT_FOUND, "no such user", { user_id: userId });
      return { userId, events: 7n, knownIds: [String(pageSize)], traits: { plan: '"pro"' } };
    },
    putCohort: async ({ cohort, expectedVersion }) => {
      asked = expectedVersion;
      return cohort === undefined ? {} : { cohort };
    },
  },
  "query",
);

const mountedJobs = mountSome(QueryJobService, {}, "query");

describe("the GraphQL face", () => {
  let serving: Serving;
  const health = watchHealth({ nats: async () => true });

  before(async () => {
    const log = createLog("test", "silent");
    const routes = graphqlRoutes([mounted, mountedJobs], log);
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

  const url = (): string => `http://127.0.0.1:${serving.httpPort}/graphql`;

  async function send(query: string, variables?: object, key = "asks") {
    const answer = await fetch(url(), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    return { status: answer.status, ...JSON.parse(await answer.text()) };
  }

  it("asks by arguments that are the request's fields, and answers what is selected", async () => {
    const { data, errors } = await send(
      `query ($range: TimeRangeInput) {
        trend(
          frame: { range: $range, filters: [{ property: { scope: USER, name: "plan" }, op: EQUALS, values: ["pro"] }] }
          series: [{ event: { type: "visit" } }]
          interval: WEEK
        ) { lines { total { value hasValue } } info { rowsRead cached } }
      }`,
      { range: { from: "2026-11-01T00:00:00Z" } },
    );
    expect(errors).to.equal(undefined);
    expect(data.trend).to.deep.equal({
      lines: [{ total: { value: 0, hasValue: true } }],
      info: { rowsRead: "9223372036854775809", cached: false },
    });
    expect(asked).to.include({ interval: Interval.WEEK });
    expect(asked).to.have.nested.property("frame.range.from.seconds", 1793491200n);
    expect(asked).to.have.nested.property("frame.filters[0].op", FilterOp.EQUALS);
  });

  it("keeps every digit of integers of 64 bits, in documents and variables", async () => {
    const rule = { users: { userIds: ["u"] } };
    const cohort = { cohortId: "a", rule };
    const text =
      "mutation ($c: CohortInput, $v: UInt64) { putCohort(cohort: $c, expectedVersion: $v) { cohort { cohortId } } }";
    const { data } = await send(text, { c: cohort, v: "18446744073709551615" });
    expect([data.putCohort.cohort.cohortId, asked]).to.deep.equal(["a", 2n ** 64n - 1n]);
    await send(
      text.replace("expectedVersion: $v", "expectedVersion: 9007199254740993").replace(", $v: UInt64", ""),
      {
        c: cohort,
      },
    );
    expect(asked).to.equal(2n ** 53n + 1n);
    const { errors } = await send(text, { c: cohort, v: 1.5 });
    expect(errors[0].message).to.match(/UInt64 must be/);
  });

  it("answers several questions at once, each with its own fault", async () => {
    const { status, data, errors } = await send(`{
      ada: user(userId: "ada", pageSize: 5) { userId events knownIds traits }
      nobody: user(userId: "none") { userId }
      bug: user(userId: "bug") { userId }
      none: user { userId }
    }`);
    expect(status).to.equal(200);
    expect(data).to.deep.equal({
      ada: { userId: "ada", events: "7", knownIds: ["5"], traits: { plan: '"pro"' } },
      nobody: null,
      bug: null,
      none: null,
    });
    const told = new Map<string, { message: string; extensions: object }>(
      errors.map((error: { path: string[] }) => [error.path[0], error]),
    );
    expect(told.get("nobody")?.extensions).to.deep.equal({
      code: "NotFound",
      reason: "FAULT_REASON_USER_NOT_FOUND",
      facts: { user_id: "none" },
    });
    expect(told.get("bug")).to.deep.include({ message: "internal error", extensions: { code: "Internal" } });
    expect(told.get("none")?.extensions).to.have.deep.property("facts", {
      field: "user_id",
      rule: "string.min_len",
    });
    expect(JSON.stringify(errors)).not.to.include("hunter2");
  });

  it("asks for a key, and for each method's scope", async () => {
    expect((await fetch(url(), { method: "POST", body: "{}" })).status).to.equal(401);
    const { data, errors } = await send(`{ user(userId: "ada") { userId } }`, {}, "sends");
    expect(data).to.deep.equal({ user: null });
    expect(errors[0].extensions).to.include({
      reason: "FAULT_REASON_SCOPE_MISSING",
      code: "PermissionDenied",
    });
  });

  it("refuses documents over a limit before anything is asked", async () => {
    const before = calls;
    const refused = async (document: string) => {
      const { data, errors } = await send(document);
      expect(data ?? null, document.slice(0, 100)).to.equal(null);
      return errors.map(({ message }: { message: string }) => message).join();
    };
    const user = (index: number) => `u${index}: user(userId: "u") { userId }`;
    const times = (count: number, of: (index: number) => string) =>
      Array.from({ length: count }, (_, it) => of(it)).join(" ");
    expect(await refused(`{ ${times(11, user)} }`)).to.match(/asks 11 questions/);
    expect(await refused(`{ ...a } fragment a on Query { ${times(11, user)} }`)).to.match(
      /asks 11 questions/,
    );
    expect(await refused(`{ user(userId: "u") { ${times(1_001, (it) => `f${it}: events`)} } }`)).to.match(
      /1002 fields/,
    );
    const doubling = times(20, (it) => `fragment f${it} on GetUserResponse { ...f${it + 1} ...f${it + 1} }`);
    const doubled = `{ user(userId: "u") { ...f0 } } ${doubling} fragment f20 on GetUserResponse { events }`;
    expect(await refused(doubled)).to.match(/1048577 fields/);
    const deep = `${"{ ofType ".repeat(26)}{ name }${" }".repeat(26)}`;
    expect(await refused(`{ __schema { types ${deep} } }`)).to.match(/deep, at most 25/);
    const circle = `{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }`;
    expect(await refused(circle)).to.match(/Cannot spread fragment/);
    expect(await refused(`{ ${"a ".repeat(documentLimits.tokens)} }`)).to.match(/token/i);
    expect(await refused(`{ user(userId: "u") { nothing } }`)).to.match(/Cannot query field/);
    expect(calls).to.equal(before);
  });

  it("tells its schema to those with a key, and changes nothing by GET", async () => {
    const { data } = await send(getIntrospectionQuery());
    const schema = buildClientSchema(data as IntrospectionQuery);
    expect(validateSchema(schema)).to.deep.equal([]);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).to.deep.equal(Object.keys(reads));
    const get = (query: string) =>
      fetch(`${url()}?${new URLSearchParams({ query })}`, { headers: { authorization: "Bearer asks" } });
    const read = await get(`{ user(userId: "ada") { userId } }`);
    expect(JSON.parse(await read.text())).to.deep.equal({ data: { user: { userId: "ada" } } });
    expect((await get(`mutation { deleteCohort(cohortId: "a") }`)).status).to.equal(405);
  });

  it("reaches every method that is not a stream", () => {
    const reached = [...Object.values(reads), ...Object.values(changes), ...unmapped.keys()].map(
      ({ name }) => name,
    );
    const missing = QueryService.methods
      .filter(({ name }) => !reached.includes(name))
      .map(({ name }) => name);
    expect(missing, "add them to services/query/graphql/schema.ts").to.deep.equal([]);
  });
});
