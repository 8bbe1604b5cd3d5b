import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "../processes/process-table.js";

/** Who uses a folder of bodies. */
interface Owner extends ProcessIdentity {
  /** Process numbers mean something within their namespace alone; containers may share the memory. */
  readonly namespace: string;
}

const ownerFile = "owner.json";
/** One without an owner was left, or is being made this moment. */
const ownerlessMsMax = 3_600_000;

/**
 * Makes a folder for the bodies of inserts, empty and this process's own. Folders beside it that bear such a name and
 * whose process is gone are removed: a killed engine leaves its folder in memory, and its data may never be opened
 * again.
 */
export function takeBodyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const name of siblings(folder)) {
    const path = join(dirname(folder), name);
    if (isAbandoned(path)) rmSync(path, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const owner = {
    ...(identify(process.pid) ?? { pid: process.pid, startedAt: 0 }),
    namespace: namespaceOf(),
  };
  writeFileSync(join(folder, ownerFile), JSON.stringify(owner), { mode: 0o600 });
}

/** The form of the names in /dev/shm (config.ts). */
const bodyFolderName = /^tideline-[0-9a-f]{16}$/;

function siblings(folder: string): string[] {
  try {
    return readdirSync(dirname(folder)).filter((name) => bodyFolderName.test(name));
  } catch {
    return [];
  }
}

function isAbandoned(path: string): boolean {
  try {
    const owner = readOwner(path);
    if (owner === undefined) return Date.now() - statSync(path).mtimeMs > ownerlessMsMax;
    return owner.namespace === namespaceOf() && !isAlive(owner);
  } catch {
    // Gone already, or another user's.
    return false;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(path, ownerFile), "utf8")) as Owner;
  } catch (error) {
    const isMissing = error instanceof SyntaxError || Reflect.get(error as Error, "code") === "ENOENT";
    if (isMissing) return undefined;
    throw error;
  }
}

function namespaceOf(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
