import { randomBytes } from "node:crypto";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ProjectSettingsSchema, Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { hashSecret, makeSecret } from "../../platform/control/keys.js";
import type { Postgres } from "../../platform/engines/postgres.js";

export interface TestProject {
  readonly projectId: string;
  /** A secret with all scopes, to send as bearer. */
  readonly secret: string;
  readonly keyId: string;
}

export interface TestProjectOptions {
  readonly settings?: MessageInitShape<typeof ProjectSettingsSchema>;
  readonly scopes?: readonly Scope[];
  readonly eventsPerSecond?: number;
  readonly burst?: number;
}

/** A project with one key, straight in Postgres. */
export async function makeProject(pool: Postgres, options: TestProjectOptions = {}): Promise<TestProject> {
  const id = randomBytes(6).toString("hex");
  const projectId = `p${id}`;
  const settings = toBinary(ProjectSettingsSchema, create(ProjectSettingsSchema, options.settings ?? {}));
  await pool.query("insert into projects (project_id, name, settings) values ($1, $2, $3)", [
    projectId,
    `test ${id}`,
    Buffer.from(settings),
  ]);
  return makeKey(pool, projectId, options);
}

/** Another key of a project. */
export async function makeKey(
  pool: Postgres,
  projectId: string,
  options: Omit<TestProjectOptions, "settings"> = {},
): Promise<TestProject> {
  const keyId = `k${randomBytes(6).toString("hex")}`;
  const secret = makeSecret();
  await pool.query(
    `insert into api_keys (key_id, project_id, name, secret_hash, hint, scopes, events_per_second, burst)
     values ($1, $2, 'test', $3, $4, $5, $6, $7)`,
    [
      keyId,
      projectId,
      hashSecret(secret),
      secret.slice(0, 7),
      options.scopes ?? [Scope.INGEST, Scope.QUERY, Scope.ADMIN],
      options.eventsPerSecond ?? 0,
      options.burst ?? 0,
    ],
  );
  return { projectId, secret, keyId };
}
