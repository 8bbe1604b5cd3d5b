import { dirname, relative } from "node:path";
import type { Node, SourceFile } from "typescript/unstable/ast";
import {
  isCallExpression,
  isExportDeclaration,
  isFunctionLikeDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isNoSubstitutionTemplateLiteral,
  isPropertyAssignment,
  isStringLiteral,
  isVariableDeclaration,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";

/** A function with a body; `line` is where it begins, `lines` how many it takes from there to its end. */
export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** A module that a file names, statically or not, for its values or only for its types. */
export interface ImportedModule {
  readonly specifier: string;
  readonly line: number;
}

/** What the rules need to know of one source file; `path` is from the root, with forward slashes. */
export interface SourceFacts {
  readonly path: string;
  readonly lineLengths: readonly number[];
  readonly functions: readonly FunctionSize[];
  readonly imports: readonly ImportedModule[];
}

/**
 * The facts of every source file that `project` (the path of a tsconfig.json) includes and that lies below `base`.
 * The compiler itself parses them, so text in strings and comments is never taken for code.
 */
export function readSources(project: string, base: string): SourceFacts[] {
  const api = new API({ cwd: dirname(project) });
  try {
    const opened = api.updateSnapshot({ openProjects: [project] }).getProjects()[0];
    if (opened === undefined) throw new Error(`no project: ${project}`);
    return opened.rootFiles.map((file) => {
      const source = opened.program.getSourceFile(file);
      if (source === undefined) throw new Error(`not parsed: ${file}`);
      return factsOf(source, relative(base, file).replaceAll("\\", "/"));
    });
  } finally {
    api.close();
  }
}

function factsOf(source: SourceFile, path: string): SourceFacts {
  const functions: FunctionSize[] = [];
  const imports: ImportedModule[] = [];
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: Node): void => {
    const specifier = specifierOf(node);
    const line = lineOf(node.getStart(source));
    if (specifier !== undefined) imports.push({ specifier, line });
    if (isFunctionLikeDeclaration(node) && "body" in node && node.body && !isTestGroup(node)) {
      functions.push({ name: nameOf(node), line, lines: lineOf(node.end) - line + 1 });
    }
    node.forEachChild(visit);
  };
  visit(source);
  const lines = source.text.replace(/\n$/, "").split("\n");
  return { path, lineLengths: lines.map((line) => line.length), functions, imports };
}

/** A function handed to mocha's describe holds tests, each a function of its own: it is a chapter, not a function. */
function isTestGroup(node: Node): boolean {
  const call = node.parent;
  if (call === undefined || !isCallExpression(call) || call.expression === node) return false;
  return isIdentifier(call.expression) && call.expression.text === "describe";
}

function nameOf(node: Node): string {
  const own = "name" in node ? (node.name as Node | undefined) : undefined;
  if (own !== undefined && isIdentifier(own)) return own.text;
  const parent = node.parent;
  if (parent !== undefined && (isVariableDeclaration(parent) || isPropertyAssignment(parent))) {
    if (isIdentifier(parent.name)) return parent.name.text;
  }
  return "anonymous";
}

function specifierOf(node: Node): string | undefined {
  let named: Node | undefined;
  if (isImportDeclaration(node) || isExportDeclaration(node)) named = node.moduleSpecifier;
  else if (isImportTypeNode(node) && isLiteralTypeNode(node.argument)) named = node.argument.literal;
  else if (isCallExpression(node) && node.expression.getText() === "import") named = node.arguments[0];
  if (named === undefined) return undefined;
  return isStringLiteral(named) || isNoSubstitutionTemplateLiteral(named) ? named.text : undefined;
}
