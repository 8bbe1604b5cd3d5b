// Joins the schemas of an `allOf` into one that says the same, as far as a type can. What only narrows values is left
// to the server, and named so that people are told; what can't be joined soundly is not joined at all.
import {
  annotations,
  conditions,
  isObject,
  isRestriction,
  type Json,
  joinedBounds,
  listOf,
  refused,
} from "./json-keywords.js";

/** Schemas nest no deeper, and are no more. */
const LEAVES_MAX = 200;
const DEPTH_MAX = 32;

export interface MergedSchema {
  readonly schema: Json;
  /** Keywords that are left to the server. */
  readonly dropped: readonly string[];
}

/** Resolves a `$ref` within the schema; undefined where it leads out of it. */
export type Resolve = (reference: string) => unknown;

/** Thrown to give up: no type stands for what all of the schemas allow. */
class CantMerge extends Error {}

/** A schema without its `allOf`, with what that says; undefined where no type says it. */
export function mergeAllOf(schema: Json, resolve: Resolve): MergedSchema | undefined {
  try {
    const leaves: Json[] = [];
    collect(schema, { resolve, leaves, depth: 0 });
    const dropped = new Set<string>();
    const merged = leaves.map((leaf) => simple(leaf, dropped)).reduce(both, {});
    const kept = Object.entries(schema).filter(([keyword]) => annotations.has(keyword));
    return { schema: { ...merged, ...Object.fromEntries(kept) }, dropped: [...dropped].sort() };
  } catch (error) {
    if (error instanceof CantMerge) return undefined;
    throw error;
  }
}

interface Collecting {
  readonly resolve: Resolve;
  readonly leaves: Json[];
  readonly depth: number;
}

/** The schemas that all have to hold, each without `allOf` and `$ref`. */
function collect(schema: unknown, { resolve, leaves, depth }: Collecting): void {
  if (schema === true) return;
  if (!isObject(schema) || depth > DEPTH_MAX || leaves.length > LEAVES_MAX) throw new CantMerge();
  const { allOf, $ref: reference, ...rest } = schema;
  if (typeof reference === "string") {
    // Older drafts pass over what stands beside a reference, newer ones don't.
    if (allOf !== undefined || Object.keys(rest).some((keyword) => !annotations.has(keyword)))
      throw new CantMerge();
    collect(resolve(reference), { resolve, leaves, depth: depth + 1 });
    return;
  }
  leaves.push(rest);
  for (const one of listOf(allOf)) collect(one, { resolve, leaves, depth: depth + 1 });
}

/** A leaf with those keywords alone that types and docs are made of. */
function simple(leaf: Json, dropped: Set<string>): Json {
  if (refused.some((keyword) => leaf[keyword] !== undefined) || isObject(leaf["patternProperties"]))
    throw new CantMerge();
  for (const keyword of ["anyOf", "oneOf"]) {
    const alternatives = leaf[keyword];
    if (alternatives === undefined) continue;
    if (!isRestriction(listOf(alternatives))) throw new CantMerge();
    dropped.add(keyword);
  }
  for (const keyword of conditions)
    if (leaf[keyword] !== undefined && leaf[keyword] !== true) dropped.add(keyword);
  const kept = Object.entries(leaf).filter(([keyword]) => joins[keyword] !== undefined);
  const { const: value, ...rest } = Object.fromEntries(kept);
  return value === undefined ? rest : { ...rest, enum: valuesOf({ enum: [value] }, rest) };
}

/** The values of an enum that another one has too. */
function valuesOf(one: Json, other: Json): readonly unknown[] {
  if (other["enum"] === undefined) return listOf(one["enum"]);
  const others = new Set(listOf(other["enum"]).map((value) => JSON.stringify(value)));
  const values = listOf(one["enum"]).filter((value) => others.has(JSON.stringify(value)));
  if (values.length === 0) throw new CantMerge();
  return values;
}

type Join = (one: unknown, other: unknown) => unknown;

const typeList = (type: unknown): string[] => (Array.isArray(type) ? type : [type]).map(String);

const types: Join = (one, other) => {
  const [ones, others] = [typeList(one), typeList(other)];
  const isIn = (type: string, list: readonly string[]): boolean =>
    list.includes(type) || (type === "integer" && list.includes("number"));
  const found = new Set([
    ...ones.filter((type) => isIn(type, others)),
    ...others.filter((type) => isIn(type, ones)),
  ]);
  if (found.size === 0) throw new CantMerge();
  return found.size === 1 ? [...found][0] : [...found];
};

/** What both schemas of a property allow; the reader joins them when it comes to it. */
const schemas: Join = (one, other) => {
  if (one === false || other === false) return false;
  if (one === undefined || one === true || isSame(one, {})) return other;
  if (other === undefined || other === true || isSame(other, {}) || isSame(one, other)) return one;
  if (!isObject(one)) return other;
  const said = Object.entries(one).filter(([keyword]) => annotations.has(keyword));
  return { ...Object.fromEntries(said), allOf: [one, other] };
};

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const same: Join = (one, other) => {
  if (!isSame(one, other)) throw new CantMerge();
  return one;
};

/** How two values of a keyword become one; other keywords are no part of types and docs. */
const joins: Readonly<Record<string, Join>> = {
  type: types,
  properties: (one) => one,
  required: (one, other) => [...new Set([...listOf(one), ...listOf(other)])],
  additionalProperties: schemas,
  items: (one, other) =>
    Array.isArray(one) || Array.isArray(other) ? same(one, other) : schemas(one, other),
  prefixItems: same,
  additionalItems: same,
  enum: (one, other) => valuesOf({ enum: one }, { enum: other }),
  const: (one) => one,
  ...joinedBounds,
};

/** Positions of tuples stand in the way of other schemas' items. */
const hasTuple = (schema: Json): boolean =>
  schema["prefixItems"] !== undefined || Array.isArray(schema["items"]);
const hasItems = (schema: Json): boolean => hasTuple(schema) || schema["items"] !== undefined;

function both(one: Json, other: Json): Json {
  if ((hasTuple(one) && hasItems(other)) || (hasTuple(other) && hasItems(one))) {
    for (const keyword of ["prefixItems", "items", "additionalItems"]) same(one[keyword], other[keyword]);
  }
  const merged: Record<string, unknown> = { ...one };
  for (const [keyword, value] of Object.entries(other)) {
    const before = merged[keyword];
    merged[keyword] = before === undefined ? value : joins[keyword]?.(before, value);
  }
  if (isObject(one["properties"]) || isObject(other["properties"])) {
    merged["properties"] = properties(one, other, listOf(merged["required"]));
  }
  return merged;
}

/** All properties, each as both schemas see it: one may only say of it what holds for additional ones. */
function properties(one: Json, other: Json, required: readonly unknown[]): Json {
  const [ones, others] = [one, other].map(({ properties: found }) => (isObject(found) ? found : {})) as [
    Json,
    Json,
  ];
  const seenBy = (schema: Json, own: Json, name: string): unknown =>
    Object.hasOwn(own, name) ? own[name] : schema["additionalProperties"];
  const names = new Set([...Object.keys(ones), ...Object.keys(others)]);
  const found = [...names].map((name) => {
    const value = schemas(seenBy(one, ones, name), seenBy(other, others, name));
    if (value === false && required.includes(name)) throw new CantMerge();
    return [name, value ?? true];
  });
  return Object.fromEntries(found);
}
