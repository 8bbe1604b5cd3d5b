// The folder that a typed client is written to. Only files that say of themselves that they were generated are ever
// replaced or removed.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generatedLine } from "../../registry/codegen/header.js";
import type { PrintedFile } from "../../registry/codegen/model.js";
import { UserError } from "../target.js";

/** How a folder differs from what it should hold. */
export interface FolderChanges {
  /** By path. */
  readonly written: readonly PrintedFile[];
  readonly removed: readonly string[];
}

/** A change as one line. */
export function changeLines(folder: string, { written, removed }: FolderChanges): string[] {
  return [
    ...written.map(({ path }) => `${join(folder, path)}: stale or missing`),
    ...removed.map((path) => `${join(folder, path)}: of no event type`),
  ];
}

/** What has to change in a folder. @throws UserError where a file is in the way that was not generated */
export async function compareFolder(folder: string, files: readonly PrintedFile[]): Promise<FolderChanges> {
  const written: PrintedFile[] = [];
  for (const file of files) {
    const found = await readIfThere(join(folder, file.path));
    if (found === file.text) continue;
    if (found !== undefined && !isGenerated(found)) {
      throw new UserError(`${join(folder, file.path)} is in the way: it was not generated`);
    }
    written.push(file);
  }
  const wanted = new Set(files.map(({ path }) => path));
  const removed: string[] = [];
  for (const name of await namesIn(folder)) {
    if (wanted.has(name)) continue;
    const found = await readIfThere(join(folder, name));
    if (found !== undefined && isGenerated(found)) removed.push(name);
  }
  return { written, removed };
}

/** Makes the changes. */
export async function changeFolder(folder: string, { written, removed }: FolderChanges): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of removed) await rm(join(folder, name));
  for (const { path, text } of written) await writeFile(join(folder, path), text);
}

const isGenerated = (text: string): boolean => text.slice(0, 200).includes(generatedLine);

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(`${path}: can't be read`);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new UserError(`${folder}: can't be read`);
  }
}
