// Whether facts contradict each other, so that there is no value of which they hold.

import { itemsAt, lengthsOf } from "./array-gaps.js";
import { type Facts, typeBits } from "./facts.js";
import { presentAt } from "./object-gaps.js";
import type { Claim, Prover } from "./prover.js";

/** Proves that no value has these facts; false where that can't be said. */
export function isImpossible(prover: Prover, claim: Claim, facts: Facts): boolean {
  const { writer, depth } = claim;
  const strict = { ...claim, isLenient: false };
  let types = facts.types;
  if ((types & typeBits.string) !== 0 && noText(prover, facts)) types &= ~typeBits.string;
  if ((types & typeBits.array) !== 0 && noArray(prover, strict, facts)) types &= ~typeBits.array;
  if ((types & typeBits.object) !== 0 && noObject(prover, strict, facts)) types &= ~typeBits.object;
  if (types === 0) return true;
  return facts.nots.some((it) =>
    prover.holds({ writer, reader: it, depth, isLenient: false, isName: claim.isName }),
  );
}

const noText = (prover: Prover, { patterns }: Facts): boolean =>
  patterns.size > 0 && prover.texts.find({ in: [...patterns], out: [] }) === undefined;

const noArray = (prover: Prover, claim: Claim, facts: Facts): boolean => {
  const { least, most } = lengthsOf(prover, claim, facts);
  if (least > most) return true;
  return facts.contains.some((part) => {
    if (part.least === 0) return false;
    const places = Math.min(facts.arrays.reduce((many, it) => Math.max(many, it.prefix.length), 0) + 1, 50);
    for (let index = 0; index < places && index < most; index++) {
      if (!prover.isEmpty([...itemsAt(facts, index), part.schema], claim.depth + 1)) return false;
    }
    return true;
  });
};

const noObject = (prover: Prover, claim: Claim, facts: Facts): boolean =>
  [...facts.required].some((name) => presentAt(prover, { claim, facts, name }) === undefined);
