// What changed between two JSON Schemas, place by place.
import { type Budget, OutOfSteps } from "../rules/budget.js";
import type { Difference } from "../rules/language.js";
import { canonicalJson } from "./canonical-value.js";
import { listKeywords, mapKeywords, schemaKeywords } from "./keywords.js";
import type { JsonSchema } from "./parsed-schema.js";
import { type Gap, Prover } from "./prover.js";
import { gapsBetween, pathOfGap } from "./reads.js";

/** One change before it is known what it breaks. */
interface Change {
  readonly change: string;
  /** Where it is in the older and in the newer schema; undefined where it is in one of them only. */
  readonly older: string | undefined;
  readonly newer: string | undefined;
  readonly message: string;
}

const CHANGES_MAX = 500;
/** Places of gaps that are told apart; each is held against every change. */
const PLACES_MAX = 1_000;
type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const escaped = (token: string): string => token.replaceAll("~", "~0").replaceAll("/", "~1");
const shouted = (keyword: string): string =>
  keyword
    .replace("$", "")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();

/** What a member of a keyword that holds schemas by name is called. */
const memberNames: Readonly<Record<string, string>> = {
  properties: "PROPERTY",
  patternProperties: "PATTERN_PROPERTY",
  dependentSchemas: "DEPENDENT_SCHEMA",
  dependencies: "DEPENDENCY",
  $defs: "DEFINITION",
  definitions: "DEFINITION",
};
/** What an item of a keyword that holds a list of schemas is called. */
const itemNames: Readonly<Record<string, string>> = {
  allOf: "ALL_OF",
  anyOf: "ANY_OF",
  oneOf: "ONE_OF",
  prefixItems: "ITEM",
  items: "ITEM",
};

/** Two schemas at the same place, with their pointers. */
interface Pair {
  readonly older: unknown;
  readonly newer: unknown;
  readonly olderAt: string;
  readonly newerAt: string;
}

class DiffWalk {
  readonly changes: Change[] = [];
  /** Whether there are more changes than are listed. */
  isCut = false;
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  visit(pair: Pair): void {
    this.#budget.spend();
    const { older, newer, olderAt, newerAt } = pair;
    if (this.isCut || canonicalJson(older) === canonicalJson(newer)) return;
    if (!isObject(older) || !isObject(newer)) {
      this.#add("SCHEMA_CHANGED", { older: olderAt, newer: newerAt }, "The schema is another one.");
      return;
    }
    for (const name of new Set([...Object.keys(older), ...Object.keys(newer)])) {
      if (canonicalJson(older[name]) === canonicalJson(newer[name])) continue;
      this.#keyword(name, {
        older: older[name],
        newer: newer[name],
        olderAt: `${olderAt}/${escaped(name)}`,
        newerAt: `${newerAt}/${escaped(name)}`,
      });
    }
  }

  #add(change: string, at: { older?: string; newer?: string }, message: string): void {
    this.isCut ||= this.changes.length >= CHANGES_MAX;
    if (!this.isCut) this.changes.push({ change, older: at.older, newer: at.newer, message });
  }

  #keyword(name: string, pair: Pair): void {
    const { older, newer } = pair;
    const isMap = mapKeywords.has(name);
    if (isMap && isObject(older ?? {}) && isObject(newer ?? {})) this.#map(name, pair);
    else if (name === "required" && Array.isArray(older ?? []) && Array.isArray(newer ?? [])) {
      this.#required(pair);
    } else if (older !== undefined && newer !== undefined) this.#changed(name, pair);
    else if (older === undefined) {
      this.#add(`${shouted(name)}_ADDED`, { newer: pair.newerAt }, `${name} was added.`);
    } else this.#add(`${shouted(name)}_REMOVED`, { older: pair.olderAt }, `${name} was taken away.`);
  }

  #changed(name: string, pair: Pair): void {
    const { older, newer } = pair;
    const isList = listKeywords.has(name) || name === "items";
    if (isList && Array.isArray(older) && Array.isArray(newer)) this.#list(name, pair);
    else if (schemaKeywords.has(name) && isObject(older) && isObject(newer)) this.visit(pair);
    else {
      const at = { older: pair.olderAt, newer: pair.newerAt };
      this.#add(`${shouted(name)}_CHANGED`, at, `${name} was changed.`);
    }
  }

  #map(keyword: string, { older, newer, olderAt, newerAt }: Pair): void {
    const [before, after] = [(older ?? {}) as Schema, (newer ?? {}) as Schema];
    const called = memberNames[keyword] ?? "MEMBER";
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const pair = {
        older: before[name],
        newer: after[name],
        olderAt: `${olderAt}/${escaped(name)}`,
        newerAt: `${newerAt}/${escaped(name)}`,
      };
      const shown = JSON.stringify(name.slice(0, 100));
      if (!Object.hasOwn(before, name)) {
        this.#add(`${called}_ADDED`, { newer: pair.newerAt }, `${shown} was added to ${keyword}.`);
      } else if (!Object.hasOwn(after, name)) {
        this.#add(`${called}_REMOVED`, { older: pair.olderAt }, `${shown} was taken from ${keyword}.`);
      } else this.visit(pair);
    }
  }

  #required({ older, newer, olderAt, newerAt }: Pair): void {
    const before = new Set(((older ?? []) as readonly unknown[]).map(String));
    const after = new Set(((newer ?? []) as readonly unknown[]).map(String));
    for (const name of after) {
      const shown = JSON.stringify(name.slice(0, 100));
      if (!before.has(name)) this.#add("REQUIRED_ADDED", { newer: newerAt }, `${shown} became required.`);
    }
    for (const name of before) {
      const shown = JSON.stringify(name.slice(0, 100));
      if (!after.has(name))
        this.#add("REQUIRED_REMOVED", { older: olderAt }, `${shown} is no longer required.`);
    }
  }

  /** Items that stayed the same are paired wherever they stand; the others by their order. */
  #list(keyword: string, { older, newer, olderAt, newerAt }: Pair): void {
    const called = itemNames[keyword] ?? "ITEM";
    const isOrdered = keyword === "items" || keyword === "prefixItems";
    const before = [...(older as readonly unknown[]).entries()];
    const after = [...(newer as readonly unknown[]).entries()];
    const left = isOrdered ? before : withoutEqual(before, after);
    const right = isOrdered ? after : withoutEqual(after, before);
    if (left.length === 0 && right.length === 0) {
      this.#add(`${called}_REORDERED`, { older: olderAt, newer: newerAt }, `${keyword} is in another order.`);
    }
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      const [one, other] = [left[at], right[at]];
      const [from, to] = [`${olderAt}/${one?.[0]}`, `${newerAt}/${other?.[0]}`];
      if (one === undefined) this.#add(`${called}_ADDED`, { newer: to }, `A schema was added to ${keyword}.`);
      else if (other === undefined) {
        this.#add(`${called}_REMOVED`, { older: from }, `A schema was taken from ${keyword}.`);
      } else this.visit({ older: one[1], newer: other[1], olderAt: from, newerAt: to });
    }
  }
}

