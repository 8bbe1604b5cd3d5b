import type { AskedBreakdown } from "./funnel-question.js";
import type { Sequence } from "./read-sequences.js";
import type { Course } from "./tries/course.js";

/** The values of a row of the breakdown, in its order; null where there is none. */
export type RowValues = readonly (string | null)[];

/** A user as one row of the breakdown sees them. */
export interface Entrant {
  readonly values: RowValues;
  readonly course: Course;
}

/** Text of values that tells them from others. */
export function keyOf(values: RowValues): string {
  return values.length === 0 ? "[]" : JSON.stringify(values);
}

const noValues: RowValues = [];

/** The rows that a user is in, each with the events that count for it. */
export function entrantsOf(sequence: Sequence, breakdown: AskedBreakdown | undefined): readonly Entrant[] {
  const { course } = sequence;
  if (breakdown === undefined) return [{ values: noValues, course }];
  const { attribution } = breakdown;
  const valuesOf = (at: number): RowValues => sequence.values.map((values) => values[at] ?? null);
  if (attribution.kind === "step") return byStep(course, valuesOf, attribution.step);
  if (attribution.kind === "all_steps") return byEvent(course, valuesOf);
  return [{ values: touched(course, valuesOf, attribution.kind), course }];
}

type ValuesOf = (at: number) => RowValues;

/** The values of the first or last event that matches a step and has any. */
function touched(
  { length, steps }: Course,
  valuesOf: ValuesOf,
  kind: "first_touch" | "last_touch",
): RowValues {
  let none: RowValues = noValues;
  for (let index = 0; index < length; index++) {
    const at = kind === "first_touch" ? index : length - 1 - index;
    if (steps[at] === 0) continue;
    const values = valuesOf(at);
    if (values.some((value) => value !== null)) return values;
    none = values;
  }
  return none;
}

/** Once for each value of a step's events: of these alone that step can be. */
function byStep(course: Course, valuesOf: ValuesOf, step: number): Entrant[] {
  const keys: (string | undefined)[] = [];
  const found = new Map<string, RowValues>();
  for (let at = 0; at < course.length; at++) {
    if ((((course.steps[at] as number) >>> step) & 1) === 0) continue;
    const values = valuesOf(at);
    const key = keyOf(values);
    keys[at] = key;
    found.set(key, values);
  }
  if (found.size === 1) return [...found.values()].map((values) => ({ values, course }));
  return [...found].map(([key, values]) => ({
    values,
    course: {
      ...course,
      steps: Uint32Array.from({ length: course.length }, (_, at) => {
        const mask = course.steps[at] as number;
        return keys[at] === undefined || keys[at] === key ? mask : mask & ~(1 << step);
      }),
    },
  }));
}

/** Once for each value of an event that matches a step, with the events that have it. */
function byEvent(course: Course, valuesOf: ValuesOf): Entrant[] {
  const places = new Map<string, number[]>();
  const found = new Map<string, RowValues>();
  for (let at = 0; at < course.length; at++) {
    const values = valuesOf(at);
    const key = keyOf(values);
    const own = places.get(key) ?? [];
    places.set(key, own);
    own.push(at);
    if (course.steps[at] !== 0) found.set(key, values);
  }
  return [...found].map(([key, values]) => ({ values, course: partOf(course, places.get(key) ?? []) }));
}

function partOf({ times, steps, exclusions }: Course, places: readonly number[]): Course {
  const part = {
    length: places.length,
    times: Float64Array.from(places, (at) => times[at] as number),
    steps: Uint32Array.from(places, (at) => steps[at] as number),
  };
  if (exclusions === undefined) return part;
  return { ...part, exclusions: Uint32Array.from(places, (at) => exclusions[at] as number) };
}
