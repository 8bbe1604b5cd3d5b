import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { KeyRing } from "../../platform/control/keys.js";
import type { Log } from "../../platform/log.js";
import { admit, type Incoming } from "../../platform/serve/access.js";
import { readBody } from "../../platform/serve/http.js";
import type { Registry } from "../registry.js";
import { callerOf } from "../routes.js";
import { RestError, restCodes, restErrorOf, statusOf } from "./errors.js";
import { findResource } from "./resources.js";

const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
const BODY_BYTES_MAX = 1024 * 1024;

/** What the REST face stands on. */
export interface RestFaceOptions {
  readonly registry: Registry;
  readonly keys: KeyRing;
  readonly log: Log;
}

/**
 * The part of Confluent's Schema Registry REST API that reading and registering clients use, on a project's schemas.
 * A key is given as Bearer, or as user name or password of Basic; it chooses the project.
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
  try {
    send(response, 200, await handle(options, request, response));
  } catch (error) {
    const refusal = restErrorOf(error);
    if (refusal === undefined) options.log.error({ err: error, where: "registry REST" }, "bug");
    const { code, message } = refusal ?? new RestError(restCodes.storeFailed, "internal error");
    if (code === restCodes.unauthorized) response.setHeader("www-authenticate", 'Basic realm="tideline"');
    send(response, statusOf(code), { error_code: code, message });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return void response.destroy();
  const json = JSON.stringify(body);
  const length = Buffer.byteLength(json);
  response.writeHead(status, { "content-type": CONTENT_TYPE, "content-length": length }).end(json);
}

async function handle(
  { registry, keys }: RestFaceOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<unknown> {
  const { pathname } = new URL(request.url ?? "/", "http://registry");
  // Liveness, for load balancers: says nothing of anybody's schemas.
  if (pathname === "/" && request.method === "GET") return {};
  const resource = findResource(request.method ?? "", pathname);
  const call = await admit(keys, resource.access, incomingOf(request, response));
  const body = request.method === "POST" ? parseBody(await readBody(request, BODY_BYTES_MAX)) : {};
  return await resource.answer(registry, callerOf(call), body);
}

function parseBody(bytes: Buffer): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // Said below, as for any other body that is no object.
  }
  throw new RestError(restCodes.unprocessable, "the body is not a JSON object");
}

function incomingOf(request: IncomingMessage, response: ServerResponse): Incoming {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return {
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    signal: controller.signal,
    peer: request.socket.remoteAddress ?? "",
  };
}