const withoutEqual = (
  entries: readonly [number, unknown][],
  others: readonly [number, unknown][],
): [number, unknown][] => {
  const texts = new Set(others.map(([, value]) => canonicalJson(value)));
  return entries.filter(([, value]) => !texts.has(canonicalJson(value)));
};

/** Whether two places are the same or one lies within the other. */
const touches = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);

/** Keywords by which a schema minds members and items that it does not name. */
const minding =
  /\/(additionalProperties|unevaluatedProperties|propertyNames|additionalItems|items|unevaluatedItems)$/;

/** Whether a change in one schema only is the reason of a gap in the other one. */
const isBehind = (changeAt: string, gap: Gap, gapAt: string): boolean => {
  if (gapAt !== "" && touches(changeAt, gapAt)) return true;
  // A member that the other side does not name, and minds.
  const owner = changeAt.replace(/\/(properties|patternProperties|prefixItems|items)\/[^/]*$/, "");
  return (
    owner !== changeAt && (minding.test(gapAt) ? gapAt.replace(minding, "") : gap.node.pointer) === owner
  );
};

/** Gaps at different places: many of one place, such as those of a list of names, tell nothing more. */
const placesOf = (gaps: readonly Gap[]): [string, Gap][] => {
  const places = new Map<string, [string, Gap]>();
  for (const gap of gaps) {
    const path = pathOfGap(gap);
    places.set(`${path} ${gap.node.pointer}`, [path, gap]);
  }
  return [...places.values()];
};

/** Which changes a direction's gaps come from; a gap that no change explains counts against them all. */
const broken = (changes: readonly Change[], gaps: readonly Gap[] | undefined, of: "older" | "newer") => {
  const places = placesOf(gaps ?? []);
  if (gaps === undefined || places.length > PLACES_MAX) return changes.map(() => true);
  const flags = changes.map(() => false);
  for (const [path, gap] of places) {
    const near = changes.map((change) => {
      const at = change[of];
      if (at !== undefined) return touches(at, path);
      return isBehind(change[of === "older" ? "newer" : "older"] ?? "", gap, path);
    });
    // A whole object's gap is explained by its own change rather than by what its parts add.
    const own = changes.map((change) => change[of] === path);
    const reasons = own.includes(true) ? own : near;
    const isExplained = reasons.includes(true);
    for (const [index, isReason] of reasons.entries()) if (isReason || !isExplained) flags[index] = true;
  }
  return flags;
};

const gapsWithin = (budget: Budget, reader: JsonSchema, writer: JsonSchema): readonly Gap[] | undefined =>
  gapsBetween(new Prover(budget), { reader, writer, policy: "strict" });

/** All changes from the older schema to the newer one; what can't be proved harmless counts as breaking. */
export function diffJson(older: JsonSchema, newer: JsonSchema, budget: Budget): readonly Difference[] {
  const walk = new DiffWalk(budget);
  const root = { older: older.document.schema, newer: newer.document.schema, olderAt: "", newerAt: "" };
  try {
    walk.visit(root);
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
  }
  const { changes } = walk;
  if (walk.isCut) {
    const message = "There are more changes than are listed.";
    changes.push({ change: "SCHEMA_CHANGED", older: "", newer: "", message });
  }
  const others = JSON.stringify(older.document.references) !== JSON.stringify(newer.document.references);
  if (others) {
    changes.push({
      change: "REFERENCES_CHANGED",
      older: "",
      newer: "",
      message: "What it refers to changed.",
    });
  }
  if (changes.length === 0) return [];
  const backward = broken(changes, gapsWithin(budget, newer, older), "newer");
  const forward = broken(changes, gapsWithin(budget, older, newer), "older");
  return changes.map(({ change, older: before, newer: after, message }, index) => ({
    change,
    path: after ?? before ?? "",
    message,
    breaksBackward: backward[index] ?? true,
    breaksForward: forward[index] ?? true,
  }));
}
