import { type Property, PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import { type FieldKinds, noKinds, propertyPath } from "../../../registry/field-kinds/field-kind.js";
import { type Field, fields } from "./fields.js";
import type { StatementJoins } from "./joins.js";
import { keysOf, type PathSql, pathSql } from "./path.js";
import { bind, type Sql, sequence, sql } from "./sql.js";
import type { Table } from "./tenant.js";
import { type TypedValue, typedPropertySql } from "./typed-property.js";

/** How a statement reads one property of the rows `e`. */
export interface PropertySql {
  /** Nullable(String): NULL where the property has no value that a text can be made of. */
  readonly text: Sql;
  /** The column itself where text is just that and empty means missing; lets the engine use its indexes. */
  readonly column?: Sql;
  /** Nullable(Float64): NULL where the value is no number. A text of digits is no number. */
  readonly number: Sql;
  /** The value as whole numbers, each NULL where it is none; compared without losing a digit. */
  readonly integers: readonly Sql[];
  /** Nullable(Float64): the value where it is a number but none of `integers`. */
  readonly float: Sql;
  /** Whether it is there and not null. */
  readonly isSet: Sql;
  /** Set where the schema of the question's event type says what its values are. */
  readonly typed?: TypedValue;
}

/** What is registered for the event type that a question names. */
export interface Typing {
  readonly kinds: FieldKinds;
  /** Of times in a request that name no zone. */
  readonly timeZone: string;
}

const untyped: Typing = { kinds: noKinds, timeZone: "UTC" };

/** Reads properties for one statement. */
export class PropertyReader {
  readonly #joins: StatementJoins;
  readonly #kinds: FieldKinds;
  /** Of times in a request that name no zone. */
  readonly timeZone: string;

  /** @param joins of the statement, shared by all its readers */
  constructor(joins: StatementJoins, { kinds, timeZone }: Typing = untyped) {
    this.#joins = joins;
    this.#kinds = kinds;
    this.timeZone = timeZone;
  }

  /** The person that an event is counted for; empty where nobody is known. */
  person(): Sql {
    return this.#joins.person();
  }

  /** FROM the table with every join that what was read so far needs; ends in a WHERE. */
  from(table: Table): Sql {
    return this.#joins.from(table);
  }

  /**
   * @param field where the request names the property, for faults
   * @throws Fault REQUEST_INVALID
   */
  property({ scope, name }: Pick<Property, "scope" | "name">, field: string): PropertySql {
    if (scope === PropertyScope.FIELD) return fieldSql(fieldOf(name, field));
    if (scope === PropertyScope.USER) return this.#trait(keysOf(name));
    if (scope === PropertyScope.COHORT) return membershipSql(this.#joins.cohort(name));
    const keys = keysOf(name);
    const kind = this.#kinds.get(propertyPath(keys));
    const path = pathSql(keys, field);
    const plain = eventPropertySql(path);
    return kind === undefined ? plain : typedPropertySql(kind, path, plain);
  }

  #trait(keys: readonly string[]): PropertySql {
    const [name = "", ...below] = keys;
    const value = this.#joins.trait(name);
    return jsonTextSql(
      below.length === 0 ? value : sql`JSONExtractRaw(${value}${sequence(below.map(argument))})`,
    );
  }
}

/** @throws Fault REQUEST_INVALID where there is no such field. */
export function fieldOf(name: string, field: string): Field {
  const found = fields.get(name);
  if (found === undefined) throw requestInvalid(field, "known_field", "no such field of an event");
  return found;
}

function argument(key: string): Sql {
  return sql`, ${bind.text(key)}`;
}

/** A property in the events' own properties. An object has no text: it is only there, or not. */
function eventPropertySql({ value, asInt64, asUInt64, asFloat64, below }: PathSql): PropertySql {
  const isList = sql`startsWith(dynamicType(${value}), 'Array')`;
  return {
    text: sql`multiIf(isNull(${value}), NULL, ${isList}, toJSONString(${value}), toString(${value}))`,
    number: sql`coalesce(toFloat64(${asInt64}), toFloat64(${asUInt64}), ${asFloat64})`,
    integers: [asInt64, asUInt64],
    float: asFloat64,
    isSet: sql`(isNotNull(${value}) OR notEmpty(JSONAllPaths(${below})))`,
  };
}

const noNumber: Sql = sql`CAST(NULL, 'Nullable(Float64)')`;

function fieldSql({ kind, column, zeroIsMissing = false }: Field): PropertySql {
  switch (kind) {
    case "text":
      return {
        text: sql`nullIf(toString(${column}), '')`,
        column,
        number: noNumber,
        integers: [],
        float: noNumber,
        isSet: sql`${column} != ''`,
      };
    case "number": {
      const value = zeroIsMissing ? sql`nullIf(${column}, 0)` : sql`toNullable(${column})`;
      return {
        text: sql`toString(${value})`,
        number: sql`toFloat64(${value})`,
        integers: [value],
        float: noNumber,
        isSet: sql`isNotNull(${value})`,
      };
    }
    default: {
      const text = kind === "flag" ? sql`if(${column}, 'true', 'false')` : sql`toString(${column})`;
      return {
        text: sql`toNullable(${text})`,
        number: noNumber,
        integers: [],
        float: noNumber,
        isSet: sql`1`,
      };
    }
  }
}

/** Who is in a cohort has the text "true"; for others it is missing. */
function membershipSql(isIn: Sql): PropertySql {
  return {
    text: sql`if(${isIn}, 'true', NULL)`,
    number: noNumber,
    integers: [],
    float: noNumber,
    isSet: isIn,
  };
}

/** A value that is kept as JSON text, empty where there is none. */
function jsonTextSql(json: Sql): PropertySql {
  const isNone = sql`(${json} IN ('', 'null') OR startsWith(${json}, '{'))`;
  const isText = sql`startsWith(${json}, '"')`;
  const float = sql`toFloat64OrNull(${json})`;
  return {
    text: sql`multiIf(${isNone}, NULL, ${isText}, JSONExtractString(${json}), ${json})`,
    number: float,
    integers: [sql`toInt128OrNull(${json})`],
    float,
    isSet: sql`${json} NOT IN ('', 'null', '{}')`,
  };
}
