// What changed between two Avro schemas, place by place.
import { stringifyExact } from "../../platform/json/exact.js";
import { type Budget, OutOfSteps } from "../rules/budget.js";
import type { Difference } from "../rules/language.js";
import { namesMatch } from "./names.js";
import { pairTypes } from "./pairing.js";
import type { AvroSchema } from "./schema.js";
import {
  type AvroEnum,
  type AvroField,
  type AvroNamed,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  isNamed,
  logicalOf,
  nameOfType,
  type Props,
} from "./type.js";

/** The changes by id, each with what it says; docs/registry.md lists them all. */
export const avroChanges = {
  TYPE_CHANGED: "A place has another type.",
  TYPE_RENAMED: "A record, enum or fixed type has another name or namespace.",
  LOGICAL_TYPE_CHANGED: "A type has another logical type, or another scale or precision.",
  FIELD_ADDED: "A record has a field more.",
  FIELD_REMOVED: "A record has a field less.",
  FIELD_RENAMED: "A field has another name, and the old one as an alias.",
  FIELD_DEFAULT_CHANGED: "A field's default came, went or is another.",
  FIELD_ORDER_CHANGED: "Fields stand in another order, or are sorted by in another way.",
  SYMBOL_ADDED: "An enum has a symbol more.",
  SYMBOL_REMOVED: "An enum has a symbol less.",
  ENUM_DEFAULT_CHANGED: "An enum's default came, went or is another.",
  BRANCH_ADDED: "A union has a branch more.",
  BRANCH_REMOVED: "A union has a branch less.",
  SIZE_CHANGED: "A fixed type has another size.",
  ALIASES_CHANGED: "A type or field has other aliases.",
  DOC_CHANGED: "A documentation text is another.",
  PROPERTIES_CHANGED: "Properties that Avro does not know are others.",
  READING_CHANGED: "What was written is no longer read, by what aliases or unions say together.",
  STEPS_EXCEEDED: "The schemas are too large to be compared within the steps that there are.",
} as const;

type Change = keyof typeof avroChanges;

const differencesMax = 1_000;
const logicalProps = ["logicalType", "scale", "precision"];

const sameProps = (a: Props, b: Props, without: readonly string[]): boolean => {
  const text = (props: Props): string =>
    [...props]
      .filter(([name]) => !without.includes(name))
      .map(([name, value]) => `${JSON.stringify(name)}:${stringifyExact(value)}`)
      .sort()
      .join();
  return text(a) === text(b);
};

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));

const logicalText = (type: AvroType): string => {
  const decimal = "decimal" in type ? type.decimal : undefined;
  return decimal === undefined ? logicalOf(type) : `decimal(${decimal.precision}, ${decimal.scale})`;
};

