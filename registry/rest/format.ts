import type { SchemaContent } from "../records.js";
import type { Registry } from "../registry.js";
import type { RestRequest } from "./request.js";
import type { ShapeOptions } from "./shapes.js";

/** How an answer writes a schema, by `format` and `referenceFormat`; a format that is not known is let be. */
export async function shapeOptions(
  registry: Registry,
  { caller, query }: RestRequest,
  content: SchemaContent,
): Promise<ShapeOptions> {
  const format = query.get("format") ?? "";
  return {
    text: format === "" ? undefined : await registry.formatted(caller, content, format),
    qualifiesReferences: query.get("referenceFormat")?.toLowerCase() === "qualified",
  };
}
