import type { StackFile } from "../dev/stack-file.js";
import { inTransaction, openPostgres } from "../platform/engines/postgres.js";

/** What belongs to a project, each table before those that it refers to. */
const tables = [
  ...["registry_changes", "registry_notes", "registry_settings", "registry_versions", "registry_references"],
  ...["registry_schemas", "registry_contexts", "api_keys", "projects"],
];

/**
 * Removes projects with their keys and schemas. The contract has no way to do it, so it is done where they are kept.
 * Their events stay until they expire, as those of a project that is gone.
 */
export async function removeProjects(stack: StackFile, projectIds: readonly string[]): Promise<void> {
  if (projectIds.length === 0) return;
  const postgres = openPostgres({ url: stack.engines.postgres, name: "conformance", connectionsMax: 1 });
  try {
    await inTransaction(postgres, async (client) => {
      for (const table of tables) {
        await client.query(`delete from ${table} where project_id = any($1)`, [projectIds]);
      }
    });
  } finally {
    await postgres.end();
  }
}
