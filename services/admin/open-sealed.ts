import type {
  OpenSealedRequest,
  OpenSealedResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import type { Log } from "../../platform/log.js";
import type { ProjectSecrets } from "../../platform/project-secrets.js";
import { openSealed } from "../../registry/protect.js";
import type { Answer } from "./answer.js";
import { type Caller, projectOf } from "./caller.js";

/** What OpenSealed works with. */
export interface OpenSealedPorts {
  readonly secrets: ProjectSecrets;
  readonly log: Log;
}

/** OpenSealed: who opened how many values is written down, the values are not. @throws Fault PROJECT_NOT_FOUND */
export function openSealedValues(
  { secrets, log }: OpenSealedPorts,
  caller: Caller & { readonly keyId: string },
  request: OpenSealedRequest,
): Answer<OpenSealedResponse> {
  const projectId = projectOf(caller, request.projectId);
  const values = request.values.map((value) => openSealed(secrets, projectId, value) ?? "");
  const opened = values.filter((value) => value !== "").length;
  log.info({ projectId, keyId: caller.keyId, asked: values.length, opened }, "sealed values opened");
  return { values };
}
