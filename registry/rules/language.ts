// What the three schema languages have in common: each parses, prints and compares its schemas behind this interface.
// Pure: no I/O, no clock, and every work is bounded.
import type { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Budget } from "./budget.js";

/** A registered schema that another one refers to by `name`: what its language imports or refers to. */
export interface ReferencedSchema {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
  readonly text: string;
}

/** A schema's text with all it refers to, directly or not; what is referred to stands before its referrer. */
export interface SchemaSource {
  readonly text: string;
  readonly references: readonly ReferencedSchema[];
}

/** A schema that has been read and is valid. */
export interface ParsedSchema {
  readonly kind: SchemaKind;
  /** The text that is stored and that identity goes by; registry.md 1.8, column "canonical". */
  readonly canonical: string;
}

/** How a subject looks at JSON Schema's open objects; docs/registry.md says the difference. */
export type Policy = "strict" | "lenient";

/** Compatible; incompatible, as a witness shows; or not to be proved either way, which is treated as incompatible. */
export type Outcome = "compatible" | "incompatible" | "unproven";

/** One reason why what the writer wrote can't be read, or can't be proved to be readable. */
export interface Problem {
  /** Stable, such as "AVRO_FIELD_WITHOUT_DEFAULT"; all are listed in docs/registry.md. */
  readonly rule: string;
  readonly outcome: Exclude<Outcome, "compatible">;
  /** JSON pointer into the schema's text, or for Protobuf the full name: of the reader, else of the writer. */
  readonly path: string;
  /** A sentence that says what is wrong and what to do; names, never customers' values. */
  readonly message: string;
  /** The keyword that stopped a proof. */
  readonly keyword?: string;
  /** What the other side has, where a name says it all. */
  readonly expected?: string;
  /** An event that shows this very problem, where it is known. */
  readonly witness?: Witness;
}

/** An event that the writer's schema accepts and the reader's rejects; both validators have been asked. */
export interface Witness {
  /** As JSON text. */
  readonly json: string;
  /** As the writer encodes it, where the language has bytes. */
  readonly bytes?: Uint8Array;
  /** How the reader rejects it, in one sentence. */
  readonly rejection: string;
}

/** Whether the reader's schema reads everything that the writer's allows. */
export interface Reading {
  readonly outcome: Outcome;
  /** Empty where it is compatible. */
  readonly problems: readonly Problem[];
  /**
   * Always there where it is incompatible, except where a peer's rule is kept that breaks no event (Protobuf), or where
   * the rules say no although no event can get to the place (a record of Avro that always holds itself).
   */
  readonly witness?: Witness;
}

/** What changed between two schemas, one entry a place. */
export interface Difference {
  /** Stable, such as "FIELD_ADDED". */
  readonly change: string;
  /** As in `Problem.path`: in the newer schema, or in the older one where it is gone. */
  readonly path: string;
  readonly message: string;
  /** What it does to readers of the newer schema with older events, and the other way round. */
  readonly breaksBackward: boolean;
  readonly breaksForward: boolean;
}

/** A question whether one schema reads what another wrote. */
export interface ReadingQuestion<Parsed> {
  readonly reader: Parsed;
  readonly writer: Parsed;
  readonly policy: Policy;
  readonly budget: Budget;
}

/** How a text is read. */
export interface ParseOptions {
  /** True where a project has switched `validateNewSchemas` off: defaults that don't fit their type are let through. */
  readonly allowsInvalidDefaults?: boolean;
}

/** One schema language. */
export interface SchemaLanguage<Parsed extends ParsedSchema = ParsedSchema> {
  readonly kind: SchemaKind;
  /** @throws Fault SCHEMA_INVALID that says what is wrong and where */
  parse(source: SchemaSource, options?: ParseOptions): Parsed;
  /** The canonical text where `normalize` is asked for; registry.md 1.8, second column. */
  normalized(parsed: Parsed): string;
  /**
   * The canonical text with everything it refers to written in place, by which a schema with references is found by
   * one without. Left out where the language has no such form.
   */
  inlined?(parsed: Parsed): string;
  /**
   * The text in a form that clients ask for by its name in Confluent's API, such as "serialized" or "resolved";
   * undefined for a name that the language does not know. Left out where it knows none.
   */
  formatted?(parsed: Parsed, format: string): string | undefined;
  /** Never throws: where the budget ends, the outcome is "unproven" with rule "STEPS_EXCEEDED". */
  reads(question: ReadingQuestion<Parsed>): Reading;
  /**
   * Whether the reader's schema reads at least something of what the writer's allows; undefined where that is not
   * known. Never throws. Left out where the language can't tell: SchemaVer then leaves MODEL or REVISION to the claim.
   */
  readsSome?(question: ReadingQuestion<Parsed>): boolean | undefined;
  diff(older: Parsed, newer: Parsed, budget: Budget): readonly Difference[];
}
