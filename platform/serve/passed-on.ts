// Requests that Connect passes on as they came, since it would say less about what is wrong with them: of methods that
// take bytes, so that the method judges them part by part and refuses only what is bad; and all of those in JSON, so
// that the field is named which can't be decoded.
import type { IncomingMessage } from "node:http";
import { type DescMethod, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { type Empty, EmptySchema, type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { decodeJson } from "../json/decode-json.js";
import type { Incoming } from "./access.js";
import type { Invoker } from "./invoke.js";
import type { Mount } from "./mount.js";

/** Encodings of messages in binary that Connect takes apart; unary calls of its own protocol are answered before it. */
const binaryTypes = new Set([
  "application/grpc-web",
  "application/grpc-web+proto",
  "application/connect+proto",
]);

export function isBinary(request: IncomingMessage): boolean {
  return binaryTypes.has(typeOf(request));
}

const typeOf = (request: IncomingMessage): string =>
  request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";

/** A message without fields keeps all that it is made from as unknown fields, byte for byte. */
const bytesOf = (message: Empty): Uint8Array => toBinary(EmptySchema, message);
const messageOf = (bytes: Uint8Array): Empty => fromBinary(EmptySchema, bytes);

/** Encodings in JSON; a GET says it in its query. */
const jsonTypes = new Set(["application/json", "application/connect+json", "application/grpc-web+json"]);

export function isJson(request: IncomingMessage): boolean {
  if (request.method === "GET") return request.url?.includes("encoding=json") === true;
  return jsonTypes.has(typeOf(request));
}

export interface Passing {
  readonly invoker: Invoker;
  readonly from: (context: HandlerContext) => Incoming;
}

/** Adds the methods of a service for requests in JSON. */
export function addJson(router: ConnectRouter, mounted: Mount, { invoker, from }: Passing): void {
  for (const method of mounted.service.methods) {
    const decode = (value: Value): unknown => {
      try {
        return decodeJson(method.input, toJson(ValueSchema, value));
      } catch (cause) {
        throw invoker.wireError(cause, method.name);
      }
    };
    const handlers: Partial<Record<DescMethod["methodKind"], unknown>> = {
      unary: (request: Value, context: HandlerContext) =>
        invoker.unary(mounted, method, decode(request), from(context)),
      async *server_streaming(request: Value, context: HandlerContext) {
        yield* invoker.serverStreaming(mounted, method, decode(request), from(context));
      },
      async *bidi_streaming(requests: AsyncIterable<Value>, context: HandlerContext) {
        async function* decoded() {
          for await (const request of requests) yield decode(request);
        }
        yield* invoker.bidiStreaming(mounted, method, decoded(), from(context));
      },
    };
    router.rpc({ ...method, input: ValueSchema } as never, handlers[method.methodKind] as never);
  }
}

/** Adds the methods of a service that have a raw form. */
export function addOpaque(router: ConnectRouter, mounted: Mount, { invoker, from }: Passing): void {
  for (const method of mounted.service.methods) {
    if (mounted.raw[method.localName] === undefined) continue;
    const stream = invoker.rawStream(mounted, method);
    const opaque = { ...method, input: EmptySchema, output: EmptySchema } as DescMethod;
    const handlers: Partial<Record<DescMethod["methodKind"], unknown>> = {
      unary: async (request: Empty, context: HandlerContext) => {
        const body = { bytes: bytesOf(request), encoding: "proto" } as const;
        return messageOf(await invoker.raw(mounted, method, body, from(context)));
      },
      async *bidi_streaming(requests: AsyncIterable<Empty>, context: HandlerContext) {
        async function* bodies() {
          for await (const request of requests) yield bytesOf(request);
        }
        for await (const answer of stream?.(bodies(), from(context)) ?? []) yield messageOf(answer);
      },
    };
    router.rpc(opaque as never, handlers[method.methodKind] as never);
  }
}
