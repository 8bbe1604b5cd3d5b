import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { EngineError } from "./engine-error.js";

/** Bytes of a body that is held in memory, which is one that carries its statement. */
const bodyBytesMax = 256 * 1024 * 1024;

const decoders: Record<string, () => Transform> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** The body of a request, decompressed as its Content-Encoding says. */
export function bodyOf(request: IncomingMessage): Readable {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding === "identity" || encoding === "") return request;
  const decoder = decoders[encoding];
  if (decoder === undefined) {
    throw new EngineError(48, `Content-Encoding ${encoding} is not supported`, "NOT_IMPLEMENTED");
  }
  const plain = decoder();
  request.on("error", (error) => plain.destroy(error));
  request.on("aborted", () => plain.destroy(new Error("the client went away")));
  return request.pipe(plain);
}

/** A whole body in memory. */
export async function readBody(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) {
      throw new EngineError(
        191,
        "a body with its statement inside is over 256 MiB: put the statement into the address",
        "QUERY_IS_TOO_LARGE",
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** Writes data to a file in memory, lends its path, and removes it in the end. */
export async function withDataFile<T>(
  folder: string,
  data: AsyncIterable<Buffer>,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(folder, `insert-${randomUUID()}.data`);
  try {
    await pipeline(data, createWriteStream(path, { mode: 0o600 }));
    return await use(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** First what stood beside the statement, then the body. */
export async function* joined(first: Buffer, body: Readable | undefined): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  if (body) yield* body as AsyncIterable<Buffer>;
}
