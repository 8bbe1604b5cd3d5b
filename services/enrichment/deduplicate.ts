import type { ClaimedBlocks } from "../../platform/claimed-blocks.js";
import type { Foreign, PartitionClaims, Refusal } from "../../platform/claims.js";
import type { DecidedBlock } from "./compose.js";
import type { EnrichedBlock } from "./enrich-block.js";
import { DivergedError, StaleOwnerError } from "./turn.js";

/** What a script answered, when it did what it was asked for. @throws StaleOwnerError, DivergedError */
export function granted<T extends { kind: string }>(answer: T | Refusal): Exclude<T, Refusal> {
  if (answer.kind === "stale") throw new StaleOwnerError("Redis knows a later epoch");
  if (answer.kind === "unverified" || answer.kind === "moved") {
    throw new DivergedError(`Redis refuses a claim: ${answer.kind}`);
  }
  return answer as Exclude<T, Refusal>;
}

export interface Deduplication {
  readonly claims: PartitionClaims;
  readonly blocks: ClaimedBlocks;
}

/**
 * Decides which events of a claimed block are copies: those with an id that an earlier event of the block has, and
 * those that another block within the window has, which is looked up there.
 *
 * A block that a claim points to and that is no longer in the log counts as having the id: 90 bits of a keyed hash
 * say so, and the event itself went into EVENTS before.
 *
 * An event that replaces one which no table took is kept where the one it names is the last that the claim holds, and
 * the claim then holds both: who comes after it finds it there, and replaces nothing more.
 */
export async function decide(
  block: EnrichedBlock,
  foreign: readonly Foreign[],
  { claims, blocks }: Deduplication,
): Promise<DecidedBlock> {
  const { raw, bytes, ends } = block;
  const dropped = new Uint8Array(ends.length);
  let duplicates = 0;
  let conflicts = 0;
  const drop = (index: number, isConflict: boolean): void => {
    dropped[index] = 1;
    duplicates++;
    if (isConflict) conflicts++;
  };
  for (const { index, isConflict } of block.copies) drop(index, isConflict);
  for (const claim of foreign) {
    const index = block.firstEvents[claim.index] ?? 0;
    const { id, payloadHash, replaces } = block.identity(index);
    // Of a claim's positions each that has this id replaced the one before: only what came after what it names counts.
    const isNamed = claim.positions.includes(replaces);
    const positions = isNamed ? claim.positions.filter((one) => one > replaces) : claim.positions;
    const found =
      blocks.findKept(positions, raw.project, id) ?? (await blocks.find(positions, raw.project, id));
    if (found.kind === "copy") drop(index, found.payloadHash !== payloadHash);
    else if (found.kind === "gone") drop(index, false);
    else if ((await claims.append(block.ids, claim, raw.position)) === "changed") {
      throw new DivergedError("a claim of colliding ids changed meanwhile");
    }
  }
  return { position: raw.position, receivedMs: raw.receivedMs, bytes, ends, dropped, duplicates, conflicts };
}
