import type { Client } from "@connectrpc/connect";
import type { RegistryService, Schema } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { unary } from "./client.js";

/** The newest version of every subject of the project, page by page. */
export async function newestSchemas(registry: Client<typeof RegistryService>): Promise<Schema[]> {
  const found: Schema[] = [];
  for (let pageToken = ""; ; ) {
    const page = await registry.listSchemas({ pageSize: 1_000, pageToken }, unary);
    found.push(...page.schemas);
    pageToken = page.nextPageToken;
    if (pageToken === "") return found;
  }
}