class Differ {
  readonly found: Difference[] = [];
  readonly #budget: Budget;
  readonly #seen = new Map<AvroType, Set<AvroType>>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  #add(
    change: Change,
    path: string,
    message: string,
    breaks: { back?: boolean; forth?: boolean } = {},
  ): void {
    if (this.found.length === differencesMax) return;
    const { back = false, forth = false } = breaks;
    this.found.push({ change, path, message, breaksBackward: back, breaksForward: forth });
  }

  /** `at` is where the newer type stands. */
  types(older: AvroType, newer: AvroType, from: string): void {
    this.#budget.spend();
    const at = newer.isForeign ? from : newer.at;
    const seen = this.#seen.get(older) ?? new Set();
    this.#seen.set(older, seen);
    if (seen.has(newer)) return;
    seen.add(newer);
    if (older.kind !== newer.kind) {
      this.#typeChanged(older, newer, at);
      return;
    }
    if (isNamed(older) && isNamed(newer)) this.#names(older, newer, at);
    this.#annotations(older, newer, at);
    if (older.kind === "record" && newer.kind === "record") this.#record(older, newer, at);
    else if (older.kind === "array" && newer.kind === "array") this.types(older.items, newer.items, at);
    else if (older.kind === "map" && newer.kind === "map") this.types(older.values, newer.values, at);
    else if (older.kind === "union" && newer.kind === "union") this.#union(older, newer, at);
    else if (older.kind === "enum" && newer.kind === "enum") this.#enum(older, newer, at);
    else if (older.kind === "fixed" && newer.kind === "fixed" && older.size !== newer.size) {
      const message = `${newer.fullName} had ${older.size} bytes and has ${newer.size}.`;
      this.#add("SIZE_CHANGED", at, message, { back: true, forth: true });
    }
  }

  #reads(writer: AvroType, reader: AvroType): boolean {
    return !pairTypes(writer, reader, { budget: this.#budget }).isBroken;
  }

  #typeChanged(older: AvroType, newer: AvroType, at: string): void {
    const message = `The type was ${nameOfType(older)} and is ${nameOfType(newer)}.`;
    const breaks = { back: !this.#reads(older, newer), forth: !this.#reads(newer, older) };
    this.#add("TYPE_CHANGED", at, message, breaks);
  }

  #names(older: AvroNamed, newer: AvroNamed, at: string): void {
    if (older.fullName !== newer.fullName) {
      const breaks = { back: !namesMatch(older, newer), forth: !namesMatch(newer, older) };
      this.#add("TYPE_RENAMED", at, `${older.fullName} is called ${newer.fullName}.`, breaks);
    }
    if (!sameTexts(older.aliases, newer.aliases)) {
      this.#add("ALIASES_CHANGED", at, `${newer.fullName} has other aliases.`);
    }
    if (older.doc !== newer.doc) this.#add("DOC_CHANGED", at, `${newer.fullName} has another text.`);
  }

  #annotations(older: AvroType, newer: AvroType, at: string): void {
    const [before, after] = [logicalText(older), logicalText(newer)];
    if (before !== after) {
      const message = `The logical type was ${before || "none"} and is ${after || "none"}.`;
      this.#add("LOGICAL_TYPE_CHANGED", at, message);
    }
    if (!sameProps(older.props, newer.props, logicalProps)) {
      this.#add("PROPERTIES_CHANGED", at, `${nameOfType(newer)} has other properties.`);
    }
  }

  #record(older: AvroRecord, newer: AvroRecord, at: string): void {
    const left = new Map(older.fields.map((field) => [field.name, field]));
    const names = new Set(newer.fields.map(({ name }) => name));
    const kept: string[] = [];
    for (const field of newer.fields) {
      this.#budget.spend();
      const fieldAt = newer.isForeign ? at : field.at;
      const alias = field.aliases.find((one) => left.has(one) && !names.has(one));
      const before = left.get(field.name) ?? (alias === undefined ? undefined : left.get(alias));
      if (before === undefined) {
        const back = field.fallback === undefined;
        const remark = back ? "without a default" : "with a default";
        this.#add("FIELD_ADDED", fieldAt, `The field "${field.name}" is new, ${remark}.`, { back });
        continue;
      }
      left.delete(before.name);
      kept.push(before.name);
      this.#field(before, field, fieldAt);
    }
    for (const field of left.values()) {
      const forth = field.fallback === undefined;
      const message = `The field "${field.name}" is gone.`;
      this.#add("FIELD_REMOVED", older.isForeign ? at : field.at, message, { forth });
    }
    const before = older.fields.map(({ name }) => name).filter((name) => kept.includes(name));
    if (before.join() !== kept.join()) {
      this.#add("FIELD_ORDER_CHANGED", at, `The fields of ${newer.fullName} stand in another order.`);
    }
  }

  #field(older: AvroField, newer: AvroField, at: string): void {
    if (older.name !== newer.name) {
      const back = !newer.aliases.includes(older.name);
      const forth = !older.aliases.includes(newer.name) && older.fallback === undefined;
      const message = `The field "${older.name}" is called "${newer.name}".`;
      this.#add("FIELD_RENAMED", at, message, { back, forth });
    }
    const fallback = (field: AvroField) => (field.fallback === undefined ? "" : field.fallback.text);
    if (fallback(older) !== fallback(newer)) {
      this.#add("FIELD_DEFAULT_CHANGED", at, `The default of "${newer.name}" is another.`);
    }
    if (older.order !== newer.order) {
      this.#add("FIELD_ORDER_CHANGED", at, `"${newer.name}" is sorted by in another way.`);
    }
    if (!sameTexts(older.aliases, newer.aliases)) {
      this.#add("ALIASES_CHANGED", at, `"${newer.name}" has other aliases.`);
    }
    if (older.doc !== newer.doc) this.#add("DOC_CHANGED", at, `"${newer.name}" has another text.`);
    if (!sameProps(older.props, newer.props, [])) {
      this.#add("PROPERTIES_CHANGED", at, `"${newer.name}" has other properties.`);
    }
    this.types(older.type, newer.type, at);
  }

  #enum(older: AvroEnum, newer: AvroEnum, at: string): void {
    const [before, after] = [new Set(older.symbols), new Set(newer.symbols)];
    this.#budget.spend((before.size + after.size) / 16);
    for (const symbol of newer.symbols) {
      if (before.has(symbol)) continue;
      const forth = older.fallback === undefined;
      this.#add("SYMBOL_ADDED", at, `${newer.fullName} has the symbol ${symbol}.`, { forth });
    }
    for (const symbol of older.symbols) {
      if (after.has(symbol)) continue;
      const back = newer.fallback === undefined;
      this.#add("SYMBOL_REMOVED", at, `${newer.fullName} lacks the symbol ${symbol}.`, { back });
    }
    if (older.fallback !== newer.fallback) {
      this.#add("ENUM_DEFAULT_CHANGED", at, `The default of ${newer.fullName} is another.`);
    }
  }

  #union(older: AvroUnion, newer: AvroUnion, at: string): void {
    this.#budget.spend(older.branches.length + newer.branches.length);
    const left = new Set(older.branches);
    const byName = new Map(older.branches.toReversed().map((branch) => [branchKey(branch, "name"), branch]));
    const byFullName = new Map(older.branches.map((branch) => [branchKey(branch, "fullName"), branch]));
    const added: AvroType[] = [];
    for (const branch of newer.branches) {
      const aliases = isNamed(branch) ? branch.aliases.map((alias) => `${branch.kind} ${alias}`) : [];
      const named = [branchKey(branch, "fullName"), ...aliases].map((key) => byFullName.get(key));
      const before = [...named, byName.get(branchKey(branch, "name"))].find((one) => one && left.has(one));
      if (before === undefined) added.push(branch);
      else {
        left.delete(before);
        this.types(before, branch, at);
      }
    }
    for (const branch of added) {
      const forth = !this.#reads(branch, older);
      const branchAt = branch.isForeign ? at : branch.at;
      this.#add("BRANCH_ADDED", branchAt, `The union has the branch ${nameOfType(branch)}.`, { forth });
    }
    for (const branch of left) {
      const back = !this.#reads(branch, newer);
      const branchAt = branch.isForeign ? at : branch.at;
      this.#add("BRANCH_REMOVED", branchAt, `The union lacks the branch ${nameOfType(branch)}.`, { back });
    }
  }
}

