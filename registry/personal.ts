// Fields that a schema says are personal: `"pii": "<class>"` at an Avro field, `"x-pii": "<class>"` (or `"pii"`) in a
// JSON Schema, where the class is any text but "none", or true. What is kept aside is looked at by people, so their
// values are masked there.
import { checkJsonObject } from "../platform/json/check.js";
import { parseExact, stringifyExact } from "../platform/json/exact.js";
import type { AvroField, AvroRecord, AvroType } from "./avro/type.js";
import { anyClass, classInProps, type FieldTags, personalClassOf } from "./personal-class.js";
import { replacePersonal } from "./personal-places.js";

/** The way to a field: names, and "*" for every item or member. */
export type FieldPath = readonly string[];

/** A field that a schema says is personal. */
export interface PersonalField {
  readonly path: FieldPath;
  /** What kind of personal data it is, such as "email". */
  readonly class: string;
  /** What else an event that is not checked yet may call the steps of the path, by their place in it. */
  readonly otherNames?: readonly (readonly string[])[];
}

/** A field; of properties as a whole, each of them, so that they stay an object. */
export function personalField(
  path: FieldPath,
  personalClass: string,
  otherNames: readonly (readonly string[])[] = [],
): PersonalField {
  if (path.length === 0) return { path: ["*"], class: personalClass };
  if (otherNames.every(({ length }) => length === 0)) return { path, class: personalClass };
  return { path, class: personalClass, otherNames };
}

/** What stands in for a personal value. */
export const maskText = "***";

/** Schemas may contain themselves: no way is followed further than properties may be nested. */
const DEPTH_MAX = 32;
const STEPS_MAX = 20_000;

/** Fields of two sources, each once: where both know a path, the first one says its class. */
export function joinPersonal(
  own: readonly PersonalField[],
  noted: readonly PersonalField[],
): readonly PersonalField[] {
  if (noted.length === 0 || noted === own) return own;
  const keyOf = ({ path, otherNames }: PersonalField) => JSON.stringify([path, otherNames ?? []]);
  const known = new Set(own.map(keyOf));
  return [...own, ...noted.filter((field) => !known.has(keyOf(field)))];
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

/** The class that a type itself names, in place of the field that has it. */
const classOfType = ({ props }: AvroType): string => classInProps((name) => props.get(name));

/** The class that a field has by itself or by a tag beside the schema. */
const classOfField = (field: AvroField, { fullName }: AvroRecord, tags: FieldTags | undefined): string =>
  field.personalClass || (tags?.classOf(`${fullName}.${field.name}`) ?? "");

const isMarked = (type: AvroType, tags: FieldTags | undefined): boolean =>
  classOfType(type) !== "" ||
  (type.kind === "record" && type.fields.some((field) => classOfField(field, type, tags) !== ""));

/** The types that have something personal in them. */
const typesWithPersonal = (root: AvroType, tags: FieldTags | undefined): ReadonlySet<AvroType> => {
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
  const spread = open.filter((type) => isMarked(type, tags));
  for (const type of spread) {
    if (found.has(type)) continue;
    found.add(type);
    spread.push(...(users.get(type) ?? []));
  }
  return found;
};

interface AvroWay {
  readonly path: FieldPath;
  readonly otherNames: readonly (readonly string[])[];
  readonly outer: readonly AvroType[];
}

const step = (way: AvroWay, name: string, others: readonly string[] = []): AvroWay => ({
  ...way,
  path: [...way.path, name],
  otherNames: [...way.otherNames, others],
});

/** A field's aliases that are no other field's name. */
const aliasesOf = ({ aliases }: AvroField, { fields }: AvroRecord): readonly string[] =>
  aliases.length === 0 ? aliases : aliases.filter((alias) => fields.every(({ name }) => name !== alias));

class AvroWalk {
  readonly fields: PersonalField[] = [];
  readonly #personal: ReadonlySet<AvroType>;
  readonly #tags: FieldTags | undefined;
  #steps = 0;

  constructor(root: AvroType, tags: FieldTags | undefined) {
    this.#personal = typesWithPersonal(root, tags);
    this.#tags = tags;
  }

  /** False where there are more ways than can be followed. */
  visit(type: AvroType, way: AvroWay): boolean {
    if (!this.#personal.has(type)) return true;
    if (++this.#steps > STEPS_MAX) return false;
    const own = classOfType(type);
    if (own !== "") return this.#found(way, own);
    if (type.kind === "array") return this.visit(type.items, step(way, "*"));
    if (type.kind === "map") return this.visit(type.values, step(way, "*"));
    if (type.kind === "union") return type.branches.every((branch) => this.visit(branch, way));
    if (type.kind !== "record") return true;
    const times = way.outer.filter((one) => one === type).length;
    if (times >= RECURSIONS_MAX || way.path.length > DEPTH_MAX) return this.#found(way, anyClass);
    const inner = { ...way, outer: [...way.outer, type] };
    return type.fields.every((field) => {
      const here = step(inner, field.name, aliasesOf(field, type));
      const its = classOfField(field, type, this.#tags);
      return its === "" ? this.visit(field.type, here) : this.#found(here, its);
    });
  }

  #found({ path, otherNames }: AvroWay, personalClass: string): true {
    this.fields.push(personalField(path, personalClass, otherNames));
    return true;
  }
}

/** The personal fields of an Avro record, with what tags beside it say. */
export function personalInAvro(type: AvroType, tags?: FieldTags): readonly PersonalField[] {
  const walk = new AvroWalk(type, tags);
  return walk.visit(type, { path: [], otherNames: [], outer: [] }) ? walk.fields : everything;
}

/** Properties' text without its personal values; where it can't be read, nothing of it can be shown. */
export function maskPersonal(text: string, fields: readonly PersonalField[]): string {
  if (fields.length === 0) return text;
  if (checkJsonObject(Buffer.from(text)) !== undefined) return JSON.stringify(maskText);
  return stringifyExact(
    replacePersonal(parseExact(text), fields, { replace: () => maskText, isGuess: true }),
  );
}
