import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Cohort, CohortSchema } from "../../../gen/ts/tideline/query/v1/cohort_pb.js";
import { inTransaction, type Postgres } from "../../../platform/engines/postgres.js";
import { answered } from "../../../platform/engines/postgres-errors.js";
import type { CohortStore } from "../cohorts/cohort-store.js";

interface CohortRow {
  readonly version: string;
  readonly definition: Buffer;
  readonly create_time: Date;
  readonly update_time: Date;
}

type Reader = Pick<Postgres, "query">;

/** The cohorts in the table `cohorts`. */
export function openCohortStore(pool: Postgres): CohortStore {
  return {
    all: (projectId) => answered(() => allOf(pool, projectId)),

    change: (projectId, change) =>
      answered(() =>
        inTransaction(pool, async (client) => {
          // Of two changes at once the second sees the first, also where there is no row yet.
          await client.query("select pg_advisory_xact_lock(7305874, hashtext($1))", [projectId]);
          const known = await allOf(client, projectId);
          const wanted = change(known);
          if (wanted.kind === "nothing") return undefined;
          if (wanted.kind === "delete") {
            await client.query("delete from cohorts where project_id = $1 and cohort_id = $2", [
              projectId,
              wanted.cohortId,
            ]);
            return undefined;
          }
          const { cohort } = wanted;
          const { rows } = await client.query<CohortRow>(
            `insert into cohorts as c (project_id, cohort_id, version, definition) values ($1, $2, 1, $3)
             on conflict (project_id, cohort_id) do update
               set version = c.version + 1, definition = excluded.definition, update_time = now()
             returning *`,
            [projectId, cohort.cohortId, Buffer.from(toBinary(CohortSchema, cohort))],
          );
          return rows.map(cohortOfRow)[0];
        }),
      ),
  };
}

async function allOf(reader: Reader, projectId: string): Promise<Map<string, Cohort>> {
  const { rows } = await reader.query<CohortRow>(
    'select * from cohorts where project_id = $1 order by cohort_id collate "C"',
    [projectId],
  );
  return new Map(rows.map(cohortOfRow).map((cohort) => [cohort.cohortId, cohort]));
}

function cohortOfRow(row: CohortRow): Cohort {
  const cohort = fromBinary(CohortSchema, row.definition);
  cohort.version = BigInt(row.version);
  cohort.createTime = timestampFromDate(row.create_time);
  cohort.updateTime = timestampFromDate(row.update_time);
  return cohort;
}
