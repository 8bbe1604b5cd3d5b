import { durationMs } from "@bufbuild/protobuf/wkt";
import type {
  RotateApiKeyRequest,
  RotateApiKeyResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { hashSecret, makeSecret } from "../../platform/control/keys.js";
import type { Answer } from "./answer.js";
import type { Caller } from "./caller.js";
import { hintOfSecret, newId } from "./ids.js";
import { keyMissing, keyName } from "./key-name.js";
import type { KeyStore } from "./ports.js";

/** How long the old key goes on working where the request doesn't say. */
const OVERLAP_MS = 24 * 60 * 60 * 1_000;

/** RotateApiKey. Both keys work during the overlap. @throws Fault KEY_NOT_FOUND, also for a key that has ended */
export async function rotateApiKey(
  keys: KeyStore,
  caller: Caller,
  request: RotateApiKeyRequest,
): Promise<Answer<RotateApiKeyResponse>> {
  const secret = makeSecret();
  const successor = {
    keyId: newId("k"),
    secretHash: hashSecret(secret),
    hint: hintOfSecret(secret),
    overlapMs: request.overlap === undefined ? OVERLAP_MS : durationMs(request.overlap),
  };
  const { created, replaced } =
    (await keys.replace(keyName(caller, request.keyId), successor)) ?? keyMissing();
  return { key: created, secret, replaced };
}
