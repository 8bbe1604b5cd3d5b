// The class of personal data that a schema names: by an annotation, `pii` or `x-pii`, or by Confluent's tags, inline or
// by the path of a field in a schema's metadata.

/** The class of what is personal without saying of what kind. */
export const anyClass = "personal";

/** The class that an annotation names; empty where it says that nothing is personal. */
export const personalClassOf = (annotation: unknown): string => {
  if (Array.isArray(annotation)) return annotation.map(personalClassOf).find((one) => one !== "") ?? "";
  if (annotation === true) return anyClass;
  return typeof annotation === "string" && annotation !== "none" ? annotation : "";
};

/** PII, and PII with a class behind it: PII_EMAIL, PII:email, pii.Email. */
const personalTag = /^pii(?:[_:./-](.+))?$/i;

/** The class that tags name; empty where none of them is about personal data. One that says a kind comes first. */
export const classOfTags = (tags: unknown): string => {
  let found = "";
  for (const tag of Array.isArray(tags) ? tags : [tags]) {
    const match = typeof tag === "string" ? personalTag.exec(tag) : null;
    if (match?.[1] !== undefined) return match[1].toLowerCase();
    if (match !== null) found = anyClass;
  }
  return found;
};

/** The class that the properties of a schema, a type or a field name. */
export const classInProps = (get: (name: string) => unknown): string =>
  personalClassOf(get("x-pii") ?? get("pii")) || classOfTags(get("confluent:tags"));

/** Tags of fields by path, as the metadata of a schema have them. */
export type TagsByPath = Readonly<Record<string, readonly string[]>>;

/** What tags of one schema may cost to compare with its fields; beyond it every field is personal. */
const STEPS_MAX = 20_000_000;

const SEPARATOR = 46;

/** A part of a pattern: a character's code, or what it takes. */
type Part = number | "one" | "within" | "any";

/** As Confluent's WildcardMatcher: `?` is a character, `*` any within a name, `**` any, a backslash takes the next. */
const partsOf = (pattern: string): Part[] =>
  [...pattern.matchAll(/\\.|\*+|./gs)].map(([part]) => {
    if (part === "?") return "one";
    if (part[0] === "*") return part.length > 1 ? "any" : "within";
    return part.charCodeAt(part.length - 1);
  });

/** Whether a pattern takes a whole name: all places that may have been reached are followed at once. */
const takes = (parts: readonly Part[], name: string): boolean => {
  let places = new Set([0]);
  for (let at = 0; at <= name.length; at++) {
    // Grows while it is walked: what takes any may also take none.
    for (const place of places) {
      const part = parts[place];
      if (part === "within" || part === "any") places.add(place + 1);
    }
    if (at === name.length) break;
    const code = name.charCodeAt(at);
    const next = new Set<number>();
    for (const place of places) {
      const part = parts[place];
      if (part === "any" || (part === "within" && code !== SEPARATOR)) next.add(place);
      else if (part === "one" || part === code) next.add(place + 1);
    }
    places = next;
  }
  return places.has(parts.length);
};

/** What a field's own name has to be like where the pattern takes its full name. */
const ownPartOf = (path: string): string => {
  if (/[?\\]/.test(path)) return "**";
  const behind = path.split("**").at(-1) ?? "";
  const isAfterAny = path.length > behind.length && !behind.includes(".");
  return isAfterAny ? `**${behind}` : behind.slice(behind.lastIndexOf(".") + 1);
};

/** A tag of one item is one of all of them: a schema says the same of each. */
export const ofAnyItem = (path: string): string => path.replaceAll(/\[\d+\]/g, "[0]");

interface Tag {
  readonly whole: readonly Part[];
  readonly own: readonly Part[];
  /** Whether it may be about an item itself. */
  readonly isOfItem: boolean;
  readonly class: string;
}

/** What the tags of a schema's metadata say of its fields. */
export class FieldTags {
  readonly #all: readonly Tag[];
  #steps = 0;

  constructor(tags: TagsByPath) {
    this.#all = Object.entries(tags).flatMap(([path, list]): Tag[] => {
      const its = classOfTags(list);
      if (its === "") return [];
      const same = ofAnyItem(path);
      const [whole, own] = [partsOf(same), partsOf(ownPartOf(same))];
      return [{ whole, own, isOfItem: path.endsWith("]"), class: its }];
    });
  }

  /** Whether no tag is about personal data. */
  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** The class of a field by its full names; empty where it has no tag. */
  classOf(...fullNames: readonly string[]): string {
    for (const { whole, class: its } of this.#all) {
      for (const name of fullNames) {
        if (this.#isOver(whole, name)) return anyClass;
        if (takes(whole, name)) return its;
      }
    }
    return "";
  }

  /** Whether a field of that name may be tagged, wherever it is; "*" is any item or member. */
  mayBe(name: string): boolean {
    const last = ofAnyItem(name.slice(name.lastIndexOf(".") + 1));
    const isAny = name === "*";
    return this.#all.some(
      ({ own, isOfItem }) => (isAny && isOfItem) || this.#isOver(own, last) || takes(own, last),
    );
  }

  #isOver(parts: readonly Part[], name: string): boolean {
    // With wildcards every place of the pattern may be open at every character.
    this.#steps +=
      1 + (parts.some((part) => typeof part === "string") ? parts.length * name.length : name.length);
    return this.#steps > STEPS_MAX;
  }
}

/** Undefined where there are none about personal data. */
export function fieldTagsOf(tags: TagsByPath | undefined): FieldTags | undefined {
  const made = tags && new FieldTags(tags);
  return made === undefined || made.isEmpty ? undefined : made;
}
