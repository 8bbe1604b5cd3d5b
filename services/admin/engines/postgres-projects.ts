import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Project,
  ProjectSchema,
  type ProjectSettings,
  ProjectSettingsSchema,
} from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { inTransaction, type Postgres } from "../../../platform/engines/postgres.js";
import { answered, isUniqueViolation } from "../../../platform/engines/postgres-errors.js";
import { Fault } from "../../../platform/fault.js";
import type { ProjectStore } from "../ports.js";
import { completeSettings } from "../project-settings.js";

interface ProjectRow {
  readonly project_id: string;
  readonly name: string;
  readonly settings: Buffer;
  readonly create_time: Date;
  readonly update_time: Date;
}

/** Names order and compare by their code points, so that a page goes on where the one before it ended. */
const BY_NAME = 'name collate "C"';

/** The projects in the table `projects`. */
export function openProjectStore(pool: Postgres): ProjectStore {
  return {
    create: ({ projectId, name, settings }) =>
      answered(async () => {
        const { rows } = await named(() =>
          pool.query<ProjectRow>(
            "insert into projects (project_id, name, settings) values ($1, $2, $3) returning *",
            [projectId, name, stored(settings)],
          ),
        );
        return projectOfRow(only(rows));
      }),

    find: (projectId) =>
      answered(async () => {
        const { rows } = await pool.query<ProjectRow>("select * from projects where project_id = $1", [
          projectId,
        ]);
        return rows.map(projectOfRow)[0];
      }),

    list: ({ after, limit }) =>
      answered(async () => {
        const { rows } = await pool.query<ProjectRow>(
          `select * from projects where $1::text is null or ${BY_NAME} > $1 order by ${BY_NAME} limit $2`,
          [after?.[0] ?? null, limit],
        );
        return rows.map(projectOfRow);
      }),

    update: (projectId, change) =>
      answered(() =>
        inTransaction(pool, async (client) => {
          const before = await client.query<ProjectRow>(
            "select * from projects where project_id = $1 for update",
            [projectId],
          );
          const [row] = before.rows;
          if (row === undefined) return undefined;
          const old = settingsOfRow(row);
          const settings = create(ProjectSettingsSchema, { ...old, ...change.settings });
          const isOtherZone = settings.timeZone !== old.timeZone;
          const { rows } = await named(() =>
            client.query<ProjectRow>(
              `update projects set name = $2, settings = $3, update_time = now(),
                 zone_since = case when $4 then now() else zone_since end
               where project_id = $1 returning *`,
              [projectId, change.name ?? row.name, stored(settings), isOtherZone],
            ),
          );
          return projectOfRow(only(rows));
        }),
      ),
  };
}

async function named<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error, "projects_name_key")) throw error;
    throw new Fault(FaultReason.PROJECT_EXISTS, "a project of that name exists", {}, { cause: error });
  }
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error("the statement returned no row");
  return row;
}

function stored(settings: ProjectSettings): Buffer {
  return Buffer.from(toBinary(ProjectSettingsSchema, settings));
}

function settingsOfRow(row: ProjectRow): ProjectSettings {
  return completeSettings(fromBinary(ProjectSettingsSchema, row.settings));
}

function projectOfRow(row: ProjectRow): Project {
  return create(ProjectSchema, {
    projectId: row.project_id,
    name: row.name,
    settings: settingsOfRow(row),
    createTime: timestampFromDate(row.create_time),
    updateTime: timestampFromDate(row.update_time),
  });
}
