// The copy of a schema that the validator compiles: with steps counted, and with names that stay within one schema.
import type { Draft } from "./dialect.js";
import { isRefAlone } from "./keywords.js";
import { STEP } from "./steps.js";

/** Keywords whose values are data, not schemas. */
const dataKeywords = new Set([
  "const",
  "enum",
  "default",
  "examples",
  "required",
  "type",
  "dependentRequired",
]);
/** A longer list of values to compare with is no small thing. */
const LEAF_LIST_MAX = 100;
/** Keywords whose values are schemas by name. */
const mapKeywords = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);

/** How names of references are written in the copy; undefined where a name is not one. */
export type RewriteRef = (ref: string) => string | undefined;

/** Schemas in lists and different patterns of one text: compiling them takes time by their number squared. */
const LISTED_MAX = 1_200;
const PATTERNS_MAX = 500;

interface Preparing {
  /** What was met so far. */
  readonly met: { listed: number; readonly patterns: Set<string> };
  readonly rewrite: RewriteRef;
  /** "id" up to draft-04, "$id" since; the validator stumbles over the other one. */
  readonly foreignId: string;
  /** Whether `$ref` makes the draft pass over everything beside it. */
  readonly isRefAlone: boolean;
}

/** Whether a schema looks at one value by itself: it takes no steps of its own. */
const isLeaf = (schema: unknown): boolean =>
  typeof schema !== "object" ||
  schema === null ||
  Object.entries(schema).every(([name, value]) => {
    if (dataKeywords.has(name)) return !Array.isArray(value) || value.length <= LEAF_LIST_MAX;
    return (
      (typeof value !== "object" || value === null) &&
      name !== "$ref" &&
      name !== "$dynamicRef" &&
      name !== "$recursiveRef"
    );
  });

const meet = ({ met }: Preparing, name: string, value: unknown): void => {
  if (name === "pattern" && typeof value === "string") met.patterns.add(value);
  if (/^(allOf|anyOf|oneOf)$/.test(name) && Array.isArray(value)) met.listed += value.length;
  if (name === "patternProperties") for (const it of Object.keys(value ?? {})) met.patterns.add(it);
  if (met.listed > LISTED_MAX) throw new Error(`allOf, anyOf and oneOf hold more than ${LISTED_MAX} schemas`);
  if (met.patterns.size > PATTERNS_MAX)
    throw new Error(`it has more than ${PATTERNS_MAX} different patterns`);
};

/** The schemas in a schema's keyword. */
const preparedMember = (name: string, value: unknown, how: Preparing): { copy: unknown; leaves: number } => {
  if (typeof value !== "object" || value === null || dataKeywords.has(name))
    return { copy: value, leaves: 0 };
  if (Array.isArray(value)) {
    return { copy: value.map((item) => prepared(item, how)), leaves: value.filter(isLeaf).length };
  }
  if (!mapKeywords.has(name)) return { copy: prepared(value, how), leaves: isLeaf(value) ? 1 : 0 };
  const members = Object.entries(value);
  // The validator passes over a property of this name without a word.
  if (Object.hasOwn(value, "__proto__")) throw new Error(`${name} must not hold the name __proto__`);
  return {
    copy: Object.fromEntries(members.map(([key, member]) => [key, prepared(member, how)])),
    leaves: members.filter(([, member]) => isLeaf(member)).length,
  };
};

const prepared = (schema: unknown, how: Preparing): unknown => {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const copy: [string, unknown][] = [];
  let weight = 1;
  const isReference = how.isRefAlone && typeof (schema as { $ref?: unknown }).$ref === "string";
  for (const [name, value] of Object.entries(schema)) {
    // The validator looks at it all the same.
    if (isReference && (name === "type" || name === "nullable")) continue;
    if (name === "$async" || name === STEP) throw new Error(`${name} is not taken`);
    if (name === "$schema" || name === how.foreignId) continue;
    if (name === "$ref" && typeof value === "string") {
      copy.push([name, how.rewrite(value) ?? value]);
      continue;
    }
    meet(how, name, value);
    const inside = preparedMember(name, value, how);
    weight += inside.leaves;
    copy.push([name, inside.copy]);
  }
  if (!isLeaf(schema)) copy.push([STEP, weight]);
  return withContainsApart(withoutEmptyEnum(Object.fromEntries(copy)));
};

/** The validator passes over `contains` of an empty array where a tuple stands beside it. */
const withContainsApart = (schema: Record<string, unknown>): Record<string, unknown> => {
  if (!Object.hasOwn(schema, "contains")) return schema;
  if (!Array.isArray(schema["items"]) && !Array.isArray(schema["prefixItems"])) return schema;
  const entries = Object.entries(schema);
  const isApart = ([name]: [string, unknown]) => /^(contains|minContains|maxContains)$/.test(name);
  const apart = Object.fromEntries(entries.filter(isApart));
  const rest = Object.fromEntries(entries.filter((it) => !isApart(it)));
  return { ...rest, allOf: [...(Array.isArray(rest["allOf"]) ? rest["allOf"] : []), apart] };
};

/** The validator refuses an enum without values, which the older drafts take: nothing is valid there. */
const withoutEmptyEnum = (schema: Record<string, unknown>): Record<string, unknown> => {
  if (!Array.isArray(schema["enum"]) || schema["enum"].length > 0) return schema;
  const { enum: _none, ...rest } = schema;
  return { ...rest, type: "null", not: {} };
};

/** A copy of a schema with the step keyword where it has to be; always an object. */
export function preparedSchema(schema: unknown, draft: Draft, rewrite: RewriteRef): Record<string, unknown> {
  if (schema === true) return {};
  if (schema === false) return { not: {} };
  const foreignId = draft === "draft-04" ? "$id" : "id";
  const how = {
    met: { listed: 0, patterns: new Set<string>() },
    rewrite,
    foreignId,
    isRefAlone: isRefAlone(draft),
  };
  return prepared(schema, how) as Record<string, unknown>;
}
