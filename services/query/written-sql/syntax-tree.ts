/** A node of a statement's syntax, as the engine parsed it. */
export interface SyntaxNode {
  /** Such as Function, Identifier, TableIdentifier, Subquery. */
  readonly kind: string;
  /** What follows the kind: a function's, table's or column's name, a literal; "" where nothing does. */
  readonly name: string;
  readonly children: readonly SyntaxNode[];
}

/** Thrown where the engine's account of a statement can't be read: what is in it is unknown then. */
export class UnreadableTree extends Error {
  override readonly name = "UnreadableTree";
}

interface OpenNode extends SyntaxNode {
  readonly children: SyntaxNode[];
  readonly count: number;
}

const aliasMark = " (alias ";
const countMark = / \(children (\d{1,9})\)$/;

/**
 * Reads what EXPLAIN AST says: a line a node, one blank more for its children, how many of them it has. A name or alias
 * with line breaks could pretend to be further nodes, never hide one: every node begins a line. Where counts and
 * indents don't agree nothing is read.
 *
 * @throws UnreadableTree
 */
export function readSyntaxTree(text: string): SyntaxNode {
  const open: OpenNode[] = [];
  let root: OpenNode | undefined;
  for (const each of text.replace(/\n+$/, "").split("\n")) {
    const { depth, ...node } = readLine(each);
    for (const closed of open.splice(depth)) assertWhole(closed);
    const parent = open.at(-1);
    if (open.length !== depth || (parent === undefined) !== (root === undefined))
      throw new UnreadableTree("a node without its parent");
    parent?.children.push(node);
    root ??= node;
    open.push(node);
  }
  for (const closed of open) assertWhole(closed);
  if (root === undefined) throw new UnreadableTree("no node");
  return root;
}

function assertWhole({ children, count }: OpenNode): void {
  if (children.length !== count) throw new UnreadableTree("a node with other children than it says");
}

/** Blanks, the kind, a name, `(alias ...)`, `(children n)`; all but the kind may be missing. */
function readLine(line: string): OpenNode & { readonly depth: number } {
  const depth = line.search(/[^ ]/);
  const [kind = ""] = /^[A-Za-z:]+/.exec(line.slice(depth)) ?? [];
  if (kind === "") throw new UnreadableTree("a line that is no node");
  const [mark = "", count = "0"] = countMark.exec(line.slice(-24)) ?? [];
  const rest = line.slice(depth + kind.length, line.length - mark.length);
  const aliasAt = rest.indexOf(aliasMark);
  const name = (aliasAt < 0 ? rest : rest.slice(0, aliasAt)).slice(1);
  return { depth, kind, name, children: [], count: Number(count) };
}