/** What a union's branch is known by in it. */
const branchKey = (type: AvroType, by: "name" | "fullName"): string =>
  isNamed(type) ? `${type.kind} ${type[by]}` : type.kind;

/** A place can break no one where the schemas as wholes are read; where they are not, something says so. */
const reconciled = (
  found: readonly Difference[],
  { back, forth }: { back: boolean; forth: boolean },
): Difference[] => {
  const differences = found.map((one) => ({
    ...one,
    breaksBackward: one.breaksBackward && back,
    breaksForward: one.breaksForward && forth,
  }));
  const isSaid = (direction: "breaksBackward" | "breaksForward") => differences.some((one) => one[direction]);
  const unsaid = {
    breaksBackward: back && !isSaid("breaksBackward"),
    breaksForward: forth && !isSaid("breaksForward"),
  };
  if (unsaid.breaksBackward || unsaid.breaksForward) {
    const message = "Aliases and unions together change what is read.";
    differences.push({ change: "READING_CHANGED", path: "", message, ...unsaid });
  }
  return differences;
};

/** Every entry's `change` is of `avroChanges`. */
export function diffAvro(older: AvroSchema, newer: AvroSchema, budget: Budget): readonly Difference[] {
  try {
    const differ = new Differ(budget);
    differ.types(older.type, newer.type, "");
    const back = pairTypes(older.type, newer.type, { budget }).isBroken;
    const forth = pairTypes(newer.type, older.type, { budget }).isBroken;
    return reconciled(differ.found, { back, forth });
  } catch (error) {
    if (!(error instanceof OutOfSteps) && !(error instanceof RangeError)) throw error;
    const message = "The schemas are too large to be compared.";
    return [{ change: "STEPS_EXCEEDED", path: "", message, breaksBackward: true, breaksForward: true }];
  }
}
