import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type pg from "pg";
import { type Schema, SchemaSchema } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { projectNotFound } from "../../platform/control/projects.js";
import { inTransaction, type Postgres } from "../../platform/engines/postgres.js";
import { answered } from "../../platform/engines/postgres-errors.js";
import type { NewSchema, SchemaStore, VersionName } from "../ports.js";

interface SchemaRow {
  readonly subject: string;
  readonly version: number;
  readonly schema_id: number;
  readonly kind: number;
  readonly text: string;
  readonly create_time: Date;
}

const COLUMNS = "subject, version, schema_id, kind, text, create_time";

/** Subjects order and compare by their code points, so that a page goes on where the one before it ended. */
const BY_SUBJECT = 'subject collate "C"';

/** The greatest number that Postgres takes for an int; what is above names nothing. */
const INT_MAX = 2_147_483_647;

/** The schemas in the table `schemas`. */
export function openSchemaStore(pool: Postgres): SchemaStore {
  const select = async (where: string, values: readonly unknown[]): Promise<Schema[]> => {
    const result = await pool.query<SchemaRow>(`select ${COLUMNS} from schemas where ${where}`, [...values]);
    return result.rows.map(schemaOfRow);
  };
  return {
    register: (schema) => answered(() => inTransaction(pool, (client) => register(client, schema))),
    findVersion: ({ projectId, subject, version }) =>
      answered(async () => {
        if (version > INT_MAX || subject.includes("\0")) return undefined;
        const where =
          "project_id = $1 and subject = $2 and ($3 = 0 or version = $3) order by version desc limit 1";
        return (await select(where, [projectId, subject, version]))[0];
      }),
    findById: (projectId, schemaId) =>
      answered(async () => {
        if (schemaId > INT_MAX) return undefined;
        return (await select("project_id = $1 and schema_id = $2", [projectId, schemaId]))[0];
      }),
    listNewest: (projectId, after, limit) =>
      answered(() =>
        select(
          `project_id = $1 and ($2::text is null or ${BY_SUBJECT} > $2) and version =
             (select max(version) from schemas newest
              where newest.project_id = schemas.project_id and newest.subject = schemas.subject)
           order by ${BY_SUBJECT} limit $3`,
          [projectId, after ?? null, limit],
        ),
      ),
    listSubjects: (projectId) =>
      answered(async () => {
        const result = await pool.query<{ subject: string }>(
          `select subject from schemas where project_id = $1 and version = 1 order by ${BY_SUBJECT}`,
          [projectId],
        );
        return result.rows.map(({ subject }) => subject);
      }),
    listVersions: (projectId, subject) =>
      answered(async () => {
        if (subject.includes("\0")) return [];
        const result = await pool.query<Pick<VersionName, "version">>(
          "select version from schemas where project_id = $1 and subject = $2 order by version",
          [projectId, subject],
        );
        return result.rows.map(({ version }) => version);
      }),
  };
}

/** The lock on the project's row makes writers of one project wait for each other, and nobody else. */
async function register(
  client: pg.PoolClient,
  { projectId, subject, kind, text }: NewSchema,
): Promise<Schema> {
  const locked = await client.query("select 1 from projects where project_id = $1 for no key update", [
    projectId,
  ]);
  if (locked.rows.length === 0) throw projectNotFound(projectId);
  const before = await client.query<SchemaRow>(
    `select ${COLUMNS} from schemas where project_id = $1 and subject = $2 order by version desc limit 1`,
    [projectId, subject],
  );
  const [newest] = before.rows;
  if (newest?.text === text && newest.kind === kind) return schemaOfRow(newest);
  const { rows } = await client.query<SchemaRow>(
    `insert into schemas (project_id, subject, version, schema_id, kind, text)
     select $1, $2, $3, coalesce(max(schema_id), 0) + 1, $4, $5 from schemas where project_id = $1
     returning ${COLUMNS}`,
    [projectId, subject, (newest?.version ?? 0) + 1, kind, text],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the insert returned no row");
  return schemaOfRow(row);
}

function schemaOfRow(row: SchemaRow): Schema {
  return create(SchemaSchema, {
    subject: row.subject,
    version: row.version,
    schemaId: row.schema_id,
    kind: row.kind,
    text: row.text,
    createTime: timestampFromDate(row.create_time),
  });
}
