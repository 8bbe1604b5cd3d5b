import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { type ClickHouse, openClickHouse } from "../../../platform/engines/clickhouse.js";
import { Fault } from "../../../platform/fault.js";
import { migrateClickHouse } from "../../../platform/migrate.js";
import { clickhouseAnalytics } from "../engines/clickhouse.js";
import { confinedSql } from "../engines/confined-sql.js";
import { limitDefaults } from "../limits.js";
import { PeopleStore } from "../people-store.js";
import { type SqlFormat, type SqlLimits, sqlLimitDefaults } from "../written-sql/ports.js";
import { readRows, valuesOf } from "../written-sql/rows.js";
import { runSql } from "../written-sql/run-sql.js";

/** An answer as text, or the refusal's reason with its facts. */
export interface Told {
  readonly text: string;
  readonly fault?: Fault;
  /** Anything else that was thrown: a bug. */
  readonly bug?: unknown;
}

/** Written SQL on a ClickHouse of a test's own, without the service around it. */
export interface SqlRig {
  readonly clickhouse: ClickHouse;
  readonly database: string;
  ask(statement: string, options?: AskOptions): Promise<Told>;
  /** The values of a result, each a JSON text; throws what was thrown. */
  rows(statement: string, options?: AskOptions): Promise<string[][]>;
  stop(): Promise<void>;
}

export interface AskOptions {
  readonly project?: string;
  readonly parameters?: Record<string, string>;
  readonly limits?: Partial<SqlLimits>;
  readonly format?: SqlFormat;
  readonly signal?: AbortSignal;
}

/** Tables and views in a database of this name, on the ClickHouse of a test. */
export async function openSqlRig(
  engines: { readonly clickhouse: string },
  database: string,
): Promise<SqlRig> {
  const opened = (name: string) =>
    openClickHouse({ url: engines.clickhouse, database: name, name: "sql test" });
  const anywhere = opened("default");
  await migrateClickHouse(anywhere, database, [
    "services/aggregation/migrations",
    "services/query/migrations",
  ]);
  const clickhouse = opened(database);
  const clients = { persons: opened(`${database}_sql`), direct: opened(`${database}_sql_direct`), database };
  const people = new PeopleStore(clickhouseAnalytics(clickhouse, limitDefaults));

  async function run(statement: string, options: AskOptions = {}): Promise<AsyncIterable<Buffer>> {
    const { project = "mine", parameters = {}, limits, format = "rows" } = options;
    const sql = confinedSql(clients, { ...sqlLimitDefaults, ...limits });
    const signal = options.signal ?? AbortSignal.timeout(30_000);
    const question = { projectId: project, statement, parameters, format, signal };
    return (await runSql({ sql, people }, question)).bytes;
  }

  return {
    clickhouse,
    database,
    async ask(statement, options) {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of await run(statement, options)) chunks.push(chunk);
        return { text: Buffer.concat(chunks).toString("latin1") };
      } catch (error) {
        if (!(error instanceof Fault)) return { text: String(error), bug: error };
        const text = `${FaultReason[error.reason]} ${error.message} ${JSON.stringify(error.facts)}`;
        return { text, fault: error };
      }
    },
    async rows(statement, options) {
      return (await readRows(await run(statement, options))).rows.map(valuesOf);
    },
    async stop() {
      for (const name of ["", "_sql", "_sql_direct"]) {
        await anywhere
          .command({ query: `DROP DATABASE IF EXISTS ${database}${name}` })
          .catch(() => undefined);
      }
      const clientsAll = [anywhere, clickhouse, clients.persons, clients.direct];
      await Promise.all(clientsAll.map((client) => client.close()));
    },
  };
}
