// Rules beyond shape: CEL expressions (cel.dev) over properties, such as `amount > 0 && currency in ["USD"]`.
// A rule is compiled once; evaluating it is synchronous, and bounded by steps however hostile rule and event are.
import {
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  isCelError,
  parse as parseExpression,
  plan,
} from "@bufbuild/cel";
import type { TakenProperties } from "../compiled-schema.js";
import { type CelBinding, celOf, type NumberHint } from "./cel-value.js";
import {
  boundLoops,
  freeNames,
  isNeverBoolean,
  nodesOf,
  patternsOf,
  stepFunction,
  typeNames,
} from "./expression-tree.js";
import { allowMatching, MatchCost, type RulePattern, rulePattern } from "./rule-pattern.js";

/** The limits of a schema's rules. */
export const conditionLimits = { rules: 50, characters: 2_000, nodes: 250 } as const;

/** A rule as it is written. */
export interface ConditionSource {
  readonly name: string;
  readonly expression: string;
  /** What to say where it is broken; empty: that it is. */
  readonly message: string;
}

/** How an event breaks a rule. */
export interface BrokenCondition {
  readonly name: string;
  /** The property that it is about, where it is about one alone. */
  readonly property: string;
  readonly message: string;
}

/** A rule ready for use. */
interface Condition extends ConditionSource {
  readonly names: readonly string[];
  readonly patterns: ReadonlyMap<string, RulePattern>;
  run(bindings: Readonly<Record<string, CelBinding>>): boolean | string | Uint8Array | CelValue;
}

/** Iterations of macros for one event: the greater an event, the fewer, since each may look at all of it. */
const stepsMax = 10_000;
const stepsMin = 100;
const stepBytes = 10_000_000;

/** All properties as one map: for names that are no identifiers, and to ask has(message.name). */
const whole = "message";

// Evaluating never waits, so one counter serves all rules.
let stepsLeft = 0;
const step = celFunc(stepFunction, [CelScalar.BOOL], CelScalar.BOOL, (goesOn: boolean) => {
  stepsLeft--;
  return goesOn && stepsLeft >= 0;
});
let patterns: ReadonlyMap<string, RulePattern> = new Map();
/** Patterns as they were read when the rule was; what an event brings is never one. */
const re2 = {
  compile: (text: string): RulePattern => {
    const pattern = patterns.get(text);
    if (pattern === undefined) throw new Error("a pattern must stand in the rule itself");
    return pattern;
  },
};
const env = celEnv({ funcs: [step], re2 });

/** The rules of one schema. */
export class Conditions {
  readonly #conditions: readonly Condition[];
  readonly #names: readonly string[];
  readonly #hint: NumberHint;

  /**
   * @param declared The top-level properties that the schema names; a rule that names another one is refused.
   * @param hint Which of the properties are whole numbers; every other number is a double.
   * @throws Error that says what is wrong with which rule
   */
  constructor(rules: readonly ConditionSource[], declared: ReadonlySet<string>, hint: NumberHint) {
    if (rules.length > conditionLimits.rules)
      throw new Error(`it has more than ${conditionLimits.rules} rules`);
    this.#conditions = rules.map((rule) => compileCondition(rule, declared));
    this.#names = [...new Set(this.#conditions.flatMap(({ names }) => names))];
    this.#hint = hint;
  }

  /** The first rule that the properties break. Their text has passed `checkJsonObject`. */
  broken(taken: TakenProperties): BrokenCondition | undefined {
    if (this.#conditions.length === 0) return undefined;
    stepsLeft = Math.min(stepsMax, Math.max(stepsMin, Math.floor(stepBytes / taken.text.length)));
    const cost = new MatchCost();
    allowMatching(cost);
    const bindings = celOf(taken, this.#names, { whole, hint: this.#hint });
    for (const condition of this.#conditions) {
      patterns = condition.patterns;
      const result = condition.run(bindings);
      // An alternative may have passed over the error that says so.
      if (cost.isSpent) stepsLeft = -1;
      if (result === true && stepsLeft >= 0) continue;
      const { name, names } = condition;
      const property = names.length === 1 && names[0] !== whole ? (names[0] ?? "") : "";
      return { name, property, message: saidOf(condition, result) };
    }
    return undefined;
  }
}

const saidOf = ({ name, message }: Condition, result: unknown): string => {
  if (stepsLeft < 0) return `The rule ${name} takes too many steps on these properties.`;
  if (isCelError(result)) {
    return `The rule ${name} can't be evaluated: a property is missing or has another type than the rule expects.`;
  }
  if (result !== false) return `The rule ${name} is neither true nor false.`;
  return message === "" ? `The properties break the rule ${name}.` : message;
};

const compileCondition = (source: ConditionSource, declared: ReadonlySet<string>): Condition => {
  const { name, expression } = source;
  const refuse = (why: string): never => {
    throw new Error(`the rule ${name.slice(0, 80)} ${why}`);
  };
  if (name === "") refuse("has no name");
  if (expression.length > conditionLimits.characters)
    refuse(`is longer than ${conditionLimits.characters} characters`);
  let parsed: ReturnType<typeof parseExpression>;
  try {
    parsed = parseExpression(expression);
  } catch (error) {
    if (error instanceof RangeError) return refuse("is nested too deep");
    return refuse(`is no CEL expression: ${error instanceof Error ? error.message.slice(0, 200) : ""}`);
  }
  if (nodesOf(parsed.expr) > conditionLimits.nodes) refuse(`has more than ${conditionLimits.nodes} parts`);
  if (isNeverBoolean(parsed.expr)) refuse("is no condition: its result is neither true nor false");
  const names = freeNames(parsed.expr);
  const unknown = names.find((it) => it !== whole && !declared.has(it));
  if (unknown !== undefined) {
    refuse(
      `names ${unknown.slice(0, 80)}, which is no property of the schema; ask has(message.${unknown.slice(0, 80)})`,
    );
  }
  const taken = typeNames(parsed.expr).find((it) => declared.has(it));
  if (taken !== undefined) refuse(`names ${taken}, which is a type in CEL: write message.${taken}`);
  try {
    const read = new Map(patternsOf(parsed.expr).map((text) => [text, rulePattern(text)]));
    boundLoops(parsed.expr);
    const run = plan(env, parsed);
    return { ...source, names, patterns: read, run: run as Condition["run"] };
  } catch (error) {
    return refuse(`can't be used: ${error instanceof Error ? error.message.slice(0, 200) : ""}`);
  }
};
