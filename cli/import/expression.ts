import { createHash } from "node:crypto";
import { type FieldReader, MappingError, type RecordItem, UnmappableError } from "./record.js";
import { type TimeFormat, timeFormats, timeReader } from "./times.js";

/** Computes a value of a record; undefined where it is missing. @throws UnmappableError */
export type Evaluate = (item: RecordItem) => unknown;

/** What expressions of one file are compiled with. */
export interface ExpressionContext {
  /** How a field is read. */
  readonly field: (path: string) => FieldReader;
  /** The file's name without its folder and ".gz". */
  readonly file: string;
}

type Arguments = readonly unknown[];
type Compile = (args: Arguments, context: ExpressionContext, where: string) => Evaluate;

/**
 * Compiles an expression of a mapping: a text is the name of a field, an object with one key an operation on the
 * values of others.
 * @throws MappingError that says where
 */
export function compile(source: unknown, context: ExpressionContext, where: string): Evaluate {
  if (typeof source === "string") {
    const read = named(where, () => context.field(source));
    return ({ record }) => read(record);
  }
  const [operation, argument] = onlyEntry(source, where);
  const found = operations[operation];
  if (!Object.hasOwn(operations, operation) || found === undefined) {
    throw new MappingError(
      `${where}: no operation ${JSON.stringify(operation)}; there are ${operationNames()}`,
    );
  }
  return found(Array.isArray(argument) ? argument : [argument], context, `${where}.${operation}`);
}

function named<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof MappingError ? new MappingError(`${where}: ${error.message}`) : error;
  }
}

function onlyEntry(source: unknown, where: string): [string, unknown] {
  const entries = typeof source === "object" && source !== null ? Object.entries(source) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1 || Array.isArray(source)) {
    throw new MappingError(`${where}: an expression is a field's name or an object with one operation`);
  }
  return entry;
}

function operationNames(): string {
  return Object.keys(operations).join(", ");
}

const operations: Record<string, Compile> = {
  const: ([value], _context, where) => {
    if (value === undefined) throw new MappingError(`${where}: needs a value`);
    return () => value;
  },
  string: unary((value) => textOf(value)),
  number: unary((value, where) => numberOf(value, where)),
  integer: unary((value, where) => wholeOf(value, where)),
  boolean: unary((value, where) => booleanOf(value, where)),
  json: unary((value, where) => parsed(textOf(value), where)),
  add: arithmetic((one, other) => one + other),
  subtract: arithmetic((one, other) => one - other),
  multiply: arithmetic((one, other) => one * other),
  divide: arithmetic((one, other) => (other === 0 ? undefined : one / other)),
  concat: (args, context, where) => {
    const parts = compileAll(args, context, where);
    return (item) => parts.map((part) => textOf(part(item) ?? "")).join("");
  },
  first: (args, context, where) => {
    const parts = compileAll(args, context, where);
    return (item) => {
      for (const part of parts) {
        const value = part(item);
        if (value !== undefined) return value;
      }
      return undefined;
    };
  },
  if: (args, context, where) => {
    const [condition, then, otherwise = () => undefined] = compileAll(args, context, where);
    if (condition === undefined || then === undefined)
      throw new MappingError(`${where}: [condition, then, else]`);
    return (item) => (isTrue(condition(item)) ? then(item) : otherwise(item));
  },
  lookup: (args, context, where) => {
    const [key, table] = args;
    if (typeof table !== "object" || table === null)
      throw new MappingError(`${where}: [key, {value: result}]`);
    const results = new Map(Object.entries(table));
    const evaluate = compile(key, context, where);
    return (item) => results.get(textOf(evaluate(item) ?? ""));
  },
  replace: (args, context, where) => {
    const [value, pattern, replacement] = args;
    if (typeof replacement !== "string") throw new MappingError(`${where}: [value, pattern, replacement]`);
    const expression = regularExpression(pattern, where);
    const evaluate = compile(value, context, where);
    return (item) => {
      const found = evaluate(item);
      return found === undefined ? undefined : textOf(found).replace(expression, replacement) || undefined;
    };
  },
  lower: unary((value) => textOf(value).toLowerCase()),
  hash: (args, context, where) => {
    const parts = compileAll(args, context, where);
    return (item) => {
      const texts = parts.map((part) => textOf(part(item) ?? ""));
      return createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 32);
    };
  },
  time: ([value, format = "iso", zone = "UTC"], context, where) => {
    const evaluate = compile(value, context, where);
    const read = named(where, () => timeReader(timeFormatOf(format, where), String(zone)));
    return (item) => {
      const found = evaluate(item);
      if (found === undefined) return undefined;
      return read(found) ?? fail(where, `not a time of the form ${String(format)}`);
    };
  },
  line:
    () =>
    ({ line }) =>
      line,
  file: (_args, { file }) => {
    return () => file;
  },
  counter: (args, context, where) => {
    const parts = compileAll(args, context, where);
    const counts = new Map<string, number>();
    return (item) => {
      const key = parts.map((part) => textOf(part(item) ?? "")).join("\0");
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    };
  },
  present: (args, context, where) => {
    const evaluate = compile(args[0], context, where);
    return (item) => evaluate(item) !== undefined;
  },
  not: (args, context, where) => {
    const evaluate = compile(args[0], context, where);
    return (item) => !isTrue(evaluate(item));
  },
  all: (args, context, where) => {
    const parts = compileAll(args, context, where);
    return (item) => parts.every((part) => isTrue(part(item)));
  },
  any: (args, context, where) => {
    const parts = compileAll(args, context, where);
    return (item) => parts.some((part) => isTrue(part(item)));
  },
  equals: comparison((one, other) => textOf(one ?? "") === textOf(other ?? "")),
  starts_with: comparison((one, other) => textOf(one ?? "").startsWith(textOf(other ?? ""))),
  contains: comparison((one, other) => textOf(one ?? "").includes(textOf(other ?? ""))),
  greater: comparison((one, other, where) => numberOf(one, where) > numberOf(other, where)),
  less: comparison((one, other, where) => numberOf(one, where) < numberOf(other, where)),
  matches: (args, context, where) => {
    const expression = regularExpression(args[1], where);
    const evaluate = compile(args[0], context, where);
    return (item) => expression.test(textOf(evaluate(item) ?? ""));
  },
};

