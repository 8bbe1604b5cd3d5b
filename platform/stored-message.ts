import type { MsgHdrs } from "nats";
import type { Nats } from "./engines/nats.js";

/** A message as a stream holds it. */
export interface StoredMessage {
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
}

const notFound = 404;

/** By its sequence; the last one of a subject; or the first of a subject at or after a sequence. */
export type Which =
  | { readonly sequence: number }
  | { readonly lastOf: string }
  | { readonly from: number; readonly of: string };

/**
 * One message of a stream in one round trip; undefined when there is none.
 * Any replica answers, also one that is a moment behind. The stream must allow direct gets.
 */
export async function storedMessage(
  nats: Nats,
  stream: string,
  which: Which,
  timeoutMs = 5_000,
): Promise<StoredMessage | undefined> {
  const api = `$JS.API.DIRECT.GET.${stream}`;
  const reply =
    "lastOf" in which
      ? await nats.connection.request(`${api}.${which.lastOf}`, "", { timeout: timeoutMs })
      : await nats.connection.request(api, JSON.stringify(requestOf(which)), { timeout: timeoutMs });
  const status = reply.headers?.code ?? 0;
  if (status === notFound) return undefined;
  if (status !== 0) throw new Error(`stream ${stream} answers ${status} ${reply.headers?.description ?? ""}`);
  return {
    sequence: Number(reply.headers?.get("Nats-Sequence")),
    data: reply.data,
    headers: reply.headers,
  };
}

function requestOf(which: Exclude<Which, { readonly lastOf: string }>): object {
  return "sequence" in which ? { seq: which.sequence } : { seq: which.from, next_by_subj: which.of };
}
