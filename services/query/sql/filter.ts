import { type Filter, FilterOp } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { TimeKind } from "../../../registry/field-kinds/field-kind.js";
import { booleanLiteral, type NumberLiteral, numberLiteral, timeLiteral } from "../literals.js";
import type { PropertyReader, PropertySql } from "./property.js";
import { allOf, anyOf, bind, type Sql, sql } from "./sql.js";

/**
 * The condition of every filter, all of which must hold. What has no value passes the negative operators and no
 * other.
 *
 * @param field where the request has them, for faults
 * @throws Fault REQUEST_INVALID that names the filter's field.
 */
export function filtersSql(filters: readonly Filter[], reader: PropertyReader, field = "filters"): Sql {
  return allOf(filters.map((filter, index) => filterSql(filter, reader, `${field}[${index}]`)));
}

/** The condition of one filter. @throws Fault REQUEST_INVALID that names its field. */
export function filterSql(filter: Filter, reader: PropertyReader, field: string): Sql {
  const { op, values } = filter;
  checkValues(filter, field);
  // The contract requires it; what is absent can't be named.
  if (filter.property === undefined) throw requestInvalid(`${field}.property`, "required", "is not set");
  const property = reader.property(filter.property, `${field}.property.name`);
  const asked: AskedValues = { values, field: `${field}.values`, timeZone: reader.timeZone };
  switch (op) {
    case FilterOp.EQUALS:
      return equals(property, asked);
    case FilterOp.NOT_EQUALS:
      return not(equals(property, asked));
    case FilterOp.CONTAINS:
      return contains(property, values);
    case FilterOp.NOT_CONTAINS:
      return not(contains(property, values));
    case FilterOp.REGEX:
      return matches(property, values);
    case FilterOp.NOT_REGEX:
      return not(matches(property, values));
    case FilterOp.SET:
      return property.isSet;
    case FilterOp.NOT_SET:
      return not(property.isSet);
    default:
      return compares(property, op, asked);
  }
}

function checkValues({ op, values }: Filter, field: string): void {
  const takesNone = op === FilterOp.SET || op === FilterOp.NOT_SET;
  if (takesNone && values.length > 0)
    throw requestInvalid(`${field}.values`, "none", "this operator takes no value");
  if (!takesNone && values.length === 0)
    throw requestInvalid(`${field}.values`, "min_items", "needs a value");
}

function not(condition: Sql): Sql {
  return sql`NOT (${condition})`;
}

/** What a property is compared with. */
interface AskedValues {
  readonly values: readonly string[];
  /** Where the request has them, for faults. */
  readonly field: string;
  readonly timeZone: string;
}

/** Each value as `read` has it. @throws Fault REQUEST_INVALID that names the first that is none, and the kind. */
function literals<T>(
  { values, field }: AskedValues,
  expected: { readonly kind: string; readonly message: string },
  read: (text: string) => T | undefined,
): T[] {
  return values.map((value, index) => {
    const literal = read(value);
    if (literal !== undefined) return literal;
    throw requestInvalid(`${field}[${index}]`, expected.kind, expected.message);
  });
}

const registered = (kind: string, must: string) => ({
  kind,
  message: `the property is registered as ${kind}: ${must}`,
});
const decimal = "must be a decimal number";
const boolean = registered("boolean", "must be true, false, 1 or 0");

function timesOf(asked: AskedValues, { time }: { readonly time: TimeKind }): bigint[] {
  const must =
    time.stored === "text"
      ? "must be a date or time of ISO 8601"
      : `must be a date or time of ISO 8601, or ${time.stored} since 1970 as a whole number`;
  return literals(asked, registered("time", must), (text) => timeLiteral(text, time, asked.timeZone));
}

