// Whether a schema accepts one value, for the values that schemas name themselves. Agrees with the validator wherever
// it answers; what it leaves open stays open.
import * as ajvFormats from "ajv-formats";
import type { Budget } from "../rules/budget.js";
import { canonicalJson } from "./canonical-value.js";
import { isMultipleOf } from "./decimal.js";
import { type LinearPattern, linearPattern } from "./linear-pattern.js";
import type { SchemaNode } from "./schema-graph.js";

/** undefined where it can't be said. */
export type Answer = boolean | undefined;

const DEPTH_MAX = 100;

const not = (answer: Answer): Answer => (answer === undefined ? undefined : !answer);

/** All of them; false wins over what is open. */
export const all = (answers: Iterable<Answer>): Answer => {
  let result: Answer = true;
  for (const answer of answers) {
    if (answer === false) return false;
    if (answer === undefined) result = undefined;
  }
  return result;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const typeOfValue = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
};

const lengthOf = (text: string): number => {
  let length = 0;
  for (const _ of text) length++;
  return length;
};

const formatOf = (name: string): unknown => {
  const get = (ajvFormats.default as unknown as { get: (name: string) => unknown }).get;
  try {
    return get(name);
  } catch {
    return undefined;
  }
};

/** The type of which the validator asserts a format; undefined where it does not know the format. */
export const formatType = (format: string): "string" | "number" | undefined => {
  const found = formatOf(format);
  if (found === undefined || found === true) return undefined;
  return (found as { type?: string }).type === "number" ? "number" : "string";
};

const acceptsFormat = (format: string, value: unknown): Answer => {
  const found = formatOf(format);
  if (found === undefined || found === true) return true;
  const definition = found as { type?: string; validate?: unknown };
  const check = found instanceof RegExp || typeof found === "function" ? found : definition.validate;
  const type = definition.type === "number" ? "number" : "string";
  if (typeof value !== type) return true;
  if (check instanceof RegExp) return check.test(String(value));
  if (typeof check === "function") return (check as (given: unknown) => boolean)(value);
  return check === true ? true : undefined;
};

type Schema = Readonly<Record<string, unknown>>;

/** Evaluates values within a budget. */
export class Evaluator {
  readonly #budget: Budget;
  readonly #patterns = new Map<string, LinearPattern>();

  readonly #onReject: ((place: string) => void) | undefined;

  /** `onReject` hears the id of each node that rejects, and the same with its keyword. */
  constructor(budget: Budget, onReject?: (place: string) => void) {
    this.#budget = budget;
    this.#onReject = onReject;
  }

  matches(pattern: string, text: string): boolean {
    const known = this.#patterns.get(pattern) ?? linearPattern(pattern);
    this.#patterns.set(pattern, known);
    this.#budget.spend(known.stepsOf(text));
    return known.test(text);
  }

  accepts(node: SchemaNode, value: unknown, depth = 0): Answer {
    this.#budget.spend();
    if (depth > DEPTH_MAX) return undefined;
    if (node.negated !== undefined) return not(this.accepts(node.negated, value, depth + 1));
    const answer = typeof node.schema === "boolean" ? node.schema : this.#byKeyword(node, value, depth);
    if (answer === false) this.#onReject?.(`${node.id}`);
    return answer;
  }

  #byKeyword(node: SchemaNode, value: unknown, depth: number): Answer {
    const schema = node.schema as Schema;
    let result: Answer = true;
    for (const name of node.graph.keywordsOf(node)) {
      const answer = this.#keyword({ node, name, schema, value, depth: depth + 1 });
      if (answer === undefined && result === true) result = undefined;
      if (answer !== false) continue;
      if (this.#onReject === undefined) return false;
      // Who listens hears of all of them.
      this.#onReject(`${node.id}:${name}`);
      result = false;
    }
    return result;
  }

