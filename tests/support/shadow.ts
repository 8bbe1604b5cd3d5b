import { randomBytes } from "node:crypto";
import { type ClickHouse, openClickHouse } from "../../platform/engines/clickhouse.js";
import type { Figures } from "./figures.js";
import { runTideline } from "./run.js";
import type { RunningStack } from "./stack.js";

/** What a shadow database says of a project, asked of the engine itself; months read "2010-12". */
export interface ShadowFigures {
  /** "2010-12 / purchase". */
  readonly eventsPerMonth: Figures;
  readonly revenuePerMonth: Figures;
  /** As its rollup counts them. */
  readonly rollupEventsPerMonth: Figures;
}

const replayMsMax = 170_000;

/** Replays a project's events into a shadow database of its own, reads that, and drops it. */
export async function readShadow(stack: RunningStack, projectId: string): Promise<ShadowFigures> {
  const database = `shadow_${randomBytes(4).toString("hex")}`;
  const { data } = stack;
  const ran = await runTideline(["replay", "--project", projectId, "--into", database], {
    data,
    msMax: replayMsMax,
  });
  if (ran.code !== 0) throw new Error(`replay: exit code ${ran.code}\n${ran.stdout}${ran.stderr}`);
  console.log(`      replayed in ${ran.seconds.toFixed(1)} s`);
  const clickhouse = openClickHouse({ url: stack.file().engines.clickhouse, database, name: "proof" });
  try {
    const read = (sql: string) => readFigures(clickhouse, sql, projectId);
    const month = (column: string) => `formatDateTime(${column}, '%Y-%m')`;
    return {
      eventsPerMonth: await read(`SELECT concat(${month("time")}, ' / ', type), count() FROM events`),
      revenuePerMonth: await read(`SELECT ${month("time")}, sum(amount) FROM events`),
      rollupEventsPerMonth: await read(
        `SELECT concat(${month("bucket")}, ' / ', type), sum(events) FROM rollup_quarter`,
      ),
    };
  } finally {
    await clickhouse.command({ query: `DROP DATABASE IF EXISTS ${database}` });
    await clickhouse.close();
  }
}

async function readFigures(clickhouse: ClickHouse, select: string, project: string): Promise<Figures> {
  const answer = await clickhouse.query({
    query: `${select} WHERE project_id = {project:String} GROUP BY 1`,
    query_params: { project },
    format: "JSONCompactEachRow",
  });
  const rows = await answer.json<[string, number | string]>();
  return new Map(rows.map(([key, value]) => [key, Number(value)]));
}
