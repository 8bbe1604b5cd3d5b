// Turns the names of schemas into identifiers of a language: cased, safe, and each only once in its scope.
import type { EnumType, EventModel, Field, NamedType, RecordType, UnionBranch, UnionType } from "./model.js";

export type Case = "pascal" | "camel" | "snake" | "screaming";

/** How a language names things. */
export interface NamingRules {
  readonly types: Case;
  readonly fields: Case;
  readonly methods: Case;
  readonly symbols: Case;
  /** Of files, without extension. */
  readonly files: Case;
  /** Whether an event's types stand within the event's own, so that other events may use the same names. */
  readonly nestsTypes: boolean;
  readonly branches: BranchRules;
  /** Whether an enum's symbols stand beside the types, and have the enum's name before theirs. */
  readonly symbolsBesideTypes: boolean;
  /** Words that are no names; they get a "_" behind. Types, and members of any kind, in their final case. */
  readonly reservedTypes: ReadonlySet<string>;
  readonly reservedMembers: ReadonlySet<string>;
  readonly reservedMethods: ReadonlySet<string>;
  readonly reservedFiles: ReadonlySet<string>;
}

/** How the branches of a union are named: as types beside it, named after it; or as its own members. */
export type BranchRules =
  | { readonly as: "types" }
  | {
      readonly as: "members";
      readonly style: Case;
      readonly reserved: ReadonlySet<string>;
    };

/** The identifiers of all that is printed. */
export interface Names {
  /** The type of an event's properties, its method and its file. */
  readonly events: ReadonlyMap<EventModel, { readonly method: string; readonly file: string }>;
  typeOf(type: NamedType): string;
  fieldOf(field: Field): string;
  /** The symbols of an enum, in its order. */
  symbolsOf(type: EnumType): readonly string[];
  branchOf(branch: UnionBranch): string;
}

/** File names that some systems can't have, or that a client has already. */
const isTakenFile = /^(con|prn|aux|nul|com\d|lpt\d|tracker|index|package|module)$/i;

/**
 * The words of a name: split at what is no letter or digit and where the case says so. Letters of every script stay,
 * as all the languages take them; what has none becomes the numbers of its characters.
 */
export function wordsOf(name: string): string[] {
  const parts = name
    .normalize("NFKC")
    .replace(/[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}0-9]|[\u{10000}-\u{10ffff}]/gu, " ")
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(" ")
    .filter((word) => word !== "");
  if (parts.length > 0) return parts.map((word) => word.toLowerCase());
  const points = [...name].map((character) => (character.codePointAt(0) ?? 0).toString(16));
  return [`u${points.slice(0, 16).join("u")}`];
}

/** A name in a case; one that would begin with a digit gets an n before it. */
export function cased(name: string, style: Case): string {
  const words = wordsOf(name);
  if (/^\d/.test(words[0] ?? "")) words[0] = `n${words[0]}`;
  // Letters without case can't begin what has to begin in upper case.
  if (style === "pascal" && !/^\p{Ll}/u.test(words[0] ?? "")) words.unshift("x");
  switch (style) {
    case "pascal":
      return words.map(capitalized).join("");
    case "camel":
      return words.map((word, index) => (index === 0 ? word : capitalized(word))).join("");
    case "snake":
      return words.join("_");
    case "screaming":
      return words.join("_").toUpperCase();
  }
}

const capitalized = (word: string): string => {
  const [first = "", ...rest] = word;
  return first.toUpperCase().length === 1 ? first.toUpperCase() + rest.join("") : first + rest.join("");
};

/**
 * Gives out each name once, told apart without regard to case, as some file systems and readers do. The first to ask
 * has it as it is, the others with a number.
 */
class Scope {
  readonly #taken = new Set<string>();
  readonly #reserved: ReadonlySet<string>;

  constructor(reserved: ReadonlySet<string>) {
    this.#reserved = reserved;
  }

