import { appendFileSync, closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** A log file never grows beyond this; what was written before is kept once, under the name with `.1`. */
const logBytesMax = 8 * 1024 * 1024;

/** A log file of bounded size. */
export class BoundedLog {
  readonly path: string;
  #size: number;

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#size = sizeOf(path);
  }

  /** Appends at once, so that the last words of a process are there when it is gone. A full disk loses lines only. */
  write(chunk: Buffer | string): void {
    try {
      if (this.#size > logBytesMax) {
        renameSync(this.path, `${this.path}.1`);
        this.#size = 0;
      }
      appendFileSync(this.path, chunk);
      this.#size += Buffer.byteLength(chunk);
    } catch {
      // A log that cannot be written must not stop what it tells about.
    }
  }

  /** The last lines, for a message. */
  tail(lines: number): string {
    const bytes = Math.min(sizeOf(this.path), 16 * 1024);
    if (bytes === 0) return "";
    const file = openSync(this.path, "r");
    try {
      const buffer = Buffer.alloc(bytes);
      readSync(file, buffer, 0, bytes, sizeOf(this.path) - bytes);
      return buffer.toString("utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } finally {
      closeSync(file);
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
