import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  Code,
  type ConnectError,
  type ConnectRouter,
  cors,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import { codeToHttpStatus, errorToJson } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault, toConnectError } from "../fault.js";
import type { Incoming } from "./access.js";
import { type Access, type Call, projectHeader } from "./call.js";
import { lastHop, messageBytesMax } from "./grpc.js";
import type { Invoker } from "./invoke.js";
import { meterBody } from "./metered-body.js";
import { accessOf, type BodyEncoding, type Mount } from "./mount.js";
import { addJson, addOpaque, isBinary, isJson } from "./passed-on.js";
import { findRoute, type HttpRoute, pathOf } from "./plain-routes.js";
import type { ReadBudget, Reading } from "./read-budget.js";
import type { Listener } from "./two-protocols.js";

export interface HttpFaceOptions {
  readonly mounts: readonly Mount[];
  readonly routes: readonly HttpRoute[];
  readonly invoker: Invoker;
  readonly budget: ReadBudget;
  /** Decides who may call a plain route. */
  readonly admit: (access: Access, incoming: Incoming) => Promise<Call>;
  readonly healthz: () => object;
  /** Undefined when ready, else why not. */
  readonly notReady: () => string | undefined;
}

const unzip = promisify(gunzip);

const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": [...cors.exposedHeaders, "retry-after", "grpc-status-details-bin"].join(
    ", ",
  ),
  vary: "origin",
};
const preflightHeaders = {
  ...corsHeaders,
  "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": [
    ...cors.allowedHeaders,
    "authorization",
    "content-encoding",
    projectHeader,
  ].join(", "),
  "access-control-max-age": "7200",
};

/** The HTTP face of a service: Connect, gRPC-Web, plain routes and health. */
export function createHttpFace(options: HttpFaceOptions): Listener {
  const limits = { readMaxBytes: messageBytesMax, connect: true, grpc: false, grpcWeb: true };
  const connect = connectNodeAdapter({
    routes: (router) => {
      for (const mounted of options.mounts) addToConnect(router, mounted, options.invoker);
    },
    fallback: (request, response) => answerUnknown(request as IncomingMessage, response as ServerResponse),
    ...limits,
  });
  const json = connectNodeAdapter({
    routes: (router) => {
      for (const mounted of options.mounts)
        addJson(router, mounted, { invoker: options.invoker, from: fromContext });
    },
    fallback: connect,
    ...limits,
  });
  const opaque = connectNodeAdapter({
    routes: (router) => {
      for (const mounted of options.mounts)
        addOpaque(router, mounted, { invoker: options.invoker, from: fromContext });
    },
    fallback: connect,
    ...limits,
  });
  const rpcs = rpcPaths(options.mounts);
  return (request, response) => {
    const path = pathOf(request);
    if (path === "/readyz" || path === "/healthz") return answerHealth(options, path, response);
    if (request.method === "OPTIONS") return void response.writeHead(204, preflightHeaders).end();
    for (const [name, value] of Object.entries(corsHeaders)) response.setHeader(name, value);
    const method = rpcs.get(path);
    const encoding = method?.isRawUnary ? unaryEncoding(request) : undefined;
    if (method !== undefined && encoding !== undefined) {
      return void answerRaw(options, { ...method, encoding }, request, response);
    }
    const found = findRoute(options.routes, request.method, path);
    if (found !== undefined && "route" in found)
      return void answerRoute(options, found.route, request, response);
    if (found !== undefined) return answerMethod(found.allowed, request, response);
    if (method !== undefined) meter(options, method, request, response);
    if (isBinary(request)) opaque(request, response);
    else if (isJson(request)) json(request, response);
    else connect(request, response);
  };
}

interface RpcPath {
  readonly mounted: Mount;
  readonly method: DescMethod;
  readonly isRawUnary: boolean;
}

function rpcPaths(mounts: readonly Mount[]): Map<string, RpcPath> {
  const paths = new Map<string, RpcPath>();
  for (const mounted of mounts) {
    for (const method of mounted.service.methods) {
      const path = `/${mounted.service.typeName}/${method.name}`;
      const isRawUnary = method.methodKind === "unary" && mounted.raw[method.localName] !== undefined;
      paths.set(path, { mounted, method, isRawUnary });
    }
  }
  return paths;
}

