// The questions of bench/analyses.ts, each with the statement that answers it by hand.
import { create } from "@bufbuild/protobuf";
import { DurationSchema, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { ExperimentMeasure } from "../../gen/ts/tideline/query/v1/experiment_pb.js";
import type { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { type AnswerInfo, Interval, PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { TrendMath } from "../../gen/ts/tideline/query/v1/trend_pb.js";

export const project = "bench";
export const fromMs = Date.UTC(2026, 0, 5);
const dayMs = 86_400_000;
const days = 90;
const users = 200_000;
const types = 25;

/** What an analysis answered, as one text that its statement must make too where there is one. */
export interface Benched {
  readonly figures: string;
  readonly rowsRead: bigint;
}

export interface BenchedAnalysis {
  readonly name: string;
  /** Asks; each `variant` is a question that was not asked before. */
  readonly ask: (query: Client<typeof QueryService>, variant: number, cached: boolean) => Promise<Benched>;
  /** The statement; rows as the figures have them. `{database}` stands for the database. */
  readonly sql?: (variant: number) => string;
}

/** Rows `first` to `first + rows` of the events: users of uneven zeal, types of uneven weight, 90 days. */
export function fillSql(database: string, first: number, rows: number): string {
  const hash = (salt: number): string => `sipHash64(number, ${salt})`;
  const share = (salt: number): string => `(${hash(salt)} % 1000000 / 1000000)`;
  const type = `concat('type_', toString(intDiv(toUInt32(${share(1)} * ${share(1)} * ${types * 100}), 100)))`;
  const plan = `['free', 'pro', 'team'][1 + ${hash(6)} % 3]`;
  const properties = `concat('{"amount":', toString(${hash(5)} % 10000 / 100), ',"plan":"', ${plan}, '"}')`;
  return `INSERT INTO ${database}.events_in (project_id, event_id, type, user_id, visitor_id, time_ms, client_time_ms,
      received_time_ms, properties, country, device_class, page_path, raw_sequence, raw_index, local_date)
    SELECT '${project}', concat('e', toString(number)), ${type},
      concat('user-', toString(toUInt32(${share(2)} * ${share(3)} * ${users}))) AS who, who,
      ${fromMs} + toInt64(${share(4)} * ${days * dayMs}) AS at, at, at + 1000, ${properties},
      ['AT', 'DE', 'FR', 'US', 'IN'][1 + ${hash(7)} % 5], ['desktop', 'mobile'][1 + ${hash(8)} % 2],
      concat('/page/', toString(${hash(9)} % 40)), intDiv(number, 500), number % 500,
      toInt32(intDiv(at, ${dayMs}))
    FROM numbers(${first}, ${rows})`;
}

/** A range of so many days that ends with the data; each variant begins a minute later. */
function rangeOf(length: number, variant: number): { fromMs: number; toMs: number } {
  const toMs = fromMs + days * dayMs;
  return { fromMs: toMs - length * dayMs + variant * 60_000, toMs };
}

function frameOf(length: number, variant: number, cached: boolean) {
  const range = rangeOf(length, variant);
  return {
    range: { from: timestampFromMs(range.fromMs), to: timestampFromMs(range.toMs) },
    ...(cached ? { maxStaleness: create(DurationSchema, { seconds: 3_600n }) } : {}),
  };
}

const within = (length: number, variant: number): string => {
  const range = rangeOf(length, variant);
  const at = (ms: number) => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
  return `project_id = '${project}' AND time >= ${at(range.fromMs)} AND time < ${at(range.toMs)}`;
};

const said = (figures: unknown, info: AnswerInfo | undefined): Benched => ({
  figures: JSON.stringify(figures),
  rowsRead: info?.rowsRead ?? 0n,
});

const amount = { scope: PropertyScope.EVENT, name: "amount" };
const field = (name: string) => ({ scope: PropertyScope.FIELD, name });
const [one, two, three] = ["type_1", "type_2", "type_3"];

export const analyses: readonly BenchedAnalysis[] = [
  {
    name: "trend-count",
    ask: async (query, variant, cached) => {
      const { lines, info } = await query.queryTrend({
        frame: frameOf(30, variant, cached),
        series: [{ math: TrendMath.COUNT }],
      });
      return said([[lines[0]?.total?.value]], info);
    },
    sql: (variant) => `SELECT toFloat64(sum(c)) FROM (SELECT toStartOfDay(time) AS day, count() AS c
      FROM {database}.events WHERE ${within(30, variant)} AND NOT is_system GROUP BY day)`,
  },
  {
    name: "trend-sum-by-country",
    ask: async (query, variant, cached) => {
      const { lines, info } = await query.queryTrend({
        frame: frameOf(30, variant, cached),
        series: [{ event: { type: one }, math: TrendMath.SUM, property: amount }],
        breakdown: [{ property: field("country") }],
      });
      const rows = lines.map(({ breakdown, total }) => [breakdown[0]?.value, Math.round(total?.value ?? 0)]);
      return said(rows.sort(), info);
    },
    sql: (variant) => `SELECT country, round(sum(s)) FROM (SELECT country, toStartOfDay(time) AS day,
        sumKahan(coalesce(properties.amount.:Float64, toFloat64(properties.amount.:Int64))) AS s FROM {database}.events
      WHERE ${within(30, variant)} AND type = '${one}' GROUP BY country, day) GROUP BY country ORDER BY country`,
  },
  {
    name: "funnel-3-steps-30-days",
    ask: async (query, variant, cached) => {
      const { rows, info } = await query.queryFunnel({
        frame: frameOf(30, variant, cached),
        funnel: {
          steps: [one, two, three].map((type) => ({ event: { type } })),
          window: { seconds: BigInt(7 * 86_400) },
          rangeCut: 2,
        },
      });
      return said(
        (rows[0]?.steps ?? []).map((step) => [Number(step.users)]),
        info,
      );
    },
    sql: (variant) => `SELECT toFloat64(countIf(level >= n)) FROM (
        SELECT windowFunnel(604800000)(toUInt64(toUnixTimestamp64Milli(time)), type = '${one}', type = '${two}',
          type = '${three}') AS level
        FROM {database}.events WHERE ${within(30, variant)} AND type IN ('${one}', '${two}', '${three}')
        GROUP BY visitor_id) AS users CROSS JOIN (SELECT arrayJoin([1, 2, 3]) AS n) AS steps GROUP BY n ORDER BY n`,
  },
  {
    name: "retention-weekly-90-days",
    ask: async (query, variant, cached) => {
      const { series, info } = await query.queryRetention({
        frame: frameOf(84, variant, cached),
        startEvent: { type: one },
        returnEvent: { type: two },
        period: Interval.WEEK,
      });
      const cells = (series[0]?.cohorts ?? []).flatMap(({ cells: own }) =>
        own.map(({ users: count }) => Number(count)),
      );
      return said([[cells.reduce((sum, count) => sum + count, 0)]], info);
    },
    sql: (variant) => `SELECT toFloat64(sum(length(starts)
        + arraySum(s -> arrayCount(r -> r > s, returns), starts))) FROM (
      SELECT groupUniqArrayIf(intDiv(toUnixTimestamp64Milli(time) - ${fromMs}, 604800000), type = '${one}') AS starts,
        groupUniqArrayIf(intDiv(toUnixTimestamp64Milli(time) - ${fromMs}, 604800000), type = '${two}') AS returns
      FROM {database}.events WHERE ${within(84, variant)} AND type IN ('${one}', '${two}') GROUP BY visitor_id)`,
  },
  {
    name: "stickiness-30-days",
    ask: async (query, variant, cached) => {
      const { users: counts, info } = await query.queryStickiness({
        frame: frameOf(30, variant, cached),
        event: { type: one },
      });
      const rows = counts
        .map((count, index) => [index + 1, Number(count)])
        .filter(([, count]) => count !== 0);
      return said(rows, info);
    },
    sql: (
      variant,
    ) => `SELECT toUInt32(days), toFloat64(count()) FROM (SELECT uniqExact(toStartOfDay(time)) AS days
      FROM {database}.events WHERE ${within(30, variant)} AND type = '${one}' GROUP BY visitor_id)
      GROUP BY days ORDER BY days`,
  },
  {
    name: "lifecycle-30-days",
    ask: async (query, variant, cached) => {
      const { buckets, info } = await query.queryLifecycle({
        frame: frameOf(30, variant, cached),
        event: { type: one },
      });
      return said([[buckets.length]], info);
    },
  },
  {
    name: "paths-7-days",
    ask: async (query, variant, cached) => {
      const { edges, info } = await query.queryPaths({ frame: frameOf(7, variant, cached) });
      return said([[edges.length]], info);
    },
  },
  {
    name: "sessions-30-days",
    ask: async (query, variant, cached) => {
      const { total, info } = await query.querySessions({
        frame: frameOf(30, variant, cached),
        event: { type: one },
        interval: Interval.DAY,
      });
      return said([[Number(total?.visits)]], info);
    },
  },
  {
    name: "experiment-30-days",
    ask: async (query, variant, cached) => {
      const { variants, info } = await query.queryExperiment({
        frame: frameOf(30, variant, cached),
        exposure: { type: one },
        variant: field("device_class"),
        control: "desktop",
        metrics: [{ name: "buyers", event: { type: two }, measure: ExperimentMeasure.CONVERSION }],
      });
      return said([[variants.length]], info);
    },
  },
];
