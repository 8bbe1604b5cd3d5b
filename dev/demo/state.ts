import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";

/** What the demo remembers from one start to the next. */
export interface DemoState {
  readonly seed: number;
  /** The past that is filled in, decided at the first start. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Visits of the past that are done with. */
  readonly visitsDone: number;
}

/** The demo's state in a file. */
export interface StateFile {
  readonly current: DemoState;
  /** Writes down that the first `visits` are done with; a lower number than before changes nothing. */
  advance(visits: number): Promise<void>;
}

const DAY_MS = 86_400_000;
const DAYS = 30;

/** Reads the state, or begins: the past ends at this minute and is 30 days long. */
export function openState(path: string, seed: number, nowMs: number): StateFile {
  const toMs = Math.floor(nowMs / 60_000) * 60_000;
  let current = readState(path) ?? { seed, fromMs: toMs - DAYS * DAY_MS, toMs, visitsDone: 0 };
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    await writeFile(`${path}.new`, JSON.stringify(current));
    await rename(`${path}.new`, path);
  };
  return {
    get current() {
      return current;
    },
    async advance(visits) {
      if (visits <= current.visitsDone) return;
      current = { ...current, visitsDone: visits };
      writing = writing.then(write);
      await writing;
    },
  };
}

function readState(path: string): DemoState | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as DemoState;
  } catch {
    return undefined; // None yet, or cut short: event ids make beginning again harmless.
  }
}