  take(wanted: string): string {
    const base = this.#reserved.has(wanted) ? `${wanted}_` : wanted;
    let name = base;
    for (let number = 2; this.#taken.has(name.toLowerCase()); number++) name = `${base}${number}`;
    this.#taken.add(name.toLowerCase());
    return name;
  }
}

/** Names everything of the events, in their order. */
export function nameEvents(models: readonly EventModel[], rules: NamingRules): Names {
  return new Namer(models, rules);
}

class Namer implements Names {
  readonly events = new Map<EventModel, { method: string; file: string }>();
  readonly #types = new Map<NamedType, string>();
  readonly #fields = new Map<Field, string>();
  readonly #symbols = new Map<EnumType, readonly string[]>();
  readonly #branches = new Map<UnionBranch, string>();
  readonly #rules: NamingRules;

  constructor(models: readonly EventModel[], rules: NamingRules) {
    this.#rules = rules;
    const shared = new Scope(rules.reservedTypes);
    // The events first: their names do not depend on the types that others hold.
    this.#nameRoots(models, shared);
    for (const model of models) {
      const outer = this.typeOf(model.root);
      const own = rules.nestsTypes ? new Scope(new Set([...rules.reservedTypes, outer])) : shared;
      for (const type of model.named) {
        const name = cased(type.name, rules.types);
        this.#types.set(type, own.take(rules.nestsTypes ? name : `${outer}${name}`));
        if (type.kind === "record") this.#nameFields(type);
      }
      // Last, so that what the schema names itself keeps its name.
      for (const type of model.named) {
        if (type.kind === "union") this.#nameBranches(type, own);
        if (type.kind === "enum") this.#nameSymbols(type, own);
      }
    }
  }

  #nameRoots(models: readonly EventModel[], shared: Scope): void {
    const { reservedMethods, reservedFiles, methods, files, types } = this.#rules;
    const methodScope = new Scope(reservedMethods);
    const fileScope = new Scope(new Set());
    for (const model of models) {
      const file = cased(model.subject, files);
      this.events.set(model, {
        method: methodScope.take(cased(model.subject, methods)),
        file: fileScope.take(isTakenFile.test(file) || reservedFiles.has(file) ? `${file}_event` : file),
      });
      this.#types.set(model.root, shared.take(cased(model.subject, types)));
      this.#nameFields(model.root);
    }
  }

  #nameFields({ fields }: RecordType): void {
    const scope = new Scope(this.#rules.reservedMembers);
    for (const field of fields) this.#fields.set(field, scope.take(cased(field.wire, this.#rules.fields)));
  }

  #nameSymbols(type: EnumType, around: Scope): void {
    const { symbolsBesideTypes, reservedMembers, symbols } = this.#rules;
    const scope = symbolsBesideTypes ? around : new Scope(reservedMembers);
    const before = symbolsBesideTypes ? this.typeOf(type) : "";
    const named = (type.labels ?? type.symbols).map((symbol) =>
      scope.take(`${before}${cased(symbolText(symbol), symbols)}`),
    );
    this.#symbols.set(type, named);
  }

  #nameBranches(type: UnionType, around: Scope): void {
    const { branches: how, types } = this.#rules;
    const scope = how.as === "types" ? around : new Scope(how.reserved);
    for (const branch of type.branches) {
      const name =
        how.as === "types"
          ? `${this.typeOf(type)}${cased(branch.label, types)}`
          : cased(branch.label, how.style);
      this.#branches.set(branch, scope.take(name));
    }
  }

  typeOf(type: NamedType): string {
    return named(this.#types, type);
  }

  fieldOf(field: Field): string {
    return named(this.#fields, field);
  }

  symbolsOf(type: EnumType): readonly string[] {
    return named(this.#symbols, type);
  }

  branchOf(branch: UnionBranch): string {
    return named(this.#branches, branch);
  }
}

const named = <K, V>(names: ReadonlyMap<K, V>, thing: K): V => {
  const name = names.get(thing);
  if (name === undefined) throw new Error("everything printed has a name");
  return name;
};

const symbolText = (symbol: string | number | boolean): string => {
  if (typeof symbol === "string") return symbol === "" ? "empty" : symbol;
  return typeof symbol === "boolean" ? `${symbol}` : `n${symbol < 0 ? "_minus" : ""}_${Math.abs(symbol)}`;
};

/** Every record, union and enum of an event, the root first. */
export function typesOfEvent({ root, named }: EventModel): readonly NamedType[] {
  return [root, ...named];
}
