import type { IncomingMessage, ServerResponse } from "node:http";
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type JsonValue,
  type MessageInitShape,
  toJson,
} from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import { messageBytesMax } from "../../../platform/serve/grpc.js";
import { answerUnary } from "../../../platform/serve/invoke.js";
import { accessOf, type Mount, mountOf } from "../../../platform/serve/mount.js";
import { type BodyReader, type HttpRoute, partsOf, pathOf } from "../../../platform/serve/plain-routes.js";
import { anyQuestionPath, type Mapping, mappings } from "./mappings.js";
import { openApiRoute } from "./openapi-route.js";
import { belowKind, readQuestion, readRequest, withParameter } from "./read-request.js";

/** The REST face: methods with their access, limits and faults, at paths of plain HTTP and in plain JSON. */
export function restRoutes(mounts: readonly Mount[]): HttpRoute[] {
  return [
    openApiRoute(),
    ...mappings.map((mapping) => routeOf(mountOf(mounts, mapping.rpc), mapping)),
    questionRoute(mounts),
  ];
}

function routeOf(mounted: Mount, mapping: Mapping): HttpRoute {
  const { verb, path, rpc } = mapping;
  return {
    method: verb,
    path,
    access: accessOf(mounted, rpc),
    async handle(request, response, call, read) {
      const parts = partsOf(path, pathOf(request));
      const body = mapping.body === undefined ? undefined : await readJson(request, read);
      try {
        const message = readRequest(mapping, { parts, query: queryOf(request), body });
        send(response, rpc, await answerUnary({ mounted, method: rpc }, message, call));
      } catch (cause) {
        throw withParameter(mapping, cause);
      }
    },
  };
}

function questionRoute(mounts: readonly Mount[]): HttpRoute {
  return {
    method: "POST",
    path: anyQuestionPath,
    // What all questions ask; held by a spec.
    access: "query",
    async handle(request, response, call, read) {
      const { kind, rpc, request: message } = readQuestion(await readJson(request, read));
      try {
        const mounted = mountOf(mounts, rpc);
        send(response, rpc, await answerUnary({ mounted, method: rpc }, message, call));
      } catch (cause) {
        throw belowKind(kind, cause);
      }
    },
  };
}

/** @throws Fault BODY_INVALID */
async function readJson(request: IncomingMessage, read: BodyReader): Promise<JsonValue | undefined> {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== "" && type !== "application/json") {
    const facts = { content_type: type.slice(0, 64) };
    throw new Fault(FaultReason.BODY_INVALID, "content-type must be application/json", facts);
  }
  const bytes = await read(messageBytesMax);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Fault(FaultReason.BODY_INVALID, "the body is not JSON in UTF-8");
  }
}

const queryOf = ({ url = "" }: IncomingMessage): URLSearchParams =>
  new URLSearchParams(url.includes("?") ? url.slice(url.indexOf("?")) : "");

/** Proto3 JSON, as Connect answers it. */
function send(response: ServerResponse, { output }: DescMethodUnary, answer: unknown): void {
  const message = create(output, answer as MessageInitShape<DescMessage>);
  const body = Buffer.from(JSON.stringify(toJson(output, message)));
  const headers = { "content-type": "application/json", "content-length": body.length };
  response.writeHead(200, { ...headers, "cache-control": "no-store" }).end(body);
}
