import { randomBytes } from "node:crypto";
import { openClient } from "../../cli/client.js";
import { parseAddress } from "../../cli/target.js";
import type { StackFile } from "../../dev/stack-file.js";
import { AdminService } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { removeProjects } from "../remove-projects.js";
import { openRestClient, type RestClient } from "./rest-client.js";

/** Makes registries that hold nothing and that nobody else uses. */
export interface IsolatedRegistries {
  /** A registry whose level is `defaultLevel` where no case has set one. */
  make(name: string, defaultLevel?: string): Promise<RestClient>;
  /** Removes every registry that was made; from then on none is made any more. */
  close(): Promise<void>;
}

/**
 * Registries of a running stack: each is a project of its own, made with the operator's key, and reached with a key of
 * its own.
 */
export function openIsolatedRegistries(stack: StackFile): IsolatedRegistries {
  const target = { grpc: parseAddress(stack.grpc), key: stack.keys.operator, headers: {} };
  const admin = openClient(AdminService, target);
  const making = new Set<Promise<string>>();
  let isClosed = false;
  const makeProject = async (name: string): Promise<string> => {
    if (isClosed) throw new Error("the run is over");
    const fullName = `conformance ${name} ${randomBytes(6).toString("hex")}`.slice(0, 100);
    const made = admin.createProject({ name: fullName }).then(({ project }) => project?.projectId ?? "");
    making.add(made);
    return await made;
  };
  return {
    async make(name, defaultLevel) {
      const projectId = await makeProject(name);
      const { secret } = await admin.createApiKey({ projectId, scopes: [Scope.QUERY, Scope.ADMIN] });
      const client = openRestClient(stack.registry, secret);
      if (defaultLevel !== undefined) await setDefault(client, defaultLevel);
      return client;
    },
    async close() {
      isClosed = true;
      const made = await Promise.allSettled(making);
      making.clear();
      const projectIds = made.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      await removeProjects(stack, projectIds);
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