  #keyword(at: KeywordAt): Answer {
    const { node, name, value, depth } = at;
    const child = (...tokens: (string | number)[]) => node.graph.childOf(node, name, ...tokens);
    if (name === "$ref") {
      const target = node.graph.targetOf(node);
      return target === undefined ? undefined : this.accepts(target, value, depth);
    }
    if (name === "$dynamicRef" || name === "$recursiveRef") return undefined;
    if (name === "not") return not(this.accepts(child(), value, depth));
    if (name === "allOf" || name === "anyOf" || name === "oneOf") return this.#combined(at);
    if (name === "if") return this.#conditional(at);
    if (name === "type" || name === "enum" || name === "const") return acceptsPlain(at.schema, name, value);
    if (typeof value === "number") return acceptsNumber(at.schema, name, value);
    if (typeof value === "string") return this.#string(at.schema, name, value);
    if (Array.isArray(value)) return this.#array(at, value);
    return isRecord(value) ? this.#object(at, value) : true;
  }

  #combined({ node, name, schema, value, depth }: KeywordAt): Answer {
    const list = schema[name] as readonly unknown[];
    const answers = list.map((_, index) => this.accepts(node.graph.childOf(node, name, index), value, depth));
    if (name === "allOf") return all(answers);
    if (name === "anyOf") return not(all(answers.map(not)));
    const accepted = answers.filter((it) => it === true).length;
    if (accepted > 1) return false;
    return answers.includes(undefined) ? undefined : accepted === 1;
  }

  #conditional({ node, schema, value, depth }: KeywordAt): Answer {
    const holds = this.accepts(node.graph.childOf(node, "if"), value, depth);
    const branch = (name: string): Answer =>
      name in schema ? this.accepts(node.graph.childOf(node, name), value, depth) : true;
    if (holds === undefined) {
      const [one, other] = [branch("then"), branch("else")];
      return one === other ? one : undefined;
    }
    return branch(holds ? "then" : "else");
  }

  #string(schema: Schema, name: string, value: string): Answer {
    const limit = schema[name];
    if (name === "minLength") return lengthOf(value) >= Number(limit);
    if (name === "maxLength") return lengthOf(value) <= Number(limit);
    if (name === "pattern") return this.matches(String(limit), value);
    return name === "format" ? acceptsFormat(String(limit), value) : isOpen(name);
  }

  #array({ node, name, schema, depth }: KeywordAt, items: readonly unknown[]): Answer {
    const limit = schema[name];
    const each = (from: number, to: (index: number) => SchemaNode) =>
      all(items.slice(from).map((item, index) => this.accepts(to(index), item, depth)));
    if (name === "minItems") return items.length >= Number(limit);
    if (name === "maxItems") return items.length <= Number(limit);
    if (name === "uniqueItems") {
      return limit !== true || new Set(items.map(canonicalJson)).size === items.length;
    }
    if (name === "prefixItems" || (name === "items" && Array.isArray(limit))) {
      const many = (limit as readonly unknown[]).length;
      const tested = items.slice(0, many);
      return all(tested.map((item, at) => this.accepts(node.graph.childOf(node, name, at), item, depth)));
    }
    if (name === "items") {
      const prefix = node.graph.document.draft === "2020-12" ? schema["prefixItems"] : undefined;
      return each(Array.isArray(prefix) ? prefix.length : 0, () => node.graph.childOf(node, name));
    }
    if (name === "additionalItems") {
      const prefix = schema["items"];
      return Array.isArray(prefix) ? each(prefix.length, () => node.graph.childOf(node, name)) : true;
    }
    return name === "contains" ? this.#contains(node, items, depth) : isOpen(name);
  }

  #contains(node: SchemaNode, items: readonly unknown[], depth: number): Answer {
    const schema = node.schema as Schema;
    const counted = node.graph.keywordsOf(node);
    const least = counted.includes("minContains") ? Number(schema["minContains"]) : 1;
    const most = counted.includes("maxContains") ? Number(schema["maxContains"]) : Number.POSITIVE_INFINITY;
    const child = node.graph.childOf(node, "contains");
    const answers = items.map((item) => this.accepts(child, item, depth));
    const sure = answers.filter((it) => it === true).length;
    const possible = sure + answers.filter((it) => it === undefined).length;
    if (sure >= least && possible <= most) return true;
    return possible < least || sure > most ? false : undefined;
  }

  #object({ node, name, schema, depth }: KeywordAt, value: Readonly<Record<string, unknown>>): Answer {
    const names = Object.keys(value);
    const limit = schema[name];
    if (name === "minProperties") return names.length >= Number(limit);
    if (name === "maxProperties") return names.length <= Number(limit);
    if (name === "required") return (limit as readonly string[]).every((it) => Object.hasOwn(value, it));
    const child = (...tokens: string[]) => node.graph.childOf(node, name, ...tokens);
    if (name === "properties") {
      const declared = names.filter((it) => Object.hasOwn(limit as object, it));
      return all(declared.map((it) => this.accepts(child(it), value[it], depth)));
    }
    if (name === "patternProperties") {
      const patterns = Object.keys(limit as object);
      return all(
        patterns.map((pattern) => {
          const matching = names.filter((it) => this.matches(pattern, it));
          return all(matching.map((it) => this.accepts(child(pattern), value[it], depth)));
        }),
      );
    }
    if (name === "additionalProperties") {
      const extra = names.filter((it) => !this.isDeclared(schema, it));
      return all(extra.map((it) => this.accepts(child(), value[it], depth)));
    }
    if (name === "propertyNames") return all(names.map((it) => this.accepts(child(), it, depth)));
    return this.#dependencies({ node, name, schema, value, depth });
  }

  /** Whether `properties` or `patternProperties` say something of a name. */
  isDeclared(schema: Schema, name: string): boolean {
    if (Object.hasOwn((schema["properties"] ?? {}) as object, name)) return true;
    return Object.keys((schema["patternProperties"] ?? {}) as object).some((it) => this.matches(it, name));
  }

  #dependencies({ node, name, schema, value, depth }: KeywordAt): Answer {
    if (!["dependencies", "dependentRequired", "dependentSchemas"].includes(name)) return isOpen(name);
    const held = Object.entries(schema[name] as object).filter(([key]) =>
      Object.hasOwn(value as object, key),
    );
    return all(
      held.map(([key, needed]: [string, unknown]) =>
        Array.isArray(needed)
          ? needed.every((it) => Object.hasOwn(value as object, String(it)))
          : this.accepts(node.graph.childOf(node, name, key), value, depth),
      ),
    );
  }
}

