// Where a schema's rules stand: in its own text as "x-rules", and in the rule set that is registered with it.
import type { RuleSet, SchemaRule } from "../records.js";
import type { ConditionSource } from "./condition.js";

/** @throws Error where "x-rules" are not written as they should be */
export function rulesInText(schema: unknown): ConditionSource[] {
  if (typeof schema !== "object" || schema === null) return [];
  const rules = (schema as Record<string, unknown>)["x-rules"];
  if (rules === undefined) return [];
  if (!Array.isArray(rules)) throw new Error("x-rules must be an array");
  return rules.map((rule: unknown, index): ConditionSource => {
    const { name, expression, message = "" } = (rule ?? {}) as Record<string, unknown>;
    if (typeof name !== "string" || typeof expression !== "string" || typeof message !== "string") {
      throw new Error(
        `x-rules[${index}] must have a name and an expression, and may have a message, as texts`,
      );
    }
    return { name, expression, message };
  });
}

/** The rules of a rule set that are conditions on what is written, in CEL; others are kept and not acted on. */
export function rulesInSet(ruleSet: RuleSet | undefined): ConditionSource[] {
  return (ruleSet?.domainRules ?? []).filter(isWriteCondition).map(({ name, expr = "", doc = "" }) => ({
    name,
    expression: expr,
    message: doc,
  }));
}

const isWriteCondition = (rule: SchemaRule): boolean => {
  const { kind = "CONDITION", mode = "WRITE", type, disabled, onFailure } = rule;
  if (type !== "CEL" || kind !== "CONDITION" || disabled === true || onFailure === "NONE") return false;
  return mode === "WRITE" || mode === "WRITEREAD";
};
