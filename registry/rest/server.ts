import type { Registry } from "../registry.js";
import { type RestRequest, sliceOf } from "./request.js";
import type { Reply, Route } from "./route.js";

/** The paths about the registry itself: its contexts, and what clients ask of a server. */
export const serverRoutes: readonly Route[] = [
  { method: "GET", path: "/contexts", access: "any", answer: listContexts },
  { method: "DELETE", path: "/contexts/:context", access: "admin", answer: deleteContext },
  { method: "GET", path: "/v1/metadata/id", access: "any", answer: async () => ({ json: clusterId }) },
  { method: "GET", path: "/v1/metadata/version", access: "any", answer: async () => ({ json: version }) },
  {
    method: "GET",
    path: "/v1/metadata/deployment",
    access: "any",
    answer: async () => ({ json: { attributes: [] } }),
  },
];

const clusterId = { id: "", scope: { path: [], clusters: { "schema-registry-cluster": "tideline" } } };

/** The API that is offered: Confluent Platform's of this version. */
const version = { version: "8.0.0", commitId: "tideline" };

async function listContexts(registry: Registry, request: RestRequest): Promise<Reply> {
  const prefix = request.query.get("contextPrefix") ?? "";
  const options = { ...sliceOf(request), ...(prefix === "" ? {} : { prefix }) };
  return { json: await registry.listContexts(request.caller, options) };
}

async function deleteContext(registry: Registry, { caller, parts }: RestRequest): Promise<Reply> {
  await registry.deleteContext(caller, parts["context"] ?? "");
  return { empty: true };
}
