// Where a proof about arrays stops.
import { type ArrayPart, arrayPartOf, containsPartOf, type Facts } from "./facts.js";
import { gapAt } from "./gap.js";
import type { Claim, Gap, Prover } from "./prover.js";
import type { SchemaNode } from "./schema-graph.js";
import { staticParts } from "./static-parts.js";

/** Longer tuples are not compared place by place. */
const PLACES_MAX = 500;

/** What the writer says of the item at a place. */
export const itemsAt = (facts: Facts, index: number): SchemaNode[] => {
  const nodes: SchemaNode[] = [];
  for (const { prefix, rest } of facts.arrays) {
    const node = index < prefix.length ? prefix[index] : rest;
    if (node !== undefined) nodes.push(node);
  }
  return nodes;
};

const prefixOf = (parts: readonly ArrayPart[]): number =>
  parts.reduce((many, { prefix }) => Math.max(many, prefix.length), 0);

/** How long the writer's arrays may be: they end before an item that nothing can be. */
export function lengthsOf(prover: Prover, claim: Claim, facts: Facts): { least: number; most: number } {
  const { least } = facts.items;
  let { most } = facts.items;
  const places = Math.min(prefixOf(facts.arrays), PLACES_MAX);
  for (let index = 0; index <= places && index < most; index++) {
    const nodes = itemsAt(facts, index);
    if (nodes.length > 0 && prover.isEmpty(nodes, claim.depth + 1)) most = index;
  }
  return { least, most };
}

const itemClaim = (claim: Claim, writer: readonly SchemaNode[], reader: SchemaNode): Claim => ({
  ...claim,
  writer,
  reader,
  depth: claim.depth + 1,
  isName: false,
});

/** `items`, `prefixItems` and `additionalItems` of the reader's schema. */
export function itemGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const part = arrayPartOf(claim.reader);
  return part === undefined ? [] : partGaps(prover, { claim, facts, part });
}

interface PartQuestion {
  readonly claim: Claim;
  readonly facts: Facts;
  readonly part: ArrayPart;
}

const partGaps = (prover: Prover, { claim, facts, part }: PartQuestion): readonly Gap[] => {
  const { most } = lengthsOf(prover, claim, facts);
  const named = prefixOf(facts.arrays);
  const places = Math.max(named, part.prefix.length);
  if (places > PLACES_MAX) return [gapAt("JSON_PROOF_INCOMPLETE", part.node, "items", "Shorten the tuple.")];
  const gaps: Gap[] = [];
  for (let index = 0; index <= places && index < most; index++) {
    const isNamed = index < part.prefix.length;
    const reader = isNamed ? part.prefix[index] : part.rest;
    if (reader === undefined) continue;
    const writer = itemsAt(facts, index);
    const found = prover.gaps(itemClaim(claim, writer, reader));
    if (found.length === 0) continue;
    const isOpen = writer.length === 0;
    if (isNamed && isOpen) gaps.push(itemAdded(reader, index));
    else if (!isNamed && index < named && reader.schema === false) gaps.push(itemRemoved(part.node, index));
    else if (!isNamed && index >= named && (isOpen || reader.schema === false)) gaps.push(closed(reader));
    else gaps.push(...found);
  }
  const wasList = named === 0 && facts.arrays.some(({ rest }) => isTelling(rest));
  if (gaps.length === 0 && wasList && part.prefix.length > 0) gaps.push(becameTuple(part.node));
  return gaps;
};

const isTelling = (node: SchemaNode | undefined): boolean =>
  node !== undefined && typeof node.schema === "object" && Object.keys(node.schema ?? {}).length > 0;

const itemAdded = (node: SchemaNode, index: number): Gap =>
  gapAt(
    "JSON_ITEM_ADDED_TO_OPEN_ARRAY",
    node,
    "items",
    `Close the older array, or leave item ${index} open.`,
  );
const itemRemoved = (node: SchemaNode, index: number): Gap =>
  gapAt("JSON_ITEM_REMOVED_FROM_CLOSED_ARRAY", node, "items", `Keep item ${index}, or open the array.`);
