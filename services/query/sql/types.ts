import { systemTypes } from "../question.js";
import { bind, type Sql, sql } from "./sql.js";

/** Whether a row is of these types; of any where there are none. An empty one stands for all of them. */
export function ofTypes(types: readonly string[]): Sql {
  const [first] = types;
  if (first === undefined || types.includes("")) return sql`1`;
  return types.length === 1 ? sql`e.type = ${bind.text(first)}` : sql`e.type IN ${bind.texts(types)}`;
}

/** Whether an event is of a type; of any but the system's where it is empty. */
export function ofOwnType(type: string): Sql {
  return type === "" ? sql`NOT e.is_system` : ofTypes([type]);
}

/** Whether system events are among these types. */
export function hasSystemType(types: readonly string[]): boolean {
  return types.some((type) => systemTypes.has(type));
}
