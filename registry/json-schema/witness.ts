// Events that show an incompatibility.
import type { ValidateFunction } from "ajv";
import type { Witness } from "../rules/language.js";
import { checkValue, isUndecided } from "./compile-json-schema.js";
import { openedSchema } from "./opened-schema.js";
import type { JsonSchema } from "./parsed-schema.js";
import type { Prover } from "./prover.js";
import { Sampler } from "./sampler.js";
import { compileValidator } from "./schema-document.js";
import type { SchemaNode } from "./schema-graph.js";

const WITNESSES_MAX = 16;
const STEPS_MAX = 10_000;
const UNDECIDED_MAX = 2;

/** An event that shows an incompatibility. */
export interface Shown {
  readonly witness: Witness;
  readonly value: unknown;
}

/** The shorter of two witnesses. */
export const shortest = (one: Witness | undefined, other: Witness): Witness =>
  one === undefined || other.json.length < one.json.length ? other : one;

interface WitnessQuestion {
  readonly reader: JsonSchema;
  readonly writer: JsonSchema;
  readonly isLenient: boolean;
  /** What says which events are interesting: the reader, or a part of it. */
  readonly hint: SchemaNode;
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

/** Events that the writer's validator accepts and the reader's rejects. */
export function findWitnesses(prover: Prover, question: WitnessQuestion): readonly Shown[] {
  const { reader, writer, isLenient, hint } = question;
  const sampler = new Sampler(prover, isLenient);
  const referee = new Referee();
  const found: Shown[] = [];
  for (const sample of sampler.pool({ writer: [writer.graph.root], hints: [hint], depth: 0 })) {
    if (found.length >= WITNESSES_MAX || referee.undecided > UNDECIDED_MAX) break;
    const json = JSON.stringify(sample);
    const value: unknown = JSON.parse(json);
    if (!referee.accepts(writer.validate, value)) continue;
    const rejection = referee.rejection(reader.validate, value);
    if (rejection === undefined) continue;
    if (isLenient && referee.rejection(lenientValidator(reader), value) === undefined) continue;
    found.push({ witness: { json, rejection }, value });
  }
  return found;
}
