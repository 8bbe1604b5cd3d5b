// Where a proof about allOf, anyOf, oneOf, not and if stops.

import type { Facts } from "./facts.js";
import { gapAt } from "./gap.js";
import type { Claim, Gap, Prover } from "./prover.js";
import type { SchemaNode } from "./schema-graph.js";

const alternativesOf = (reader: SchemaNode, keyword: string): SchemaNode[] => {
  const list = (reader.schema as Readonly<Record<string, unknown>>)[keyword] as readonly unknown[];
  return list.map((_, index) => reader.graph.childOf(reader, keyword, index));
};

/** `allOf`. */
export const allOfGaps = (prover: Prover, claim: Claim): readonly Gap[] =>
  alternativesOf(claim.reader, "allOf").flatMap((it) => prover.gaps({ ...claim, reader: it }));

/** `anyOf`: some alternative takes everything; cases of the writer are told apart before. */
export function anyOfGaps(prover: Prover, claim: Claim): readonly Gap[] {
  const alternatives = alternativesOf(claim.reader, "anyOf");
  if (alternatives.length === 1 && alternatives[0] !== undefined) {
    return prover.gaps({ ...claim, reader: alternatives[0] });
  }
  if (alternatives.some((it) => prover.holds({ ...claim, reader: it }))) return [];
  const advice = "Keep every older alternative, each at least as wide as it was.";
  return [gapAt("JSON_ANY_OF_NARROWED", claim.reader, "anyOf", advice)];
}

/** `oneOf`: some alternative takes everything, and no other one takes anything of it. */
export function oneOfGaps(prover: Prover, claim: Claim): readonly Gap[] {
  const { reader, writer, depth } = claim;
  const alternatives = alternativesOf(reader, "oneOf");
  if (alternatives.length === 1 && alternatives[0] !== undefined) {
    return prover.gaps({ ...claim, reader: alternatives[0] });
  }
  const taking = alternatives.find((it) => prover.holds({ ...claim, reader: it }));
  if (taking === undefined) {
    const advice = "Keep every older alternative, each at least as wide as it was.";
    return [gapAt("JSON_ONE_OF_NARROWED", reader, "oneOf", advice)];
  }
  const others = alternatives.filter((it) => it !== taking);
  if (others.every((it) => prover.isEmpty([...writer, it], depth))) return [];
  const advice = "Make the alternatives exclude each other (a required property with a const), or use anyOf.";
  return [gapAt("JSON_ONE_OF_OVERLAPS", reader, "oneOf", advice)];
}

/** `not`. */
export function notGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const { reader, writer, depth } = claim;
  const forbidden = reader.negated ?? reader.graph.childOf(reader, "not");
  const isForbiddenAlready = facts.nots.some((it) =>
    prover.holds({ ...claim, isLenient: false, writer: [forbidden], reader: it }),
  );
  if (isForbiddenAlready || prover.isEmpty([...writer, forbidden], depth)) return [];
  const advice = "Forbid no more than before, or leave not out.";
  return [gapAt("JSON_NOT_EXTENDED", reader, "not", advice)];
}

/** `if` with `then` and `else`. */
export function conditionGaps(prover: Prover, claim: Claim): readonly Gap[] {
  const { reader, writer } = claim;
  const { graph } = reader;
  const names = graph.keywordsOf(reader);
  const condition = graph.childOf(reader, "if");
  const holdsFor = (branch: string, given: SchemaNode): boolean =>
    !names.includes(branch) ||
    prover.holds({ ...claim, writer: [...writer, given], reader: graph.childOf(reader, branch) });
  if (holdsFor("then", condition) && holdsFor("else", graph.negationOf(condition))) return [];
  const advice = "Keep the condition as it was, and let then and else ask no more than before.";
  return [gapAt("JSON_CONDITION_CHANGED", reader, "if", advice)];
}

/** `$ref`. */
export function referenceGaps(prover: Prover, claim: Claim): readonly Gap[] {
  const target = claim.reader.graph.targetOf(claim.reader);
  if (target !== undefined) return prover.gaps({ ...claim, reader: target });
  const advice = "Use a reference that leads to a schema of this text or of its references.";
  return [gapAt("JSON_REFERENCE_UNRESOLVED", claim.reader, "$ref", advice)];
}
