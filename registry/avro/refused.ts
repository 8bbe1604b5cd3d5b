import { joinJsonPath } from "../../platform/json/path.js";
import type { SchemaRefusal } from "../compiled-schema.js";

/** A path is cut here: it goes into verdicts. */
const PATH_MAX = 256;

/** Thrown where a datum does not follow its schema, or can't be read with another. */
export class Refused extends Error {
  readonly rule: string;
  /** The way to where it happened, the last step first: it is gathered on the way out. */
  readonly #steps: (string | number)[] = [];

  constructor(rule: string, message: string) {
    super(message);
    this.rule = rule;
  }

  within(step: string | number): this {
    this.#steps.push(step);
    return this;
  }

  refusal(): SchemaRefusal {
    let path = "";
    for (const step of this.#steps.toReversed().slice(0, 40)) path = joinJsonPath(path, step);
    return { path: path.slice(0, PATH_MAX), rule: this.rule, message: this.message };
  }
}

/** An error with the step that led to it, where it is a refusal. */
export const within = (error: unknown, step: string | number): unknown =>
  error instanceof Refused ? error.within(step) : error;
