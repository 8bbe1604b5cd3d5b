import type { Gap } from "./prover.js";
import type { JsonRule } from "./rules.js";
import type { SchemaNode } from "./schema-graph.js";

/** A gap at a keyword of the reader's schema. */
export const gapAt = (rule: JsonRule, node: SchemaNode, keyword: string, advice: string): Gap => ({
  rule,
  node,
  keyword,
  advice,
});
