import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../dev/testing/stack.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { controlMigrations } from "../platform/control/control.js";
import { openPostgres, type Postgres } from "../platform/engines/postgres.js";
import { migratePostgres } from "../platform/migrate.js";
import { repoRoot } from "../platform/root.js";
import { makeProject } from "../tests/support/projects.js";
import { testRegistry } from "../tests/support/schemas.js";

const first = "registry/migrations/001_schemas.sql";

describe("the registry's migrations", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let pool: Postgres;

  before(async () => {
    engines = await startEngines("postgres");
    pool = openPostgres({ url: await engines.createPostgresDatabase(), name: "test" });
  });
  after(async () => {
    await pool?.end();
    await engines?.stop();
  });

  it("keep the ids, versions and texts of the first table, where each version had an id of its own", async () => {
    await migratePostgres(pool, [controlMigrations]);
    const sql = readFileSync(join(repoRoot, first), "utf8");
    await pool.query(sql);
    const sha256 = createHash("sha256").update(sql).digest("hex");
    await pool.query("insert into migrations (name, sha256) values ($1, $2)", [first, sha256]);
    const { projectId } = await makeProject(pool);
    const text = '{"type":"record","name":"R","fields":[]}';
    const rows = [
      ["purchase", 1, 1, text],
      ["purchase", 2, 2, text.replace('"R"', '"Ü"')],
      ["purchase", 3, 3, text],
      ["signup", 1, 4, text],
    ];
    for (const [subject, version, id, written] of rows) {
      const values = [projectId, subject, version, id, SchemaKind.AVRO, written];
      await pool.query("insert into schemas values ($1, $2, $3, $4, $5, $6)", values);
    }
    await migratePostgres(pool, ["registry/migrations"]);

    const registry = testRegistry(pool);
    const me = { projectId, keyId: "k1" };
    expect(await registry.listVersions(me, "purchase")).to.deep.equal([1, 2, 3]);
    for (const [subject, version, id, written] of rows) {
      const found = await registry.getById(me, { schemaId: Number(id), subject: String(subject) });
      expect(found).to.include({ subject, version, text: written });
    }
    // What was registered is known by its content, under the newest version that has it; new ids go on.
    const again = await registry.register(me, "purchase", { kind: SchemaKind.AVRO, text });
    expect([again.isNew, again.schema.version]).to.deep.equal([false, 3]);
    const other = text.replace('"R"', '"Other"');
    const fresh = await registry.register(me, "other", { kind: SchemaKind.AVRO, text: other });
    expect(fresh.schema.schemaId).to.equal(5);
    const same = await registry.register(me, "third", { kind: SchemaKind.AVRO, text });
    expect(same.schema.schemaId).to.equal(1);
    const changes = await registry.listChanges(me, {});
    expect(changes.map(({ schemaId }) => schemaId)).to.deep.equal([1, 2, 3, 4, 5, 1]);
  });
});
