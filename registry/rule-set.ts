import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import type { RuleSet, SchemaRule } from "./records.js";

const migrationModes: ReadonlySet<string | undefined> = new Set(["UPGRADE", "DOWNGRADE", "UPDOWN"]);
const domainModes: ReadonlySet<string | undefined> = new Set(["WRITE", "READ", "WRITEREAD"]);
/** Rules of one list. */
const rulesMax = 100;

const invalid = (message: string): Fault => new Fault(FaultReason.RULE_SET_INVALID, message);

function requireRules(
  list: string,
  rules: readonly SchemaRule[] | undefined,
  modes: ReadonlySet<string | undefined>,
): void {
  if (rules === undefined) return;
  if (rules.length > rulesMax) throw invalid(`${list} has more than ${rulesMax} rules`);
  const names = new Set<string>();
  for (const { name, mode } of rules) {
    if (name === "") throw invalid(`${list} has a rule without a name`);
    if (names.has(name)) throw invalid(`${list} has two rules of the name '${name}'`);
    names.add(name);
    if (mode !== undefined && !modes.has(mode))
      throw invalid(
        `${list}: the rule '${name}' has mode ${mode}, which is none of ${[...modes].join(", ")}`,
      );
  }
}

/** Rules have a name, each its own, and a mode that their list knows. @throws Fault RULE_SET_INVALID */
export function requireRuleSet(ruleSet: RuleSet | undefined | null): void {
  if (ruleSet === undefined || ruleSet === null) return;
  requireRules("migrationRules", ruleSet.migrationRules, migrationModes);
  requireRules("domainRules", ruleSet.domainRules, domainModes);
  requireRules("encodingRules", ruleSet.encodingRules, domainModes);
}
