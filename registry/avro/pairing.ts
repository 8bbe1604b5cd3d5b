// Schema resolution as the specification has it, as a graph: one pair for each writer's type that meets a reader's,
// with what is wrong with it. It may have cycles, as types may; a pair on one is sound unless something says otherwise
// (the greatest fixpoint). Logical types do not count; names are compared without their namespaces.
import type { Budget } from "../rules/budget.js";
import { namesMatch } from "./names.js";
import type { AvroRule } from "./rules.js";
import {
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  isNamed,
  nameOfType,
} from "./type.js";

/** Something that is wrong with a pair itself. */
export interface Mismatch {
  readonly rule: AvroRule;
  /** JSON pointer into the reader's text. */
  readonly at: string;
  readonly message: string;
  /** Symbols of the writer's enum that lead into it; missing where every value does. */
  readonly symbols?: readonly number[];
  /** What was written, for tools that name it. */
  readonly expected?: string;
}

/** A field of the reader's record, and the writer's that it is read from; without one it has its default. */
export interface FieldSource {
  readonly field: AvroField;
  readonly index: number | undefined;
  readonly pair: Pair | undefined;
}

/** A writer's type that is read as a reader's. */
export interface Pair {
  readonly writer: AvroType;
  readonly reader: AvroType;
  /** Where it is in the reader's text. */
  readonly at: string;
  readonly mismatches: Mismatch[];
  /** For records. */
  readonly fields: FieldSource[];
  /** The items of arrays, the values of maps, the branches of a writer's union. */
  readonly parts: Pair[];
  /** The branches of the reader's union that fit by name or kind, best first. */
  readonly choices: Pair[];
  /** Whether some value of the writer's type can't be read. */
  isBroken: boolean;
}

interface Node extends Pair {
  /** Who is broken when this one is. */
  readonly dependents: Node[];
  /** Choices that are not broken yet. */
  soundChoices: number;
}

/** What a writer's primitive type may be read as, besides itself. */
const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ["long", "float", "double"],
  long: ["float", "double"],
  float: ["double"],
  string: ["bytes"],
  bytes: ["string"],
};

const isPromoted = (writer: AvroType, reader: AvroType): boolean =>
  promotions[writer.kind]?.includes(reader.kind) ?? false;

/** A branch of a reader's union that may be read, and how well it fits: 0 is best. */
interface Fit {
  readonly branch: AvroType;
  readonly index: number;
  readonly rank: number;
}

const rankOf = (writer: AvroType, branch: AvroType): number => {
  if (writer.kind !== branch.kind) return 3;
  if (!isNamed(writer) || !isNamed(branch) || writer.fullName === branch.fullName) return 0;
  return branch.aliases.includes(writer.fullName) ? 1 : 2;
};

/** The branches of a union by what a writer's type is looked up by, so that large unions are not searched. */
class Branches {
  readonly #byKey = new Map<string, { branch: AvroType; index: number }[]>();

  constructor({ branches }: AvroUnion) {
    for (const [index, branch] of branches.entries()) {
      const keys = isNamed(branch)
        ? [`${branch.kind} ${branch.name}`, ...branch.aliases.map((alias) => `${branch.kind} =${alias}`)]
        : [branch.kind];
      for (const key of new Set(keys)) {
        const listed = this.#byKey.get(key);
        if (listed === undefined) this.#byKey.set(key, [{ branch, index }]);
        else listed.push({ branch, index });
      }
    }
  }

  /** Best first, as Java's readers choose: the same name, then an alias, then the name alone, then a promotion. */
  fitting(writer: AvroType): readonly Fit[] {
    const keys = isNamed(writer)
      ? [`${writer.kind} ${writer.name}`, `${writer.kind} =${writer.fullName}`]
      : [writer.kind, ...(promotions[writer.kind] ?? [])];
    const fits = new Map<number, Fit>();
    for (const key of keys) {
      for (const { branch, index } of this.#byKey.get(key) ?? []) {
        fits.set(index, { branch, index, rank: rankOf(writer, branch) });
      }
    }
    return [...fits.values()].sort((a, b) => a.rank - b.rank || a.index - b.index);
  }
}

export interface PairingOptions {
  readonly budget: Budget;
  /** False where one schema reads what it wrote itself: its own names are all it needs. */
  readonly withAliases?: boolean;
}

/** What a pair costs, beside the steps that its parts take. */
const pairSteps = 3;

