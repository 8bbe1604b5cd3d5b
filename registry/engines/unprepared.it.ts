import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { controlMigrations } from "../../platform/control/control.js";
import { inTransaction, openPostgres, type Postgres } from "../../platform/engines/postgres.js";
import { migratePostgres } from "../../platform/migrate.js";
import { openRegistryStore, warmUp } from "./postgres-registry.js";

describe("Postgres behind a pooler", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let url: string;

  before(async () => {
    engines = await startEngines("postgres");
    url = await engines.createPostgresDatabase();
    const pool = openPostgres({ url, name: "test" });
    await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
    await pool.query("insert into projects (project_id, name, settings) values ('p', 'p', '')");
    await pool.end();
  });
  after(() => engines?.stop());

  /** How many statements the one connection knows by a name once the registry has been asked through it. */
  async function namedStatements(pool: Postgres): Promise<number> {
    try {
      await warmUp(pool);
      const view = openRegistryStore(pool).view("p");
      const scope = { context: ".", subject: "none" };
      await view.settings(scope);
      await view.subject(scope);
      await inTransaction(pool, (client) =>
        client.query({ name: "one", text: "select $1::int", values: [1] }),
      );
      const { rows } = await pool.query<{ count: string }>("select count(*) from pg_prepared_statements");
      return Number(rows[0]?.count);
    } finally {
      await pool.end();
    }
  }

  it("has no statement with a name where none may be prepared", async () => {
    const options = { url, name: "test", connectionsMax: 1 };
    expect(await namedStatements(openPostgres(options))).to.be.greaterThan(3);
    expect(await namedStatements(openPostgres({ ...options, prepares: false }))).to.equal(0);
  });

  it("has no setting of its own either, which a pooler would refuse", async () => {
    const timeoutOf = async (prepares: boolean): Promise<string | undefined> => {
      const pool = openPostgres({ url, name: "test", prepares });
      const { rows } = await pool.query<{ statement_timeout: string }>("show statement_timeout");
      await pool.end();
      return rows[0]?.statement_timeout;
    };
    expect([await timeoutOf(true), await timeoutOf(false)]).to.deep.equal(["10s", "0"]);
  });

  it("still runs every form of a query", async () => {
    const pool = openPostgres({ url, name: "test", prepares: false });
    const text = "select $1::text as given";
    expect((await pool.query(text, ["a"])).rows).to.deep.equal([{ given: "a" }]);
    expect((await pool.query({ name: "x", text, values: ["b"] })).rows).to.deep.equal([{ given: "b" }]);
    expect((await pool.query({ name: "x", text: "select 1 as other" })).rows).to.deep.equal([{ other: 1 }]);
    const called = new Promise((resolve, reject) => {
      pool.query(text, ["c"], (error, result) => (error ? reject(error) : resolve(result.rows)));
    });
    expect(await called).to.deep.equal([{ given: "c" }]);
    await pool.end();
  });
});
