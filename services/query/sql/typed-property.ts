// Properties whose kind is registered: values of one kind are read as such, however older versions stored them.
import type { FieldKind, TimeKind } from "../../../registry/field-kinds/field-kind.js";
import type { PathSql } from "./path.js";
import type { PropertySql } from "./property.js";
import { bind, type Sql, sql } from "./sql.js";

/** What a property's values are, for comparing with what a request says. */
export type TypedValue =
  | {
      readonly kind: "integer" | "number";
      /** Nullable(Int128): the value where it is whole. */
      readonly integer: Sql;
      /** Nullable(Float64): the value where it is a number, but is not kept as a whole one. */
      readonly float: Sql;
    }
  | { readonly kind: "boolean" }
  | {
      readonly kind: "time";
      readonly time: TimeKind;
      /** Nullable(Int128): since 1970, of what has no zone as if it were UTC's. */
      readonly nanos: Sql;
    };

/**
 * How a statement reads a property of a kind. What is not of it keeps its text, and is neither number nor time.
 *
 * @param plain how it is read where nothing is registered
 */
export function typedPropertySql(kind: FieldKind, path: PathSql, plain: PropertySql): PropertySql {
  switch (kind.kind) {
    case "integer":
    case "number":
      return numberSql(kind.kind, path, plain);
    case "boolean":
      return booleanSql(plain);
    case "time":
      return timeSql(kind, path, plain);
    default:
      // Every value has a text.
      return plain;
  }
}

interface Numbers {
  readonly digits: Sql;
  readonly integer: Sql;
  readonly float: Sql;
}

// An Int128 holds every number of 38 digits; what it can't hold, the engine would read as another one.
const wholeText = bind.text("^-?[0-9]{1,38}$");
const decimalText = bind.text("^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?$");

/** Numbers, and texts that are the digits of one. */
function numbersOf({ asInt64, asUInt64, asFloat64, asString }: PathSql): Numbers {
  const isWhole = sql`match(ifNull(${asString}, ''), ${wholeText})`;
  const isDecimal = sql`(NOT ${isWhole} AND match(ifNull(${asString}, ''), ${decimalText}))`;
  const digits = sql`if(${isWhole}, toInt128OrNull(${asString}), NULL)`;
  const read = sql`coalesce(${asFloat64}, if(${isDecimal}, toFloat64OrNull(${asString}), NULL))`;
  return {
    digits,
    integer: sql`coalesce(toInt128(${asInt64}), toInt128(${asUInt64}), ${digits})`,
    // A text can have more than a double holds.
    float: letBe(read, sql`f`, sql`if(isFinite(f), f, NULL)`),
  };
}

function numberSql(kind: "integer" | "number", path: PathSql, plain: PropertySql): PropertySql {
  const { digits, integer, float } = numbersOf(path);
  const asText = sql`coalesce(toString(${integer}), toString(${float}))`;
  return {
    text: sql`coalesce(${asText}, ${plain.text})`,
    number: sql`coalesce(toFloat64(${integer}), ${float})`,
    integers: [path.asInt64, path.asUInt64, digits],
    float,
    isSet: plain.isSet,
    typed: { kind, integer, float },
  };
}

const yes = bind.texts(["true", "1"]);
const no = bind.texts(["false", "0"]);

/** True, "true", "True", 1 and "1" are one value; as a number true is 1. */
function booleanSql({ text, isSet }: PropertySql): PropertySql {
  const folded = sql`lower(${text})`;
  const number = sql`multiIf(${folded} IN ${yes}, 1., ${folded} IN ${no}, 0., NULL)`;
  return {
    text: sql`multiIf(${folded} IN ${yes}, 'true', ${folded} IN ${no}, 'false', ${text})`,
    number,
    integers: [],
    float: number,
    isSet,
    typed: { kind: "boolean" },
  };
}

/** Groups: year, month, day, hour, minute, second, fraction, zone. */
const isoTime = bind.text(
  "^([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" +
    "(?:[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]|60)(?:[.,]([0-9]{1,9})[0-9]*)?)?" +
    "(Z|z|[+-][0-9]{2}:?[0-9]{2})?)?$",
);

/**
 * Gives a value a name within an expression, so that it stands in the statement once. A list of one is the engine's way
 * to do so.
 */
const letBe = (value: Sql, name: Sql, within: Sql): Sql => sql`arrayMap(${name} -> ${within}, [${value}])[1]`;

/**
 * Nullable(Int128): the nanoseconds since 1970 of a text. The engine's own types end in 2262 and 2299, and who means
 * "never" writes the year 9999, so the days are counted here: by the proleptic Gregorian calendar, in years that begin
 * in March.
 */