class Pairing {
  readonly #budget: Budget;
  readonly #withAliases: boolean;
  readonly #nodes = new Map<AvroType, Map<AvroType, Node>>();
  readonly #open: Node[] = [];
  readonly #broken: Node[] = [];
  readonly #fieldIndexes = new Map<AvroRecord, ReadonlyMap<string, number>>();
  readonly #branches = new Map<AvroUnion, Branches>();

  constructor({ budget, withAliases = true }: PairingOptions) {
    this.#budget = budget;
    this.#withAliases = withAliases;
  }

  run(writer: AvroType, reader: AvroType): Pair {
    const root = this.#pair(writer, reader, "");
    for (let node = this.#open.pop(); node !== undefined; node = this.#open.pop()) {
      this.#budget.spend(pairSteps);
      this.#connect(node);
    }
    this.#spread();
    return root;
  }

  #pair(writer: AvroType, reader: AvroType, from: string): Node {
    let readers = this.#nodes.get(writer);
    if (readers === undefined) {
      readers = new Map();
      this.#nodes.set(writer, readers);
    }
    const known = readers.get(reader);
    if (known !== undefined) return known;
    const node: Node = {
      writer,
      reader,
      at: reader.isForeign ? from : reader.at,
      mismatches: [],
      fields: [],
      parts: [],
      choices: [],
      isBroken: false,
      dependents: [],
      soundChoices: 0,
    };
    readers.set(reader, node);
    this.#open.push(node);
    return node;
  }

  /** Finds what a pair needs. The writer's union comes first: each of its branches is read on its own. */
  #connect(node: Node): void {
    const { writer, reader } = node;
    if (writer.kind === "union") {
      for (const branch of writer.branches) node.parts.push(this.#need(node, [branch, reader], node.at));
    } else if (reader.kind === "union") this.#choose(node, reader);
    else if (writer.kind !== reader.kind) {
      if (!isPromoted(writer, reader)) this.#refuse(node, "AVRO_TYPE_MISMATCH", typeMismatch(node));
    } else if (isNamed(writer) && isNamed(reader) && !namesMatch(writer, reader)) {
      const expected = writer.fullName;
      this.#refuse(node, "AVRO_NAME_MISMATCH", nameMismatch(expected, reader.fullName), { expected });
    } else this.#connectKind(node);
  }

  #connectKind(node: Node): void {
    const { writer, reader } = node;
    if (writer.kind === "record" && reader.kind === "record") this.#record(node, writer, reader);
    else if (writer.kind === "array" && reader.kind === "array") {
      node.parts.push(this.#need(node, [writer.items, reader.items], `${reader.at}/items`));
    } else if (writer.kind === "map" && reader.kind === "map") {
      node.parts.push(this.#need(node, [writer.values, reader.values], `${reader.at}/values`));
    } else if (writer.kind === "enum" && reader.kind === "enum") this.#enum(node, writer, reader);
    else if (writer.kind === "fixed" && reader.kind === "fixed" && writer.size !== reader.size) {
      const sizes = `${reader.fullName} had ${writer.size} bytes and has ${reader.size}`;
      const todo = "keep its size, or read a union of the old type and a new one";
      this.#refuse(node, "AVRO_FIXED_SIZE_CHANGED", `${sizes}: ${todo}.`);
    }
  }

  /** A pair without which `node` is broken; `at` is where its reader stands in the text of the node's. */
  #need(node: Node, [writer, reader]: readonly [AvroType, AvroType], at: string): Node {
    const needed = this.#pair(writer, reader, node.reader.isForeign ? node.at : at);
    needed.dependents.push(node);
    return needed;
  }

  #refuse(node: Node, rule: AvroRule, message: string, more: Partial<Mismatch> = {}): void {
    node.mismatches.push({ rule, at: node.at, message, ...more });
    this.#break(node);
  }

  #break(node: Node): void {
    if (node.isBroken) return;
    node.isBroken = true;
    this.#broken.push(node);
  }

  #choose(node: Node, union: AvroUnion): void {
    let branches = this.#branches.get(union);
    if (branches === undefined) {
      this.#budget.spend(union.branches.length);
      branches = new Branches(union);
      this.#branches.set(union, branches);
    }
    const fitting = branches.fitting(node.writer);
    if (fitting.length === 0) {
      const message = `The union has no branch for ${nameOfType(node.writer)}, which was written: add one.`;
      this.#refuse(node, "AVRO_UNION_BRANCH_MISSING", message);
      return;
    }
    for (const { branch, index } of fitting) {
      this.#budget.spend();
      node.choices.push(this.#need(node, [node.writer, branch], `${union.at}/${index}`));
    }
    node.soundChoices = node.choices.length;
  }

  #enum(node: Node, writer: AvroEnum, reader: AvroEnum): void {
    this.#budget.spend(1 + (writer.symbols.length + reader.symbols.length) / 16);
    if (reader.fallback !== undefined) return;
    const known = new Set(reader.symbols);
    const missing = writer.symbols.flatMap((symbol, index) => (known.has(symbol) ? [] : [index]));
    if (missing.length === 0) return;
    const names = missing.slice(0, 5).map((index) => writer.symbols[index]);
    const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : "";
    this.#refuse(
      node,
      "AVRO_ENUM_SYMBOL_MISSING",
      `The enum ${reader.fullName} lacks ${names.join(", ")}${more}: keep the symbols, or give the enum a default.`,
      { symbols: missing },
    );
  }

  #record(node: Node, writer: AvroRecord, reader: AvroRecord): void {
    const indexes = this.#indexesOf(writer);
    const takers = new Map<number, string>();
    for (const field of reader.fields) {
      this.#budget.spend(1 + field.aliases.length);
      const sources = this.#sourcesOf(field, indexes);
      const at = reader.isForeign ? node.at : field.at;
      const [index] = sources;
      const taker = index === undefined ? undefined : takers.get(index);
      if (sources.length > 1 || taker !== undefined) {
        const message =
          taker === undefined
            ? `The field "${field.name}" stands for several that were written: remove the alias that is too many.`
            : `The fields "${taker}" and "${field.name}" are both read from the same one: remove the alias.`;
        this.#refuse(node, "AVRO_FIELD_AMBIGUOUS", message, { at });
      } else if (index !== undefined) {
        takers.set(index, field.name);
        const written = writer.fields[index];
        const types = written === undefined ? undefined : ([written.type, field.type] as const);
        const pair = types && this.#need(node, types, `${field.at}/type`);
        node.fields.push({ field, index, pair });
      } else if (field.fallback === undefined) {
        const lacking = `The field "${field.name}" is not in what was written`;
        const message = `${lacking}: give it a default, or its old name as an alias.`;
        this.#refuse(node, "AVRO_FIELD_WITHOUT_DEFAULT", message, { at });
      } else node.fields.push({ field, index: undefined, pair: undefined });
    }
  }

  #sourcesOf(field: AvroField, indexes: ReadonlyMap<string, number>): readonly number[] {
    const names = this.#withAliases ? [field.name, ...field.aliases] : [field.name];
    const found = new Set<number>();
    for (const name of names) {
      const index = indexes.get(name);
      if (index !== undefined) found.add(index);
    }
    return [...found];
  }

  #indexesOf(record: AvroRecord): ReadonlyMap<string, number> {
    let indexes = this.#fieldIndexes.get(record);
    if (indexes === undefined) {
      this.#budget.spend(record.fields.length);
      indexes = new Map(record.fields.map(({ name }, index) => [name, index]));
      this.#fieldIndexes.set(record, indexes);
    }
    return indexes;
  }

  /** What is broken breaks what needs it; of choices, only the last. */
  #spread(): void {
    for (let node = this.#broken.pop(); node !== undefined; node = this.#broken.pop()) {
      for (const dependent of node.dependents) {
        this.#budget.spend();
        if (dependent.choices.length > 0 && --dependent.soundChoices > 0) continue;
        this.#break(dependent);
      }
    }
  }
}

const nameMismatch = (writer: string, reader: string): string =>
  `${writer} was written and ${reader} is read: keep the name, or give ${reader} the alias "${writer}".`;

const typeMismatch = ({ writer, reader }: Pair): string => {
  const [from, to] = [nameOfType(writer), nameOfType(reader)];
  return `${from} was written, which is not read as ${to}: keep the type, or read a union that has both.`;
};

/** The branch of the reader's union that is read: the best that is sound, else the best. */
export const chosen = ({ choices }: Pair): Pair | undefined =>
  choices.find((choice) => !choice.isBroken) ?? choices[0];

/**
 * Resolves a writer's type against a reader's.
 * @throws OutOfSteps
 */
export function pairTypes(writer: AvroType, reader: AvroType, options: PairingOptions): Pair {
  return new Pairing(options).run(writer, reader);
}
