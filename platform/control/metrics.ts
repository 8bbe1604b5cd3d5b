import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { type MetricDefinition, MetricDefinitionSchema } from "../../gen/ts/tideline/query/v1/metric_pb.js";
import { inTransaction, type Postgres } from "../engines/postgres.js";
import { answered } from "../engines/postgres-errors.js";
import { Fault, requestInvalid } from "../fault.js";

/** A version of a metric of a project. */
export interface StoredMetric {
  readonly definition: MetricDefinition;
  /** From 1 on. */
  readonly version: number;
  readonly createTime: Date;
  /** Whether the metric was deleted after it. */
  readonly deleted: boolean;
}

/** The metrics of projects: queries compute them, the registry tells which of them use a field. */
export interface MetricStore {
  /** The newest version, or the one asked for; of a metric that was deleted too. */
  find(projectId: string, name: string, version?: number): Promise<StoredMetric | undefined>;
  /** The newest version of each that is not deleted, by name, after a name. */
  list(projectId: string, page: { readonly after: string; readonly limit: number }): Promise<StoredMetric[]>;
  /**
   * Keeps a definition as the next version of its name, unless it is what the metric is already. Atomic.
   *
   * @param baseVersion the version that is changed; 0: none that is there
   * @throws Fault METRIC_CHANGED where it is another; REQUEST_INVALID where the project has too many
   */
  define(projectId: string, definition: MetricDefinition, baseVersion?: number): Promise<StoredMetric>;
  /** Undefined where there is none. */
  remove(projectId: string, name: string): Promise<StoredMetric | undefined>;
}

/** Of one project. */
export const metricsMax = 500;

interface MetricRow {
  readonly definition: Buffer;
  readonly version: number;
  readonly create_time: Date;
  readonly delete_time: Date | null;
}

const columns = "definition, version, create_time, delete_time";

/** The metrics in the table `metrics`. Methods throw Fault ENGINE_UNAVAILABLE while Postgres is away. */
export function openMetricStore(pool: Postgres): MetricStore {
  return {
    find: (projectId, name, version = 0) =>
      answered(async () => {
        const { rows } = await pool.query<MetricRow>(
          `select ${columns} from metrics where project_id = $1 and name = $2 and ($3 = 0 or version = $3)
           order by version desc limit 1`,
          [projectId, name, version],
        );
        return rows.map(metricOf)[0];
      }),

    list: (projectId, { after, limit }) =>
      answered(async () => {
        const { rows } = await pool.query<MetricRow>(
          `select distinct on (name) ${columns} from metrics
           where project_id = $1 and name > $2 and delete_time is null order by name, version desc limit $3`,
          [projectId, after, limit],
        );
        return rows.map(metricOf);
      }),

    define: (projectId, definition, baseVersion) =>
      answered(() => define(pool, { projectId, definition, baseVersion })),

    remove: (projectId, name) =>
      answered(async () => {
        const { rows } = await pool.query<MetricRow>(
          `update metrics set delete_time = now()
           where project_id = $1 and name = $2 and delete_time is null returning ${columns}`,
          [projectId, name],
        );
        return rows.map(metricOf).sort((a, b) => b.version - a.version)[0];
      }),
  };
}

interface Change {
  readonly projectId: string;
  readonly definition: MetricDefinition;
  readonly baseVersion: number | undefined;
}

function define(pool: Postgres, { projectId, definition, baseVersion }: Change): Promise<StoredMetric> {
  const { name } = definition;
  const bytes = Buffer.from(toBinary(MetricDefinitionSchema, definition));
  return inTransaction(pool, async (client) => {
    // One change of a project's metrics at a time.
    await client.query("select pg_advisory_xact_lock(7305872, hashtext($1))", [projectId]);
    const before = await client.query<MetricRow & { alive: string }>(
      `select ${columns} from metrics where project_id = $1 and name = $2 order by version desc limit 1`,
      [projectId, name],
    );
    const [last] = before.rows;
    const isThere = last !== undefined && last.delete_time === null;
    if (isThere && last.definition.equals(bytes)) return metricOf(last);
    const current = isThere ? last.version : 0;
    if (baseVersion !== undefined && baseVersion !== current) throw changed(current);
    if (!isThere) {
      const { rows } = await client.query<{ count: number }>(
        `select count(distinct name)::int as count from metrics where project_id = $1 and delete_time is null`,
        [projectId],
      );
      if ((rows[0]?.count ?? 0) >= metricsMax) throw tooMany();
    }
    const { rows } = await client.query<MetricRow>(
      `insert into metrics (project_id, name, version, definition) values ($1, $2, $3, $4) returning ${columns}`,
      [projectId, name, (last?.version ?? 0) + 1, bytes],
    );
    const [row] = rows;
    if (row === undefined) throw new Error("the statement returned no row");
    return metricOf(row);
  });
}

function changed(version: number): Fault {
  const message = `the metric is at version ${version} now`;
  return new Fault(FaultReason.METRIC_CHANGED, message, { version: String(version) });
}

function tooMany(): Fault {
  return requestInvalid("definition.name", "max_metrics", `a project has at most ${metricsMax} metrics`);
}

function metricOf(row: MetricRow): StoredMetric {
  return {
    definition: fromBinary(MetricDefinitionSchema, row.definition),
    version: row.version,
    createTime: row.create_time,
    deleted: row.delete_time !== null,
  };
}
