import { expect } from "chai";
import { findForbidden } from "./resolved-tree.js";

const tree = (...lines: string[]): string =>
  ["QUERY id: 0", "  PROJECTION COLUMNS", "    n UInt64", ...lines].join("\n");

describe("what the engine says of a resolved statement", () => {
  const fine = [
    "    TABLE id: 3, alias: __table1, table_name: t_sql.events",
    "    TABLE id: 3, table_name: system.one",
    "    TABLE_FUNCTION id: 3, alias: __table1, table_function_name: numbers",
    "      FUNCTION id: 5, function_name: count, function_type: aggregate, result_type: UInt64",
    "      TABLE EXPRESSION",
    "    FUNCTION UInt8",
  ];
  for (const line of fine) {
    it(`passes ${line.trim()}`, () => expect(findForbidden(tree(line), "t_sql")).to.equal(undefined));
  }

  const forbidden: [string, string, string][] = [
    ["TABLE id: 3, alias: __table1, table_name: t.events", "table", "t.events"],
    ["TABLE id: 3, alias: __table1, table_name: t_sql.persons", "table", "t_sql.persons"],
    ["TABLE id: 3, alias: __table1, table_name: t_sql_direct.events", "table", "t_sql_direct.events"],
    ["TABLE id: 3, alias: __table1, table_name: system.tables", "table", "system.tables"],
    ["TABLE id: 3, alias: __table1, table_name: t_sql.events, final: 1", "table", ""],
    ["TABLE id: 3, alias: x, table_name: t_sql.events, table_name: t.events", "table", ""],
    ["TABLE id: 3, alias: __table1, table_name: _temporary.`x`, temporary_table_name: a", "table", ""],
    ["TABLE_FUNCTION id: 3, alias: __table1, table_function_name: url", "table function", "url"],
    [
      "FUNCTION id: 5, function_name: hostName, function_type: ordinary, result_type: String",
      "function",
      "hostName",
    ],
    ["FUNCTION id: 5, alias: x, function_name: count, function_type: ordinary", "function", ""],
    [
      "FUNCTION id: 5, function_name: max, function_type: aggregate, result_type: AggregateFunction(max, UInt8)",
      "type",
      "AggregateFunction",
    ],
    ["QUERY id: 4, is_recursive_with: 1", "clause", "RECURSIVE"],
    ["NEW_KIND id: 4", "clause", "NEW_KIND"],
  ];
  for (const [line, what, name] of forbidden) {
    it(`finds ${line}`, () => {
      expect(findForbidden(tree(`      ${line}`), "t_sql")).to.deep.equal({ what, name });
    });
  }
});
