import { AdminService } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import type { Clock } from "../../platform/clock.js";
import type { Log } from "../../platform/log.js";
import type { ProjectSecrets } from "../../platform/project-secrets.js";
import type { Call } from "../../platform/serve/call.js";
import { type Mount, mount } from "../../platform/serve/mount.js";
import type { Caller } from "./caller.js";
import { createApiKey } from "./create-api-key.js";
import { createProject } from "./create-project.js";
import { getProject } from "./get-project.js";
import { listApiKeys } from "./list-api-keys.js";
import { listProjects } from "./list-projects.js";
import { openSealedValues } from "./open-sealed.js";
import type { KeyStore, ProjectStore } from "./ports.js";
import { revokeApiKey } from "./revoke-api-key.js";
import { rotateApiKey } from "./rotate-api-key.js";
import { updateProject } from "./update-project.js";

/** What AdminService stands on. */
export interface AdminPorts {
  readonly projects: ProjectStore;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly secrets: ProjectSecrets;
  readonly log: Log;
}

/** AdminService on its ports. */
export function mountAdmin(ports: AdminPorts): Mount {
  const { projects, keys } = ports;
  return mount(
    AdminService,
    {
      createProject: (request) => createProject(projects, request),
      getProject: (request, call) => getProject(projects, callerOf(call), request),
      listProjects: (request) => listProjects(projects, request),
      updateProject: (request, call) => updateProject(projects, callerOf(call), request),
      createApiKey: (request, call) => createApiKey(ports, callerOf(call), request),
      listApiKeys: (request, call) => listApiKeys(ports, callerOf(call), request),
      rotateApiKey: (request, call) => rotateApiKey(keys, callerOf(call), request),
      revokeApiKey: (request, call) => revokeApiKey(keys, callerOf(call), request),
      openSealed: async (request, call) =>
        openSealedValues(ports, { ...callerOf(call), keyId: call.principal.keyId }, request),
    },
    {
      createProject: "operator",
      getProject: "admin",
      listProjects: "operator",
      updateProject: "admin",
      createApiKey: "admin",
      listApiKeys: "admin",
      rotateApiKey: "admin",
      revokeApiKey: "admin",
      openSealed: "admin",
    },
  );
}

/** Who calls, as the use cases know it. */
export function callerOf(call: Call): Caller {
  return { isOperator: call.principal.isOperator, projectId: call.projectId };
}
