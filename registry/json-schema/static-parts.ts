// What `unevaluatedItems` and `unevaluatedProperties` leave over.
import type { Claim, Prover } from "./prover.js";
import type { SchemaNode } from "./schema-graph.js";

const NODES_MAX = 100;
const lists = ["allOf", "anyOf", "oneOf"] as const;
const singles = ["if", "then", "else"] as const;
const maps = ["dependentSchemas", "dependencies"] as const;

type PartOf<Part> = (node: SchemaNode) => Part | undefined;
type Schema = Readonly<Record<string, unknown>>;

/** Which parts are asked for. */
export interface PartsQuestion<Part> {
  readonly of: "items" | "properties";
  readonly partOf: PartOf<Part>;
  /** Schemas that are known not to hold. */
  readonly without?: ReadonlySet<SchemaNode>;
}

const listOf = (node: SchemaNode, keyword: string): SchemaNode[] => {
  const list = (node.schema as Schema)[keyword];
  const isList = node.graph.keywordsOf(node).includes(keyword) && Array.isArray(list);
  return isList ? list.map((_, index) => node.graph.childOf(node, keyword, index)) : [];
};

const mapOf = (node: SchemaNode, keyword: string): [string, SchemaNode][] => {
  if (!node.graph.keywordsOf(node).includes(keyword)) return [];
  const members = Object.entries((node.schema as Schema)[keyword] as object);
  const schemas = members.filter(([, it]) => !Array.isArray(it));
  return schemas.map(([name]) => [name, node.graph.childOf(node, keyword, name)]);
};

/**
 * The parts of a schema, and of all that may look at the same value for it, that look at members or items; undefined
 * where that can't be told.
 */
export function possibleParts<Part>(
  start: SchemaNode,
  { of, partOf, without }: PartsQuestion<Part>,
): readonly Part[] | undefined {
  const nodes = [start];
  const parts: Part[] = [];
  // Grows while it is walked.
  for (const node of nodes) {
    if (nodes.length > NODES_MAX) return undefined;
    if (typeof node.schema !== "object" || node.schema === null) continue;
    const names = node.graph.keywordsOf(node);
    if (names.includes("$dynamicRef") || names.includes("$recursiveRef")) return undefined;
    if (node !== start && names.some((name) => name.startsWith("unevaluated"))) return undefined;
    if (of === "items" && names.includes("contains")) return undefined;
    const part = partOf(node);
    if (part !== undefined) parts.push(part);
    const found = lists.flatMap((keyword) => listOf(node, keyword));
    for (const keyword of singles) {
      if (names.includes(keyword)) found.push(node.graph.childOf(node, keyword));
    }
    for (const keyword of maps) for (const [, schema] of mapOf(node, keyword)) found.push(schema);
    if (names.includes("$ref")) {
      const target = node.graph.targetOf(node);
      if (target === undefined) return undefined;
      found.push(target);
    }
    for (const it of found) if (!nodes.includes(it) && without?.has(it) !== true) nodes.push(it);
  }
  return parts;
}

/** The parts that look at items, where they are the same for every value; undefined where they are not. */
export function staticParts<Part>(start: SchemaNode, partOf: PartOf<Part>): readonly Part[] | undefined {
  const nodes = [start];
  const changing: readonly string[] = ["anyOf", "oneOf", "if", ...maps];
  for (const node of nodes) {
    if (node.graph.keywordsOf(node).some((name) => changing.includes(name))) return undefined;
    const target = node.graph.keywordsOf(node).includes("$ref") ? node.graph.targetOf(node) : undefined;
    for (const it of [...listOf(node, "allOf"), ...(target === undefined ? [] : [target])]) {
      if (!nodes.includes(it)) nodes.push(it);
    }
  }
  return possibleParts(start, { of: "items", partOf });
}

/** The parts of a schema, and of all that is proved to hold with it, that look at members. */
export function provedParts<Part>(prover: Prover, claim: Claim, partOf: PartOf<Part>): readonly Part[] {
  const nodes = [claim.reader];
  const parts: Part[] = [];
  const strict = { ...claim, isLenient: false };
  const holds = (reader: SchemaNode) => prover.holds({ ...strict, reader });
  for (const node of nodes) {
    if (nodes.length > NODES_MAX) return parts;
    if (typeof node.schema !== "object" || node.schema === null) continue;
    const part = partOf(node);
    if (part !== undefined) parts.push(part);
    const { graph } = node;
    const found = listOf(node, "allOf");
    found.push(...[...listOf(node, "anyOf"), ...listOf(node, "oneOf")].filter(holds));
    const target = graph.keywordsOf(node).includes("$ref") ? graph.targetOf(node) : undefined;
    if (target !== undefined) found.push(target);
    found.push(...branchOf(prover, strict, node));
    for (const keyword of maps) {
      for (const [name, schema] of mapOf(node, keyword)) {
        if (prover.factsOf(claim.writer).required.has(name)) found.push(schema);
      }
    }
    for (const it of found) if (!nodes.includes(it)) nodes.push(it);
  }
  return parts;
}

/** The branch of a condition that is proved to be taken; the validator counts an `if` only with its `then`. */
const branchOf = (prover: Prover, claim: Claim, node: SchemaNode): SchemaNode[] => {
  const { graph } = node;
  const names = graph.keywordsOf(node);
  if (!names.includes("if")) return [];
  const condition = graph.childOf(node, "if");
  if (names.includes("then") && prover.holds({ ...claim, reader: condition })) {
    return [condition, graph.childOf(node, "then")];
  }
  const fails = names.includes("else") && prover.isEmpty([...claim.writer, condition], claim.depth);
  return fails ? [graph.childOf(node, "else")] : [];
};
