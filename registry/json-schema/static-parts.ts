// What `unevaluatedItems` and `unevaluatedProperties` leave over, where that is the same for every value.
import type { SchemaNode } from "./schema-graph.js";

const changing: ReadonlySet<string> = new Set([
  ...["anyOf", "oneOf", "if", "dependentSchemas", "dependencies", "$dynamicRef", "$recursiveRef"],
]);

/**
 * The parts of a schema, its `allOf` and its references that look at members or items; undefined where which of them
 * do depends on the value.
 */
export function staticParts<Part>(
  start: SchemaNode,
  of: "items" | "properties",
  partOf: (node: SchemaNode) => Part | undefined,
): readonly Part[] | undefined {
  const nodes = [start];
  const parts: Part[] = [];
  // Grows while it is walked.
  for (const node of nodes) {
    if (nodes.length > 100) return undefined;
    if (typeof node.schema !== "object" || node.schema === null) continue;
    const names = node.graph.keywordsOf(node);
    if (names.some((name) => changing.has(name))) return undefined;
    if (node !== start && names.some((name) => name.startsWith("unevaluated"))) return undefined;
    if (of === "items" && names.includes("contains")) return undefined;
    const part = partOf(node);
    if (part !== undefined) parts.push(part);
    if (names.includes("$ref")) {
      const target = node.graph.targetOf(node);
      if (target === undefined) return undefined;
      if (!nodes.includes(target)) nodes.push(target);
    }
    const all = (node.schema as { readonly allOf?: unknown }).allOf;
    if (!names.includes("allOf") || !Array.isArray(all)) continue;
    for (const index of all.keys()) nodes.push(node.graph.childOf(node, "allOf", index));
  }
  return parts;
}
