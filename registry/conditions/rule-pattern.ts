// Patterns of rules: RE2's, read once, when the rule is; matching is counted by pattern times text.
import { RE2JS } from "@bufbuild/re2";

/** Instructions that a pattern may come to; counts are written out in them. */
const INSTRUCTIONS_MAX = 1_000;
/** Instructions times characters, of all that one event's rules match: some tenths of a second at most. */
const COST_MAX = 10_000_000;

/** A pattern ready for use. */
export interface RulePattern {
  /** Whether it matches a part of the text. @throws Error where the event's rules have matched too much */
  test(text: string): boolean;
}

/** What one event's rules may match together. */
export class MatchCost {
  #left = COST_MAX;

  get isSpent(): boolean {
    return this.#left < 0;
  }

  spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0) throw new Error("the rules match too much");
  }
}

// Evaluating never waits, so one of them serves all rules.
let allowed = new MatchCost();

/** Whose account matching goes to from here on. */
export function allowMatching(cost: MatchCost): void {
  allowed = cost;
}

/** @throws Error that says why a pattern is not taken */
export function rulePattern(text: string): RulePattern {
  const compiled = RE2JS.compile(text);
  const instructions = compiled.re2().prog.numInst();
  if (instructions > INSTRUCTIONS_MAX) throw new Error("a pattern repeats too much");
  return {
    test: (given) => {
      allowed.spend(instructions * given.length);
      return compiled.test(given);
    },
  };
}
