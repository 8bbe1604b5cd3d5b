import type { IncomingMessage, ServerResponse } from "node:http";
import { Code } from "@connectrpc/connect";
import { GraphQLError, parse } from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { codeOf, Fault } from "../../../platform/fault.js";
import type { Log } from "../../../platform/log.js";
import type { Call } from "../../../platform/serve/call.js";
import { messageBytesMax } from "../../../platform/serve/grpc.js";
import type { Mount } from "../../../platform/serve/mount.js";
import type { BodyReader, HttpRoute } from "../../../platform/serve/plain-routes.js";
import { documentLimits, withinLimits } from "./limits.js";
import { type GraphContext, graphSchema } from "./schema.js";

const path = "/graphql";

/**
 * The services of queries over GraphQL, by GET and POST. Each field asks for its method's scope; faults are errors of
 * their fields.
 */
export function graphqlRoutes(mounts: readonly Mount[], log: Log): HttpRoute[] {
  const yoga = createYoga<GraphContext>({
    schema: graphSchema(mounts),
    graphqlEndpoint: path,
    graphiql: false,
    landingPage: false,
    // The face that serves it says what other origins may do.
    cors: false,
    logging: false,
    plugins: [bounded],
    maskedErrors: { maskError: (error) => told(error, log) },
  });
  const handle = async (
    request: IncomingMessage,
    response: ServerResponse,
    call: Call,
    read: BodyReader,
  ): Promise<void> => {
    const body = request.method === "POST" ? { body: (await read(messageBytesMax)).toString() } : {};
    const { accept = "application/json", "content-type": type = "application/json" } = request.headers;
    const answer = await yoga.fetch(
      `http://graphql${request.url ?? path}`,
      { method: request.method ?? "GET", headers: { accept, "content-type": type }, ...body },
      { call },
    );
    const text = Buffer.from(await answer.arrayBuffer());
    response
      .writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "application/json",
        "content-length": text.length,
        "cache-control": "no-store",
      })
      .end(text);
  };
  return (["POST", "GET"] as const).map((method) => ({ method, path, access: "any", handle }));
}

/** Holds documents within the limits, before they are parsed whole and before anything is asked. */
const bounded: Plugin = {
  onParse: ({ setParseFn }) =>
    setParseFn((source, options) => parse(source, { ...options, maxTokens: documentLimits.tokens })),
  onValidate: ({ addValidationRule }) => addValidationRule(withinLimits),
};

/** An error as the caller sees it: a fault with reason and facts; of a bug nothing, which is logged instead. */
function told(error: unknown, log: Log): Error {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  // What is wrong with the document itself has no other error behind it; GraphQL's own are about values.
  if (
    error instanceof GraphQLError &&
    (cause === undefined || cause === null || cause instanceof GraphQLError)
  )
    return error;
  const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
  if (cause instanceof Fault) {
    const code = Code[codeOf(cause.reason)];
    const reason = `FAULT_REASON_${FaultReason[cause.reason]}`;
    return graphqlError(cause.message, place, { code, reason, facts: cause.facts });
  }
  log.error({ err: cause, where: "graphql" }, "bug");
  return graphqlError("internal error", place, { code: Code[Code.Internal] });
}

function graphqlError(
  message: string,
  { nodes, path: at }: { nodes?: GraphQLError["nodes"]; path?: GraphQLError["path"] },
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, path: at ?? null, extensions });
}
