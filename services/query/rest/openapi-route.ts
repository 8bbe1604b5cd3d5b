import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../../platform/root.js";
import type { HttpRoute } from "../../../platform/serve/plain-routes.js";

/** `GET /v1/openapi.json`: the document that is generated from the contracts and the mappings; anyone may read it. */
export function openApiRoute(): HttpRoute {
  const body = readFileSync(join(repoRoot, "gen/openapi/query.v1.json"));
  return {
    method: "GET",
    path: "/v1/openapi.json",
    access: "public",
    async handle(_request, response) {
      const headers = { "content-type": "application/json", "content-length": body.length };
      response.writeHead(200, { ...headers, "cache-control": "no-cache" }).end(body);
    },
  };
}
