import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { FieldWriter, splitRepeated, WireCursor } from "../platform/wire.js";
import { type GrpcAddress, UserError } from "./target.js";

/** Sends batches of encoded events. */
export interface Publisher {
  /** Connects. @throws UserError where nobody answers within some seconds */
  ready(): Promise<void>;
  /**
   * Sends a PublishEventsRequest and gives the verdicts in its order, each an encoded EventVerdict. What a retry can
   * heal is sent again (safe, since event ids are kept): a busy or unreachable server, a spent rate, and single
   * events that were rejected for the moment.
   * @throws PublishError where the server refuses the batch, or did not take it within the time for retries
   */
  publish(request: Uint8Array): Promise<Uint8Array[]>;
  close(): void;
}

/** A batch that was not taken. */
export class PublishError extends Error {
  override readonly name = "PublishError";
}

/** Where and how a publisher sends. */
export interface PublisherOptions {
  readonly address: GrpcAddress;
  readonly key: string;
  /** Sent with each request; the operator's key names its project by one. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one batch is tried before it counts as failed. */
  readonly retryMsMax?: number;
  readonly signal?: AbortSignal;
}

const METHOD = "/tideline.ingest.v1.IngestService/PublishEvents";
const EVENTS = 1;
const VERDICTS = 1;
const CONNECT_MS = 3_000;
const DEADLINE_MS = 60_000;
const RETRY_MS_MAX = 5 * 60_000;
const BACKOFF_MS = 100;
const BACKOFF_MS_MAX = 10_000;

/** Codes after which the same batch may pass; the log deduplicates what had been taken. */
const RETRIED = new Set([
  grpc.status.UNAVAILABLE,
  grpc.status.RESOURCE_EXHAUSTED,
  grpc.status.DEADLINE_EXCEEDED,
  grpc.status.ABORTED,
]);

/** A publisher over gRPC that hands on bytes as they are: nothing is decoded on the way. */
export function openPublisher(options: PublisherOptions): Publisher {
  const { address, key, headers = {}, retryMsMax = RETRY_MS_MAX, signal } = options;
  const credentials = address.isSecure ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
  const client = new grpc.Client(address.hostPort, credentials, {
    "grpc.max_receive_message_length": 16 * 1024 * 1024,
    "grpc.enable_retries": 0,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2_000,
  });
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${key}`);
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const send = (request: Uint8Array) => call(client, request, metadata);

  const sendUntilTaken = async (request: Uint8Array): Promise<Uint8Array[]> => {
    const until = performance.now() + retryMsMax;
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const error = await send(request).then(
        (verdicts) => verdicts,
        (cause: grpc.ServiceError) => cause,
      );
      if (Array.isArray(error)) return error;
      const waitMs = retryAfterMs(error) ?? backoffMs(attempt);
      if (!RETRIED.has(error.code) || performance.now() + waitMs > until) throw publishError(error);
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  };

  return {
    ready: () => connect(client, address),
    async publish(request) {
      const verdicts = await sendUntilTaken(request);
      await resendRetryable({ request, verdicts, send: sendUntilTaken, retryMsMax });
      return verdicts;
    },
    close: () => client.close(),
  };
}

function connect(client: grpc.Client, { hostPort }: GrpcAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + CONNECT_MS, (error) => {
      if (error === undefined) resolve();
      else reject(new UserError(`${hostPort} does not answer; is it running? npx tideline doctor says more`));
    });
  });
}

function call(client: grpc.Client, request: Uint8Array, metadata: grpc.Metadata): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      METHOD,
      (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      (bytes: Buffer) => splitRepeated(bytes, VERDICTS),
      request,
      metadata,
      { deadline: Date.now() + DEADLINE_MS },
      (error, verdicts) => {
        if (error !== null) reject(error);
        else resolve(verdicts ?? []);
      },
    );
  });
}

interface Resend {
  readonly request: Uint8Array;
  /** Gets the new verdicts in the place of the old. */
  readonly verdicts: Uint8Array[];
  readonly send: (request: Uint8Array) => Promise<Uint8Array[]>;
  readonly retryMsMax: number;
}

/** Sends again the events of a batch that were rejected but may pass now, a few times. */
async function resendRetryable({ request, verdicts, send, retryMsMax }: Resend): Promise<void> {
  const until = performance.now() + retryMsMax;
  for (let attempt = 0; performance.now() < until; attempt++) {
    const open = verdicts.flatMap((verdict, index) => (isRetryable(verdict) ? [index] : []));
    if (open.length === 0) return;
    await sleep(backoffMs(attempt));
    const events = splitRepeated(request, EVENTS);
    const writer = new FieldWriter(64 * 1024);
    for (const index of open) writer.bytes(EVENTS, events[index] ?? new Uint8Array(0));
    const answers = await send(writer.copy());
    open.forEach((index, place) => {
      const answer = answers[place];
      if (answer !== undefined) verdicts[index] = answer;
    });
  }
}

/** Whether a verdict says REJECTED with a fault that a retry can heal. */
function isRetryable(verdict: Uint8Array): boolean {
  const cursor = new WireCursor().reset(verdict);
  let outcome = 0;
  let fault: Uint8Array | undefined;
  while (cursor.next()) {
    if (cursor.field === 1) outcome = cursor.uint();
    else if (cursor.field === 2) fault = cursor.slice();
  }
  if (outcome !== Outcome.REJECTED || fault === undefined) return false;
  cursor.reset(fault);
  while (cursor.next()) if (cursor.field === 5) return cursor.uint() === 1;
  return false;
}

/** Doubling from a tenth of a second, with jitter so that many clients don't come back at once. */
function backoffMs(attempt: number): number {
  return Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** What the server asks to wait: the fault's own milliseconds, else the header's seconds. */
export function retryAfterMs(error: grpc.ServiceError): number | undefined {
  const [details] = error.metadata?.get("grpc-status-details-bin") ?? [];
  const fact = details instanceof Buffer ? retryFact(details) : undefined;
  const [header] = error.metadata?.get("retry-after") ?? [];
  const ms = fact ?? (header === undefined ? Number.NaN : Number(header) * 1_000);
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, BACKOFF_MS_MAX) + Math.random() * 50 : undefined;
}

/** facts["retry_after_ms"] of the tideline.fault.v1.FaultDetail within a google.rpc.Status. */
function retryFact(status: Uint8Array): number | undefined {
  for (const any of splitRepeated(status, 3)) {
    for (const detail of splitRepeated(any, 2)) {
      for (const entry of splitRepeated(detail, 2)) {
        const [name, value] = [1, 2].map((field) =>
          Buffer.from(splitRepeated(entry, field)[0] ?? []).toString(),
        );
        if (name === "retry_after_ms") return Number(value);
      }
    }
  }
  return undefined;
}

function publishError(error: grpc.ServiceError): PublishError {
  return new PublishError(`${grpc.status[error.code]}: ${error.details}`, { cause: error });
}
