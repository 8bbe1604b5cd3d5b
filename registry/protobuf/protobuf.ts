// Protobuf as a schema language of the registry.
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { OutOfSteps } from "../rules/budget.js";
import type {
  ParsedSchema,
  Problem,
  Reading,
  ReadingQuestion,
  SchemaLanguage,
  Witness,
} from "../rules/language.js";
import { Comparison } from "./compare.js";
import { differences } from "./differences.js";
import { Plans } from "./event-plan.js";
import { load } from "./load.js";
import type { ProtoSet } from "./model.js";
import { normalizeFile } from "./normalize.js";
import { printFile } from "./print-file.js";
import { descriptorBytes } from "./to-descriptor.js";
import { findWitness } from "./witness.js";

/** A .proto file that has been read, with all it imports. */
export interface ParsedProtobuf extends ParsedSchema {
  readonly kind: SchemaKind.PROTOBUF;
  readonly set: ProtoSet;
}

/** Problems for which an event is looked for, until one is found. */
const witnessTriesMax = 20;

export const stepsExceeded: Problem = {
  rule: "STEPS_EXCEEDED",
  outcome: "unproven",
  path: "",
  message: "The schemas are too large to be compared within the steps there are: split them.",
};

function reads({ reader, writer, budget }: ReadingQuestion<ParsedProtobuf>): Reading {
  const comparison = new Comparison({ reader: reader.set, writer: writer.set, budget });
  const problems: Problem[] = [];
  try {
    comparison.run();
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    problems.push(stepsExceeded);
  }
  const { found } = comparison;
  problems.unshift(...found.map(({ problem }) => problem));
  if (found.length === 0) return { outcome: problems.length === 0 ? "compatible" : "unproven", problems };
  const sides = { writer: new Plans(writer.set), reader: new Plans(reader.set) };
  let witness: Witness | undefined;
  for (const { evidence } of found.filter((one) => one.evidence.kind !== "none").slice(0, witnessTriesMax)) {
    witness = findWitness(sides, evidence);
    if (witness !== undefined) break;
  }
  return { outcome: "incompatible", problems, ...(witness === undefined ? {} : { witness }) };
}

export const protobufLanguage: SchemaLanguage<ParsedProtobuf> = {
  kind: SchemaKind.PROTOBUF,
  parse: (source) => {
    const set = load(source);
    return { kind: SchemaKind.PROTOBUF, canonical: printFile(set.file.node), set };
  },
  normalized: ({ set }) => printFile(normalizeFile(set.file)),
  // The name is what clients file the schema under; it is no import's.
  formatted: ({ set }, format) =>
    format === "serialized"
      ? Buffer.from(descriptorBytes(set.file, "default")).toString("base64")
      : undefined,
  reads,
  diff: (older, newer, budget) => differences(older.set, newer.set, budget),
};
