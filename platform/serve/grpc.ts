import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { create, type DescMethod, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import * as grpc from "@grpc/grpc-js";
import type { Incoming } from "./access.js";
import type { Invoker } from "./invoke.js";
import type { Mount } from "./mount.js";

/** Requests are limited by their method; the transport only needs headroom over 4 MiB. */
export const messageBytesMax = 5 * 1024 * 1024;

type Raw = Uint8Array;

/** Adds a mounted service to a gRPC server. Messages pass as bytes; decoding is part of the call. */
export function addToGrpc(server: grpc.Server, mounted: Mount, invoker: Invoker): void {
  for (const method of mounted.service.methods) {
    const path = `/${mounted.service.typeName}/${method.name}`;
    const identity = (bytes: Buffer): Raw => bytes;
    const serialize = (bytes: Raw): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { handler, type } = handlerOf(mounted, method, invoker);
    server.register(path, handler as grpc.handleUnaryCall<Raw, Raw>, serialize, identity, type);
  }
}

function handlerOf(mounted: Mount, method: DescMethod, invoker: Invoker): { handler: unknown; type: string } {
  switch (method.methodKind) {
    case "unary":
      return { handler: unaryHandler(mounted, method, invoker), type: "unary" };
    case "server_streaming":
      return { handler: serverStreamHandler(mounted, method, invoker), type: "serverStream" };
    case "bidi_streaming":
      return { handler: bidiHandler(mounted, method, invoker), type: "bidi" };
    case "client_streaming":
      throw new Error(`${method.name}: client streaming is not offered by any contract`);
  }
}

function unaryHandler(mounted: Mount, method: DescMethod, invoker: Invoker): grpc.handleUnaryCall<Raw, Raw> {
  const raw = mounted.raw[method.localName] !== undefined;
  const answer = async (call: grpc.ServerUnaryCall<Raw, Raw>): Promise<Raw> => {
    const incoming = incomingOf(call);
    if (raw) return invoker.raw(mounted, method, { bytes: call.request, encoding: "proto" }, incoming);
    const response = await invoker.unary(mounted, method, decode(method.input, call.request), incoming);
    return encode(method.output, response);
  };
  return (call, callback) => {
    answer(call).then(
      (bytes) => callback(null, bytes),
      (cause: unknown) => callback(statusOf(invoker.wireError(cause, method.name))),
    );
  };
}

function serverStreamHandler(mounted: Mount, method: DescMethod, invoker: Invoker) {
  return (call: grpc.ServerWritableStream<Raw, Raw>): void => {
    const run = async (): Promise<void> => {
      const request = decode(method.input, call.request);
      const answers = invoker.serverStreaming(mounted, method, request, incomingOf(call));
      await pump(call, encoded(method, answers));
    };
    run().catch((cause: unknown) => call.emit("error", statusOf(invoker.wireError(cause, method.name))));
  };
}

function bidiHandler(mounted: Mount, method: DescMethod, invoker: Invoker) {
  const raw = invoker.rawStream(mounted, method);
  return (call: grpc.ServerDuplexStream<Raw, Raw>): void => {
    // Reading pauses the stream while a request waits to be taken: that is the flow control.
    // The end of the requests must not destroy the stream: answers are still to come.
    const bodies = call.iterator({ destroyOnReturn: false }) as AsyncIterable<Raw>;
    async function* requests(): AsyncIterable<unknown> {
      for await (const bytes of bodies) yield decode(method.input, bytes);
    }
    const answers = (): AsyncIterable<Raw> =>
      raw === undefined
        ? encoded(method, invoker.bidiStreaming(mounted, method, requests(), incomingOf(call)))
        : raw(bodies, incomingOf(call));
    const run = (): Promise<void> => pump(call, answers());
    run().catch((cause: unknown) => call.emit("error", statusOf(invoker.wireError(cause, method.name))));
  };
}

async function* encoded(method: DescMethod, answers: AsyncIterable<unknown>): AsyncIterable<Raw> {
  for await (const answer of answers) yield encode(method.output, answer);
}

type Writable = grpc.ServerWritableStream<Raw, Raw> | grpc.ServerDuplexStream<Raw, Raw>;

/** Writes a stream's items no faster than the caller reads them; stops when the caller is gone. */
async function pump(call: Writable, items: AsyncIterable<Raw>): Promise<void> {
  for await (const item of items) {
    if (call.cancelled) return;
    if (!call.write(item)) await drained(call);
  }
  call.end();
}

function drained(call: Writable): Promise<void> {
  if (call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      call.removeListener("drain", done);
      call.removeListener("cancelled", done);
      resolve();
    };
    call.once("drain", done);
    call.once("cancelled", done);
  });
}

function decode(schema: DescMessage, bytes: Raw): MessageShape<DescMessage> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw new ConnectError(
      "the request is not a valid message",
      Code.InvalidArgument,
      undefined,
      undefined,
      cause,
    );
  }
}

function encode(schema: DescMessage, response: unknown): Raw {
  return toBinary(schema, create(schema, response as MessageInitShape<DescMessage>));
}

/** What all kinds of calls have. */
interface AnyCall {
  readonly metadata: grpc.Metadata;
  readonly cancelled: boolean;
  once(event: "cancelled", listener: () => void): unknown;
}

/** What admission needs of a call that has not begun. */
export function incomingOfMetadata(metadata: grpc.Metadata): Incoming {
  const header = headerOf(metadata);
  return { header, peer: lastHop(header("x-forwarded-for")), signal: never };
}

const never = new AbortController().signal;

const headerOf =
  (metadata: grpc.Metadata) =>
  (name: string): string | undefined => {
    const [value] = metadata.get(name);
    return typeof value === "string" ? value : undefined;
  };

function incomingOf(call: AnyCall): Incoming {
  const header = headerOf(call.metadata);
  let controller: AbortController | undefined;
  return {
    header,
    peer: lastHop(header("x-forwarded-for")),
    // Made only where a method asks for it: most calls never do.
    get signal() {
      if (controller === undefined) {
        const fresh = new AbortController();
        controller = fresh;
        if (call.cancelled) fresh.abort();
        else call.once("cancelled", () => fresh.abort());
      }
      return controller.signal;
    },
  };
}

/** The address that the gateway itself saw: the last of the list. */
export function lastHop(forwarded: string | undefined): string {
  return forwarded?.split(",").at(-1)?.trim() ?? "";
}

export function statusOf(error: ConnectError): grpc.ServiceError {
  const metadata = new grpc.Metadata();
  for (const [name, value] of error.metadata) metadata.set(name, value);
  const details = error.details.flatMap((detail) => ("desc" in detail ? [detail] : []));
  if (details.length > 0) {
    // google.rpc.Status: the message that carries details in gRPC.
    const status = new BinaryWriter().tag(1, WireType.Varint).int32(error.code);
    status.tag(2, WireType.LengthDelimited).string(error.rawMessage);
    for (const { desc, value } of details) {
      status.tag(3, WireType.LengthDelimited).fork();
      status.tag(1, WireType.LengthDelimited).string(`type.googleapis.com/${desc.typeName}`);
      status.tag(2, WireType.LengthDelimited).bytes(encode(desc, value)).join();
    }
    metadata.set("grpc-status-details-bin", Buffer.from(status.finish()));
  }
  return Object.assign(new Error(error.rawMessage), {
    code: error.code as number,
    details: error.rawMessage,
    metadata,
  });
}
