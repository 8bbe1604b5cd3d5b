// Which check a keyword of the reader's schema needs.
import * as arrays from "./array-gaps.js";
import * as combined from "./combined-gaps.js";
import { type Facts, typeBits } from "./facts.js";
import { gapAt } from "./gap.js";
import * as names from "./name-classes.js";
import * as objects from "./object-gaps.js";
import * as plain from "./plain-gaps.js";
import type { Claim, Gap, Prover } from "./prover.js";

/** What a check is given. */
interface Asked {
  readonly prover: Prover;
  readonly claim: Claim;
  readonly facts: Facts;
  readonly keyword: string;
}

type Check = (asked: Asked) => readonly Gap[];

/** Where the writer has no values of these types, the keyword says nothing of it. */
const onlyFor =
  (bits: number, check: Check): Check =>
  (asked) =>
    (asked.facts.types & bits) === 0 ? [] : check(asked);

/** A keyword that looks at nothing but the value itself: few values are tried one by one. */
const plainly =
  (bits: number, check: Check): Check =>
  (asked) => {
    if ((asked.facts.types & bits) === 0) return [];
    const { prover, claim, facts, keyword } = asked;
    return plain.meetsByValue(prover, claim, facts, keyword) ? [] : check(asked);
  };

const range = plainly(typeBits.number, ({ claim, facts, keyword }) => plain.rangeGaps(claim, facts, keyword));
const length = plainly(typeBits.string, ({ claim, facts, keyword }) =>
  plain.lengthGaps(claim, facts, keyword),
);
const content = onlyFor(typeBits.string, ({ claim, facts, keyword }) =>
  plain.contentGaps(claim, facts, keyword),
);
const values: Check = ({ claim, facts, keyword }) => plain.valueGaps(claim, facts, keyword);
const items = onlyFor(typeBits.array, ({ prover, claim, facts }) => arrays.itemGaps(prover, claim, facts));
const itemCount = onlyFor(typeBits.array, ({ prover, claim, facts }) =>
  arrays.itemCountGaps(prover, claim, facts),
);
const members = onlyFor(typeBits.object, ({ prover, claim, facts }) =>
  objects.memberGaps(prover, claim, facts),
);
const memberCount = onlyFor(typeBits.object, ({ prover, claim, facts }) =>
  names.memberCountGaps(prover, claim, facts),
);
const dependencies = onlyFor(typeBits.object, ({ prover, claim, facts, keyword }) =>
  objects.dependencyGaps(prover, claim, facts, keyword),
);
const dynamic: Check = ({ claim, keyword }) => [
  gapAt("JSON_DYNAMIC_REFERENCE", claim.reader, keyword, "Use $ref, or leave the schema as it was."),
];

const checks: Readonly<Record<string, Check>> = {
  $ref: ({ prover, claim }) => combined.referenceGaps(prover, claim),
  $dynamicRef: dynamic,
  $recursiveRef: dynamic,
  type: ({ prover, claim, facts }) => plain.typeGaps(prover, claim, facts),
  enum: values,
  const: values,
  minimum: range,
  maximum: range,
  exclusiveMinimum: range,
  exclusiveMaximum: range,
  multipleOf: plainly(typeBits.number, ({ claim, facts }) => plain.multipleGaps(claim, facts)),
  minLength: length,
  maxLength: length,
  pattern: plainly(typeBits.string, ({ prover, claim, facts }) => plain.patternGaps(prover, claim, facts)),
  format: plainly(typeBits.string | typeBits.number, ({ claim, facts }) => plain.formatGaps(claim, facts)),
  contentEncoding: content,
  contentMediaType: content,
  contentSchema: content,
  items,
  prefixItems: items,
  additionalItems: items,
  minItems: itemCount,
  maxItems: itemCount,
  uniqueItems: onlyFor(typeBits.array, ({ prover, claim, facts }) => arrays.uniqueGaps(prover, claim, facts)),
  contains: onlyFor(typeBits.array, ({ prover, claim, facts }) => arrays.containsGaps(prover, claim, facts)),
  unevaluatedItems: onlyFor(typeBits.array, ({ prover, claim, facts }) =>
    arrays.unevaluatedItemGaps(prover, claim, facts),
  ),
  properties: members,
  patternProperties: members,
  additionalProperties: members,
  required: onlyFor(typeBits.object, ({ claim, facts }) => objects.requiredGaps(claim, facts)),
  minProperties: memberCount,
  maxProperties: memberCount,
  propertyNames: onlyFor(typeBits.object, ({ prover, claim, facts }) =>
    names.propertyNameGaps(prover, claim, facts),
  ),
  dependencies,
  dependentRequired: dependencies,
  dependentSchemas: dependencies,
  unevaluatedProperties: onlyFor(typeBits.object, ({ prover, claim, facts }) =>
    objects.unevaluatedPropertyGaps(prover, claim, facts),
  ),
  allOf: ({ prover, claim }) => combined.allOfGaps(prover, claim),
  anyOf: ({ prover, claim }) => combined.anyOfGaps(prover, claim),
  oneOf: ({ prover, claim }) => combined.oneOfGaps(prover, claim),
  not: ({ prover, claim, facts }) => combined.notGaps(prover, claim, facts),
  if: ({ prover, claim }) => combined.conditionGaps(prover, claim),
};

/** Where the keywords of the reader's schema are not proved to hold of all that the facts allow. */
export function keywordGaps(prover: Prover, claim: Claim, facts: Facts): readonly Gap[] {
  const { reader } = claim;
  if (reader.negated !== undefined) return combined.notGaps(prover, claim, facts);
  const gaps: Gap[] = [];
  // Keywords that share a check, such as items and additionalItems, are asked about once.
  const asked = new Set<Check>();
  for (const keyword of reader.graph.keywordsOf(reader)) {
    const check = checks[keyword];
    if (check === undefined || ((check === items || check === members) && asked.has(check))) continue;
    if ((check === itemCount || check === memberCount) && asked.has(check)) continue;
    asked.add(check);
    gaps.push(...check({ prover, claim, facts, keyword }));
  }
  return gaps;
}
