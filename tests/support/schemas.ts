import { PersonalDataAction } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import type { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Postgres } from "../../platform/engines/postgres.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { openRegistryStore } from "../../registry/engines/postgres-registry.js";
import type { ChangeBell } from "../../registry/history.js";
import { openRegistry } from "../../registry/open-registry.js";
import type { SchemaMetadata, VersionRecord } from "../../registry/records.js";
import type { Registry } from "../../registry/registry.js";
import type { Registered } from "../../services/admin/ports.js";

const silentBell: ChangeBell = { isStopped: false, wait: async () => undefined, stop: () => undefined };

/** The registry's use cases on a database, without the service around them. */
export function testRegistry(pool: Postgres): Registry {
  return openRegistry(openRegistryStore(pool), silentBell);
}

/** Registers a schema for a test's project, whatever came before it. */
export async function registerSchema(
  pool: Postgres,
  of: {
    readonly projectId: string;
    readonly subject: string;
    readonly kind: SchemaKind;
    readonly text: string;
    readonly metadata?: SchemaMetadata;
  },
): Promise<VersionRecord> {
  const { projectId, subject, kind, text, metadata } = of;
  const caller = { projectId, keyId: "test" };
  const { schema } = await testRegistry(pool).register(
    caller,
    subject,
    { kind, text, metadata },
    { force: true },
  );
  return schema;
}

/** For projects that have registered nothing: their events are JSON of types without a schema. */
export const nothingRegistered: Registered = {
  schemas: async () => ({
    ...{ newest: new Map(), deleted: new Map(), isEmpty: true },
    ...{ find: () => undefined, anyOf: () => undefined, personal: () => [] },
  }),
  load: () => Promise.reject(new Error("nothing is registered")),
  protection: async (projectId) => ({
    ...{ projectId, secrets: new ProjectSecrets(["a-data-secret-of-a-test"]) },
    ...{ actions: {}, otherwise: PersonalDataAction.HASH },
  }),
};
