import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { KeyRing } from "../control/keys.js";
import { Fault, toConnectError } from "../fault.js";
import type { Log } from "../log.js";
import { admit, type Incoming } from "./access.js";
import type { Call } from "./call.js";
import { type AnyMethod, accessOf, type Mount, type RawBidi, type RawUnary } from "./mount.js";

const validator = createValidator();

/** How often a stream's key is looked at again: a revoked key ends what it has opened. */
const readmitMs = 1_000;

/** What every call goes through on every transport: admission, the contract's limits, the method, faults. */
export interface Invoker {
  unary(mounted: Mount, method: DescMethod, request: unknown, incoming: Incoming): Promise<unknown>;
  serverStreaming(
    mounted: Mount,
    method: DescMethod,
    request: unknown,
    incoming: Incoming,
  ): AsyncIterable<unknown>;
  bidiStreaming(
    mounted: Mount,
    method: DescMethod,
    requests: AsyncIterable<unknown>,
    incoming: Incoming,
  ): AsyncIterable<unknown>;
  /** The bidirectional method on bytes; undefined where it has none. */
  rawStream(mounted: Mount, method: DescMethod): RawStream | undefined;
  raw(mounted: Mount, method: DescMethod, body: RawBody, incoming: Incoming): Promise<Uint8Array>;
  /** The wire error of anything thrown; what is no refusal is logged here. */
  wireError(cause: unknown, where: string): ConnectError;
}

export type RawStream = (bodies: AsyncIterable<Uint8Array>, incoming: Incoming) => AsyncIterable<Uint8Array>;

export interface RawBody {
  readonly bytes: Uint8Array;
  readonly encoding: "proto" | "json";
}

export function createInvoker({ keys, log }: { keys: KeyRing; log: Log }): Invoker {
  function wireError(cause: unknown, where: string): ConnectError {
    const error = toConnectError(cause);
    if (error.cause !== undefined && !(error.cause instanceof Fault))
      log.error({ err: error.cause, where }, "bug");
    return error;
  }

  return {
    wireError,
    async unary(mounted, method, request, incoming) {
      try {
        const call = await admit(keys, accessOf(mounted, method), incoming);
        return await answerUnary({ mounted, method }, request, call);
      } catch (cause) {
        throw wireError(cause, method.name);
      }
    },
    async *serverStreaming(mounted, method, request, incoming) {
      try {
        const access = accessOf(mounted, method);
        const call = await admit(keys, access, incoming);
        checkLimits(method.input, request);
        const items = methodOf(mounted, method)(request as never, call) as AsyncIterable<unknown>;
        yield* admittedAgain(items, () => admit(keys, access, incoming));
      } catch (cause) {
        throw wireError(cause, method.name);
      }
    },
    async *bidiStreaming(mounted, method, requests, incoming) {
      try {
        const call = await admit(keys, accessOf(mounted, method), incoming);
        // A stream's batches carry their own limits: the method answers each by itself.
        yield* methodOf(mounted, method)(requests as never, call) as AsyncIterable<unknown>;
      } catch (cause) {
        throw callerGone(cause, incoming) ?? wireError(cause, method.name);
      }
    },
    rawStream(mounted, method) {
      const handle = mounted.raw[method.localName] as RawBidi | undefined;
      if (handle === undefined) return undefined;
      return async function* (bodies, incoming) {
        try {
          yield* handle(bodies, await admit(keys, accessOf(mounted, method), incoming));
        } catch (cause) {
          throw callerGone(cause, incoming) ?? wireError(cause, method.name);
        }
      };
    },
    async raw(mounted, method, body, incoming) {
      const handle = mounted.raw[method.localName] as RawUnary | undefined;
      if (handle === undefined) throw new Error(`${method.name} has no raw form`);
      try {
        const call = await admit(keys, accessOf(mounted, method), incoming);
        return await handle(body.bytes, body.encoding, call);
      } catch (cause) {
        throw wireError(cause, method.name);
      }
    },
  };
}

/**
 * Answers a call that was let in: what a unary method is asked for on every transport, once its request is a message.
 * @throws Fault REQUEST_INVALID where it breaks the contract's limits, and what the method throws
 */
export async function answerUnary(
  { mounted, method }: { readonly mounted: Mount; readonly method: DescMethod },
  request: unknown,
  call: Call,
): Promise<unknown> {
  checkLimits(method.input, request);
  return await methodOf(mounted, method)(request as never, call);
}

/** Of a stream of requests: that its caller is gone is nobody's mistake, and nobody hears the answer. */
function callerGone(cause: unknown, incoming: Incoming): ConnectError | undefined {
  if (!incoming.signal.aborted || cause instanceof Fault) return undefined;
  return new ConnectError("the caller is gone", Code.Canceled);
}

/** A stream's items for as long as its key is good. */
async function* admittedAgain(items: AsyncIterable<unknown>, admitNow: () => Promise<unknown>) {
  let admittedAt = performance.now();
  for await (const item of items) {
    if (performance.now() - admittedAt >= readmitMs) {
      await admitNow();
      admittedAt = performance.now();
    }
    yield item;
  }
}

function methodOf(mounted: Mount, method: DescMethod): AnyMethod {
  const found = mounted.methods[method.localName];
  if (found === undefined) throw new Fault(FaultReason.NOT_OFFERED, `${method.name} is not offered here`);
  return found;
}

/** @throws Fault REQUEST_INVALID that names the first field and its rule. */
export function checkLimits(schema: DescMessage, request: unknown): void {
  const result = validator.validate(schema, request as MessageShape<DescMessage>);
  if (result.kind === "valid") return;
  if (result.kind === "error") throw result.error;
  const [violation] = result.violations;
  const field = violation === undefined ? "" : pathToString(violation.field);
  const rule = violation?.ruleId ?? "";
  throw new Fault(FaultReason.REQUEST_INVALID, `${field}: ${violation?.message ?? "not valid"}`, {
    field,
    rule,
  });
}
