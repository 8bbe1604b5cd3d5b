import type { IncomingMessage } from "node:http";
import { toConnectError } from "../fault.js";
import type { ReadBudget, Reading } from "./read-budget.js";

/**
 * Has whoever reads a request's body admitted first and its bytes counted: at the first read `ownerOf` is asked, and
 * what it throws is what reading throws, as a wire error. Bytes are given back when an enveloped message is whole,
 * those of another body with `release`.
 */
export function meterBody(
  request: IncomingMessage,
  { budget, ownerOf }: { budget: ReadBudget; ownerOf: () => Promise<string> },
): { release(): void } {
  let reading: Reading | undefined;
  const isEnveloped = /^application\/(connect|grpc-web)/.test(request.headers["content-type"] ?? "");
  const whole = isEnveloped ? new EnvelopeMeter() : undefined;
  async function* metered(): AsyncGenerator<Buffer> {
    try {
      reading = budget.open(await ownerOf());
      // The body's end must not take the connection with it: an answer is to come.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        reading.take(chunk.length);
        yield chunk;
        reading.giveBack(whole?.completed(chunk) ?? 0);
      }
    } catch (cause) {
      request.resume();
      throw toConnectError(cause);
    }
  }
  Object.defineProperty(request, Symbol.asyncIterator, { value: metered });
  return { release: () => reading?.giveBack() };
}

const HEAD_BYTES = 5;

/** Follows messages with a head of five bytes, the last four of which say how long each is. */
class EnvelopeMeter {
  #head: number[] = [];
  #missing = 0;
  #open = 0;

  /** How many bytes are handed on with the messages that a piece completes. */
  completed(chunk: Buffer): number {
    let done = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#head.length < HEAD_BYTES) {
        this.#head.push(chunk[at++] as number);
        this.#open++;
        if (this.#head.length === HEAD_BYTES) this.#missing = Buffer.from(this.#head).readUInt32BE(1);
      } else {
        const taken = Math.min(this.#missing, chunk.length - at);
        at += taken;
        this.#open += taken;
        this.#missing -= taken;
      }
      if (this.#head.length < HEAD_BYTES || this.#missing > 0) continue;
      done += this.#open;
      this.#open = 0;
      this.#head = [];
    }
    return done;
  }
}
