// What a set of schemas says together of every value that all of them accept. Whatever is left out only makes the
// facts weaker: they hold of every accepted value, and perhaps of more.
import { canonicalJson } from "./canonical-value.js";
import { typeOfValue } from "./evaluate.js";
import type { SchemaNode } from "./schema-graph.js";
import { possibleParts } from "./static-parts.js";

/** Types as bits; a number is an integer or a fraction. */
export const typeBits = {
  null: 1,
  boolean: 2,
  object: 4,
  array: 8,
  string: 16,
  integer: 32,
  fraction: 64,
  number: 96,
} as const;
export const everyType = 127;

export interface ArrayPart {
  readonly prefix: readonly SchemaNode[];
  /** For the items after the prefix; undefined where anything goes. */
  readonly rest: SchemaNode | undefined;
  readonly node: SchemaNode;
}

export interface ContainsPart {
  readonly schema: SchemaNode;
  readonly least: number;
  readonly most: number;
}

export interface ObjectPart {
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly patterns: readonly (readonly [pattern: string, schema: SchemaNode])[];
  /** For names of which the others say nothing; undefined where anything goes. */
  readonly additional: SchemaNode | undefined;
  readonly node: SchemaNode;
}

export interface Choice {
  readonly node: SchemaNode;
  readonly keyword: "anyOf" | "oneOf";
  readonly alternatives: readonly SchemaNode[];
}

export interface Conditional {
  readonly node: SchemaNode;
  readonly condition: SchemaNode;
  readonly whenTrue: SchemaNode | undefined;
  readonly whenFalse: SchemaNode | undefined;
}

/** Numbers lie from `least` to `most`, each end taken out where it is open. */
export interface NumberRange {
  least: number;
  leastIsOpen: boolean;
  most: number;
  mostIsOpen: boolean;
}

/** Bounds of a count or a length. */
export interface CountRange {
  least: number;
  most: number;
}

const anyCount = (): CountRange => ({ least: 0, most: Number.POSITIVE_INFINITY });

/** Facts about values: those about numbers hold of numbers, those about texts of texts, and so on. */
export class Facts {
  types = everyType;
  /** The types were named by a `type` of the schemas. */
  typesAreNamed = false;
  /** The only values that there can be. */
  values: readonly unknown[] | undefined;
  readonly range: NumberRange = {
    least: Number.NEGATIVE_INFINITY,
    leastIsOpen: false,
    most: Number.POSITIVE_INFINITY,
    mostIsOpen: false,
  };
  readonly multiples = new Set<number>();
  readonly length = anyCount();
  readonly patterns = new Set<string>();
  readonly formats = new Set<string>();
  readonly contents = new Set<string>();
  readonly items = anyCount();
  isUnique = false;
  readonly arrays: ArrayPart[] = [];
  readonly contains: ContainsPart[] = [];
  readonly members = anyCount();
  readonly objects: ObjectPart[] = [];
  readonly required = new Set<string>();
  readonly propertyNames: SchemaNode[] = [];
  readonly needs: (readonly [name: string, needed: readonly string[]])[] = [];
  readonly dependents: (readonly [name: string, schema: SchemaNode])[] = [];
  readonly nots: SchemaNode[] = [];
  readonly choices: Choice[] = [];
  readonly conditionals: Conditional[] = [];
}

type Schema = Readonly<Record<string, unknown>>;

/** The items of an array as `items`, `prefixItems` and `additionalItems` of one schema say; undefined where nothing. */
export function arrayPartOf(node: SchemaNode): ArrayPart | undefined {
  const schema = node.schema as Schema;
  const names = new Set(node.graph.keywordsOf(node));
  const { graph } = node;
  const list = names.has("prefixItems") ? "prefixItems" : "items";
  const prefixed = names.has(list) && Array.isArray(schema[list]) ? (schema[list] as readonly unknown[]) : [];
  const prefix = prefixed.map((_, index) => graph.childOf(node, list, index));
  let rest: SchemaNode | undefined;
  if (names.has("items") && !Array.isArray(schema["items"])) rest = graph.childOf(node, "items");
  else if (names.has("additionalItems") && Array.isArray(schema["items"])) {
    rest = graph.childOf(node, "additionalItems");
  }
  return prefix.length === 0 && rest === undefined ? undefined : { prefix, rest, node };
}

