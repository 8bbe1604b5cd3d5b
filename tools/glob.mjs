import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Every file below `folder` whose name ends in `suffix`, sorted; nothing where the folder is missing. */
export function globSync(folder, suffix) {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("node_modules"))
    .sort();
}
