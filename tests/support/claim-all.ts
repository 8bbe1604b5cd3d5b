import type { Claims } from "../../platform/claims.js";
import { messagesOf } from "./ingestion.js";
import type { IngestionStand } from "./ingestion-stand.js";

/** Claims all that a project has in the log, as the log's reader would. */
export async function claimAll(
  { nats, names }: Pick<IngestionStand, "nats" | "names">,
  claims: Claims,
  of: { readonly projectId: string },
): Promise<void> {
  const owner = claims.partition(0, BigInt(Date.now()));
  const standing = await owner.begin();
  if (standing.kind !== "standing") throw new Error(standing.kind);
  await owner.finish({ position: standing.position, events: 0, receivedMs: 0 });
  for (const { sequence, events } of await messagesOf(nats, names, of.projectId)) {
    const ids = claims.hasher.pack(
      of.projectId,
      events.map((event) => event.eventId),
    );
    const claimed = await owner.claim({ position: sequence, receivedMs: Date.now(), events: 0, ids });
    if (claimed.kind !== "claimed") throw new Error(claimed.kind);
  }
}
