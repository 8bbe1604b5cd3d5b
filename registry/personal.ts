// Fields that a schema says are personal: `"pii": "<class>"` at an Avro field, `"x-pii": "<class>"` (or `"pii"`) in a
// JSON Schema, where the class is any text but "none", or true. What is kept aside is looked at by people, so their
// values are masked there.
import { checkJsonObject } from "../platform/json/check.js";
import { type ExactValue, parseExact, stringifyExact } from "../platform/json/exact.js";
import type { AvroType } from "./avro/type.js";

/** The way to a field: names, and "*" for every item or member. */
export type FieldPath = readonly string[];

/** A field that a schema says is personal. */
export interface PersonalField {
  readonly path: FieldPath;
  /** What kind of personal data it is, such as "email". */
  readonly class: string;
}

/** The class of what is personal without saying of what kind. */
export const anyClass = "personal";

/** What stands in for a personal value. */
export const maskText = "***";

/** Schemas may contain themselves: no way is followed further than properties may be nested. */
const DEPTH_MAX = 32;
const STEPS_MAX = 20_000;

/** The class that an annotation names; empty where it says that nothing is personal. */
export const personalClassOf = (annotation: unknown): string => {
  if (annotation === true) return anyClass;
  return typeof annotation === "string" && annotation !== "none" ? annotation : "";
};

/** Fields of two sources, each path once: what a schema says itself goes before what is noted beside it. */
export function joinPersonal(
  own: readonly PersonalField[],
  noted: readonly PersonalField[],
): readonly PersonalField[] {
  if (noted.length === 0) return own;
  const paths = new Set(own.map(({ path }) => JSON.stringify(path)));
  return [...own, ...noted.filter(({ path }) => !paths.has(JSON.stringify(path)))];
}

/** The fields that are noted as personal beside a schema; "items[].email" is the way items, every item, email. */
export function personalInNotes(
  fields: readonly { readonly path: string; readonly pii: string }[],
): readonly PersonalField[] {
  return fields.flatMap(({ path, pii }) => {
    const named = personalClassOf(pii);
    return named === "" ? [] : [{ path: path.replaceAll("[]", ".*").split("."), class: named }];
  });
}

/** All there is. */
export const everything: readonly PersonalField[] = [{ path: ["*"], class: anyClass }];

/** A record within itself is followed so often; beyond that it is personal as a whole. */
const RECURSIONS_MAX = 3;

/** The types within a type. */
const partsOf = (type: AvroType): readonly AvroType[] => {
  if (type.kind === "record") return type.fields.map((field) => field.type);
  if (type.kind === "union") return type.branches;
  if (type.kind === "array") return [type.items];
  return type.kind === "map" ? [type.values] : [];
};

/** The types that have something personal in them. */
const typesWithPersonal = (root: AvroType): ReadonlySet<AvroType> => {
  const users = new Map<AvroType, AvroType[]>([[root, []]]);
  const open = [root];
  for (const type of open) {
    for (const part of partsOf(type)) {
      const known = users.get(part);
      if (known !== undefined) known.push(type);
      else {
        users.set(part, [type]);
        open.push(part);
      }
    }
  }
  const found = new Set<AvroType>();
  const spread = open.filter(
    (type) => type.kind === "record" && type.fields.some(({ personalClass }) => personalClass !== ""),
  );
  for (const type of spread) {
    if (found.has(type)) continue;
    found.add(type);
    spread.push(...(users.get(type) ?? []));
  }
  return found;
};

class AvroWalk {
  readonly fields: PersonalField[] = [];
  readonly #personal: ReadonlySet<AvroType>;
  #steps = 0;

  constructor(root: AvroType) {
    this.#personal = typesWithPersonal(root);
  }

  /** False where there are more ways than can be followed. */
  visit(type: AvroType, path: FieldPath, outer: readonly AvroType[]): boolean {
    if (!this.#personal.has(type)) return true;
    if (++this.#steps > STEPS_MAX) return false;
    if (type.kind === "array") return this.visit(type.items, [...path, "*"], outer);
    if (type.kind === "map") return this.visit(type.values, [...path, "*"], outer);
    if (type.kind === "union") return type.branches.every((branch) => this.visit(branch, path, outer));
    if (type.kind !== "record") return true;
    const times = outer.filter((one) => one === type).length;
    if (times >= RECURSIONS_MAX || path.length > DEPTH_MAX) {
      this.fields.push({ path, class: anyClass });
      return true;
    }
    const inner = [...outer, type];
    return type.fields.every(({ name, type: its, personalClass }) => {
      if (personalClass === "") return this.visit(its, [...path, name], inner);
      this.fields.push({ path: [...path, name], class: personalClass });
      return true;
    });
  }
}

/** The personal fields of an Avro record. */
export function personalInAvro(type: AvroType): readonly PersonalField[] {
  const walk = new AvroWalk(type);
  return walk.visit(type, [], []) ? walk.fields : everything;
}

/** A value in place of another; undefined takes it out of its object, and leaves null in an array. */
type Replacement = (value: ExactValue) => ExactValue | undefined;

/** Replaces what the path leads to; objects and arrays on the way are changed where they are. */
export const replaceAt = (
  value: ExactValue,
  path: FieldPath,
  replace: Replacement,
): ExactValue | undefined => {
  const [step, ...rest] = path;
  if (step === undefined) return replace(value);
  if (Array.isArray(value)) {
    return step === "*" ? value.map((item) => replaceAt(item, rest, replace) ?? null) : value;
  }
  if (!(value instanceof Map)) return value;
  for (const [name, member] of value) {
    if (step !== "*" && step !== name) continue;
    const replaced = replaceAt(member, rest, replace);
    if (replaced === undefined) value.delete(name);
    else value.set(name, replaced);
  }
  return value;
};

/** Properties' text without its personal values; where it can't be read, nothing of it can be shown. */
export function maskPersonal(text: string, fields: readonly PersonalField[]): string {
  if (fields.length === 0) return text;
  if (checkJsonObject(Buffer.from(text)) !== undefined) return JSON.stringify(maskText);
  let value = parseExact(text);
  for (const { path } of fields) value = replaceAt(value, path, () => maskText) ?? maskText;
  return stringifyExact(value);
}
