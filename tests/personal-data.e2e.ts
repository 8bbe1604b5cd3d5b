// What a schema says is personal is looked for in every store of the pipeline, and found in none of them.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createClient } from "@clickhouse/client";
import { expect } from "chai";
import { Redis } from "ioredis";
import { PersonalDataAction } from "../gen/ts/tideline/admin/v1/project_pb.js";
import { Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { makeProject, type TestProject } from "./support/own-project.js";
import { drained, until } from "./support/questions.js";
import { useStack } from "./support/stack.js";

const run = promisify(execFile);

/** In every value that is planted, and in nothing else; long, so that no store meets it by chance. */
const mark = "planted4711quokka";
const planted = (what: string) => `${mark}-${what}@example.org`;
/** The mark as base64 has it, wherever in three bytes it begins. */
const disguises = [0, 1, 2].map((shift) =>
  Buffer.from(`${"x".repeat(shift)}${mark}`)
    .toString("base64")
    .slice(shift === 0 ? 0 : 4, 20),
);

const jsonSchema = {
  type: "object",
  properties: {
    amount: { type: "number" },
    hashed: { type: "string", "x-pii": "login" },
    cut: { type: "string", "x-pii": "name" },
    gone: { type: "string", "x-pii": "note" },
    sealed: { type: "string", "x-pii": "email" },
    // Of any type: what stands there in another shape is personal as a whole.
    contact: { $ref: "#contact" },
  },
  definitions: { contact: { $id: "#contact", properties: { mail: { "x-pii": "login" } } } },
  required: ["amount"],
};
const avroSchema = {
  type: "record",
  name: "Login",
  fields: [{ name: "sealed", type: "string", pii: "email" }],
};
const personalData = {
  name: PersonalDataAction.TRUNCATE,
  note: PersonalDataAction.DROP,
  email: PersonalDataAction.ENCRYPT,
};

describe("personal data", function () {
  this.timeout(90_000);
  const stack = useStack();
  let project: TestProject;

  const body = (value: object | string) => ({
    case: "properties" as const,
    value: typeof value === "string" ? value : JSON.stringify(value),
  });
  const values = (id: string) => ({
    hashed: planted(`${id}-hashed`),
    cut: planted(`${id}-cut`),
    gone: planted(`${id}-gone`),
    sealed: planted(`${id}-sealed`),
    contact: [{ mail: planted(`${id}-contact`) }],
    lines: [{ noted: planted(`${id}-noted`), kept: 1 }],
  });

  before(async () => {
    project = await makeProject(stack.file(), "personal", { settings: { personalData } });
    const { registry } = project;
    await registry.registerSchema({
      subject: "order",
      kind: SchemaKind.JSON_SCHEMA,
      text: JSON.stringify(jsonSchema),
    });
    // What is said beside the schema counts as well.
    await registry.setMetadata({
      subject: "order",
      notes: { fields: [{ path: "lines[].noted", pii: "note" }] },
    });
    const { schema } = await registry.registerSchema({
      subject: "login",
      kind: SchemaKind.AVRO,
      text: JSON.stringify(avroSchema),
    });
    const text = Buffer.from(planted("avro"));
    const datum = Buffer.concat([Buffer.from([text.length * 2]), text]);
    const late = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3 * 86_400), nanos: 0 };
    const schemaId = schema?.schemaId ?? 0;
    const avro = (data: Uint8Array, id = schemaId) => ({
      case: "avro" as const,
      value: { schemaId: id, data },
    });
    const { verdicts } = await project.ingest.publishEvents({
      events: [
        { eventId: "good", type: "order", body: body({ amount: 1, ...values("good") }) },
        { eventId: "wrong", type: "order", body: body({ amount: "1", ...values("wrong") }) },
        { eventId: "torn", type: "order", body: body(`{"sealed":"${planted("torn")}"`) },
        { eventId: "avro", type: "login", body: avro(datum) },
        { eventId: "late", type: "login", clientTime: late, body: avro(datum) },
        { eventId: "cut", type: "login", body: avro(datum.subarray(0, 30)) },
        { eventId: "unknown", type: "login", body: avro(datum, 999_999) },
      ],
    });
    expect(verdicts.map(({ outcome }) => Outcome[outcome])).to.deep.equal([
      ...["ACCEPTED", "QUARANTINED", "QUARANTINED", "ACCEPTED", "QUARANTINED", "QUARANTINED", "QUARANTINED"],
    ]);
    expect(JSON.stringify(verdicts.map(({ fault }) => fault?.message))).to.not.include(mark);
    await drained(project.query, 2);
    await until(
      async () => (await project.quarantine.listQuarantined({})).total,
      (total) => total === 5n,
      { what: "five events kept aside" },
    );
  });

  it("is stored as the project says", async () => {
    const { events } = await project.query.listEvents({ type: "order" });
    const order = JSON.parse(events[0]?.properties ?? "{}") as Record<string, string>;
    expect(order["hashed"]).to.match(/^[\w-]{22}$/);
    expect(order["contact"]).to.match(/^[\w-]{22}$/);
    expect(order).to.include({ amount: 1, cut: "p…" }).and.not.have.property("gone");
    expect(order["lines"]).to.deep.equal([{ kept: 1 }]);
    const { values: opened } = await project.admin.openSealed({
      values: [order["sealed"] ?? "", "sealed:AAAA"],
    });
    expect(opened).to.deep.equal([JSON.stringify(planted("good-sealed")), ""]);
    const other = await makeProject(stack.file(), "personal stranger");
    expect((await other.admin.openSealed({ values: [order["sealed"] ?? ""] })).values).to.deep.equal([""]);
  });

  it("is masked where people look at what was kept aside", async () => {
    const { events } = await project.quarantine.listQuarantined({});
    expect(events.map(({ isMasked }) => isMasked)).to.deep.equal([true, true, true, true, true]);
    expect(JSON.stringify(events.map(({ event }) => event?.body.value))).to.not.include(mark);
  });

  it("stands in no file of the log, of Postgres and of the services' own logs", async () => {
    for (const text of [mark, ...disguises]) {
      const found = await run("grep", ["-rlaF", "-e", text, stack.data]).then(
        ({ stdout }) => stdout.trim().split("\n"),
        () => [],
      );
      expect(found, text).to.deep.equal([]);
    }
    // The search itself can find: what is not personal is there.
    const { stdout } = await run("grep", ["-rlaF", "-e", project.projectId, stack.data]);
    expect(stdout).to.include("jetstream");
  });

  it("stands in no column of ClickHouse", async () => {
    const client = createClient({ url: stack.file().engines.clickhouse });
    const rows = async <Row>(query: string, params = {}) =>
      (await client.query({ query, query_params: params, format: "JSONEachRow" })).json<Row>();
    const tables = await rows<{ name: string }>(
      "SELECT name FROM system.tables WHERE database = 'tideline' AND engine LIKE '%MergeTree%'",
    );
    expect(tables.length).to.be.greaterThan(3);
    for (const { name } of tables) {
      const table = `tideline.\`${name}\``;
      const [row] = await rows<{ found: number }>(
        `SELECT countIf(position(toJSONString(tuple(*)), {mark:String}) > 0)::UInt32 AS found FROM ${table}`,
        { mark },
      );
      expect(row?.found, name).to.equal(0);
    }
    await client.close();
  });

  it("stands in no key and no value of Redis", async () => {
    const redis = new Redis(stack.file().engines.redis);
    let cursor = "0";
    do {
      const [next, keys] = await redis.scanBuffer(cursor, "COUNT", 1_000);
      cursor = next.toString();
      for (const key of keys) {
        expect(key.includes(mark)).to.equal(false);
        const dumped = await redis.dumpBuffer(key);
        expect(dumped?.includes(mark) ?? false, key.toString()).to.equal(false);
      }
    } while (cursor !== "0");
    redis.disconnect();
  });

  it("comes back whole when it is fed again, and is then stored as the project says", async () => {
    const filter = { eventId: "wrong" };
    const correction = { casts: { amount: "number" } };
    expect(await project.quarantine.reprocessQuarantined({ filter, correction })).to.include({
      accepted: 1n,
    });
    await drained(project.query, 3);
    const { events } = await project.query.listEvents({ eventId: "wrong" });
    const { sealed = "" } = JSON.parse(events[0]?.properties ?? "{}") as { sealed?: string };
    const { values: opened } = await project.admin.openSealed({ values: [sealed] });
    expect(opened).to.deep.equal([JSON.stringify(planted("wrong-sealed"))]);
  });
});