function equals(property: PropertySql, asked: AskedValues): Sql {
  const { text, column, typed } = property;
  const { values } = asked;
  switch (typed?.kind) {
    case "integer":
    case "number":
      return equalsNumber(typed, literals(asked, registered(typed.kind, decimal), numberLiteral));
    case "boolean":
      return sql`ifNull(${text} IN ${bind.texts(literals(asked, boolean, booleanLiteral))}, 0)`;
    case "time":
      return sql`ifNull(${typed.nanos} IN ${bind.int128s(timesOf(asked, typed))}, 0)`;
    default:
  }
  // An empty column is a missing property, which equals nothing, not even an empty text.
  if (column !== undefined) return sql`${column} IN ${bind.texts(values.filter((value) => value !== ""))}`;
  return sql`ifNull(${text} IN ${bind.texts(values)}, 0)`;
}

/** The engine searches for so many texts at once. */
const needlesMax = 255;

function contains({ text }: PropertySql, values: readonly string[]): Sql {
  // Every text contains the empty one.
  if (values.includes("")) return sql`isNotNull(${text})`;
  const searches: Sql[] = [];
  for (let at = 0; at < values.length; at += needlesMax) {
    const needles = bind.texts(values.slice(at, at + needlesMax));
    searches.push(sql`multiSearchAnyCaseInsensitiveUTF8(ifNull(${text}, ''), ${needles})`);
  }
  return anyOf(searches);
}

function matches({ text }: PropertySql, patterns: readonly string[]): Sql {
  return anyOf(patterns.map((pattern) => sql`ifNull(match(${text}, ${bind.text(pattern)}), 0)`));
}

const comparisons: Partial<Record<FilterOp, Sql>> = {
  [FilterOp.GREATER]: sql`>`,
  [FilterOp.GREATER_OR_EQUAL]: sql`>=`,
  [FilterOp.LESS]: sql`<`,
  [FilterOp.LESS_OR_EQUAL]: sql`<=`,
};

/** The numbers, not their texts: 5 is 5.0. A double equals a whole number that it holds exactly. */
function equalsNumber(
  { integer, float }: { readonly integer: Sql; readonly float: Sql },
  numbers: readonly NumberLiteral[],
): Sql {
  const wholes = numbers.flatMap(({ whole }) => whole ?? []);
  const floats = numbers
    .filter(({ whole, float: value }) => whole === undefined || BigInt(value) === whole)
    .map((number) => number.float);
  return anyOf([
    sql`ifNull(${integer} IN ${bind.int128s(wholes)}, 0)`,
    sql`ifNull(${float} IN ${bind.float64s(floats)}, 0)`,
  ]);
}

/** @throws Fault REQUEST_INVALID where a value, or the operator, is none for the property's kind. */
function compares(property: PropertySql, op: FilterOp, asked: AskedValues): Sql {
  const { typed } = property;
  const sign = comparisons[op];
  if (sign === undefined) throw new Error(`no comparison for operator ${op}`);
  if (typed?.kind === "boolean") {
    const field = asked.field.replace(/values$/, "op");
    throw requestInvalid(field, "boolean", "the property is registered as boolean, which has no order");
  }
  if (typed?.kind === "time") {
    const times = timesOf(asked, typed);
    // Above any of them is above the least: the long expression of a time stands there once.
    const isAbove = op === FilterOp.GREATER || op === FilterOp.GREATER_OR_EQUAL;
    const bound = times.reduce((kept, next) => (next < kept === isAbove ? next : kept));
    return sql`ifNull(${typed.nanos} ${sign} ${bind.int128(bound)}, 0)`;
  }
  const expected =
    typed === undefined ? { kind: "number", message: decimal } : registered(typed.kind, decimal);
  return anyOf(
    literals(asked, expected, numberLiteral).map((number) => comparesNumber(property, sign, number)),
  );
}

/** Whole numbers are compared as such, so that 2^53 + 1 is above 2^53. */
function comparesNumber({ integers, float }: PropertySql, sign: Sql, literal: NumberLiteral): Sql {
  const value = bind.float64(literal.float);
  const whole = literal.whole === undefined ? value : bind.int128(literal.whole);
  const parts = [...integers.map((part) => sql`${part} ${sign} ${whole}`), sql`${float} ${sign} ${value}`];
  return anyOf(parts.map((part) => sql`ifNull(${part}, 0)`));
}
