import { randomBytes } from "node:crypto";
import type { DescService, MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { openClient } from "../../cli/client.js";
import { parseAddress } from "../../cli/target.js";
import type { StackFile } from "../../dev/stack-file.js";
import { AdminService } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { type ProjectSettingsSchema, Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { QuarantineService } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { IngestService } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { QueryJobService } from "../../gen/ts/tideline/query/v1/job_service_pb.js";
import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { RegistryService } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";

/** The keys of a project, one for each scope. */
export interface ProjectKeys {
  readonly ingest: string;
  readonly query: string;
  readonly admin: string;
}

/** A project of a test's own, with clients of every service over gRPC through the gateway, by its scopes' keys. */
export interface TestProject {
  readonly projectId: string;
  readonly name: string;
  readonly keys: ProjectKeys;
  /** The id of each key, by its scope. */
  readonly keyIds: ProjectKeys;
  readonly ingest: Client<typeof IngestService>;
  readonly query: Client<typeof QueryService>;
  readonly jobs: Client<typeof QueryJobService>;
  readonly admin: Client<typeof AdminService>;
  readonly quarantine: Client<typeof QuarantineService>;
  readonly registry: Client<typeof RegistryService>;
}

/** The rate of the keys: far above what one machine can send, so that no test waits for its own limit. */
const eventsPerSecond = 1_000_000;

/** Every service that the gateway offers. */
export const services = [
  IngestService,
  QueryService,
  QueryJobService,
  AdminService,
  QuarantineService,
  RegistryService,
] as const;

/** A client of one service over gRPC through the gateway, with any key. */
export function clientOf<S extends DescService>(
  service: S,
  stack: StackFile,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Client<S> {
  return openClient(service, { grpc: parseAddress(stack.grpc), key, headers });
}

/** What a project may be told. */
interface ProjectOptions {
  readonly settings?: MessageInitShape<typeof ProjectSettingsSchema>;
}

/** Makes a project with a name that begins with `name`, and a key for each scope. */
export async function makeProject(
  stack: StackFile,
  name: string,
  { settings = {} }: ProjectOptions = {},
): Promise<TestProject> {
  const operator = clientOf(AdminService, stack, stack.keys.operator);
  const fullName = `${name} ${randomBytes(4).toString("hex")}`;
  const { project } = await operator.createProject({ name: fullName, settings });
  const projectId = project?.projectId ?? "";
  const make = async (scope: Scope) => {
    const { key, secret } = await operator.createApiKey({ projectId, scopes: [scope], eventsPerSecond });
    return { secret, keyId: key?.keyId ?? "" };
  };
  const [ingest, query, admin] = [await make(Scope.INGEST), await make(Scope.QUERY), await make(Scope.ADMIN)];
  return {
    projectId,
    name: fullName,
    keys: { ingest: ingest.secret, query: query.secret, admin: admin.secret },
    keyIds: { ingest: ingest.keyId, query: query.keyId, admin: admin.keyId },
    ingest: clientOf(IngestService, stack, ingest.secret),
    query: clientOf(QueryService, stack, query.secret),
    jobs: clientOf(QueryJobService, stack, query.secret),
    admin: clientOf(AdminService, stack, admin.secret),
    quarantine: clientOf(QuarantineService, stack, admin.secret),
    registry: clientOf(RegistryService, stack, admin.secret),
  };
}
