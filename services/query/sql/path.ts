import { requestInvalid } from "../../../platform/fault.js";
import { bind, type Sql, sql } from "./sql.js";

/**
 * The keys that a property's name leads through. A dot separates; "\." is a dot in a key and "\\" a backslash; before
 * anything else a backslash stands for itself.
 */
export function keysOf(name: string): string[] {
  const keys = [""];
  for (const [token] of name.matchAll(/\\[\\.]|[\s\S]/gu)) {
    if (token === ".") keys.push("");
    else keys[keys.length - 1] += token === "\\." || token === "\\\\" ? token.slice(1) : token;
  }
  return keys;
}

/** The expressions of one path in the events' properties. */
export interface PathSql {
  /** The value, of type Dynamic; NULL where there is none, JSON's null included, and where it is an object. */
  readonly value: Sql;
  /** The value where it has the type, else NULL. */
  readonly asInt64: Sql;
  readonly asUInt64: Sql;
  readonly asFloat64: Sql;
  readonly asString: Sql;
  /** What lies below, where the value is an object: of type JSON. */
  readonly below: Sql;
}

/**
 * Reads a path of the events' properties. A name is bound, never written into the statement: as an identifier, by
 * which the engine reads that path alone, or, where the binding of identifiers can't carry a character, as the text
 * argument of getSubcolumn, which reads the whole object (six times slower, but always right).
 *
 * @throws Fault REQUEST_INVALID for the few keys that the engine takes for its own syntax.
 */
export function pathSql(keys: readonly string[], field: string): PathSql {
  if (keys.some((key) => /^[:^]`/.test(key))) {
    throw requestInvalid(field, "name", "a key can't begin with ^` or :` here");
  }
  // As the engine stores it with json_type_escape_dots_in_keys.
  const path = keys.map((key) => key.replaceAll(".", "%2E")).join(".");
  const quoted = `^\`${path.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
  if (isIdentifier(keys)) {
    const value = sql`e.properties.${bind.identifier(path)}`;
    return {
      value,
      asInt64: sql`${value}.:Int64`,
      asUInt64: sql`${value}.:UInt64`,
      asFloat64: sql`${value}.:Float64`,
      asString: sql`${value}.:String`,
      below: sql`e.properties.${bind.identifier(quoted)}`,
    };
  }
  return {
    value: subcolumn(path),
    asInt64: subcolumn(`${path}.:\`Int64\``),
    asUInt64: subcolumn(`${path}.:\`UInt64\``),
    asFloat64: subcolumn(`${path}.:\`Float64\``),
    asString: subcolumn(`${path}.:\`String\``),
    below: subcolumn(quoted),
  };
}

function subcolumn(name: string): Sql {
  return sql`getSubcolumn(e.properties, ${bind.text(name)})`;
}

/** Whether a bound identifier arrives as it was sent: no empty part, and nothing that is escaped on its way. */
function isIdentifier(keys: readonly string[]): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
  return keys.every((key) => key !== "" && !/[\u0000-\u001f\u007f'`\\]/.test(key));
}
