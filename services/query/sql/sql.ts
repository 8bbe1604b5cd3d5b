// SQL as composed fragments. A fragment's text comes from our own source alone; what a request says is bound.

/** Types that are bound, as ClickHouse names them. */
export type SqlType =
  | "String"
  | "Identifier"
  | "Int64"
  | "UInt64"
  | "UInt32"
  | "Int128"
  | "Float64"
  | "Array(String)"
  | "Array(Int64)"
  | "Array(UInt32)"
  | "Array(Int128)"
  | "Array(Float64)";

export type SqlValue = string | number | bigint | readonly (string | number | bigint)[];

/** A value with its type; `{name:Type}` in the statement. Used twice, it is sent once. */
export class Bound {
  readonly type: SqlType;
  readonly value: SqlValue;

  constructor(type: SqlType, value: SqlValue) {
    this.type = type;
    this.value = value;
  }
}

/** A piece of a statement. Made by the tag `sql` and by a tenant's sources, never from a text. */
export class Sql {
  readonly texts: readonly string[];
  readonly parts: readonly SqlPart[];

  private constructor(texts: readonly string[], parts: readonly SqlPart[]) {
    this.texts = texts;
    this.parts = parts;
  }

  /** For the tag alone. */
  static ofTemplate(strings: TemplateStringsArray, parts: readonly SqlPart[]): Sql {
    // A template's strings are frozen and know their raw form; a list of request texts is neither.
    if (!Object.isFrozen(strings) || !Object.isFrozen(strings.raw)) throw new Error("not a template literal");
    return new Sql(strings, parts);
  }
}

/** FROM one table, its tenant's rows alone; made by `Tenant.from`. */
export interface OwnRows {
  readonly kind: "own rows";
  readonly owner: object;
  readonly table: string;
  readonly joins: Sql;
  readonly project: Bound;
}

export type SqlPart = Sql | Bound | OwnRows;

/** A fragment: sql`time >= ${bind.int64(fromMs)}`. */
export function sql(strings: TemplateStringsArray, ...parts: readonly SqlPart[]): Sql {
  return Sql.ofTemplate(strings, parts);
}

export const bind = {
  text: (value: string) => new Bound("String", value),
  texts: (values: readonly string[]) => new Bound("Array(String)", values),
  /** A name of a subcolumn; see property.ts for which names can be bound so. */
  identifier: (name: string) => new Bound("Identifier", name),
  int64: (value: number | bigint) => new Bound("Int64", value),
  uint64: (value: number | bigint) => new Bound("UInt64", value),
  uint32: (value: number) => new Bound("UInt32", value),
  int128: (value: bigint) => new Bound("Int128", value),
  float64: (value: number) => new Bound("Float64", value),
  int64s: (values: readonly (number | bigint)[]) => new Bound("Array(Int64)", values),
  int128s: (values: readonly bigint[]) => new Bound("Array(Int128)", values),
  float64s: (values: readonly number[]) => new Bound("Array(Float64)", values),
  uint32s: (values: readonly number[]) => new Bound("Array(UInt32)", values),
};

export const nothing: Sql = sql``;

/** Conditions that must all hold; true where there are none. */
export function allOf(conditions: readonly SqlPart[]): Sql {
  return folded(conditions, sql`1`, (left, right) => sql`${left} AND ${right}`);
}

/** Conditions of which one must hold; false where there are none. */
export function anyOf(conditions: readonly SqlPart[]): Sql {
  return folded(conditions, sql`0`, (left, right) => sql`${left} OR ${right}`);
}

/** Expressions with commas between. */
export function listOf(items: readonly SqlPart[]): Sql {
  const [first, ...rest] = items;
  if (first === undefined) return nothing;
  return rest.reduce<Sql>((list, item) => sql`${list}, ${item}`, sql`${first}`);
}

/** Fragments one after another. */
export function sequence(items: readonly SqlPart[]): Sql {
  return items.reduce<Sql>((all, item) => sql`${all} ${item}`, nothing);
}

function folded(conditions: readonly SqlPart[], none: Sql, join: (left: Sql, right: Sql) => Sql): Sql {
  const [first, ...rest] = conditions.map((condition) => sql`(${condition})`);
  return first === undefined ? none : sql`(${rest.reduce(join, first)})`;
}
