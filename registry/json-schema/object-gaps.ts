// Where a proof about objects stops.
import { type Facts, type ObjectPart, objectPartOf } from "./facts.js";
import { gapAt } from "./gap.js";
import { nameClasses, nameLimits } from "./name-classes.js";
import type { Claim, Gap, Prover } from "./prover.js";
import type { SchemaNode } from "./schema-graph.js";
import { possibleParts, provedParts } from "./static-parts.js";

/** A property of the writer's objects. */
export interface NamedQuestion {
  readonly claim: Claim;
  readonly facts: Facts;
  readonly name: string;
}

type Schema = Readonly<Record<string, unknown>>;

const matching = (prover: Prover, part: ObjectPart, name: string): SchemaNode[] =>
  part.patterns.filter(([pattern]) => prover.evaluator.matches(pattern, name)).map(([, schema]) => schema);

/** Whether the writer says something of a name by itself. */
export const isDeclared = (prover: Prover, facts: Facts, name: string): boolean =>
  facts.required.has(name) ||
  facts.objects.some((it) => it.properties.has(name) || matching(prover, it, name).length > 0);

/** What the writer says of the property; undefined where it can't be there. */
export function presentAt(prover: Prover, { claim, facts, name }: NamedQuestion): SchemaNode[] | undefined {
  if (facts.propertyNames.some((it) => prover.evaluator.accepts(it, name) === false)) return undefined;
  if (claim.isLenient && !isDeclared(prover, facts, name)) return undefined;
  const nodes: SchemaNode[] = [];
  for (const part of facts.objects) {
    const own = part.properties.get(name);
    const found = [...(own === undefined ? [] : [own]), ...matching(prover, part, name)];
    if (found.length > 0) nodes.push(...found);
    else if (part.additional !== undefined) nodes.push(part.additional);
  }
  return nodes.length > 0 && prover.isEmpty(nodes, claim.depth + 1) ? undefined : nodes;
}

const memberClaim = (claim: Claim, writer: readonly SchemaNode[], reader: SchemaNode): Claim => ({
  ...claim,
  writer,
  reader,
  depth: claim.depth + 1,
  isName: false,
});

/** `properties`, `patternProperties` and `additionalProperties` of the reader's schema. */
export function memberGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const part = objectPartOf(claim.reader);
  return part === undefined ? [] : partGaps(prover, { claim, facts, part });
}

interface PartQuestion {
  readonly claim: Claim;
  readonly facts: Facts;
  readonly part: ObjectPart;
}

const partGaps = (prover: Prover, question: PartQuestion): readonly Gap[] => {
  const { claim, facts, part } = question;
  const names = new Set(part.properties.keys());
  if (part.additional !== undefined || part.patterns.length > 0) {
    for (const it of facts.objects) for (const name of it.properties.keys()) names.add(name);
    for (const name of facts.required) names.add(name);
  }
  const { values } = nameLimits(prover, facts);
  for (const name of values ?? []) names.add(name);
  const gaps: Gap[] = [];
  for (const name of names) {
    prover.budget.spend();
    const writer = presentAt(prover, { claim, facts, name });
    if (writer !== undefined) gaps.push(...namedGaps(prover, question, { name, writer }));
  }
  if (part.additional !== undefined || part.patterns.length > 0) gaps.push(...otherGaps(prover, question));
  return gaps;
};

interface Present {
  readonly name: string;
  readonly writer: readonly SchemaNode[];
}

const namedGaps = (prover: Prover, { claim, facts, part }: PartQuestion, present: Present): Gap[] => {
  const { name, writer } = present;
  const gaps: Gap[] = [];
  const wasNamed = isDeclared(prover, facts, name);
  const own = part.properties.get(name);
  const patterns = matching(prover, part, name);
  if (own !== undefined) {
    const found = prover.gaps(memberClaim(claim, writer, own));
    if (wasNamed) gaps.push(...found);
    else if (found.length > 0) gaps.push(propertyAdded(own, name, writer.length === 0));
  }
  for (const it of patterns) {
    const found = prover.gaps(memberClaim(claim, writer, it));
    if (wasNamed) gaps.push(...found);
    else if (found.length > 0) gaps.push(patternChanged(it));
  }
  const { additional } = part;
  if (own !== undefined || patterns.length > 0 || additional === undefined || claim.isLenient) return gaps;
  const found = prover.gaps(memberClaim(claim, writer, additional));
  if (found.length === 0) return gaps;
  gaps.push(propertyRemoved(additional, name));
  return gaps;
};

const isTyped = (node: SchemaNode | undefined): boolean =>
  node !== undefined && typeof node.schema === "object" && Object.keys(node.schema ?? {}).length > 0;

