// What has to be known of a CEL expression before it is run: its size, the names it uses, and a count of its loops.
import type { parse } from "@bufbuild/cel";

export type Expression = NonNullable<ReturnType<typeof parse>["expr"]>;

/** The function that every iteration of a loop passes through: it ends the loop where the steps are spent. */
export const stepFunction = "@step";

const childrenOf = ({ exprKind }: Expression): readonly (Expression | undefined)[] => {
  switch (exprKind.case) {
    case "selectExpr":
      return [exprKind.value.operand];
    case "callExpr":
      return [exprKind.value.target, ...exprKind.value.args];
    case "listExpr":
      return exprKind.value.elements;
    case "structExpr":
      return exprKind.value.entries.flatMap(({ keyKind, value }) => [
        keyKind.case === "mapKey" ? keyKind.value : undefined,
        value,
      ]);
    case "comprehensionExpr": {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return [iterRange, accuInit, loopCondition, loopStep, result];
    }
    default:
      return [];
  }
};

const visit = (root: Expression, see: (expression: Expression) => void): void => {
  const left: Expression[] = [root];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    see(next);
    for (const child of childrenOf(next)) if (child !== undefined) left.push(child);
  }
};

/** How many parts an expression has, macros as what they stand for. */
export function nodesOf(root: Expression): number {
  let nodes = 0;
  visit(root, () => nodes++);
  return nodes;
}

/**
 * The patterns of an expression. One that is worked out from properties is refused: events would bring their own.
 * @throws Error that says so
 */
export function patternsOf(root: Expression): string[] {
  const patterns = new Set<string>();
  visit(root, ({ exprKind }) => {
    if (exprKind.case !== "callExpr" || exprKind.value.function !== "matches") return;
    const last = exprKind.value.args.at(-1)?.exprKind;
    const constant = last?.case === "constExpr" ? last.value.constantKind : undefined;
    if (constant?.case !== "stringValue") throw new Error("a pattern must stand in the rule itself, as text");
    patterns.add(constant.value);
  });
  return [...patterns];
}

/** Names that CEL itself gives a meaning. */
const builtIn = new Set([
  ...["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"],
  "google",
]);

/** The variables that have to be bound: in the order in which they stand, without those of macros. */
export function freeNames(root: Expression): string[] {
  const bound = new Set<string>();
  const named = new Set<string>();
  visit(root, ({ exprKind }) => {
    if (exprKind.case === "comprehensionExpr") {
      const { iterVar, iterVar2, accuVar } = exprKind.value;
      for (const name of [iterVar, iterVar2, accuVar]) bound.add(name);
    } else if (exprKind.case === "identExpr") named.add(exprKind.value.name);
  });
  // A name that a macro binds somewhere is never a property: rules that use both mean different things by one name.
  return [...named].filter((name) => !bound.has(name) && !builtIn.has(name));
}

/** Names that are used as variables although CEL takes them for types. */
export function typeNames(root: Expression): string[] {
  const named = new Set<string>();
  visit(root, ({ exprKind }) => {
    if (exprKind.case === "identExpr" && builtIn.has(exprKind.value.name)) named.add(exprKind.value.name);
  });
  return [...named];
}

/** Lets every iteration of every loop be counted. */
export function boundLoops(root: Expression): void {
  visit(root, ({ id, exprKind }) => {
    if (exprKind.case !== "comprehensionExpr") return;
    const { value } = exprKind;
    if (value.loopCondition === undefined) return;
    const call = { $typeName: "cel.expr.Expr.Call", function: stepFunction, args: [value.loopCondition] };
    value.loopCondition = {
      $typeName: "cel.expr.Expr",
      id,
      exprKind: { case: "callExpr", value: call },
    } as unknown as Expression;
  });
}

/** Functions and operators whose result is no boolean, whatever they are given. */
const notBoolean = new Set([
  ...["_+_", "_-_", "_*_", "_/_", "_%_", "-_"],
  ...["size", "int", "uint", "double", "string", "bytes", "type", "duration", "timestamp"],
]);

/** Whether an expression can be true for no event at all, since it is of another type. */
export function isNeverBoolean({ exprKind }: Expression): boolean {
  switch (exprKind.case) {
    case "constExpr":
      return exprKind.value.constantKind.case !== "boolValue";
    case "listExpr":
    case "structExpr":
      return true;
    case "callExpr": {
      const { function: name, args } = exprKind.value;
      if (name !== "_?_:_") return notBoolean.has(name);
      return args.slice(1).every(isNeverBoolean);
    }
    default:
      return false;
  }
}
