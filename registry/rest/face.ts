import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { KeyRing } from "../../platform/control/keys.js";
import type { Log } from "../../platform/log.js";
import { admit, type Incoming } from "../../platform/serve/access.js";
import { readBody } from "../../platform/serve/http.js";
import { Incompatible } from "../incompatible.js";
import type { Registry } from "../registry.js";
import { projectOf } from "../routes.js";
import { compatibilityRoutes } from "./compatibility.js";
import { type About, RestError, restCodes, restErrorOf, statusOf } from "./errors.js";
import { incompatibleMessage } from "./incompatible-text.js";
import { answerType, isTaken, offeredTypes } from "./negotiate.js";
import { type RestRequest, readPath } from "./request.js";
import { findRoute, MethodNotAllowed, type Reply, type Route } from "./route.js";
import { schemaRoutes } from "./schemas.js";
import { serverRoutes } from "./server.js";
import { settingRoutes } from "./settings.js";
import { aboutOf, subjectRoutes } from "./subjects.js";

const bodyBytesMax = 1024 * 1024;

/** What the REST face stands on. */
export interface RestFaceOptions {
  readonly registry: Registry;
  readonly keys: KeyRing;
  readonly log: Log;
}

const routes: readonly Route[] = [
  ...subjectRoutes,
  ...schemaRoutes,
  ...compatibilityRoutes,
  ...settingRoutes,
  ...serverRoutes,
];

/**
 * Confluent's Schema Registry REST API on a project's registry; docs/registry.md says where it differs. A key is given
 * as Bearer, or as user name or password of Basic; it chooses the project.
 */
export function createRestFace(options: RestFaceOptions): Server {
  return createServer((request, response) => {
    void answer(options, request, response);
  });
}

async function answer(
  options: RestFaceOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const about: { current: About } = { current: {} };
  try {
    send(request, response, await handle(options, { request, response, about }));
  } catch (error) {
    const refusal = refusalOf(error, about.current);
    if (refusal === undefined) options.log.error({ err: error, where: "registry REST" }, "bug");
    sendError(request, response, refusal ?? new RestError(restCodes.storeFailed, "internal error"));
  }
}

function refusalOf(error: unknown, about: About): RestError | undefined {
  if (error instanceof Incompatible) {
    const message = incompatibleMessage(about.subject ?? "", error.answer);
    return new RestError(restCodes.incompatible, message, { cause: error });
  }
  return restErrorOf(error, about);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Filled in once the request has been read. */
  readonly about: { current: About };
}

async function handle(
  { registry, keys }: RestFaceOptions,
  { request, response, about }: Exchange,
): Promise<Reply> {
  const method = request.method ?? "";
  const path = readPath(request.url ?? "/");
  // Liveness, for load balancers: says nothing of anybody's schemas.
  if (path.segments.length === 0 && (method === "GET" || method === "HEAD")) return { json: {} };
  if (method === "OPTIONS") return allowed(path.segments, response);
  const { route, parts } = findRoute(routes, method, path.segments);
  const call = await admit(keys, route.access, incomingOf(request));
  if (answerType(request.headers.accept) === undefined) {
    throw new RestError(restCodes.notAcceptable, "HTTP 406 Not Acceptable");
  }
  const caller = { projectId: projectOf(call), keyId: call.principal.keyId };
  const read: RestRequest = { caller, parts, query: path.query, context: path.context, body: undefined };
  about.current = aboutOf(read);
  const body = route.method === "POST" || route.method === "PUT" ? await bodyOf(request) : undefined;
  return await route.answer(registry, { ...read, body });
}

/** Says which methods a path has. */
function allowed(segments: readonly string[], response: ServerResponse): Reply {
  try {
    findRoute(routes, "OPTIONS", segments);
  } catch (error) {
    if (!(error instanceof MethodNotAllowed)) throw error;
    response.setHeader("allow", error.allowed.join(", "));
  }
  return { empty: true };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (!isTaken(request.headers["content-type"])) {
    throw new RestError(restCodes.unsupportedMediaType, "HTTP 415 Unsupported Media Type");
  }
  // Said at once, before a body is sent that nobody will read.
  if (Number(request.headers["content-length"] ?? 0) > bodyBytesMax) {
    throw new RestError(restCodes.tooLarge, `the body is over ${bodyBytesMax} bytes`);
  }
  const bytes = await readBody(request, bodyBytesMax);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new RestError(restCodes.unprocessable, "the body is not JSON");
  }
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (response.headersSent) return void response.destroy();
  if ("empty" in reply) return void response.writeHead(204).end();
  write(request, response, { status: 200, text: "text" in reply ? reply.text : JSON.stringify(reply.json) });
}

function sendError(request: IncomingMessage, response: ServerResponse, error: RestError): void {
  if (response.headersSent) return void response.destroy();
  const { code, message, reason } = error;
  if (code === restCodes.unauthorized) response.setHeader("www-authenticate", 'Basic realm="tideline"');
  if (error instanceof MethodNotAllowed) response.setHeader("allow", error.allowed.join(", "));
  // The rest of a body that was refused is not read; its connection can serve nothing else.
  if (!request.complete) response.setHeader("connection", "close");
  const body = { error_code: code, message, ...(reason === undefined ? {} : { reason }) };
  write(request, response, { status: statusOf(code), text: JSON.stringify(body) });
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text }: { readonly status: number; readonly text: string },
): void {
  const type = answerType(request.headers.accept) ?? offeredTypes[0];
  const headers = { "content-type": type, "content-length": Buffer.byteLength(text) };
  response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : text);
}

/** No use case of this face can be called off: what it has begun it ends. */
const neverAborted = new AbortController().signal;

function incomingOf(request: IncomingMessage): Incoming {
  return {
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    signal: neverAborted,
    peer: request.socket.remoteAddress ?? "",
  };
}
