// A schema and an event together may cost far more than either: evaluations are counted while an event is checked.

/** Put into every subschema that has others in it; counts the evaluations of an event, its simple parts among them. */
export const STEP = "x-tideline-step";

/** Thrown by the step keyword where a schema and a value together take too long. */
export class TooManySteps extends Error {}

let stepsLeft = 0;

/** How many steps the checks from here on may take together. */
export function allowSteps(steps: number): void {
  stepsLeft = steps;
}

/** @throws TooManySteps */
export function spendSteps(weight: number): void {
  stepsLeft -= weight;
  if (stepsLeft < 0) throw new TooManySteps();
}