interface KeywordAt {
  readonly node: SchemaNode;
  readonly name: string;
  readonly schema: Schema;
  readonly value: unknown;
  readonly depth: number;
}

/** Keywords that other keywords take into account, or that say nothing of this type, hold; these few stay open. */
const openKeywords = new Set(["unevaluatedItems", "unevaluatedProperties"]);
const isOpen = (name: string): Answer => (openKeywords.has(name) ? undefined : true);

const acceptsPlain = (schema: Schema, name: string, value: unknown): boolean => {
  if (name === "const") return canonicalJson(schema["const"]) === canonicalJson(value);
  if (name === "enum") {
    const text = canonicalJson(value);
    return (schema["enum"] as readonly unknown[]).some((it) => canonicalJson(it) === text);
  }
  const types = [schema["type"]].flat();
  const type = typeOfValue(value);
  if (type === "null" && schema["nullable"] === true) return true;
  return types.includes(type) || (type === "integer" && types.includes("number"));
};

const acceptsNumber = (schema: Schema, name: string, value: number): Answer => {
  const limit = schema[name];
  // In draft-04 they are flags beside minimum and maximum.
  if (name === "exclusiveMinimum") return typeof limit === "number" ? value > limit : true;
  if (name === "exclusiveMaximum") return typeof limit === "number" ? value < limit : true;
  if (name === "minimum") {
    return schema["exclusiveMinimum"] === true ? value > Number(limit) : value >= Number(limit);
  }
  if (name === "maximum") {
    return schema["exclusiveMaximum"] === true ? value < Number(limit) : value <= Number(limit);
  }
  if (name === "multipleOf") return isMultipleOf(value, Number(limit));
  return name === "format" ? acceptsFormat(String(limit), value) : isOpen(name);
};
