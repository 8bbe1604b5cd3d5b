import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a repair does to one deduplication log: its new text, and how many records went. */
export interface LogRepair {
  readonly text: string;
  readonly dropped: number;
}

interface Blocks {
  readonly partition: string;
  readonly from: number;
  readonly to: number;
}

/** `<partition>_<first block>_<last block>_<level>[_<mutation>]`: how MergeTree names a part and its folder. */
const partName = /^([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?$/;

/** The operation of a log line that remembers a part; the other one forgets it. */
const remembered = "1";

/**
 * Cleans one deduplication log of a MergeTree table.
 *
 * The engine appends to the log before it renames the new part into place. Killed in between, the log remembers a part
 * that does not exist, and a retry with the same token is swallowed: rows are lost. So each record is dropped whose
 * blocks are covered by no part, and so is a last line that was not written to its end.
 */
export function repairLog(log: string, partFolders: readonly string[]): LogRepair {
  const parts = partFolders.flatMap((name) => blocksOf(name) ?? []);
  const lines = log.split("\n");
  const torn = lines.pop() ?? "";
  const kept = lines.filter((line) => {
    const [operation, part, block] = line.split("\t");
    if (operation === undefined || part === undefined || block === undefined) return false;
    const blocks = blocksOf(part);
    if (blocks === undefined) return false;
    return operation !== remembered || parts.some((present) => covers(present, blocks));
  });
  const dropped = lines.length - kept.length + (torn === "" ? 0 : 1);
  return { text: kept.map((line) => `${line}\n`).join(""), dropped };
}

function blocksOf(name: string): Blocks | undefined {
  const match = partName.exec(name);
  if (match === null) return undefined;
  return { partition: match[1] ?? "", from: Number(match[2]), to: Number(match[3]) };
}

function covers(part: Blocks, blocks: Blocks): boolean {
  return part.partition === blocks.partition && part.from <= blocks.from && part.to >= blocks.to;
}

/**
 * Repairs every table below an engine's data folder; only while no engine has it open.
 * @returns how many log records were dropped.
 */
export function repairDeduplicationLogs(dataFolder: string): number {
  let dropped = 0;
  for (const table of tableFolders(join(dataFolder, "store"))) {
    const parts = readdirSync(table);
    const logs = join(table, "deduplication_logs");
    for (const name of foldersAndFiles(logs).filter((file) => file.endsWith(".txt"))) {
      const path = join(logs, name);
      const repaired = repairLog(readFileSync(path, "utf8"), parts);
      if (repaired.dropped === 0) continue;
      writeFileSync(`${path}.repaired`, repaired.text);
      renameSync(`${path}.repaired`, path);
      dropped += repaired.dropped;
    }
  }
  return dropped;
}

/** `store/<three letters>/<uuid>` of every table. */
function tableFolders(store: string): string[] {
  return foldersAndFiles(store)
    .flatMap((prefix) => foldersAndFiles(join(store, prefix)).map((uuid) => join(store, prefix, uuid)))
    .filter((folder) => statSync(folder).isDirectory());
}

function foldersAndFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