/** The names of which neither says anything by itself, and those that match patterns. */
const otherGaps = (prover: Prover, { claim, facts, part }: PartQuestion): Gap[] => {
  const { additional } = part;
  const isTypedOnBothSides = isTyped(additional) && facts.objects.some((it) => isTyped(it.additional));
  const gaps = new Map<SchemaNode, Gap[]>();
  const patterns = part.patterns.map(([pattern]) => pattern);
  const classes = nameClasses(prover, { claim, facts, patterns });
  if (classes === undefined) {
    const advice = "Use fewer patterns.";
    return [gapAt("JSON_PROOF_INCOMPLETE", part.node, "patternProperties", advice)];
  }
  for (const { matched, writer } of classes) {
    const isNamed = facts.objects.some((it) => it.patterns.some(([pattern]) => matched.has(pattern)));
    const readers = part.patterns.filter(([pattern]) => matched.has(pattern)).map(([, schema]) => schema);
    const isAdditional = readers.length === 0;
    if (isAdditional && additional !== undefined) readers.push(additional);
    if (claim.isLenient && !isNamed && !(isAdditional && isTypedOnBothSides)) continue;
    if (claim.isLenient && isNamed && isAdditional) continue;
    for (const reader of readers) {
      if (gaps.has(reader)) continue;
      const found = prover.gaps(memberClaim(claim, writer, reader));
      if (found.length === 0) continue;
      const isWhole = writer.length === 0 || reader.schema === false;
      if (isAdditional) gaps.set(reader, isWhole ? [additionalNarrowed(reader)] : [...found]);
      else gaps.set(reader, isNamed ? [...found] : [patternChanged(reader)]);
    }
  }
  return [...gaps.values()].flat();
};

const lenientHint = "LENIENT takes it, since there events hold only what their schema names.";

const propertyAdded = (node: SchemaNode, name: string, isOpen: boolean): Gap => {
  const shown = JSON.stringify(name.slice(0, 100));
  return isOpen
    ? gapAt(
        "JSON_PROPERTY_ADDED_TO_OPEN_OBJECT",
        node,
        "properties",
        `Leave ${shown} without a type, or close the older object with additionalProperties: false. ${lenientHint}`,
      )
    : gapAt(
        "JSON_PROPERTY_NOT_COVERED",
        node,
        "properties",
        `Let ${shown} take all that additionalProperties of the older schema takes. ${lenientHint}`,
      );
};
const propertyRemoved = (node: SchemaNode, name: string): Gap => {
  const shown = JSON.stringify(name.slice(0, 100));
  return node.schema === false
    ? gapAt(
        "JSON_PROPERTY_REMOVED_FROM_CLOSED_OBJECT",
        node,
        "additionalProperties",
        `Keep ${shown}, or open the object. ${lenientHint}`,
      )
    : gapAt(
        "JSON_PROPERTY_NOT_COVERED",
        node,
        "additionalProperties",
        `Keep ${shown}, or let additionalProperties take its values. ${lenientHint}`,
      );
};
const additionalNarrowed = (node: SchemaNode): Gap =>
  gapAt(
    "JSON_ADDITIONAL_PROPERTIES_NARROWED",
    node,
    "additionalProperties",
    `Take the unnamed properties that older events may hold. ${lenientHint}`,
  );
const patternChanged = (node: SchemaNode): Gap =>
  gapAt(
    "JSON_PATTERN_PROPERTY_CHANGED",
    node,
    "patternProperties",
    "Take all values that older events may hold under such names.",
  );

/** `unevaluatedProperties`: what is proved to hold counts as evaluated. */
export function unevaluatedPropertyGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const { reader } = claim;
  const additional = reader.graph.childOf(reader, "unevaluatedProperties");
  if (additional.schema === true) return [];
  const parts = provedParts(prover, claim, objectPartOf);
  if (parts.some((it) => it.additional !== undefined)) return [];
  const anything = prover.made(true);
  const names = parts.flatMap((it) => [...it.properties.keys()]);
  const patterns = parts.flatMap((it) => it.patterns.map(([pattern]) => [pattern, anything] as const));
  const properties = new Map(names.map((name) => [name, anything]));
  const gaps = partGaps(prover, { claim, facts, part: { properties, patterns, additional, node: reader } });
  if (
    gaps.length === 0 ||
    possibleParts(reader, { of: "properties", partOf: objectPartOf })?.length === parts.length
  )
    return gaps;
  const advice = "Say it with additionalProperties, or leave it as it was.";
  return [gapAt("JSON_UNEVALUATED", additional, "unevaluatedProperties", advice)];
}

/** `required`. */
export function requiredGaps(claim: Claim, facts: Facts): readonly Gap[] {
  const { required } = claim.reader.schema as { readonly required: readonly string[] };
  return required
    .filter((name) => !facts.required.has(name))
    .map((name) => {
      const shown = JSON.stringify(name.slice(0, 100));
      const advice = `Leave ${shown} out of required: older events may lack it, and defaults are not filled in.`;
      return gapAt("JSON_REQUIRED_ADDED", claim.reader, "required", advice);
    });
}

/** `dependencies`, `dependentRequired` and `dependentSchemas`. */
export function dependencyGaps(prover: Prover, claim: Claim, facts: Facts, keyword: string): readonly Gap[] {
  const { reader } = claim;
  const gaps: Gap[] = [];
  for (const [name, needed] of Object.entries((reader.schema as Schema)[keyword] as object)) {
    if (presentAt(prover, { claim, facts, name }) === undefined) continue;
    const writer = [...claim.writer, prover.made({ type: "object", required: [name] })];
    const advice = `Ask no more of objects with ${JSON.stringify(name.slice(0, 100))} than before.`;
    if (Array.isArray(needed)) {
      const { required } = prover.factsOf(writer);
      if (needed.every((it) => required.has(String(it)))) continue;
      gaps.push(gapAt("JSON_DEPENDENCY_ADDED", reader, keyword, advice));
    } else {
      const node = reader.graph.childOf(reader, keyword, name);
      if (prover.holds({ ...claim, writer, reader: node })) continue;
      gaps.push(gapAt("JSON_DEPENDENCY_ADDED", node, keyword, advice));
    }
  }
  return gaps;
}
