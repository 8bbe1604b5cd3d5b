import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import { isAllowedFunction, isAllowedTableFunction } from "./functions.js";
import { firstWord, hasUnclearName, hasWord, placeOfName } from "./statement-text.js";
import type { SyntaxNode } from "./syntax-tree.js";

/** The views that a statement may read. */
export const views: ReadonlySet<string> = new Set(["events", "system_events", "sessions", "users"]);

/** The kinds of syntax that a statement may have; what names something is looked at besides. */
const kinds = new Set([
  ...["SelectWithUnionQuery", "SelectIntersectExceptQuery", "SelectQuery", "Subquery", "WithElement"],
  ...["ExpressionList", "Literal", "Identifier", "Function"],
  ...["TablesInSelectQuery", "TablesInSelectQueryElement", "TableExpression", "TableIdentifier"],
  ...["TableJoin", "ArrayJoin", "OrderByElement", "InterpolateElement"],
  ...["WindowListElement", "WindowDefinition"],
  ...["Asterisk", "QualifiedAsterisk", "ColumnsRegexpMatcher", "ColumnsListMatcher"],
  ...["QualifiedColumnsRegexpMatcher", "QualifiedColumnsListMatcher", "ColumnsTransformerList"],
  ...["ColumnsExceptTransformer", "ColumnsReplaceTransformer", "ColumnsReplaceTransformer::Replacement"],
]);

/** What a clause is called in a fault, where its kind alone would say little. */
const clauseNames: Readonly<Record<string, string>> = {
  Set: "SETTINGS",
  SampleRatio: "SAMPLE",
  ColumnsApplyTransformer: "APPLY",
};

/** Take a type by its name, which has to stand there as a text. */
const casts = new Set(["cast", "_cast", "accuratecast", "accuratecastornull", "accuratecastordefault"]);

/** @throws Fault SQL_NOT_ALLOWED where the statement begins like none that reads: said plainly, before all analysis. */
export function assertReads(statement: string): void {
  const word = firstWord(statement);
  if (!["", "SELECT", "WITH", "FROM"].includes(word)) {
    throw notAllowed(statement, "statement", word, "only SELECT is allowed");
  }
}

/** What a statement asks of the views. */
export interface Reads {
  /** Whether it may see who is who: where not, an event's own id will do and nobody has to be looked up. */
  readonly people: boolean;
}

/**
 * Holds a statement's syntax against what is allowed. Nothing of it was run when the engine parsed it, so that what is
 * refused here has done nothing: not even the parts that the engine computes while it resolves a statement.
 *
 * @throws Fault SQL_NOT_ALLOWED
 */
export function assertAllowed(root: SyntaxNode, statement: string): Reads {
  if (hasUnclearName(statement)) {
    throw notAllowed(statement, "name", "", "a name in quotes holds a backslash or a control character");
  }
  if (hasWord(statement, "Identifier")) {
    throw notAllowed(statement, "type", "Identifier", "parameters are values: they can't be names");
  }
  if (root.kind !== "SelectWithUnionQuery") {
    throw notAllowed(statement, "statement", root.kind, "only SELECT is allowed");
  }
  // A list of SELECTs, and no more: FORMAT and INTO OUTFILE come after it.
  const [, output] = root.children;
  if (output !== undefined) {
    const name = output.kind === "Identifier" ? "FORMAT" : "INTO OUTFILE";
    throw notAllowed(
      statement,
      "clause",
      name,
      `${name} is not allowed: the call chooses the form of its answer`,
    );
  }
  return new Inspection(statement).of(root);
}

class Inspection {
  readonly #statement: string;
  #people = false;

  constructor(statement: string) {
    this.#statement = statement;
  }

  of(root: SyntaxNode): Reads {
    this.#visit(root, undefined);
    return { people: this.#people };
  }

  #visit(node: SyntaxNode, parent: SyntaxNode | undefined): void {
    if (!kinds.has(node.kind)) {
      const name = clauseNames[node.kind] ?? node.kind;
      throw this.#refusal("clause", name, `${name} is not allowed`);
    }
    if (node.kind === "Function") this.#function(node, parent);
    if (node.kind === "TableIdentifier") this.#table(node);
    if (node.kind === "Literal" && node.name.includes("AggregateFunction")) {
      throw this.#refusal("type", "AggregateFunction", "states of aggregations are not allowed");
    }
    this.#people ||= mayReadPeople(node);
    // The star in count(*) reads nothing.
    const isCount = node.kind === "Function" && node.name.toLowerCase() === "count";
    for (const child of node.children) {
      if (isCount && isStar(child)) continue;
      this.#visit(child, node);
    }
  }

  #function(node: SyntaxNode, parent: SyntaxNode | undefined): void {
    const { name, children } = node;
    if (parent?.kind === "TableExpression") {
      if (isAllowedTableFunction(name)) return;
      throw this.#refusal("table function", name, `the table function ${name} is not allowed`);
    }
    if (!isAllowedFunction(name)) {
      throw this.#refusal("function", name, `the function ${name} is not known or not allowed`);
    }
    const args = children.find(({ kind }) => kind === "ExpressionList")?.children ?? [];
    const called = name.toLowerCase();
    if (casts.has(called) && args[1]?.kind !== "Literal") {
      throw this.#refusal("type", name, "a cast names its type as a text");
    }
    const [, right] = args;
    // On the right of IN a name may be that of a table: a plain one is a view's, an alias's or a column's.
    if ((called === "in" || called === "notin") && right?.kind === "Identifier" && !isPlain(right.name)) {
      throw this.#refusal(
        "table",
        right.name,
        "on the right of IN stands a list, a subquery or a plain name",
      );
    }
  }

  #table({ name }: SyntaxNode): void {
    if (isPlain(name)) return;
    const message = `only the views can be read: ${[...views].join(", ")}`;
    throw this.#refusal("table", name, message);
  }

  #refusal(what: string, name: string, message: string): Fault {
    return notAllowed(this.#statement, what, name, message);
  }
}

/** A name without a database before it. */
function isPlain(name: string): boolean {
  return name !== "" && !name.includes(".");
}

const isStar = ({ kind, children }: SyntaxNode): boolean =>
  kind === "ExpressionList" && children.length === 1 && children[0]?.kind === "Asterisk";

/** Whether a part of a statement may read user_id of a view. */
function mayReadPeople({ kind, name }: SyntaxNode): boolean {
  if (/^(Qualified)?(Asterisk|Columns)/.test(kind)) return true;
  if (kind === "TableIdentifier") return name === "users";
  return kind !== "Literal" && kind !== "Function" && name.includes("user_id");
}

/** The refusal of something in a statement, at the first place where its name stands. */
export function notAllowed(statement: string, what: string, name: string, message: string): Fault {
  const shown = name.slice(0, 100);
  const place = name === "" ? undefined : placeOfName(statement, name.replace(/^INTO /, ""));
  const where = place === undefined ? "" : ` (line ${place.line}, column ${place.column})`;
  return new Fault(FaultReason.SQL_NOT_ALLOWED, `${message}${where}`, {
    what,
    name: shown,
    ...(place === undefined ? {} : { line: String(place.line), column: String(place.column) }),
  });
}
