/** What a checker needed more steps than it may take; its verdict is then "unproven", never "compatible". */
export class OutOfSteps extends Error {
  override readonly name = "OutOfSteps";
}

/** Steps that one question may take over all versions it compares; some tens of milliseconds of one core. */
export const ruleStepsMax = 200_000;

/** Counts the steps of a checker, so that a hostile schema ends it instead of stalling the instance. */
export class Budget {
  #left: number;

  constructor(steps: number = ruleStepsMax) {
    this.#left = steps;
  }

  /** @throws OutOfSteps */
  spend(steps = 1): void {
    this.#left -= steps;
    if (this.#left < 0) throw new OutOfSteps("the comparison takes more steps than it may");
  }
}