function compileAll(args: Arguments, context: ExpressionContext, where: string): Evaluate[] {
  return args.map((arg, index) => compile(arg, context, `${where}[${index}]`));
}

function unary(work: (value: unknown, where: string) => unknown): Compile {
  return (args, context, where) => {
    const evaluate = compile(args[0], context, where);
    return (item) => {
      const value = evaluate(item);
      return value === undefined ? undefined : work(value, where);
    };
  };
}

/** Missing where one of the numbers is. */
function arithmetic(work: (one: number, other: number) => number | undefined): Compile {
  return (args, context, where) => {
    const [left, right] = compileAll(args, context, where);
    if (left === undefined || right === undefined) throw new MappingError(`${where}: needs two values`);
    return (item) => {
      const [one, other] = [left(item), right(item)];
      if (one === undefined || other === undefined) return undefined;
      return work(numberOf(one, where), numberOf(other, where));
    };
  };
}

/** The second value of a comparison is an expression where it is an object, and else is meant as it stands. */
function comparison(work: (one: unknown, other: unknown, where: string) => boolean): Compile {
  return ([left, right], context, where) => {
    const evaluate = compile(left, context, where);
    const isExpression = typeof right === "object" && right !== null;
    const other: Evaluate = isExpression ? compile(right, context, where) : () => right;
    return (item) => {
      const value = evaluate(item);
      return value !== undefined && work(value, other(item), where);
    };
  };
}

function isTrue(value: unknown): boolean {
  return value !== undefined && value !== false && value !== 0 && value !== "" && value !== "false";
}

/** A value as text; what is no single value is written as JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}

function numberOf(value: unknown, where: string): number {
  const number = typeof value === "number" ? value : Number(textOf(value).trim() || Number.NaN);
  return Number.isFinite(number) ? number : fail(where, "not a number");
}

function wholeOf(value: unknown, where: string): number {
  const number = numberOf(value, where);
  return Number.isSafeInteger(number) ? number : fail(where, "not a whole number");
}

function booleanOf(value: unknown, where: string): boolean {
  const text = textOf(value).toLowerCase();
  if (text === "true" || text === "1" || text === "yes") return true;
  return text === "false" || text === "0" || text === "no" ? false : fail(where, "neither true nor false");
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail(where, "not valid JSON");
  }
}

function fail(where: string, what: string): never {
  throw new UnmappableError(`${where}: ${what}`);
}

function timeFormatOf(format: unknown, where: string): TimeFormat {
  const found = timeFormats.find((known) => known === format);
  if (found === undefined)
    throw new MappingError(`${where}: the form of a time is one of ${timeFormats.join(", ")}`);
  return found;
}

function regularExpression(pattern: unknown, where: string): RegExp {
  if (typeof pattern !== "string") throw new MappingError(`${where}: needs a pattern as text`);
  try {
    return new RegExp(pattern, "u");
  } catch {
    throw new MappingError(`${where}: ${JSON.stringify(pattern)} is not a regular expression`);
  }
}
