import type { Cohort } from "../../../gen/ts/tideline/query/v1/cohort_pb.js";

/** The cohorts of projects as they are defined. Every call reads what is there now: nothing is cached. */
export interface CohortStore {
  /** All of a project, by their ids. */
  all(projectId: string): Promise<ReadonlyMap<string, Cohort>>;
  /**
   * Changes a project's cohorts, one change after the other.
   *
   * @param change is given all there are, and says what to write; what it throws leaves all as it was
   */
  change(
    projectId: string,
    change: (known: ReadonlyMap<string, Cohort>) => CohortChange,
  ): Promise<Cohort | undefined>;
}

/** What becomes of one cohort. */
export type CohortChange =
  | { readonly kind: "put"; readonly cohort: Cohort }
  | { readonly kind: "delete"; readonly cohortId: string }
  | { readonly kind: "nothing" };
