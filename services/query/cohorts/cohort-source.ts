import type { CohortSource } from "../people-store.js";
import type { KindSource, RegisteredKinds } from "../registered-kinds.js";
import { cohortsSql, typesOfCohorts } from "./cohort-sql.js";
import type { CohortStore } from "./cohort-store.js";

/** The cohorts of a project, ready for statements: read anew for each question that asks for them. */
export function cohortSource(store: CohortStore, kinds: KindSource): CohortSource {
  return async (projectId, present) => {
    const all = await store.all(projectId);
    const types = [...new Set(typesOfCohorts(all.values()))];
    const known = new Map<string, RegisteredKinds>();
    for (const type of types) {
      const found = await kinds.kindsOf(projectId, type);
      if (found !== undefined) known.set(type, found);
    }
    return cohortsSql({ all, kinds: known, ...present });
  };
}
