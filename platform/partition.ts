import { KEY_BYTES, KeyedHash } from "./keyed-hash.js";

// A fixed key: every process, at any time, must come to the same partition.
const hash = new KeyedHash(Buffer.alloc(KEY_BYTES, "tideline"));

/**
 * The partition of a visitor's events: order is kept within it. `visitor` is the anonymous id, else the user id, else
 * the event id, so that a visit stays in one partition when the visitor is identified.
 */
export function partitionOf(project: string, visitor: string, partitions: number): number {
  const [word = 0] = hash.hash(`${project}\0${visitor}`);
  return word % partitions;
}
