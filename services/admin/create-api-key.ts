import { timestampDate } from "@bufbuild/protobuf/wkt";
import type {
  CreateApiKeyRequest,
  CreateApiKeyResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import type { Clock } from "../../platform/clock.js";
import { hashSecret, makeSecret } from "../../platform/control/keys.js";
import { requestInvalid } from "../../platform/fault.js";
import type { Answer } from "./answer.js";
import { type Caller, missing, projectOf } from "./caller.js";
import { hintOfSecret, newId } from "./ids.js";
import { cleanName } from "./names.js";
import type { KeyStore, ProjectStore } from "./ports.js";

/** What CreateApiKey works on. */
export interface CreateApiKeyPorts {
  readonly projects: ProjectStore;
  readonly keys: KeyStore;
  readonly clock: Clock;
}

const EXPIRE_MS_MAX = Date.UTC(10_000, 0, 1);

/** CreateApiKey: the secret is in this answer and nowhere else. @throws Fault PROJECT_NOT_FOUND, REQUEST_INVALID */
export async function createApiKey(
  { projects, keys, clock }: CreateApiKeyPorts,
  caller: Caller,
  request: CreateApiKeyRequest,
): Promise<Answer<CreateApiKeyResponse>> {
  const { projectId } = (await projects.find(projectOf(caller, request.projectId))) ?? missing();
  const expireTime = request.expireTime === undefined ? undefined : timestampDate(request.expireTime);
  if (
    expireTime !== undefined &&
    !(expireTime.getTime() > clock.now() && expireTime.getTime() < EXPIRE_MS_MAX)
  ) {
    throw requestInvalid("expire_time", "timestamp.gt_now", "must lie in the future, before the year 10000");
  }
  const secret = makeSecret();
  const key = await keys.create({
    keyId: newId("k"),
    projectId,
    name: request.name === "" ? "" : cleanName(request.name),
    scopes: [...request.scopes].sort((one, other) => one - other),
    eventsPerSecond: request.eventsPerSecond,
    burst: request.burst,
    expireTime,
    secretHash: hashSecret(secret),
    hint: hintOfSecret(secret),
  });
  return { key, secret };
}
