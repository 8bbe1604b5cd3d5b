import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Where zipping pays. */
  readonly zipped?: Buffer;
  readonly etag: string;
  /** True where the name changes with the content. */
  readonly isImmutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

const zip = promisify(gzip);
/** A built page is looked at again after this, so that a new build shows without a restart. */
const lookAgainMs = 1_000;
const fileBytesMax = 16 * 2 ** 20;

/**
 * The files of a folder by their paths. Only what the folder listed is ever opened: a path of a request is looked up,
 * never joined.
 */
export class PageFiles {
  readonly #folder: string;
  #files = new Map<string, PageFile>();
  #builtAt = "";
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file of a path such as "/assets/index-1a2b.js"; undefined where there is none. */
  async file(path: string): Promise<PageFile | undefined> {
    if (performance.now() - this.#lookedAt > lookAgainMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    return this.#files.get(path);
  }

  async #look(): Promise<void> {
    const index = await stat(join(this.#folder, "index.html")).catch(() => undefined);
    this.#lookedAt = performance.now();
    const builtAt = index === undefined ? "" : `${index.mtimeMs} ${index.ino}`;
    if (builtAt === this.#builtAt) return;
    // A build that is being written now fails here; the next look finds it whole.
    const files = index === undefined ? new Map() : await readFiles(this.#folder).catch(() => undefined);
    if (files === undefined) return;
    this.#files = files;
    this.#builtAt = builtAt;
  }
}

async function readFiles(folder: string): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const absolute = join(entry.parentPath, entry.name);
    if ((await stat(absolute)).size > fileBytesMax) continue;
    const path = absolute.slice(folder.length).replaceAll("\\", "/");
    files.set(path, await readPageFile(absolute, path, type));
  }
  return files;
}

async function readPageFile(absolute: string, path: string, type: string): Promise<PageFile> {
  const bytes = await readFile(absolute);
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  const isImmutable = path.startsWith("/assets/");
  const zipped = /^(text|application|image\/svg)/.test(type) ? await zip(bytes, { level: 9 }) : undefined;
  const pays = zipped !== undefined && zipped.length < bytes.length;
  return { type, bytes, etag, isImmutable, ...(pays ? { zipped } : {}) };
}