/** Before the body: who may not send is not read; and what is read is counted. */
function meter(
  { admit, budget }: HttpFaceOptions,
  { mounted, method }: RpcPath,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const access = accessOf(mounted, method);
  const incoming = incomingOf(request, response);
  const ownerOf = async (): Promise<string> => (await admit(access, incoming)).principal.keyId;
  const metered = meterBody(request, { budget, ownerOf });
  response.once("close", metered.release);
}

/** The body's encoding where the request is Connect's unary protocol; undefined for gRPC-Web and others. */
function unaryEncoding(request: IncomingMessage): BodyEncoding | undefined {
  if (request.method !== "POST") return undefined;
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/proto") return "proto";
  return type === "application/json" ? "json" : undefined;
}

async function answerRaw(
  options: HttpFaceOptions,
  { mounted, method, encoding }: RpcPath & { encoding: BodyEncoding },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const incoming = incomingOf(request, response);
  let reading: Reading | undefined;
  try {
    const { principal } = await options.admit(accessOf(mounted, method), incoming);
    reading = options.budget.open(principal.keyId);
    const bytes = await readBody(request, messageBytesMax, reading);
    const answer = await options.invoker.raw(mounted, method, { bytes, encoding }, incoming);
    response
      .writeHead(200, { "content-type": `application/${encoding}`, "content-length": answer.length })
      .end(answer);
  } catch (cause) {
    writeError(response, options.invoker.wireError(cause, method.name));
  } finally {
    reading?.giveBack();
  }
}

async function answerRoute(
  options: HttpFaceOptions,
  route: HttpRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reading: Reading | undefined;
  try {
    const call = await options.admit(route.access, incomingOf(request, response));
    const opened = options.budget.open(call.principal.keyId);
    reading = opened;
    await route.handle(request, response, call, (bytesMax) => readBody(request, bytesMax, opened));
  } catch (cause) {
    writeError(response, options.invoker.wireError(cause, route.path));
  } finally {
    reading?.giveBack();
  }
}

/** Writes an error as Connect's unary protocol does, in JSON. */
export function writeError(
  response: ServerResponse,
  error: ConnectError,
  status = httpStatusOf(error),
): void {
  if (response.headersSent) return void response.destroy();
  for (const [name, value] of error.metadata) response.setHeader(name, value);
  const body = JSON.stringify(errorToJson(error, undefined));
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

function httpStatusOf(error: ConnectError): number {
  if (error.cause instanceof Fault && error.cause.reason === FaultReason.BODY_INVALID) {
    if (error.cause.facts["limit"] !== undefined) return 413;
    if (error.cause.facts["content_type"] !== undefined) return 415;
  }
  return error.code === Code.Unavailable ? 503 : codeToHttpStatus(error.code);
}

function addToConnect(router: ConnectRouter, mounted: Mount, invoker: Invoker): void {
  const methods: Record<string, unknown> = {};
  for (const method of mounted.service.methods)
    methods[method.localName] = connectMethod(mounted, method, invoker);
  // Built from the descriptor itself, so that every method has its kind's form.
  router.service(mounted.service, methods as Partial<ServiceImpl<DescService>>);
}

function connectMethod(mounted: Mount, method: DescMethod, invoker: Invoker): unknown {
  if (method.methodKind === "unary") {
    return (request: unknown, context: HandlerContext) =>
      invoker.unary(mounted, method, request, fromContext(context));
  }
  if (method.methodKind === "server_streaming") {
    return (request: unknown, context: HandlerContext) =>
      invoker.serverStreaming(mounted, method, request, fromContext(context));
  }
  return (requests: AsyncIterable<unknown>, context: HandlerContext) =>
    invoker.bidiStreaming(mounted, method, requests, fromContext(context));
}

function fromContext(context: HandlerContext): Incoming {
  return {
    header: (name) => context.requestHeader.get(name) ?? undefined,
    signal: context.signal,
    peer: lastHop(context.requestHeader.get("x-forwarded-for") ?? undefined),
  };
}

function incomingOf(request: IncomingMessage, response: ServerResponse): Incoming {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  let controller: AbortController | undefined;
  return {
    header,
    peer: lastHop(header("x-forwarded-for")) || (request.socket.remoteAddress ?? ""),
    get signal() {
      if (controller === undefined) {
        const fresh = new AbortController();
        controller = fresh;
        response.once("close", () => fresh.abort());
      }
      return controller.signal;
    },
  };
}

/** @see BodyReader */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
  reading: Reading = uncounted,
): Promise<Buffer> {
  const { chunks, length } = await readChunks(request, bytesMax, reading);
  const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return body;
  if (encoding !== "gzip") {
    const facts = { content_encoding: encoding.slice(0, 32) };
    throw new Fault(FaultReason.BODY_INVALID, "content-encoding must be gzip or identity", facts);
  }
  const room = Math.min(bytesMax, body.length * gzipFactorMax);
  reading.take(room);
  try {
    const plain = await unzip(body, { maxOutputLength: bytesMax });
    reading.giveBack(room - Math.min(room, plain.length));
    return plain;
  } catch (cause) {
    const tooLarge = cause instanceof RangeError;
    throw tooLarge
      ? bodyTooLarge(bytesMax)
      : new Fault(FaultReason.BODY_INVALID, "the body is not valid gzip");
  }
}

