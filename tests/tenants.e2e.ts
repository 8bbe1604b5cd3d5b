// Two projects are apart on every RPC of every service: what one has, the keys of the other neither see nor touch, by
// whatever name, id or header they ask for it. A method of the contract without an attempt here fails.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Scope } from "../gen/ts/tideline/admin/v1/project_pb.js";
import { Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { Aggregation } from "../gen/ts/tideline/query/v1/question_pb.js";
import { analysisAttempts } from "./support/analysis-attempts.js";
import { refusalOf } from "./support/fault.js";
import { jobAttempts } from "./support/job-attempts.js";
import { metricAttempts } from "./support/metric-attempts.js";
import { makeProject, services, type TestProject } from "./support/own-project.js";
import { countEvents, drained, until } from "./support/questions.js";
import { RawCaller } from "./support/raw-call.js";
import { type Registered, registryAttempts, schema, subject } from "./support/registry-attempts.js";
import { useStack } from "./support/stack.js";

/** What the other project has, and what a stranger might know of it. */
interface Theirs extends Registered {
  readonly quarantineId: string;
}

/** Tries to reach what is theirs with our keys. */
type Attempt = (ours: TestProject, theirs: Theirs) => Promise<void>;

const eventId = "shared-event";
const userId = "shared-user";
const event = (text: string, type = subject) => ({
  ...{ eventId, type, userId },
  body: { case: "properties" as const, value: JSON.stringify({ text }) },
});

async function expectRefusal(call: Promise<unknown>, code: string, reason: string): Promise<void> {
  expect(await refusalOf(call)).to.include({ code, reason });
}

const notTheirs = (call: Promise<unknown>) => expectRefusal(call, "NOT_FOUND", "PROJECT_NOT_FOUND");
const notQuarantined = (call: Promise<unknown>) => expectRefusal(call, "NOT_FOUND", "QUARANTINED_NOT_FOUND");
const forOperators = (call: Promise<unknown>) => expectRefusal(call, "PERMISSION_DENIED", "SCOPE_MISSING");

const attempts: Readonly<Record<string, Attempt>> = {
  "QueryService.QueryMetrics": async ({ query }) => {
    expect(await countEvents(query)).to.equal(0);
    const { series } = await query.queryMetrics({ aggregation: Aggregation.UNIQUE_USERS });
    expect(series.map(({ total }) => total?.value)).to.deep.equal([0]);
  },
  ...analysisAttempts,
  ...jobAttempts,
  "QueryService.ListEvents": async ({ query }) => {
    for (const request of [{}, { eventId }, { userId }, { type: subject }])
      expect((await query.listEvents(request)).events).to.deep.equal([]);
  },
  "QueryService.GetUser": ({ query }) =>
    expectRefusal(query.getUser({ userId }), "NOT_FOUND", "USER_NOT_FOUND"),
  "QueryService.ExplainEvent": ({ query }) =>
    expectRefusal(query.explainEvent({ eventId }), "NOT_FOUND", "EVENT_NOT_FOUND"),
  "QueryService.Subscribe": async ({ query }, theirs) => {
    const stop = new AbortController();
    const seen = { verdicts: 0, events: 0n, messages: 0 };
    const follow = async () => {
      for await (const message of query.subscribe({ verdicts: true }, { signal: stop.signal })) {
        seen.messages++;
        seen.verdicts += message.verdicts.length;
        seen.events = message.eventsLastHour;
      }
    };
    const following = refusalOf(follow());
    await until(
      async () => seen.messages,
      (count) => count > 0,
      { what: "a first message" },
    );
    await theirs.ingest.publishEvents({ events: [{ type: subject, userId }] });
    await sleep(3_000);
    stop.abort();
    await following;
    expect(seen).to.include({ verdicts: 0, events: 0n });
    expect(seen.messages).to.be.greaterThan(1);
  },
  "QueryService.Sql": async ({ query }, theirs) => {
    for (const view of ["events", "system_events", "sessions", "users"]) {
      const { rows } = await query.sql({ statement: `SELECT count() FROM ${view}` });
      expect(rows.map(({ values }) => values)).to.deep.equal([["0"]]);
    }
    const statement = "SELECT number FROM numbers(3)";
    const { nextPageToken: pageToken } = await theirs.query.sql({ statement, pageSize: 2 });
    const paged = query.sql({ statement, pageSize: 2, pageToken });
    await expectRefusal(paged, "INVALID_ARGUMENT", "PAGE_TOKEN_INVALID");
  },
  "QueryService.StreamSql": async ({ query }, theirs) => {
    const textOf = async (of: Pick<TestProject, "query">) => {
      let text = "";
      for await (const { part } of of.query.streamSql({ statement: "SELECT event_id FROM events" }))
        if (part.case === "arrow") text += Buffer.from(part.value).toString("latin1");
      return text;
    };
    expect(await textOf(theirs)).to.contain(eventId);
    expect(await textOf({ query })).to.not.contain(eventId);
  },
  "AdminService.GetProject": async ({ admin, projectId }, theirs) => {
    await notTheirs(admin.getProject({ projectId: theirs.projectId }));
    expect((await admin.getProject({})).project?.projectId).to.equal(projectId);
  },
  "AdminService.UpdateProject": async ({ admin }, theirs) => {
    const request = { projectId: theirs.projectId, name: "taken over", updateMask: { paths: ["name"] } };
    await notTheirs(admin.updateProject(request));
    expect((await theirs.admin.getProject({})).project?.name).to.equal(theirs.name);
  },
  "AdminService.CreateProject": ({ admin }) => forOperators(admin.createProject({ name: "another" })),
  "AdminService.ListProjects": ({ admin }) => forOperators(admin.listProjects({})),
  "AdminService.CreateApiKey": ({ admin }, theirs) =>
    notTheirs(admin.createApiKey({ projectId: theirs.projectId, scopes: [Scope.QUERY] })),
  "AdminService.ListApiKeys": async ({ admin, keyIds }, theirs) => {
    await notTheirs(admin.listApiKeys({ projectId: theirs.projectId }));
    const { keys } = await admin.listApiKeys({});
    expect(keys.map(({ keyId }) => keyId)).to.have.members(Object.values(keyIds));
  },
  "AdminService.RotateApiKey": ({ admin }, { keyIds }) =>
    expectRefusal(admin.rotateApiKey({ keyId: keyIds.ingest }), "NOT_FOUND", "KEY_NOT_FOUND"),
  "AdminService.RevokeApiKey": ({ admin }, { keyIds }) =>
    expectRefusal(admin.revokeApiKey({ keyId: keyIds.ingest }), "NOT_FOUND", "KEY_NOT_FOUND"),
  "AdminService.OpenSealed": ({ admin }, { projectId }) =>
    notTheirs(admin.openSealed({ projectId, values: ["sealed:AAAA"] })),
  "QuarantineService.ListQuarantined": async ({ quarantine }, { projectId, quarantineId }) => {
    await notTheirs(quarantine.listQuarantined({ filter: { projectId } }));
    for (const filter of [{}, { quarantineIds: [quarantineId] }, { eventId: "shared-broken" }])
      expect(await quarantine.listQuarantined({ filter })).to.deep.include({ events: [], total: 0n });
  },
  "QuarantineService.ReprocessQuarantined": async ({ quarantine }, { projectId, quarantineId }) => {
    const correction = { defaults: { a: "1" } };
    await notTheirs(quarantine.reprocessQuarantined({ filter: { projectId }, correction }));
    const filter = { quarantineIds: [quarantineId] };
    await notQuarantined(quarantine.reprocessQuarantined({ filter, correction }));
  },
  "QuarantineService.DiscardQuarantined": async ({ quarantine }, theirs) => {
    const { projectId, quarantineId } = theirs;
    await notTheirs(quarantine.discardQuarantined({ filter: { projectId, eventId: "shared-broken" } }));
    const filter = { quarantineIds: [quarantineId] };
    await notQuarantined(quarantine.discardQuarantined({ filter }));
    const left = await theirs.quarantine.listQuarantined({ filter });
    expect(left.total).to.equal(1n);
  },
  ...metricAttempts,
  ...registryAttempts,
  "IngestService.PublishEvents": async ({ ingest, query }, theirs) => {
    const { verdicts } = await ingest.publishEvents({ events: [event("ours")] });
    expect(verdicts.map(({ outcome }) => outcome)).to.deep.equal([Outcome.ACCEPTED]);
    await drained(query, 1);
    const texts = async (of: TestProject) =>
      (await of.query.listEvents({ eventId })).events.map(({ properties }) => JSON.parse(properties).text);
    expect(await texts(theirs)).to.deep.equal(["theirs"]);
  },
  "IngestService.PublishStream": async ({ ingest, query }, theirs) => {
    async function* requests() {
      yield { batchId: 1n, events: [{ ...event("ours"), eventId: "streamed" }] };
    }
    for await (const { verdicts } of ingest.publishStream(requests()))
      expect(verdicts.map(({ outcome }) => outcome)).to.deep.equal([Outcome.ACCEPTED]);
    await drained(query, 2);
    expect((await theirs.query.listEvents({ eventId: "streamed" })).events).to.deep.equal([]);
  },
};

describe("Two projects are apart", function () {
  this.timeout(60_000);
  const stack = useStack();
  let ours: TestProject;
  let theirs: Theirs;

  before(async () => {
    const project = await makeProject(stack.file(), "Theirs");
    const { registry, ingest, quarantine, query } = project;
    const registered = await registry.registerSchema(schema);
    const broken = {
      ...event("theirs"),
      eventId: "shared-broken",
      body: { case: "properties" as const, value: "[]" },
    };
    await ingest.publishEvents({ events: [event("theirs"), broken] });
    await drained(query, 1);
    const { events } = await until(
      () => quarantine.listQuarantined({}),
      ({ total }) => total === 1n,
      { what: "the event kept aside" },
    );
    theirs = {
      ...project,
      quarantineId: events[0]?.quarantineId ?? "",
      schemaId: registered.schema?.schemaId ?? 0,
    };
    ours = await makeProject(stack.file(), "Ours");
  });

  const methods = services.flatMap((service) => service.methods.map((method) => ({ service, method })));

  // In the order of the attempts: those that write come last.
  for (const [name, attempt] of Object.entries(attempts)) it(`on ${name}`, () => attempt(ours, theirs));

  it("on every method of the contract", () => {
    const names = methods.map(({ service, method }) => `${service.name}.${method.name}`);
    expect(Object.keys(attempts)).to.have.members(names);
  });

  it("and no method answers a key that names the other project by the header", async () => {
    const caller = new RawCaller(stack.file().grpc);
    const headers = { "tideline-project": theirs.projectId };
    for (const { service, method } of methods) {
      const path = `/${service.typeName}/${method.name}`;
      const refusals: string[] = [];
      for (const key of Object.values(ours.keys)) {
        const { code, reason } = await caller.call(path, new Uint8Array(0), `Bearer ${key}`, headers);
        refusals.push(`${code} ${reason}`);
      }
      for (const refusal of refusals)
        expect(refusal, path).to.be.oneOf(["NOT_FOUND PROJECT_NOT_FOUND", "PERMISSION_DENIED SCOPE_MISSING"]);
    }
    caller.close();
  });

  it("and no method answers without a key", async () => {
    const caller = new RawCaller(stack.file().grpc);
    for (const { service, method } of methods) {
      const path = `/${service.typeName}/${method.name}`;
      const { code, reason } = await caller.call(path, new Uint8Array(0), undefined);
      expect({ code, reason }, path).to.deep.equal({ code: "UNAUTHENTICATED", reason: "KEY_INVALID" });
    }
    caller.close();
  });
});
