import type {
  RevokeApiKeyRequest,
  RevokeApiKeyResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import type { Answer } from "./answer.js";
import type { Caller } from "./caller.js";
import { keyMissing, keyName } from "./key-name.js";
import type { KeyStore } from "./ports.js";

/** RevokeApiKey: the key stops working everywhere within 5 s. Idempotent. @throws Fault KEY_NOT_FOUND */
export async function revokeApiKey(
  keys: KeyStore,
  caller: Caller,
  request: RevokeApiKeyRequest,
): Promise<Answer<RevokeApiKeyResponse>> {
  return { key: (await keys.revoke(keyName(caller, request.keyId))) ?? keyMissing() };
}
