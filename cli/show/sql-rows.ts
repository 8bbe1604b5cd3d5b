import type { SqlColumn, SqlRow } from "../../gen/ts/tideline/query/v1/sql_pb.js";
import { csvCell } from "./series.js";
import { type Cell, safeText, textTable } from "./table.js";

/** Rows as a table: numbers to the right, with every digit. */
export function sqlTable(columns: readonly SqlColumn[], rows: readonly SqlRow[]): string {
  const isNumber = columns.map(({ type }) => /^(?:Nullable\()?(?:U?Int|Float|Decimal)/.test(type));
  const cells = rows.map(({ values }) =>
    values.map((value, column): Cell => {
      const text = plainText(value);
      const number = Number(text);
      // Only where nothing is lost.
      const isExact = isNumber[column] === true && text !== "" && String(number) === text;
      return isExact ? number : safeText(text);
    }),
  );
  return textTable(
    columns.map(({ name }) => safeText(name, 60)),
    cells,
  );
}

/** A row as a line of JSON: an object by the columns' names, values with every digit. */
export function sqlJsonLine(columns: readonly SqlColumn[], { values }: SqlRow): string {
  return `{${columns.map(({ name }, index) => `${JSON.stringify(name)}:${values[index] ?? "null"}`).join(",")}}`;
}

/** A line of CSV (RFC 4180): texts as they are, other values as JSON, nothing for NULL. */
export function sqlCsvLine(cells: readonly string[]): string {
  return cells.map(csvCell).join(",");
}

/** A value's JSON text without the quotes of a text; "" for null. */
export function plainText(value: string): string {
  if (value.startsWith('"')) return String(JSON.parse(value));
  return value === "null" ? "" : value;
}