/** The properties of an object as one schema says; undefined where nothing. */
export function objectPartOf(node: SchemaNode): ObjectPart | undefined {
  const schema = node.schema as Schema;
  const names = new Set(node.graph.keywordsOf(node));
  const { graph } = node;
  const keysOf = (keyword: string) => (names.has(keyword) ? Object.keys(schema[keyword] as object) : []);
  const properties = new Map(
    keysOf("properties").map((name) => [name, graph.childOf(node, "properties", name)]),
  );
  const patterns = keysOf("patternProperties").map(
    (pattern) => [pattern, graph.childOf(node, "patternProperties", pattern)] as const,
  );
  const additional = names.has("additionalProperties")
    ? graph.childOf(node, "additionalProperties")
    : undefined;
  if (properties.size === 0 && patterns.length === 0 && additional === undefined) return undefined;
  return { properties, patterns, additional, node };
}

const bitsOf = (schema: Schema): number => {
  let bits = 0;
  for (const name of [schema["type"]].flat()) bits |= typeBits[name as keyof typeof typeBits] ?? 0;
  return schema["nullable"] === true ? bits | typeBits.null : bits;
};

/** The bit of a value's type. */
export const bitOfValue = (value: unknown): number => {
  const type = typeOfValue(value);
  return type === "number" ? typeBits.fraction : typeBits[type as keyof typeof typeBits];
};

/** Gathers the facts of schemas that hold at once, `allOf` and references followed. */
export class FactsReader {
  readonly facts = new Facts();
  readonly #seen = new Set<SchemaNode>();
  readonly #queue: SchemaNode[];
  readonly #given: ReadonlySet<SchemaNode>;
  /** Schemas that are known not to hold. */
  readonly #denied = new Set<SchemaNode>();
  readonly #spend: (steps?: number) => void;

  constructor(nodes: readonly SchemaNode[], spend: (steps?: number) => void) {
    this.#queue = [...nodes];
    this.#given = new Set(nodes);
    for (const { negated } of nodes) if (negated !== undefined) this.#denied.add(negated);
    this.#spend = spend;
  }

