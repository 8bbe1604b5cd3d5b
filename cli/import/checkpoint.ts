import { createHash } from "node:crypto";
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TallyLine } from "./tally.js";

/** How far an import of one file is. */
export interface Progress {
  /** Records at the start of the file that are done with. */
  readonly records: number;
  /** What became of them. */
  readonly tally: readonly TallyLine[];
}

/** Where an import that was stopped goes on; written whole or not at all. */
export interface Checkpoint {
  read(): Promise<Progress | undefined>;
  write(progress: Progress): Promise<void>;
  remove(): Promise<void>;
}

/** What makes two imports the same one. */
export interface ImportIdentity {
  readonly file: string;
  /** The text of the mapping. */
  readonly mapping: string;
  /** Where it goes: address and key. */
  readonly target: string;
}

/**
 * The checkpoint of an import in a folder. A file that has changed in size or time, or another mapping, is another
 * import and begins at the start. Standard input can't be read again and has none.
 */
export async function openCheckpoint(
  folder: string,
  identity: ImportIdentity,
): Promise<Checkpoint | undefined> {
  if (identity.file === "-") return undefined;
  const file = await realpath(identity.file);
  const { size, mtimeMs } = await stat(file);
  const facts = JSON.stringify([file, size, mtimeMs, identity.mapping, identity.target]);
  const path = join(folder, `${createHash("sha256").update(facts).digest("hex").slice(0, 24)}.json`);
  return {
    async read() {
      try {
        return JSON.parse(await readFile(path, "utf8")) as Progress;
      } catch {
        return undefined; // None yet, or one that can't be read: beginning again is always right.
      }
    },
    async write(progress) {
      await mkdir(folder, { recursive: true });
      await writeFile(`${path}.new`, JSON.stringify({ file, ...progress }));
      await rename(`${path}.new`, path);
    },
    remove: () => rm(path, { force: true }),
  };
}
