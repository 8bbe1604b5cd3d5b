import { create, equals, type MessageInitShape } from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  type Cohort,
  CohortSchema,
  type DeleteCohortRequest,
  type DeleteCohortResponseSchema,
  type PutCohortRequest,
  type PutCohortResponseSchema,
} from "../../../gen/ts/tideline/query/v1/cohort_pb.js";
import { Fault, requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import { type AnalysisPorts, askedOf } from "../analysis/answer-analysis.js";
import { type FilterGroup, firstBadPattern } from "../patterns.js";
import { StatementJoins } from "../sql/joins.js";
import { nobodyMapped } from "../sql/people.js";
import { Tenant } from "../sql/tenant.js";
import { checkCohort, cohortOf, referredTo, rulesOf } from "./cohort-rule.js";
import { cohortsSql } from "./cohort-sql.js";
import type { CohortStore } from "./cohort-store.js";

export interface CohortPorts extends AnalysisPorts {
  readonly cohorts: CohortStore;
}

/** The most cohorts of a project. */
const cohortsMax = 200;

/** PutCohort: makes a cohort, or changes it. */
export async function putCohort(
  ports: CohortPorts,
  { cohort, expectedVersion }: PutCohortRequest,
  call: Call,
): Promise<MessageInitShape<typeof PutCohortResponseSchema>> {
  const { projectId, settings } = await askedOf(ports, call);
  if (cohort === undefined) throw requestInvalid("cohort", "required", "is not set");
  const { cohortId, name, description, rule } = cohort;
  const wanted = create(CohortSchema, {
    cohortId,
    name,
    description,
    ...(rule === undefined ? {} : { rule }),
  });
  checkCohort(wanted, await ports.cohorts.all(projectId));
  checkStatement(projectId, wanted, settings.timeZone);
  const refusal = await firstBadPattern(groupsOf(wanted), ports.analytics, call.signal);
  if (refusal !== undefined) throw refusal;
  let unchanged: Cohort | undefined;
  const put = await ports.cohorts.change(projectId, (known) => {
    checkCohort(wanted, known);
    const before = known.get(cohortId);
    checkVersion(before, expectedVersion);
    if (before === undefined && known.size >= cohortsMax) throw tooMany();
    unchanged = before !== undefined && isSame(before, wanted) ? before : undefined;
    return unchanged === undefined ? { kind: "put", cohort: wanted } : { kind: "nothing" };
  });
  const now = put ?? unchanged;
  return now === undefined ? {} : { cohort: now };
}

/** DeleteCohort: forgets a cohort that no other stands on. */
export async function deleteCohort(
  ports: CohortPorts,
  { cohortId }: DeleteCohortRequest,
  call: Call,
): Promise<MessageInitShape<typeof DeleteCohortResponseSchema>> {
  const { projectId } = await askedOf(ports, call);
  await ports.cohorts.change(projectId, (known) => {
    cohortOf(known, cohortId);
    const referrer = [...known.values()].find((other) => referredTo(other).includes(cohortId));
    if (referrer === undefined) return { kind: "delete", cohortId };
    const facts = { cohort_id: cohortId, referrer: referrer.cohortId };
    throw new Fault(FaultReason.COHORT_REFERENCED, `the cohort ${referrer.cohortId} stands on it`, facts);
  });
  return {};
}

/** Whatever the statement would be refused for in a question is refused here. @throws Fault REQUEST_INVALID */
function checkStatement(projectId: string, cohort: Cohort, timeZone: string): void {
  // Alone: that the others are there was looked at.
  const own = create(CohortSchema, cohort);
  const tenant = new Tenant(projectId);
  const all = new Map(referredTo(own).map((id) => [id, create(CohortSchema, { cohortId: id })] as const));
  const cohorts = cohortsSql({
    all: new Map([...all, [own.cohortId, own]]),
    ...{ kinds: new Map(), timeZone, nowMs: 0 },
  });
  new StatementJoins(tenant, { ...nobodyMapped, cohorts }).cohort(own.cohortId);
}

function groupsOf({ rule }: Cohort): FilterGroup[] {
  if (rule === undefined) return [];
  return rulesOf({ rule, field: "cohort.rule" }).flatMap(({ rule: { rule: each }, field }) => {
    if (each.case === "trait") return [{ field: `${field}.trait`, filters: [each.value], isOne: true }];
    if (each.case !== "did") return [];
    return [{ field: `${field}.did.event.filters`, filters: each.value.event?.filters ?? [] }];
  });
}

function checkVersion(before: Cohort | undefined, expected: bigint | undefined): void {
  const version = before?.version ?? 0n;
  if (expected === undefined || expected === version) return;
  const facts = { version: String(version) };
  throw new Fault(FaultReason.DEFINITION_CHANGED, `the cohort is at version ${version}`, facts);
}

function isSame(before: Cohort, wanted: Cohort): boolean {
  const { cohortId, name, description, rule } = before;
  const said = create(CohortSchema, { cohortId, name, description, ...(rule === undefined ? {} : { rule }) });
  return equals(CohortSchema, said, wanted);
}

function tooMany(): Fault {
  return requestInvalid("cohort.cohort_id", "max_cohorts", `a project has at most ${cohortsMax} cohorts`);
}
