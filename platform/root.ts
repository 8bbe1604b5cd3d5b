import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder that holds the house: the nearest folder upwards whose package.json is ours.
 *
 * Code runs from dist/, which mirrors the tree; files that are no code (SQL, contracts, pages) are read from here.
 */
export const repoRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(from: string): string {
  const manifest = join(from, "package.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "tideline") return from;
  const above = dirname(from);
  if (above === from) throw new Error("the package.json of tideline is in no folder above this file");
  return findRoot(above);
}
