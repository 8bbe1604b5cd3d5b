import { randomBytes } from "node:crypto";
import { openClient } from "../../cli/client.js";
import { parseAddress } from "../../cli/target.js";
import type { StackFile } from "../../dev/stack-file.js";
import { AdminService } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { openRestClient, type RestClient } from "./rest-client.js";

/** Makes registries that hold nothing and that nobody else uses. */
export interface IsolatedRegistries {
  /** A registry whose level is `defaultLevel` where no case has set one. */
  make(name: string, defaultLevel?: string): Promise<RestClient>;
}

/**
 * Registries of a running stack: each is a project of its own, made with the operator's key, and reached with a key of
 * its own.
 */
export function openIsolatedRegistries(stack: StackFile): IsolatedRegistries {
  const target = { grpc: parseAddress(stack.grpc), key: stack.keys.operator, headers: {} };
  const admin = openClient(AdminService, target);
  return {
    async make(name, defaultLevel) {
      const { project } = await admin.createProject({
        name: `conformance ${name} ${randomBytes(6).toString("hex")}`.slice(0, 100),
      });
      const { secret } = await admin.createApiKey({
        projectId: project?.projectId ?? "",
        scopes: [Scope.QUERY, Scope.ADMIN],
      });
      const client = openRestClient(stack.registry, secret);
      if (defaultLevel !== undefined) await setDefault(client, defaultLevel);
      return client;
    },
  };
}

/**
 * The level below the one that a case sees and deletes at /config: that of all contexts, which answers where neither a
 * subject nor its context has one.
 */
async function setDefault(client: RestClient, level: string): Promise<void> {
  const path = "/config/:.__GLOBAL:";
  const { status, body } = await client({ method: "PUT", path, body: { compatibility: level } });
  if (status !== 200) throw new Error(`PUT ${path}: ${status} ${JSON.stringify(body)}`);
}