function isoNanos(text: Sql): Sql {
  const part = (group: Sql) => sql`toInt64OrZero(g[${group}])`;
  const month = part(sql`2`);
  const years = sql`365 * y + intDiv(y, 4) - intDiv(y, 100) + intDiv(y, 400)`;
  const yearDays = letBe(sql`${part(sql`1`)} - (${month} <= 2)`, sql`y`, years);
  const dayOfYear = sql`intDiv(153 * ((${month} + 9) % 12) + 2, 5) + ${part(sql`3`)} - 1`;
  const days = sql`(${yearDays} + ${dayOfYear} - 719468)`;
  const zoneMinutes = sql`if(length(g[8]) > 1, if(startsWith(g[8], '-'), -1, 1) *
    (toInt64OrZero(substring(g[8], 2, 2)) * 60 + toInt64OrZero(right(g[8], 2))), 0)`;
  const minutes = sql`((${days} * 24 + ${part(sql`4`)}) * 60 + ${part(sql`5`)} - ${zoneMinutes})`;
  const fraction = sql`toInt64OrZero(rightPad(g[7], 9, '0'))`;
  const nanos = sql`toInt128(${minutes} * 60 + ${part(sql`6`)}) * 1000000000 + ${fraction}`;
  return letBe(sql`extractGroups(${text}, ${isoTime})`, sql`g`, sql`if(empty(g), NULL, ${nanos})`);
}

const nanosOf: Record<Exclude<TimeKind["stored"], "text">, Sql> = {
  days: sql`86400000000000`,
  seconds: sql`1000000000`,
  millis: sql`1000000`,
  micros: sql`1000`,
  nanos: sql`1`,
};

/** Beyond this a number is no time in any unit; with it nothing overflows. */
const timeMax = sql`1e19`;

/** A number without a registered unit: seconds until the year 5138, then the finer ones from 1973 on. */
function guessedUnit(number: Sql): Sql {
  const size = sql`abs(${number})`;
  return sql`multiIf(${size} < 1e8, NULL, ${size} < 1e11, ${nanosOf.seconds}, ${size} < 1e14, ${nanosOf.millis},
    ${size} < 1e17, ${nanosOf.micros}, ${nanosOf.nanos})`;
}

/**
 * Texts of ISO 8601, and numbers and texts of digits in the registered unit; where texts are registered, in the unit
 * that their size tells. A text without a zone is UTC's.
 */
function timeNanos(time: TimeKind, path: PathSql): Sql {
  const { integer, float } = numbersOf(path);
  const unitOf = (number: Sql): Sql =>
    time.stored === "text"
      ? time.isLocal
        ? sql`NULL`
        : guessedUnit(number)
      : sql`toInt64(${nanosOf[time.stored]})`;
  const ofWhole = sql`if(abs(toFloat64(i)) < ${timeMax}, i, NULL) * ${unitOf(sql`toFloat64(i)`)}`;
  const parts = sql`toInt128(floor(f)) * u + toInt128(round((f - floor(f)) * u))`;
  const small = letBe(float, sql`f`, sql`if(abs(f) < ${timeMax}, f, NULL)`);
  const ofFloat = letBe(small, sql`f`, letBe(unitOf(sql`f`), sql`u`, parts));
  return sql`coalesce(${isoNanos(sql`ifNull(${path.asString}, '')`)}, ${letBe(integer, sql`i`, ofWhole)}, ${ofFloat})`;
}

/** `n` as RFC 3339 in UTC with the digits that it needs, of a date the date; NULL beyond the years of the engine. */
function timeText({ isLocal, stored }: TimeKind): Sql {
  const fraction = sql`((n % 1000000000 + 1000000000) % 1000000000)`;
  const seconds = sql`intDiv(n - ${fraction}, 1000000000)`;
  // 1900 to 2299.
  const shown = sql`if(${seconds} BETWEEN -2208988800 AND 10413791999, toInt64(${seconds}), NULL)`;
  const instant = sql`fromUnixTimestamp64Milli(${shown} * 1000, 'UTC')`;
  if (isLocal && (stored === "days" || stored === "text")) return sql`formatDateTime(${instant}, '%Y-%m-%d')`;
  const millis = fractionText(fraction, sql`1000000`, sql`3`);
  const micros = fractionText(fraction, sql`1000`, sql`6`);
  const digits = sql`multiIf(${fraction} = 0, '', ${fraction} % 1000000 = 0, ${millis},
    ${fraction} % 1000 = 0, ${micros}, ${fractionText(fraction, sql`1`, sql`9`)})`;
  const zone = isLocal ? sql`''` : sql`'Z'`;
  return sql`concat(formatDateTime(${instant}, '%Y-%m-%dT%H:%i:%S'), ${digits}, ${zone})`;
}

function fractionText(fraction: Sql, unit: Sql, digits: Sql): Sql {
  return sql`concat('.', leftPad(toString(intDiv(${fraction}, ${unit})), ${digits}, '0'))`;
}

function timeSql(time: TimeKind, path: PathSql, plain: PropertySql): PropertySql {
  const nanos = timeNanos(time, path);
  // Whole milliseconds first: as a double the nanoseconds of today are rounded to 256 of them.
  const millis = letBe(nanos, sql`n`, sql`toFloat64(intDiv(n, 1000000)) + toFloat64(n % 1000000) / 1e6`);
  return {
    text: sql`coalesce(${letBe(nanos, sql`n`, timeText(time))}, ${plain.text})`,
    number: millis,
    integers: [],
    float: millis,
    isSet: plain.isSet,
    typed: { kind: "time", time, nanos },
  };
}
