import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import { notAllowed, views } from "./allowed.js";
import { SqlRefused } from "./ports.js";
import { indexOfByte, type Place, placeOf, placeOfName } from "./statement-text.js";

/**
 * Errors whose text speaks of the statement and of types alone. What others say may quote values of rows: they are told
 * by their names.
 */
const speaksOfStatement = new Set([
  ...["SYNTAX_ERROR", "UNKNOWN_IDENTIFIER", "AMBIGUOUS_IDENTIFIER", "AMBIGUOUS_COLUMN_NAME"],
  ...["UNKNOWN_FUNCTION", "UNKNOWN_TYPE", "UNKNOWN_AGGREGATE_FUNCTION", "NOT_AN_AGGREGATE"],
  ...["ILLEGAL_AGGREGATION", "ILLEGAL_TYPE_OF_ARGUMENT", "NUMBER_OF_ARGUMENTS_DOESNT_MATCH"],
  ...["TOO_FEW_ARGUMENTS_FOR_FUNCTION", "TOO_MANY_ARGUMENTS_FOR_FUNCTION", "NO_COMMON_TYPE", "TYPE_MISMATCH"],
  ...["ILLEGAL_COLUMN", "INVALID_JOIN_ON_EXPRESSION", "UNION_ALL_RESULT_STRUCTURES_MISMATCH"],
  ...["NUMBER_OF_COLUMNS_DOESNT_MATCH", "UNSUPPORTED_METHOD", "NOT_IMPLEMENTED", "INVALID_LIMIT_EXPRESSION"],
  ...["UNKNOWN_QUERY_PARAMETER", "MULTIPLE_EXPRESSIONS_FOR_ALIAS", "CYCLIC_ALIASES", "TOO_DEEP_SUBQUERIES"],
  ...["ALIAS_REQUIRED", "EXPECTED_ALL_OR_ANY", "BAD_TYPE_OF_FIELD"],
]);

/** What helps where the engine's own words can't be passed on. */
const advice: Readonly<Record<string, string>> = {
  CANNOT_PARSE_TEXT: "a text can't be read as that type; toFloat64OrNull and its like give NULL instead",
  ATTEMPT_TO_READ_AFTER_EOF:
    "an empty text can't be read as that type; toFloat64OrNull and its like give NULL instead",
  CANNOT_PARSE_NUMBER: "a text can't be read as a number; toFloat64OrNull and its like give NULL instead",
  CANNOT_PARSE_DATE: "a text can't be read as a date; toDateOrNull gives NULL instead",
  CANNOT_PARSE_DATETIME: "a text can't be read as a time; parseDateTimeBestEffortOrNull gives NULL instead",
  ILLEGAL_DIVISION: "a division by zero; intDivOrZero and nullIf help",
  CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN: "a NULL where the type has none; take Nullable(...)",
  BAD_QUERY_PARAMETER: "a parameter's value can't be read as its type",
  ILLEGAL_PREWHERE: "views have no PREWHERE: WHERE does the same",
  ILLEGAL_FINAL: "views have no FINAL: their rows are final",
  CANNOT_COMPILE_REGEXP: "a regular expression can't be compiled",
};

/** The fault for what went wrong with a statement; other errors as they are. */
export function sqlFault(error: unknown, statement: string): unknown {
  if (!(error instanceof SqlRefused)) return error;
  if (error.code === "READONLY")
    return notAllowed(statement, "clause", "SETTINGS", "SETTINGS is not allowed");
  if (error.code === "UNKNOWN_TABLE" || error.code === "UNKNOWN_DATABASE")
    return unknownTable(error, statement);
  if (error.message.startsWith("INTO OUTFILE")) {
    return notAllowed(statement, "clause", "INTO OUTFILE", "INTO OUTFILE is not allowed");
  }
  const message = messageOf(error);
  const place = placeIn(error, message, statement);
  const where = place === undefined ? "" : ` (line ${place.line}, column ${place.column})`;
  return new Fault(
    FaultReason.SQL_INVALID,
    `${message}${where}`,
    {
      code: error.code,
      ...(place === undefined ? {} : { line: String(place.line), column: String(place.column) }),
    },
    { cause: error },
  );
}

function unknownTable(error: SqlRefused, statement: string): Fault {
  const [, name = ""] = /(?:identifier [`']|Table |Database )([^`'\s]+)/.exec(error.message) ?? [];
  const message = `there is no view of that name; there are ${[...views].join(", ")}`;
  return notAllowed(statement, "table", name, message);
}

const messageCharactersMax = 300;

function messageOf({ code, message }: SqlRefused): string {
  if (!speaksOfStatement.has(code)) return advice[code] ?? `the statement can't be computed: ${code}`;
  if (code === "SYNTAX_ERROR") return syntaxMessage(message);
  // Where the engine met it: parts of views, plans and its own names for columns.
  const own =
    message.split(/:? In scope | in scope |: while executing|: While (?:processing|executing)/)[0] ?? "";
  const hint = /Maybe you meant: \[[^\]]*\]/.exec(message)?.[0];
  const text = [own, hint].filter((part) => part !== undefined && !own.includes(`${part}x`)).join(". ");
  const plain = text.replace(/__table\d+\./g, "").replace(/\w+_sql(_direct)?\./g, "");
  return plain.replace(/\s+/g, " ").trim().replace(/\.+$/, "").slice(0, messageCharactersMax);
}

/** What was found there, and in short what was expected. */
function syntaxMessage(message: string): string {
  if (message.includes("Multi-statements")) return "one statement at a time";
  const [, before = ""] = /^(.*?):? ?Syntax error:/s.exec(message) ?? [];
  const isUnmatched = message.includes("Unmatched parentheses");
  const [, found = ""] = /failed at position \d+ \((.*?)\)(?: \(line \d+, col \d+\))?:/s.exec(message) ?? [];
  const [, expected] = /Expected one of: (.*)$/s.exec(message) ?? [];
  const words = expected === undefined ? [] : expected.split(", ").slice(0, 8);
  const what = found === "end of query" ? "the end of the statement" : JSON.stringify(found.slice(0, 60));
  return [
    `${isUnmatched ? "unmatched parentheses" : before || "syntax error"} at ${what}`,
    ...(words.length > 0 ? [`expected one of: ${words.join(", ")}`] : []),
  ]
    .join("; ")
    .slice(0, messageCharactersMax);
}

/** By the engine's own word, else by the first name that it quotes. */
function placeIn(error: SqlRefused, message: string, statement: string): Place | undefined {
  if (error.byte !== undefined) return placeOf(statement, indexOfByte(statement, error.byte));
  for (const [, name = ""] of message.matchAll(/[`']([^`']+)[`']/g)) {
    const place = placeOfName(statement, name);
    if (place !== undefined) return place;
  }
  const [, called] = /(?:function|parameter|aggregate function) (\w+)/i.exec(message) ?? [];
  return called === undefined ? undefined : placeOfName(statement, called);
}
