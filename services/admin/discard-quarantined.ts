import type {
  DiscardQuarantinedRequest,
  DiscardQuarantinedResponse,
} from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { requestInvalid } from "../../platform/fault.js";
import type { Answer } from "./answer.js";
import type { Caller } from "./caller.js";
import type { QuarantineStore } from "./ports.js";
import { isNarrow, queryOf, requireKnown } from "./quarantine-query.js";

/**
 * DiscardQuarantined: what is taken off comes back only if it is sent again. Idempotent: the second time there is
 * nothing to take off.
 * @throws Fault REQUEST_INVALID for a filter without a condition, QUARANTINED_NOT_FOUND
 */
export async function discardQuarantined(
  store: QuarantineStore,
  caller: Caller,
  request: DiscardQuarantinedRequest,
): Promise<Answer<DiscardQuarantinedResponse>> {
  const query = queryOf(caller, request.filter);
  if (!isNarrow(query))
    throw requestInvalid("filter", "required", "an empty filter would discard everything");
  await requireKnown(store, query);
  return { discarded: BigInt(await store.discard(query)) };
}
