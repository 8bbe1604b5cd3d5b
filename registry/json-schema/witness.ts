// Events that show an incompatibility.
import type { ValidateFunction } from "ajv";
import type { Witness } from "../rules/language.js";
import { checkValue, isUndecided } from "./compile-json-schema.js";
import { openedSchema } from "./opened-schema.js";
import type { JsonSchema } from "./parsed-schema.js";
import type { Prover } from "./prover.js";
import { Sampler } from "./sampler.js";
import { compileValidator } from "./schema-document.js";

const WITNESSES_MAX = 16;
const STEPS_MAX = 10_000;
const UNDECIDED_MAX = 2;

/** What is shown by a witness, and all values that show it. */
export interface Shown {
  readonly witness: Witness;
  readonly values: readonly unknown[];
}

interface WitnessQuestion {
  readonly reader: JsonSchema;
  readonly writer: JsonSchema;
  readonly isLenient: boolean;
}

const opened = new WeakMap<JsonSchema, ValidateFunction>();

/** The reader's validator as LENIENT sees it: properties that no one names are no reason to reject. */
const lenientValidator = (reader: JsonSchema): ValidateFunction => {
  const known = opened.get(reader);
  if (known !== undefined) return known;
  const { document } = reader;
  const references = document.references.map((it) => ({ ...it, schema: openedSchema(it.schema) }));
  const made = compileValidator({ ...document, schema: openedSchema(document.schema), references });
  opened.set(reader, made);
  return made;
};

/** Asks validators about samples; schemas over which they stumble, or that go round, are soon given up. */
class Referee {
  undecided = 0;

  /** How the value is rejected; undefined where it is not, or where that can't be said. */
  rejection(validate: ValidateFunction, value: unknown): string | undefined {
    const refusal = checkValue(validate, value, STEPS_MAX);
    if (refusal === undefined) return undefined;
    if (isUndecided(refusal)) {
      this.undecided++;
      return undefined;
    }
    const { path, rule, message } = refusal;
    return `${path === "" ? "The event" : path} breaks ${rule}: ${message}`;
  }

  accepts(validate: ValidateFunction, value: unknown): boolean {
    const refusal = checkValue(validate, value, STEPS_MAX);
    if (refusal !== undefined && isUndecided(refusal)) this.undecided++;
    return refusal === undefined;
  }
}

/** Looks for values that the writer's validator accepts and the reader's rejects; the shortest is the witness. */
export function findWitness(prover: Prover, question: WitnessQuestion): Shown | undefined {
  const { reader, writer, isLenient } = question;
  const sampler = new Sampler(prover, isLenient);
  const referee = new Referee();
  const found: Witness[] = [];
  const values: unknown[] = [];
  for (const sample of sampler.pool({ writer: [writer.graph.root], hints: [reader.graph.root], depth: 0 })) {
    if (found.length >= WITNESSES_MAX || referee.undecided > UNDECIDED_MAX) break;
    const json = JSON.stringify(sample);
    const value: unknown = JSON.parse(json);
    if (!referee.accepts(writer.validate, value)) continue;
    const said = referee.rejection(reader.validate, value);
    if (said === undefined) continue;
    if (isLenient && referee.rejection(lenientValidator(reader), value) === undefined) continue;
    found.push({ json, rejection: said });
    values.push(value);
  }
  const [witness] = found.toSorted((one, other) => one.json.length - other.json.length);
  return witness === undefined ? undefined : { witness, values };
}
