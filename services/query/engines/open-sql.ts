import { openClickHouse } from "../../../platform/engines/clickhouse.js";
import type { Life } from "../../../platform/run.js";
import type { QueryConfig } from "../config.js";
import type { ConfinedSql, SqlLimits } from "../written-sql/ports.js";
import { confinedSql } from "./confined-sql.js";

interface OpenSqlOptions {
  readonly life: Life;
  readonly name: string;
  readonly limits: SqlLimits;
  readonly requestTimeoutMs?: number;
}

/** Clients for what customers write, with connections of their own: nothing of it is in the way of other questions. */
export function openSql(config: QueryConfig, { life, name, limits, ...client }: OpenSqlOptions): ConfinedSql {
  const { sqlUrl: url, clickhouseDatabase: database } = config;
  const opened = (views: string) => {
    const options = { url, database: views, name: `${name} sql`, ...client };
    return life.own(`clickhouse ${views}`, openClickHouse(options), (it) => it.close());
  };
  const clients = { persons: opened(`${database}_sql`), direct: opened(`${database}_sql_direct`), database };
  return confinedSql(clients, limits);
}
