import pg from "pg";

export type Postgres = pg.Pool;

/** Opens a bounded pool. Every wait is bounded: 3 s for a connection, 10 s for a statement. */
export function openPostgres({
  url,
  name,
  connectionsMax = 5,
  keepsConnections = false,
  prepares = true,
}: PostgresOptions): Postgres {
  const pool = new pg.Pool({
    ...(prepares ? { statement_timeout: 10_000 } : { Client: UnpreparedClient }),
    connectionString: url,
    application_name: name,
    max: connectionsMax,
    min: keepsConnections ? connectionsMax : 0,
    connectionTimeoutMillis: 3_000,
    query_timeout: 12_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  // An idle connection that the server ends: the next query opens another.
  pool.on("error", () => undefined);
  return pool;
}

export interface PostgresOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly connectionsMax?: number;
  /** Connections that are idle stay open: a new one takes tens of milliseconds until it knows tables and plans. */
  readonly keepsConnections?: boolean;
  /**
   * False behind a pooler in transaction mode, such as PgBouncer, whose connections are another server's each time: no
   * statement has a name, and no connection a setting. A statement then ends on this side alone, unless the role has a
   * statement_timeout.
   */
  readonly prepares?: boolean;
}

/** Whose statements have no names, whoever gives them one: a name is known to one connection of the server alone. */
class UnpreparedClient extends pg.Client {
  // The overloads of pg's own are all of them kept: what comes in goes on, but for the name.
  override query = ((...args: unknown[]): unknown => {
    const [first, ...rest] = args;
    return Reflect.apply(pg.Client.prototype.query, this, [withoutName(first), ...rest]);
  }) as pg.Client["query"];
}

function withoutName(query: unknown): unknown {
  if (typeof query !== "object" || query === null || !("name" in query) || "submit" in query) return query;
  const { name: _name, ...unnamed } = query;
  return unnamed;
}

/** Runs `work` in one transaction; rolls back when it throws. */
export async function inTransaction<T>(
  pool: Postgres,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** True for errors of the connection, which say nothing about the statement. */
export function isPostgresAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = Reflect.get(error, "code");
  if (typeof code === "string") return /^(08|57P|53)|^E(CONN|PIPE|TIMEDOUT|HOST|AI)/.test(code);
  return /timeout|terminated|ended|closed/i.test(error.message);
}
