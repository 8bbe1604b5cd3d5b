import { itemsAt } from "./array-gaps.js";
import { canonicalJson } from "./canonical-value.js";
import type { Sampler, TypedQuestion } from "./sampler.js";
import type { SchemaNode } from "./schema-graph.js";

const LENGTH_MAX = 150;
const PLACES_MAX = 12;

const lengthsOf = ({ facts, hints }: TypedQuestion): number[] => {
  const lengths = new Set<number>([1, 2, 0]);
  for (const it of [facts, ...hints]) {
    for (const end of [it.items.least, it.items.most]) for (const by of [0, 1, -1]) lengths.add(end + by);
    for (const { prefix } of it.arrays) lengths.add(prefix.length).add(prefix.length + 1);
    for (const { least, most } of it.contains) lengths.add(least).add(most + 1);
  }
  return [...lengths].filter((it) => it >= facts.items.least && it <= Math.min(facts.items.most, LENGTH_MAX));
};

/** Arrays of all lengths that the facts tell apart, plain ones and ones with an interesting item. */
export function sampleArrays(sampler: Sampler, typed: TypedQuestion): unknown[][] {
  const { facts, hints, question } = typed;
  const depth = question.depth + 1;
  const at = (index: number, extra: readonly SchemaNode[] = []) => ({
    writer: [...itemsAt(facts, index), ...extra],
    hints: hints.flatMap((it) => [...itemsAt(it, index), ...it.contains.map(({ schema }) => schema)]),
    depth,
  });
  const plainly = (length: number): unknown[] => {
    const items: unknown[] = [];
    const seen = new Set<string>();
    for (let index = 0; index < length; index++) {
      const pool = [sampler.plain(at(index)), ...sampler.pool(at(index))].filter((it) => it !== undefined);
      const item = facts.isUnique ? pool.find((it) => !seen.has(canonicalJson(it))) : pool[0];
      if (item === undefined && facts.isUnique) items.push(index);
      else items.push(item ?? null);
      seen.add(canonicalJson(items.at(-1)));
    }
    for (const [place, { schema, least }] of facts.contains.entries()) {
      for (let index = 0; index < least && place + index < length; index++) {
        const held = sampler.pool(at(place + index, [schema]));
        items[place + index] = held[index % Math.max(held.length, 1)] ?? items[place + index];
      }
    }
    return items;
  };
  const lengths = lengthsOf(typed);
  const arrays = lengths.map(plainly);
  const base = arrays.toSorted((one, other) => one.length - other.length);
  for (let index = 0; index < PLACES_MAX; index++) {
    const array = base.find((it) => it.length > index);
    if (array === undefined) break;
    for (const item of sampler.pool(at(index)).slice(0, 12)) arrays.push(array.with(index, item));
    if (index > 0) arrays.push(array.with(index, array[0]));
  }
  for (const { contains } of hints) {
    for (const { schema, most } of contains) {
      const item = sampler.plain(at(0, [schema]));
      if (item !== undefined && most < LENGTH_MAX) arrays.push(Array.from({ length: most + 1 }, () => item));
    }
  }
  return arrays;
}