const uncounted: Reading = { take: () => undefined, giveBack: () => undefined };

/** No gzip grows by more. */
const gzipFactorMax = 1_032;

async function readChunks(request: IncomingMessage, bytesMax: number, reading: Reading) {
  const chunks: Buffer[] = [];
  let length = 0;
  let refusal: unknown;
  const keep = (chunk: Buffer): void => {
    try {
      reading.take(chunk.length);
      chunks.push(chunk);
    } catch (cause) {
      refusal = cause;
      chunks.length = 0;
      reading.giveBack();
    }
  };
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= bytesMax && refusal === undefined) keep(chunk);
      // A caller hears the answer only once it has sent its body, which is therefore read out, within reason.
      else if (length > bytesMax * 8) break;
    }
  } catch (cause) {
    // The caller is gone: nobody is to blame here, and nobody hears it.
    throw new Fault(FaultReason.BODY_INVALID, "the body ended early", {}, { cause });
  }
  if (refusal !== undefined) throw refusal;
  if (length > bytesMax) throw bodyTooLarge(bytesMax);
  return { chunks, length };
}

function bodyTooLarge(bytesMax: number): Fault {
  return new Fault(FaultReason.BODY_INVALID, `the body is over ${bytesMax} bytes`, {
    limit: String(bytesMax),
  });
}

/** The path is right, the method is not. */
function answerMethod(allowed: readonly string[], request: IncomingMessage, response: ServerResponse): void {
  const allow = allowed.join(", ");
  request.resume();
  response.setHeader("allow", allow);
  const fault = new Fault(FaultReason.NOT_OFFERED, `this path takes ${allow}`, { allow });
  writeError(response, toConnectError(fault), 405);
}

/** No method and no route has this path: said in the protocol that was asked in, as Connect and gRPC-Web write it. */
function answerUnknown(request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request).slice(0, 200);
  const error = toConnectError(new Fault(FaultReason.NOT_OFFERED, `${path} is not offered here`));
  const type = request.headers["content-type"] ?? "";
  request.resume();
  if (!type.startsWith("application/grpc-web")) {
    writeError(response, error, 404);
    return;
  }
  const trailer = trailerSerialize(setTrailerStatus(new Headers(), error));
  const frame = Buffer.alloc(5 + trailer.length);
  frame.writeUInt8(trailerFlag, 0);
  frame.writeUInt32BE(trailer.length, 1);
  frame.set(trailer, 5);
  response.writeHead(200, { "content-type": type }).end(frame);
}

function answerHealth(options: HttpFaceOptions, path: string, response: ServerResponse): void {
  const reason = path === "/readyz" ? options.notReady() : undefined;
  const body = path === "/readyz" ? { ready: reason === undefined, reason } : options.healthz();
  response.writeHead(reason === undefined ? 200 : 503, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
