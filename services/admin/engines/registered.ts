import { systemClock } from "../../../platform/clock.js";
import type { Control } from "../../../platform/control/control.js";
import type { Postgres } from "../../../platform/engines/postgres.js";
import type { ProjectSecrets } from "../../../platform/project-secrets.js";
import { SchemaCache } from "../../../registry/schema-cache.js";
import type { Registered } from "../ports.js";

/** What is registered, from the tables that ingestion follows as well. */
export function openRegistered(pool: Postgres, control: Control, secrets: ProjectSecrets): Registered {
  const schemas = new SchemaCache({ pool, feed: control.feed, clock: systemClock });
  return {
    schemas: async (projectId) => (await schemas.readAgain(projectId)) ?? schemas.get(projectId),
    load: (version) => schemas.load(version),
    protection: async (projectId) => {
      const { personalData: actions, personalDataDefault: otherwise } = await control.projects.get(projectId);
      return { projectId, secrets, actions, otherwise };
    },
  };
}
