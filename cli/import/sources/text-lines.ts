import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip, type Gunzip } from "node:zlib";

/** A file's text as it is read, and how far the reading is. */
export interface TextFile {
  /** The bytes of the file, compressed ones where it is compressed; undefined where it can't be known. */
  readonly bytes: number | undefined;
  /** How many of them were read. */
  bytesRead(): number;
  /** The text, in pieces of some ten thousand characters. Invalid bytes read as U+FFFD. */
  pieces(): AsyncIterable<string>;
}

/** Names of encodings that a mapping may give. */
export const encodings = ["utf-8", "windows-1252", "latin1", "utf-16le"] as const;

/** How a file's bytes are to be read. */
export type Encoding = (typeof encodings)[number];

const PIECE_BYTES = 256 * 1024;

/** Opens a file, or standard input for "-". A gzip file is known by its first bytes, whatever its name. */
export async function openText(path: string, encoding: Encoding): Promise<TextFile> {
  if (path === "-") return { ...textOf(process.stdin, encoding), bytes: undefined };
  const handle = await open(path, "r");
  const { size } = await handle.stat();
  const head = Buffer.alloc(2);
  await handle.read(head, 0, 2, 0);
  await handle.close();
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  return { ...textOf(file, encoding, isGzip), bytes: size };
}

function textOf(stream: Readable, encoding: Encoding, isGzip = false): Omit<TextFile, "bytes"> {
  const gunzip = isGzip ? createGunzip({ chunkSize: PIECE_BYTES }) : undefined;
  let read = 0;
  return {
    bytesRead: () => gunzip?.bytesWritten ?? read,
    async *pieces() {
      const decoder = new TextDecoder(encoding);
      for await (const chunk of gunzip === undefined ? stream : gunzipped(stream, gunzip)) {
        const bytes = chunk as Buffer;
        read += bytes.length;
        const text = decoder.decode(bytes, { stream: true });
        if (text !== "") yield text;
      }
      const rest = decoder.decode();
      if (rest !== "") yield rest;
    },
  };
}

function gunzipped(stream: Readable, gunzip: Gunzip): Gunzip {
  stream.on("error", (error) => gunzip.destroy(error));
  return stream.pipe(gunzip);
}

/** One line without its end, and its number from 1. */
export interface Line {
  readonly line: number;
  /** Undefined for a line that is too long to be kept. */
  readonly text: string | undefined;
}

/** Characters of the longest line that is kept. An event has 64 KiB, so a record of one is far below. */
export const lineLengthMax = 8 * 1024 * 1024;

/** The lines of a text in runs, one run for each piece. Ends of lines are \n or \r\n. */
export async function* lineRuns(pieces: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let rest = "";
  let isTooLong = false;
  let line = 1;
  for await (const piece of pieces) {
    const text = rest === "" ? piece : rest + piece;
    const run: Line[] = [];
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      run.push({ line: line++, text: isTooLong ? undefined : withoutReturn(text.slice(from, to)) });
      isTooLong = false;
      from = to + 1;
    }
    rest = text.slice(from);
    if (rest.length > lineLengthMax) {
      isTooLong = true;
      rest = "";
    }
    if (run.length > 0) yield run;
  }
  if (isTooLong) yield [{ line, text: undefined }];
  else if (rest !== "") yield [{ line, text: withoutReturn(rest) }];
}

function withoutReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}
