// Where in a value its personal fields are. What stands on the way in another shape than the fields' paths have is
// personal as a whole, since what is in it can't be told.
import type { ExactValue } from "../platform/json/exact.js";
import type { PersonalField } from "./personal.js";

/** A value in place of another; undefined takes it out of its object, and leaves null in an array. */
export type Replacement = (value: ExactValue, personalClass: string) => ExactValue | undefined;

/** A place in a value, with what is personal there and below. */
interface Place {
  /** Of all there is at the place; empty where that is not personal as a whole. */
  class: string;
  /** Of what stands there in another shape. */
  readonly inside: string;
  readonly members: Map<string, Place>;
  /** Every item or member. */
  every: Place | undefined;
}

const placeFor = (inside: string): Place => ({ class: "", inside, members: new Map(), every: undefined });

/** The places below that a step leads to, whatever name it goes by. */
const below = (place: Place, names: readonly string[], inside: string): readonly Place[] => {
  if (names[0] === "*") {
    place.every ??= placeFor(inside);
    return [place.every];
  }
  const known = new Set(names.flatMap((name) => place.members.get(name) ?? []));
  const missing = names.filter((name) => !place.members.has(name));
  if (missing.length > 0) {
    const added = known.values().next().value ?? placeFor(inside);
    for (const name of missing) place.members.set(name, added);
    known.add(added);
  }
  return [...known];
};

const placesOf = new WeakMap<readonly PersonalField[], Place>();

/** Worked out once for each list of fields. */
const rootOf = (fields: readonly PersonalField[]): Place => {
  const known = placesOf.get(fields);
  if (known !== undefined) return known;
  const root = placeFor("");
  for (const { path, class: its, otherNames } of fields) {
    let places: readonly Place[] = [root];
    for (const [index, step] of path.entries()) {
      const names = [step, ...(otherNames?.[index] ?? [])];
      places = [...new Set(places.flatMap((place) => below(place, names, its)))];
    }
    for (const place of places) place.class ||= its;
  }
  placesOf.set(fields, root);
  return root;
};

/**
 * Replaces personal values, each once; the first field whose path leads to a value says its class. Objects and arrays
 * on the way are changed where they are. With `isGuess` the value was never checked: members of unknown names may then
 * be wrappers around what should stand there, as in Avro's JSON encoding of unions.
 */
export function replacePersonal(
  root: ExactValue,
  fields: readonly PersonalField[],
  { replace, isGuess = false }: { readonly replace: Replacement; readonly isGuess?: boolean },
): ExactValue {
  return new Replacing(replace, isGuess).members(root, [rootOf(fields)], true) ?? new Map();
}

class Replacing {
  readonly #replace: Replacement;
  readonly #isGuess: boolean;

  constructor(replace: Replacement, isGuess: boolean) {
    this.#replace = replace;
    this.#isGuess = isGuess;
  }

  /** What becomes of a value at some places. */
  #at(value: ExactValue, places: readonly Place[]): ExactValue | undefined {
    const [first] = places;
    if (first === undefined) return value;
    const whole = places.find((place) => place.class !== "");
    if (whole !== undefined) return this.#replace(value, whole.class);
    if (value instanceof Map) return this.members(value, places, false);
    // That a value is not there is no personal value.
    if (value === null) return null;
    // An item may also be what should stand in the array's place.
    const items = places.flatMap(({ every }) => every ?? []);
    if (!Array.isArray(value) || items.length === 0) return this.#replace(value, first.inside);
    const inner = unique([...items, ...places.filter(({ members }) => members.size > 0)]);
    return value.map((item) => this.#at(item, inner) ?? null);
  }

  /** Of an object at some places. */
  members(value: ExactValue, places: readonly Place[], isRoot: boolean): ExactValue | undefined {
    if (!(value instanceof Map)) return this.#replace(value, places[0]?.inside ?? "");
    // Where items or members are expected, the object may also be one of them itself.
    const all = new Set(places);
    for (const { every } of all) if (every !== undefined && every.class === "") all.add(every);
    const isWrapper = this.#isGuess && !isRoot && value.size === 1;
    for (const [name, member] of value) {
      const inner = unique(
        [...all].flatMap(({ members, every }) => [members.get(name) ?? [], every ?? []].flat()),
      );
      let replaced: ExactValue | undefined;
      if (inner.length > 0) replaced = this.#at(member, inner);
      else if (isWrapper) replaced = this.#at(member, places);
      else replaced = this.#isGuess ? this.#wrapped(member, places) : member;
      if (replaced === undefined) value.delete(name);
      else value.set(name, replaced);
    }
    return value;
  }

  /** Objects in what has an unknown name. */
  #wrapped(value: ExactValue, places: readonly Place[]): ExactValue {
    if (Array.isArray(value)) return value.map((item) => this.#wrapped(item, places));
    return value instanceof Map ? (this.members(value, places, true) ?? null) : value;
  }
}

const unique = (places: readonly Place[]): readonly Place[] =>
  places.length < 2 ? places : [...new Set(places)];
