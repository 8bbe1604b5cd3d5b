import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../platform/root.js";

/** The message of the block's items, as ClickHouse is told it. */
export const eventMessageName = "Event";

/**
 * The contract of a block as ClickHouse takes it in `format_schema`: the text of block.proto without comments and
 * package, since its parser wants a file of its own that imports nothing.
 */
export function blockSchemaOf(protoText: string): string {
  return protoText
    .replace(/\/\/.*$/gm, "")
    .replace(/^\s*package .*$/m, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Reads the contract that the engine decodes blocks by; once, when a process starts. */
export function readBlockSchema(): string {
  return blockSchemaOf(readFileSync(join(repoRoot, "proto/tideline/pipeline/v1/block.proto"), "utf8"));
}
