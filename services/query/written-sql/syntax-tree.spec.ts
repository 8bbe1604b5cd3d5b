import { expect } from "chai";
import { assertAllowed } from "./allowed.js";
import { readSyntaxTree, UnreadableTree } from "./syntax-tree.js";

/** What EXPLAIN AST says of `SELECT count(*) AS n, lower(user_id) FROM events AS e WHERE type IN ('a')`. */
const told = `SelectWithUnionQuery (children 1)
 ExpressionList (children 1)
  SelectQuery (children 3)
   ExpressionList (children 2)
    Function count (alias n) (children 1)
     ExpressionList (children 1)
      Asterisk
    Function lower (children 1)
     ExpressionList (children 1)
      Identifier user_id
   TablesInSelectQuery (children 1)
    TablesInSelectQueryElement (children 1)
     TableExpression (children 1)
      TableIdentifier events (alias e)
   Function in (children 1)
    ExpressionList (children 2)
     Identifier type
     Literal 'a'
`;

describe("what the engine says of a statement's syntax", () => {
  it("is read as a tree, names without their aliases", () => {
    const root = readSyntaxTree(told);
    const select = root.children[0]?.children[0];
    expect(select?.children.map(({ kind, name }) => [kind, name])).to.deep.equal([
      ["ExpressionList", ""],
      ["TablesInSelectQuery", ""],
      ["Function", "in"],
    ]);
    expect(select?.children[0]?.children.map(({ name }) => name)).to.deep.equal(["count", "lower"]);
    expect(assertAllowed(root, "")).to.deep.equal({ people: true });
    const nobody = readSyntaxTree(told.replace("user_id", "type"));
    expect(assertAllowed(nobody, "")).to.deep.equal({ people: false });
  });

  const broken: Record<string, string> = {
    "fewer children than said": told.replace("     Literal 'a'\n", ""),
    "more children than said": `${told}     Literal 'b'\n`,
    "a second root": `${told}SelectWithUnionQuery`,
    "a node without a parent": told.replace("   TablesInSelectQuery", "        TablesInSelectQuery"),
    "a line that is no node": told.replace("      Asterisk", "      *"),
    "an empty line": `${told}\n \n`,
    nothing: "",
  };
  for (const [what, text] of Object.entries(broken)) {
    it(`is not read with ${what}`, () => {
      expect(() => readSyntaxTree(text)).to.throw(UnreadableTree);
    });
  }

  it("hides no node behind an alias with line breaks", () => {
    // The alias is "a) (children 1)\\n    Literal UInt64_1 (alias b": it makes a node more, and takes none away.
    const forged = `SelectWithUnionQuery (children 1)
 ExpressionList (children 1)
  SelectQuery (children 1)
   ExpressionList (children 2)
    Literal UInt64_1 (alias a) (children 1)
     Literal UInt64_1 (alias b)
    Function hostName (children 1)
     ExpressionList`;
    expect(() => assertAllowed(readSyntaxTree(forged), "")).to.throw("hostName");
  });
});