const closed = (node: SchemaNode): Gap =>
  gapAt("JSON_ADDITIONAL_ITEMS_NARROWED", node, "items", "Take the items that older events may hold there.");
const becameTuple = (node: SchemaNode): Gap =>
  gapAt("JSON_LIST_BECAME_TUPLE", node, "items", "Keep the list, or take a new property for the tuple.");

/** `minItems` and `maxItems`. */
export function itemCountGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const { reader } = claim;
  const schema = reader.schema as Readonly<Record<string, unknown>>;
  const { least, most } = lengthsOf(prover, claim, facts);
  const gaps: Gap[] = [];
  const names = reader.graph.keywordsOf(reader);
  if (names.includes("minItems") && least < Number(schema["minItems"])) {
    const advice = `Set minItems to ${least} or leave it out.`;
    gaps.push(gapAt("JSON_ITEM_COUNT_NARROWED", reader, "minItems", advice));
  }
  if (names.includes("maxItems") && most > Number(schema["maxItems"])) {
    const advice = Number.isFinite(most) ? `Set maxItems to ${most} or leave it out.` : "Leave maxItems out.";
    gaps.push(gapAt("JSON_ITEM_COUNT_NARROWED", reader, "maxItems", advice));
  }
  return gaps;
}

/** `uniqueItems`. */
export function uniqueGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const schema = claim.reader.schema as Readonly<Record<string, unknown>>;
  if (schema["uniqueItems"] !== true || facts.isUnique) return [];
  if (lengthsOf(prover, claim, facts).most <= 1) return [];
  const advice = "Leave uniqueItems out: older events may repeat an item.";
  return [gapAt("JSON_UNIQUE_ITEMS_ADDED", claim.reader, "uniqueItems", advice)];
}

/** `contains` with `minContains` and `maxContains`. */
export function containsGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const wanted = containsPartOf(claim.reader);
  const { least, most } = lengthsOf(prover, claim, facts);
  const places = Math.min(prefixOf(facts.arrays), PLACES_MAX);
  const everyPlace = (test: (nodes: readonly SchemaNode[]) => boolean): boolean => {
    for (let index = 0; index <= places && index < most; index++) {
      if (!test(itemsAt(facts, index))) return false;
    }
    return true;
  };
  const strict = { ...claim, isLenient: false };
  const covers = (writer: readonly SchemaNode[], reader: SchemaNode) =>
    prover.holds(itemClaim(strict, writer, reader));
  const hasLeast =
    wanted.least === 0 ||
    facts.contains.some((it) => it.least >= wanted.least && covers([it.schema], wanted.schema)) ||
    (least >= wanted.least && everyPlace((nodes) => covers(nodes, wanted.schema)));
  const hasMost =
    most <= wanted.most ||
    facts.contains.some((it) => it.most <= wanted.most && covers([wanted.schema], it.schema)) ||
    everyPlace((nodes) => prover.isEmpty([...nodes, wanted.schema], claim.depth + 1));
  if (hasLeast && hasMost) return [];
  const advice = "Leave contains as it was, or leave it out.";
  return [gapAt("JSON_CONTAINS_CHANGED", wanted.schema, "contains", advice)];
}

/** `unevaluatedItems`, where what counts as evaluated does not depend on the value. */
export function unevaluatedItemGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const { reader } = claim;
  const rest = reader.graph.childOf(reader, "unevaluatedItems");
  if (rest.schema === true) return [];
  const parts = staticParts(reader, arrayPartOf);
  if (parts === undefined) {
    const advice = "Say it with items or additionalItems, or leave it as it was.";
    return [gapAt("JSON_UNEVALUATED", rest, "unevaluatedItems", advice)];
  }
  if (parts.some((it) => it.rest !== undefined)) return [];
  const prefix = Array.from({ length: prefixOf(parts) }, () => prover.made(true));
  return partGaps(prover, { claim, facts, part: { prefix, rest, node: reader } });
}
