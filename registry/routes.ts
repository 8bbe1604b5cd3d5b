import { RegistryService } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { requestInvalid } from "../platform/fault.js";
import { type Call, projectHeader } from "../platform/serve/call.js";
import { type Mount, mount } from "../platform/serve/mount.js";
import { getSchema } from "./get-schema.js";
import { listSchemas } from "./list-schemas.js";
import type { SchemaStore } from "./ports.js";
import { registerSchema } from "./register-schema.js";

/** RegistryService on its store. */
export function mountRegistry(store: SchemaStore): Mount {
  return mount(
    RegistryService,
    {
      registerSchema: async (request, call) => ({
        schema: await registerSchema(store, projectOf(call), request),
      }),
      getSchema: async (request, call) => ({ schema: await getSchema(store, projectOf(call), request) }),
      listSchemas: (request, call) => listSchemas(store, projectOf(call), request),
    },
    { registerSchema: "admin", getSchema: "any", listSchemas: "any" },
  );
}

/** The project that a call is about. @throws Fault REQUEST_INVALID where the operator's key names none */
export function projectOf({ projectId }: Call): string {
  if (/^[a-z0-9_-]{1,64}$/.test(projectId)) return projectId;
  throw requestInvalid(
    projectHeader,
    "required",
    "the operator's key belongs to no project, so name one by this header",
  );
}
