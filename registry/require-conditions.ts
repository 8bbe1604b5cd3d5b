import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../platform/fault.js";
import { compileSchema } from "./compile.js";
import { rulesInSet, rulesInText } from "./conditions/rule-sources.js";
import type { RuleSet } from "./records.js";
import type { SchemaSource } from "./rules/language.js";

/**
 * A schema with rules on its events has to be one that events can be checked against, with rules that can be evaluated:
 * else every event of its type would be kept aside. The text is one that its language has parsed.
 * @throws Fault RULE_SET_INVALID that names the rule
 */
export function requireConditions(
  kind: SchemaKind,
  source: SchemaSource,
  ruleSet: RuleSet | undefined,
): void {
  try {
    const inText = kind === SchemaKind.PROTOBUF ? [] : rulesInText(JSON.parse(source.text));
    if (inText.length + rulesInSet(ruleSet).length === 0) return;
    compileSchema(kind, source.text, { ruleSet, references: source.references });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : "the rules can't be used";
    throw new Fault(FaultReason.RULE_SET_INVALID, message, {}, { cause });
  }
}
