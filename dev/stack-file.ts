import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineUrls } from "./engines/engine.js";
import { isAlive, type ProcessIdentity } from "./processes/process-table.js";

export interface StackKeys {
  readonly ingest: string;
  readonly query: string;
  readonly admin: string;
  readonly operator: string;
}

/** What stack.json says; tools find their stack by it alone. It is there while the stack runs. */
export interface StackFile {
  readonly state: "starting" | "ready";
  readonly http: string;
  readonly grpc: string;
  readonly registry: string;
  /** The demo project's id; empty until it exists. */
  readonly project: string;
  readonly keys: StackKeys;
  readonly engines: EngineUrls & { readonly natsMonitor: string };
  readonly services: readonly {
    readonly service: string;
    readonly name: string;
    readonly http: string;
    readonly grpc: string;
  }[];
  readonly supervisor: ProcessIdentity;
  /** Every process that the supervisor runs. */
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  readonly logs: string;
  readonly startedAt: string;
}

const fileName = "stack.json";

/** The stack of a folder as it was last written, whether it runs or not. */
export function readStackFile(data: string): StackFile | undefined {
  const path = join(data, fileName);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as StackFile;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // Cut short by a full disk: as good as none.
    throw error;
  }
}

/** Replaces the file at once; its keys are for the owner alone. */
export function writeStackFile(data: string, stack: StackFile): void {
  replace(join(data, fileName), stack);
}

export function removeStackFile(data: string): void {
  rmSync(join(data, fileName), { force: true });
}

/** Whether the supervisor that wrote the file still runs. */
export function isRunning(stack: StackFile | undefined): stack is StackFile {
  return stack !== undefined && isAlive(stack.supervisor);
}

/** What a stack keeps from one start to the next: its keys and its project. */
export interface Identity {
  readonly operator: string;
  /** What the keys of personal data are derived from: without it nothing that was sealed opens again. */
  readonly dataSecret: string;
  readonly project: string;
  readonly keys: Omit<StackKeys, "operator">;
  /** The most bytes of each stream of the log, from the free disk of the first start. */
  readonly streamBytesMax: number;
  /** Partitions of the log, fixed for its life. */
  readonly partitions: number;
}

/** Enough for ten million events a week. */
const streamBytesMost = 4 * 1024 ** 3;
/** So many full streams would fill the disk that is free: far fewer there are. */
const streamsInDisk = 12;

/** The identity of a folder's stack; a new one has an operator's key, and partitions as given. */
export function readIdentity(data: string, partitions: number): Identity {
  const path = join(data, "identity.json");
  const { bavail, bsize } = statfsSync(data);
  const fresh: Identity = {
    operator: `tl_operator_${randomBytes(24).toString("base64url")}`,
    dataSecret: randomBytes(32).toString("base64url"),
    project: "",
    keys: { ingest: "", query: "", admin: "" },
    streamBytesMax: Math.min(streamBytesMost, Math.floor((bavail * bsize) / streamsInDisk)),
    partitions,
  };
  // What an older version did not write down yet is as it would be now.
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Partial<Identity>) : {};
  const identity = { ...fresh, ...known };
  writeIdentity(data, identity);
  return identity;
}

export function writeIdentity(data: string, identity: Identity): void {
  replace(join(data, "identity.json"), identity);
}

function replace(path: string, value: object): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
