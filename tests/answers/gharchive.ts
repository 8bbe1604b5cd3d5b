// What a question on the hour of GH Archive has for an answer, computed by DuckDB's JSON reader from the file itself.
import { DuckDb } from "../support/duckdb.js";
import type { Figures } from "../support/figures.js";

/** The answers. What lies in the payload is named by its path there. */
export interface GitHubAnswers {
  readonly eventsPerType: Figures;
  /** "IssuesEvent / opened". */
  readonly eventsPerTypeAndAction: Figures;
  readonly eventsPerMinute: Figures;
  /** Three levels deep: payload.pull_request.base.repo.language. */
  readonly pullRequestsPerLanguage: Figures;
  /** The four busiest repositories (the fifth has fewer events than the fourth). */
  readonly topRepositories: Figures;
  /** "actors": different logins; "commits": the sum of payload.size, "mean", "p90" and "most" of it. */
  readonly numbers: Figures;
}

/** Reads the gzipped file and answers everything. */
export async function answerGitHub(file: string): Promise<GitHubAnswers> {
  const duckdb = await DuckDb.open();
  try {
    await duckdb.run(
      `CREATE TABLE hour AS SELECT json FROM read_ndjson_objects('${file}', maximum_object_size = 1048576)`,
    );
    const at = (path: string) => `json->>'$.${path}'`;
    const by = (...paths: string[]) => {
      const isThere = `${at(paths.at(-1) ?? "")} IS NOT NULL`;
      return duckdb.figures(`SELECT ${paths.map(at)}, count(*) AS n FROM hour WHERE ${isThere} GROUP BY ALL`);
    };
    const commits = `(${at("payload.size")})::DOUBLE`;
    const numbers = {
      actors: `count(DISTINCT ${at("actor.login")})`,
      commits: `sum(${commits})`,
      mean: `avg(${commits})`,
      p90: `quantile_cont(${commits}, 0.9)`,
      most: `max(${commits})`,
    };
    return {
      eventsPerType: await by("type"),
      eventsPerTypeAndAction: await by("type", "payload.action"),
      eventsPerMinute: await duckdb.figures(
        `SELECT left(${at("created_at")}, 16) AS minute, count(*) FROM hour GROUP BY ALL`,
      ),
      pullRequestsPerLanguage: await by("payload.pull_request.base.repo.language"),
      topRepositories: await duckdb.figures(
        `SELECT ${at("repo.name")} AS repo, count(*) AS n FROM hour GROUP BY ALL ORDER BY n DESC LIMIT 4`,
      ),
      numbers: await duckdb.figures(
        Object.entries(numbers)
          .map(([name, sql]) => `SELECT '${name}', (${sql})::DOUBLE FROM hour`)
          .join(" UNION ALL "),
      ),
    };
  } finally {
    duckdb.close();
  }
}
