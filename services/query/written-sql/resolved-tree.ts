import { views } from "./allowed.js";
import { convertsByType, isAllowedFunction, isAllowedTableFunction } from "./functions.js";

/** What a resolved statement reads or calls that is not allowed. */
export interface Finding {
  readonly what: "conversion" | "table" | "table function" | "function" | "type" | "clause";
  readonly name: string;
}

const table = /^TABLE id: \d+(?:, alias: __table\d+)?, table_name: ([\w.]+)$/;
const tableFunction = /^TABLE_FUNCTION id: \d+(?:, alias: __table\d+)?, table_function_name: (\w+)$/;
const called = /^FUNCTION id: \d+, function_name: (\w+), function_type: \w+(?:, .*)?$/;
/** The kinds of nodes besides these three. Headings, and the list of columns, have no id. */
const plain =
  /^(QUERY|UNION|LIST|COLUMN|CONSTANT|LAMBDA|SORT|WINDOW|INTERPOLATE|JOIN|CROSS JOIN|ARRAY_JOIN|IDENTIFIER) id: /;

/**
 * The first thing in what EXPLAIN QUERY TREE says that is not allowed, in the statement as the engine resolved it: by
 * aliases, views, overloads and whatever it puts in place of what was written. A name with line breaks could pretend
 * to be further nodes, never hide one: every node begins a line.
 */
export function findForbidden(text: string, database: string): Finding | undefined {
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const finding = findingOf(line.trim(), database) ?? conversionOf(lines, index);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

const depthOf = (line: string): number => line.search(/[^ ]/);

/** A property that is converted to a type by what its column holds; texts can be made of anything. */
function conversionOf(lines: readonly string[], index: number): Finding | undefined {
  const [, name = ""] = called.exec((lines[index] ?? "").trim()) ?? [];
  if (!convertsByType(name)) return undefined;
  // ARGUMENTS, LIST, then each argument, a step deeper each.
  const depth = depthOf(lines[index] ?? "");
  const below: string[] = [];
  for (let at = index + 1; at < lines.length && depthOf(lines[at] ?? "") > depth; at++) {
    if (depthOf(lines[at] ?? "") === depth + 6) below.push((lines[at] ?? "").trim());
  }
  const toText = below.some((line) => /constant_value: '(?:Nullable\()?String\)?'/.test(line));
  const [first = ""] = below;
  const isUntyped = /(?:result|constant_value)_type: .*(?:Dynamic|JSON|Variant|Object)/.test(first);
  return isUntyped && !toText ? { what: "conversion", name } : undefined;
}

function findingOf(line: string, database: string): Finding | undefined {
  if (!/^[A-Z][A-Z_ ]* id: \d/.test(line)) return undefined;
  if (/(?:result|constant_value)_type: .*AggregateFunction/.test(line))
    return { what: "type", name: "AggregateFunction" };
  if (line.startsWith("FUNCTION ")) {
    const [, name = ""] = called.exec(line) ?? [];
    return isAllowedFunction(name) ? undefined : { what: "function", name };
  }
  if (line.startsWith("TABLE_FUNCTION ")) {
    const [, name = ""] = tableFunction.exec(line) ?? [];
    return isAllowedTableFunction(name) ? undefined : { what: "table function", name };
  }
  if (line.startsWith("TABLE ")) {
    const [, name = ""] = table.exec(line) ?? [];
    return isAllowedTable(name, database) ? undefined : { what: "table", name };
  }
  if (/^QUERY id: \d+.*, is_recursive_with: 1/.test(line)) return { what: "clause", name: "RECURSIVE" };
  return plain.test(line) ? undefined : { what: "clause", name: line.split(" id:")[0] ?? "" };
}

/** system.one stands for no table at all: a SELECT without FROM, which is the only way to it that the syntax leaves. */
function isAllowedTable(name: string, database: string): boolean {
  if (name === "system.one") return true;
  const cut = name.indexOf(".");
  return name.slice(0, cut) === database && views.has(name.slice(cut + 1));
}
