// The names that a writer's objects may have, sorted by the patterns they match.
import type { Facts } from "./facts.js";
import { gapAt } from "./gap.js";
import { presentAt } from "./object-gaps.js";
import type { Claim, Gap, Prover } from "./prover.js";
import type { SchemaNode } from "./schema-graph.js";

const PATTERNS_MAX = 10;

/** What `propertyNames` of the writer say of all names. */
export interface NameLimits {
  /** The only names there can be. */
  readonly values: readonly string[] | undefined;
  readonly patterns: readonly string[];
}

export function nameLimits(prover: Prover, facts: Facts): NameLimits {
  if (facts.propertyNames.length === 0) return { values: undefined, patterns: [] };
  const names = prover.factsOf([prover.made({ type: "string" }), ...facts.propertyNames]);
  if (names.types === 0) return { values: [], patterns: [] };
  return { values: names.values?.map(String), patterns: [...names.patterns] };
}

/** Names, none of them named by itself, that match the same patterns. */
export interface NameClass {
  readonly matched: ReadonlySet<string>;
  /** What the writer says of their values. */
  readonly writer: readonly SchemaNode[];
}

interface ClassQuestion {
  readonly claim: Claim;
  readonly facts: Facts;
  /** The patterns of the reader. */
  readonly patterns: readonly string[];
}

/** The classes that may have a member; undefined where there are too many patterns. */
export function nameClasses(
  prover: Prover,
  { claim, facts, patterns }: ClassQuestion,
): readonly NameClass[] | undefined {
  const limits = nameLimits(prover, facts);
  if (limits.values !== undefined || facts.members.most === 0) return [];
  const own = facts.objects.flatMap((it) => it.patterns.map(([pattern]) => pattern));
  const asked = [...new Set([...patterns, ...own])].filter((it) => !limits.patterns.includes(it));
  if (asked.length > PATTERNS_MAX) return undefined;
  const classes: NameClass[] = [];
  const visit = (index: number, matched: readonly string[], missed: readonly string[]): void => {
    prover.budget.spend();
    if (prover.texts.find({ in: matched, out: missed }) === undefined) return;
    const pattern = asked[index];
    if (pattern !== undefined) {
      visit(index + 1, [...matched, pattern], missed);
      visit(index + 1, matched, [...missed, pattern]);
      return;
    }
    const names = new Set(matched);
    const writer = saidOf(facts, names);
    if (writer.length > 0 && prover.isEmpty(writer, claim.depth + 1)) return;
    classes.push({ matched: names, writer });
  };
  visit(0, limits.patterns, []);
  return classes;
}

const saidOf = (facts: Facts, matched: ReadonlySet<string>): SchemaNode[] => {
  const nodes: SchemaNode[] = [];
  for (const part of facts.objects) {
    const found = part.patterns.filter(([pattern]) => matched.has(pattern)).map(([, schema]) => schema);
    if (found.length > 0) nodes.push(...found);
    else if (part.additional !== undefined) nodes.push(part.additional);
  }
  return nodes;
};

/** The names that the writer gives by themselves. */
const ownNames = (prover: Prover, facts: Facts): Set<string> => {
  const names = new Set(facts.required);
  for (const it of facts.objects) for (const name of it.properties.keys()) names.add(name);
  for (const name of nameLimits(prover, facts).values ?? []) names.add(name);
  return names;
};

/** `propertyNames`. */
export function propertyNameGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const { reader } = claim;
  const node = reader.graph.childOf(reader, "propertyNames");
  const gap = (advice: string) => [gapAt("JSON_PROPERTY_NAMES_NARROWED", node, "propertyNames", advice)];
  for (const name of ownNames(prover, facts)) {
    if (presentAt(prover, { claim, facts, name }) === undefined) continue;
    if (prover.evaluator.accepts(node, name) === true) continue;
    return gap(`Take the name ${JSON.stringify(name.slice(0, 100))}.`);
  }
  const classes = nameClasses(prover, { claim, facts, patterns: [] });
  if (classes === undefined) return gap("Use fewer patterns.");
  for (const { matched } of classes) {
    const isNamed = facts.objects.some((it) => it.patterns.some(([pattern]) => matched.has(pattern)));
    if (claim.isLenient && !isNamed) continue;
    const patterns = [...matched].map((pattern) => prover.made({ pattern }));
    const writer = [prover.made({ type: "string" }), ...facts.propertyNames, ...patterns];
    const depth = claim.depth + 1;
    if (prover.holds({ ...claim, writer, reader: node, depth, isName: true })) continue;
    return gap("Take all names that older events may use, or leave propertyNames out.");
  }
  return [];
}

/** `minProperties` and `maxProperties`. */
export function memberCountGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const { reader } = claim;
  const schema = reader.schema as Readonly<Record<string, unknown>>;
  const names = reader.graph.keywordsOf(reader);
  const gaps: Gap[] = [];
  if (names.includes("minProperties") && facts.members.least < Number(schema["minProperties"])) {
    const advice = `Set minProperties to ${facts.members.least} or leave it out.`;
    gaps.push(gapAt("JSON_PROPERTY_COUNT_NARROWED", reader, "minProperties", advice));
  }
  const most = Number(schema["maxProperties"]);
  if (
    names.includes("maxProperties") &&
    facts.members.most > most &&
    mostMembers(prover, claim, facts) > most
  ) {
    gaps.push(
      gapAt("JSON_PROPERTY_COUNT_NARROWED", reader, "maxProperties", "Raise maxProperties or leave it out."),
    );
  }
  return gaps;
}

const mostMembers = (prover: Prover, claim: Claim, facts: Facts): number => {
  const strict = { ...claim, isLenient: false };
  if (nameClasses(prover, { claim: strict, facts, patterns: [] })?.length !== 0)
    return Number.POSITIVE_INFINITY;
  const own = [...ownNames(prover, facts)];
  return own.filter((name) => presentAt(prover, { claim: strict, facts, name }) !== undefined).length;
};
