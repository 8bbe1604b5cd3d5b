import { type Filter, FilterOp } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { PropertyReader, PropertySql } from "./property.js";
import { allOf, anyOf, bind, type Sql, sql } from "./sql.js";

/**
 * The condition of every filter, all of which must hold. What has no value passes the negative operators and no
 * other.
 *
 * @throws Fault REQUEST_INVALID that names the filter's field.
 */
export function filtersSql(filters: readonly Filter[], reader: PropertyReader): Sql {
  return allOf(filters.map((filter, index) => filterSql(filter, reader, `filters[${index}]`)));
}

function filterSql(filter: Filter, reader: PropertyReader, field: string): Sql {
  const { op, values } = filter;
  checkValues(filter, field);
  // The contract requires it; what is absent can't be named.
  if (filter.property === undefined) throw requestInvalid(`${field}.property`, "required", "is not set");
  const property = reader.property(filter.property, `${field}.property.name`);
  switch (op) {
    case FilterOp.EQUALS:
      return equals(property, values);
    case FilterOp.NOT_EQUALS:
      return not(equals(property, values));
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
      return anyOf(
        values.map((value, index) => compares(property, op, literalOf(value, `${field}.values[${index}]`))),
      );
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

function equals({ text, column }: PropertySql, values: readonly string[]): Sql {
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

interface NumberLiteral {
  /** Set where it is a whole number that the engine can hold as one. */
  readonly whole?: bigint;
  readonly float: number;
}

const int128Max = 2n ** 127n - 1n;

function literalOf(text: string, field: string): NumberLiteral {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) || !Number.isFinite(Number(text))) {
    throw requestInvalid(field, "number", "must be a decimal number");
  }
  const digits = /^[+-]?\d{1,38}$/.test(text) ? BigInt(text.replace("+", "")) : undefined;
  const isWhole = digits !== undefined && digits <= int128Max && digits >= -int128Max;
  return { float: Number(text), ...(isWhole ? { whole: digits } : {}) };
}

const comparisons: Partial<Record<FilterOp, Sql>> = {
  [FilterOp.GREATER]: sql`>`,
  [FilterOp.GREATER_OR_EQUAL]: sql`>=`,
  [FilterOp.LESS]: sql`<`,
  [FilterOp.LESS_OR_EQUAL]: sql`<=`,
};

/** Whole numbers are compared as such, so that 2^53 + 1 is above 2^53. */
function compares({ integers, float }: PropertySql, op: FilterOp, literal: NumberLiteral): Sql {
  const sign = comparisons[op];
  if (sign === undefined) throw new Error(`no comparison for operator ${op}`);
  const value = bind.float64(literal.float);
  const whole = literal.whole === undefined ? value : bind.int128(literal.whole);
  const parts = [...integers.map((part) => sql`${part} ${sign} ${whole}`), sql`${float} ${sign} ${value}`];
  return anyOf(parts.map((part) => sql`ifNull(${part}, 0)`));
}
