import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Cohort, CohortActivity, CohortRule } from "../../../gen/ts/tideline/query/v1/cohort_pb.js";
import { PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { Fault, requestInvalid } from "../../../platform/fault.js";

const depthMax = 8;
const rulesMax = 50;

/** One rule of a tree, and where the request has it. */
export interface PlacedRule {
  readonly rule: CohortRule;
  readonly field: string;
}

/** The rule and all below it, parents first. @throws Fault REQUEST_INVALID over 8 deep. */
export function rulesOf(placed: PlacedRule, depth = 1): PlacedRule[] {
  const { field } = placed;
  if (depth > depthMax) throw requestInvalid(field, "max_depth", `rules may be ${depthMax} deep`);
  return [placed, ...rulesBelow(placed).flatMap((inner) => rulesOf(inner, depth + 1))];
}

/** The rules that a rule is made of. */
export function rulesBelow({ rule: { rule }, field }: PlacedRule): PlacedRule[] {
  switch (rule.case) {
    case "all":
    case "any":
      return rule.value.rules.map((inner, index) => ({
        rule: inner,
        field: `${field}.${rule.case}.rules[${index}]`,
      }));
    case "not":
      return [{ rule: rule.value, field: `${field}.not` }];
    default:
      return [];
  }
}

/** What the contract's own limits do not say. @throws Fault REQUEST_INVALID, COHORT_NOT_FOUND */
export function checkCohort(cohort: Cohort, known: ReadonlyMap<string, Cohort>): void {
  const { rule, cohortId } = cohort;
  if (rule === undefined) throw requestInvalid("cohort.rule", "required", "is not set");
  const rules = rulesOf({ rule, field: "cohort.rule" });
  if (rules.length > rulesMax)
    throw requestInvalid("cohort.rule", "max_rules", `has more than ${rulesMax} rules`);
  for (const { rule: each, field } of rules) {
    if (each.rule.case === undefined) throw requestInvalid(field, "required", "says nothing");
    if (each.rule.case === "did") checkActivity(each.rule.value, `${field}.did`);
    if (each.rule.case === "trait" && each.rule.value.property?.scope !== PropertyScope.USER)
      throw requestInvalid(`${field}.trait.property.scope`, "user", "must be USER");
  }
  checkReferences(cohort, new Map([...known, [cohortId, cohort]]));
}

function checkActivity({ event, last, range }: CohortActivity, field: string): void {
  if (last !== undefined && range !== undefined)
    throw requestInvalid(`${field}.range`, "one_of", "there may be `last` or `range`, not both");
  if (range !== undefined && (range.from === undefined || range.to === undefined))
    throw requestInvalid(`${field}.range`, "required", "both ends must be set");
  for (const [index, { property }] of (event?.filters ?? []).entries()) {
    if (property?.scope !== PropertyScope.COHORT) continue;
    const place = `${field}.event.filters[${index}].property.scope`;
    throw requestInvalid(place, "not_cohort", "a rule stands on another cohort by cohort_id");
  }
}

/** Cohorts that a cohort stands on itself. */
export function referredTo({ rule }: Cohort): string[] {
  if (rule === undefined) return [];
  return rulesOf({ rule, field: "rule" }).flatMap(({ rule: each }) =>
    each.rule.case === "cohortId" ? [each.rule.value] : [],
  );
}

function checkReferences(cohort: Cohort, known: ReadonlyMap<string, Cohort>): void {
  const visit = (id: string, path: readonly string[]): void => {
    if (path.includes(id)) throw requestInvalid("cohort.rule", "circle", "the cohort stands on itself");
    if (path.length > depthMax)
      throw requestInvalid("cohort.rule", "max_depth", `cohorts may stand on each other ${depthMax} deep`);
    for (const other of referredTo(cohortOf(known, id))) visit(other, [...path, id]);
  };
  visit(cohort.cohortId, []);
}

/** @throws Fault COHORT_NOT_FOUND */
export function cohortOf(known: ReadonlyMap<string, Cohort>, cohortId: string): Cohort {
  const cohort = known.get(cohortId);
  if (cohort !== undefined) return cohort;
  const facts = { cohort_id: cohortId.slice(0, 64) };
  throw new Fault(FaultReason.COHORT_NOT_FOUND, "no such cohort in the project", facts);
}