  read(): Facts {
    const { facts } = this;
    for (;;) {
      for (let node = this.#queue.shift(); node !== undefined; node = this.#queue.shift()) this.#visit(node);
      this.#addNeeded();
      if (this.#queue.length === 0) break;
    }
    tighten(facts);
    return facts;
  }

  /** What the required names bring with them. */
  #addNeeded(): void {
    const { required, needs, dependents } = this.facts;
    for (let size = -1; size !== required.size; ) {
      size = required.size;
      for (const [name, needed] of needs) if (required.has(name)) for (const it of needed) required.add(it);
    }
    for (const [name, schema] of dependents) {
      if (required.has(name) && !this.#seen.has(schema)) this.#queue.push(schema);
    }
  }

  #visit(node: SchemaNode): void {
    if (this.#seen.has(node)) return;
    this.#seen.add(node);
    this.#spend();
    const { facts } = this;
    if (node.negated !== undefined) {
      facts.nots.push(node.negated);
      return;
    }
    if (typeof node.schema === "boolean") {
      if (!node.schema) facts.types = 0;
      return;
    }
    const schema = node.schema as Schema;
    for (const name of node.graph.keywordsOf(node)) this.#keyword(node, name, schema[name]);
    const array = arrayPartOf(node);
    if (array !== undefined) facts.arrays.push(array);
    const object = objectPartOf(node);
    if (object !== undefined) facts.objects.push(object);
    this.#unevaluated(node);
  }

  /** `unevaluatedItems` and `unevaluatedProperties`: of what no part may look at, they hold for sure. */
  #unevaluated(node: SchemaNode): void {
    const names = node.graph.keywordsOf(node);
    const anything = { ...node, id: node.id + 0.5, schema: true };
    if (names.includes("unevaluatedItems")) {
      const parts = possibleParts(node, { of: "items", partOf: arrayPartOf, without: this.#denied });
      if (parts?.every((it) => it.rest === undefined)) {
        const places = parts.reduce((many, it) => Math.max(many, it.prefix.length), 0);
        const prefix = Array.from({ length: places }, () => anything);
        this.facts.arrays.push({ prefix, rest: node.graph.childOf(node, "unevaluatedItems"), node });
      }
    }
    if (!names.includes("unevaluatedProperties")) return;
    const parts = possibleParts(node, { of: "properties", partOf: objectPartOf, without: this.#denied });
    if (parts?.every((it) => it.additional === undefined) !== true) return;
    const properties = new Map(
      parts.flatMap((it) => [...it.properties.keys()]).map((name) => [name, anything]),
    );
    const patterns = parts.flatMap((it) => it.patterns.map(([pattern]) => [pattern, anything] as const));
    const additional = node.graph.childOf(node, "unevaluatedProperties");
    this.facts.objects.push({ properties, patterns, additional, node });
  }

  #keyword(node: SchemaNode, name: string, value: unknown): void {
    const { facts } = this;
    const { graph } = node;
    const child = (...tokens: (string | number)[]) => graph.childOf(node, name, ...tokens);
    if (name === "$ref") {
      const target = graph.targetOf(node);
      if (target !== undefined) this.#queue.push(target);
    } else if (name === "type") {
      facts.types &= bitsOf(node.schema as Schema);
      facts.typesAreNamed = true;
    } else if (name === "enum") keepValues(facts, value as readonly unknown[]);
    else if (name === "const") keepValues(facts, [value]);
    else if (name === "allOf") {
      for (const index of (value as readonly unknown[]).keys()) this.#queue.push(child(index));
    } else if (name === "anyOf" || name === "oneOf") this.#choice(node, name, value as readonly unknown[]);
    else if (name === "not") facts.nots.push(child());
    else if (name === "if") this.#conditional(node);
    else if (name === "propertyNames") facts.propertyNames.push(child());
    else if (name === "contains") this.#contains(node);
    else if (name === "dependentSchemas" || name === "dependencies" || name === "dependentRequired") {
      for (const [key, needed] of Object.entries(value as Record<string, unknown>)) {
        if (Array.isArray(needed)) facts.needs.push([key, needed.map(String)]);
        else facts.dependents.push([key, child(key)]);
      }
    } else simpleFact(facts, name, node.schema as Schema);
  }

  #choice(node: SchemaNode, keyword: "anyOf" | "oneOf", list: readonly unknown[]): void {
    const alternatives = list.map((_, index) => node.graph.childOf(node, keyword, index));
    const chosen =
      alternatives.length === 1 ? alternatives[0] : alternatives.find((it) => this.#given.has(it));
    if (chosen === undefined) {
      this.facts.choices.push({ node, keyword, alternatives });
      return;
    }
    this.#queue.push(chosen);
    if (keyword === "anyOf") return;
    for (const other of alternatives) {
      if (other === chosen) continue;
      this.#denied.add(other);
      this.#queue.push(node.graph.negationOf(other));
    }
  }

  #conditional(node: SchemaNode): void {
    const { graph } = node;
    const names = graph.keywordsOf(node);
    const condition = graph.childOf(node, "if");
    const branch = (name: string) => (names.includes(name) ? graph.childOf(node, name) : undefined);
    const conditional = { node, condition, whenTrue: branch("then"), whenFalse: branch("else") };
    const shape = graph.shapeOf(condition, this.#spend);
    for (const given of this.#given) {
      const holds =
        given === condition || (shape !== undefined && given.graph.shapeOf(given, this.#spend) === shape);
      const { negated } = given;
      const fails =
        negated !== undefined &&
        (negated === condition ||
          (shape !== undefined && negated.graph.shapeOf(negated, this.#spend) === shape));
      if (!holds && !fails) continue;
      const taken = holds ? conditional.whenTrue : conditional.whenFalse;
      const passed = holds ? [conditional.whenFalse] : [conditional.whenTrue, condition];
      for (const it of passed) if (it !== undefined) this.#denied.add(it);
      if (taken !== undefined) this.#queue.push(taken);
      return;
    }
    this.facts.conditionals.push(conditional);
  }

  #contains(node: SchemaNode): void {
    const part = containsPartOf(node);
    this.facts.contains.push(part);
    this.facts.items.least = Math.max(this.facts.items.least, part.least);
  }
}

/** `contains` with its counts. */
export function containsPartOf(node: SchemaNode): ContainsPart {
  const schema = node.schema as Schema;
  const names = node.graph.keywordsOf(node);
  return {
    schema: node.graph.childOf(node, "contains"),
    least: names.includes("minContains") ? Number(schema["minContains"]) : 1,
    most: names.includes("maxContains") ? Number(schema["maxContains"]) : Number.POSITIVE_INFINITY,
  };
}

const keepValues = (facts: Facts, values: readonly unknown[]): void => {
  const texts = new Set(values.map(canonicalJson));
  facts.values = (facts.values ?? values).filter((it) => texts.has(canonicalJson(it)));
};

const raise = (range: NumberRange, least: number, isOpen: boolean): void => {
  if (least > range.least || (least === range.least && isOpen)) {
    range.leastIsOpen = isOpen;
    range.least = least;
  }
};

const lower = (range: NumberRange, most: number, isOpen: boolean): void => {
  if (most < range.most || (most === range.most && isOpen)) {
    range.mostIsOpen = isOpen;
    range.most = most;
  }
};

const simpleFact = (facts: Facts, name: string, schema: Schema): void => {
  const value = schema[name];
  if (name === "minimum") raise(facts.range, Number(value), schema["exclusiveMinimum"] === true);
  else if (name === "maximum") lower(facts.range, Number(value), schema["exclusiveMaximum"] === true);
  else if (name === "exclusiveMinimum" && typeof value === "number") raise(facts.range, value, true);
  else if (name === "exclusiveMaximum" && typeof value === "number") lower(facts.range, value, true);
  else if (name === "multipleOf") facts.multiples.add(Number(value));
  else if (name === "minLength") facts.length.least = Math.max(facts.length.least, Number(value));
  else if (name === "maxLength") facts.length.most = Math.min(facts.length.most, Number(value));
  else if (name === "pattern") facts.patterns.add(String(value));
  else if (name === "format") facts.formats.add(String(value));
  else if (name.startsWith("content")) facts.contents.add(`${name}:${canonicalJson(value)}`);
  else if (name === "minItems") facts.items.least = Math.max(facts.items.least, Number(value));
  else if (name === "maxItems") facts.items.most = Math.min(facts.items.most, Number(value));
  else if (name === "uniqueItems") facts.isUnique ||= value === true;
  else if (name === "minProperties") facts.members.least = Math.max(facts.members.least, Number(value));
  else if (name === "maxProperties") facts.members.most = Math.min(facts.members.most, Number(value));
  else if (name === "required") for (const it of value as readonly string[]) facts.required.add(it);
};

/** Takes out the types of which no value can be. */
const tighten = (facts: Facts): void => {
  facts.members.least = Math.max(facts.members.least, facts.required.size);
  if (facts.values !== undefined) {
    facts.values = facts.values.filter((it) => (bitOfValue(it) & facts.types) !== 0);
    let bits = 0;
    for (const value of facts.values) bits |= bitOfValue(value);
    facts.types &= bits;
  }
  const { least, leastIsOpen, most, mostIsOpen } = facts.range;
  if (least > most || (least === most && (leastIsOpen || mostIsOpen))) facts.types &= ~typeBits.number;
  const lowest = leastIsOpen && Number.isInteger(least) ? least + 1 : Math.ceil(least);
  const highest = mostIsOpen && Number.isInteger(most) ? most - 1 : Math.floor(most);
  if (lowest > highest) facts.types &= ~typeBits.integer;
  if (least === most && Number.isInteger(least)) facts.types &= ~typeBits.fraction;
  for (const it of facts.multiples) if (Number.isInteger(it)) facts.types &= ~typeBits.fraction;
  if (facts.length.least > facts.length.most) facts.types &= ~typeBits.string;
  if (facts.items.least > facts.items.most) facts.types &= ~typeBits.array;
  if (facts.members.least > facts.members.most) facts.types &= ~typeBits.object;
};
