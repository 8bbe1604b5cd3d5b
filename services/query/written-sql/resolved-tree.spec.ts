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

  const cast = (type: string, to: string): string =>
    tree(
      "    FUNCTION id: 2, function_name: CAST, function_type: ordinary, result_type: Float64",
      "      ARGUMENTS",
      "        LIST id: 3, nodes: 2",
      `          COLUMN id: 4, column_name: x, result_type: ${type}, source_id: 5`,
      `          CONSTANT id: 6, constant_value: '${to}', constant_value_type: String`,
    );
  it("finds casts of what has no type of its own, but for those to texts", () => {
    for (const type of ["Dynamic(max_types=8)", "Array(Dynamic)", "JSON(max_dynamic_types=8)"]) {
      expect(findForbidden(cast(type, "Float64"), "t_sql")).to.deep.equal({
        what: "conversion",
        name: "CAST",
      });
      expect(findForbidden(cast(type, "Nullable(String)"), "t_sql")).to.equal(undefined);
    }
    expect(findForbidden(cast("String", "Float64"), "t_sql")).to.equal(undefined);
  });

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
