import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import type { RunningStatements } from "../jobs/job-work.js";

const waitMs = 2_000;

/**
 * How far statements are, from the engine's list of what runs. The local engine gives statements ids of its own,
 * and has ours at the beginning of their comments. Where the list can't be read nothing is known.
 */
export function runningStatements(client: ClickHouse): RunningStatements {
  return {
    async progress(idPrefix) {
      try {
        const result = await client.query({
          query: `SELECT toFloat64(sum(read_rows)), toFloat64(sum(total_rows_approx)) FROM system.processes
            WHERE startsWith(query_id, {prefix:String}) OR startsWith(Settings['log_comment'], {prefix:String})`,
          query_params: { prefix: idPrefix },
          format: "JSONCompact",
          abort_signal: AbortSignal.timeout(waitMs),
        });
        const { data } = await result.json<[number, number]>();
        const [rowsRead = 0, rowsTotal = 0] = data[0] ?? [];
        return { rowsRead, rowsTotal };
      } catch {
        return undefined;
      }
    },
  };
}
