import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type QueryTrendResponseSchema, TrendDisplay } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import type { Computed } from "../analysis/answer-analysis.js";
import { dataExpired } from "../compute-metrics.js";
import type { AskedRows, Expiry } from "../expiry.js";
import { inParallel } from "../in-parallel.js";
import type { Plan, PlanFacts } from "../plan.js";
import { asksForProperties, openBuckets, readRange, type SeriesQuestion } from "../question.js";
import type { AskedSeries, SeriesReading } from "../series.js";
import { planSeries, readBuckets, readTop } from "../series.js";
import type { Statement } from "../sql/tenant.js";
import { readBins } from "./bins.js";
import { rankedValues, trendLines } from "./trend-lines.js";
import type { Period, TrendQuestion } from "./trend-question.js";

/** What computing needs beside the question. */
export interface TrendParts {
  readonly expiry: Expiry;
  readonly projectId: string;
  readonly zone: NonNullable<PlanFacts["zone"]>;
}

/** Statements of one question at a time. */
const parallelMax = 4;
const dayMs = 86_400_000;

/** From which instant on all of the current range is there; undefined: from its start. */
export async function completeFromOf(
  { expiry, zone }: TrendParts,
  rows: AskedRows,
  { question, peopleMapped }: { readonly question: TrendQuestion; readonly peopleMapped: boolean },
): Promise<number | undefined> {
  const facts = { zone, peopleMapped };
  const found = await inParallel(question.current.series, parallelMax, async (series) => {
    const { completeFromMs } = await planSeries(expiry, rows, { question: series, facts });
    if (completeFromMs === undefined || series.active === undefined) return completeFromMs;
    // A range that begins here has all of the days that its first span needs.
    return completeFromMs + (series.active.span + 1) * dayMs;
  });
  const gaps = found.filter((ms) => ms !== undefined);
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}

/** @throws Fault DATA_EXPIRED, and what the engine throws. */
export async function computeTrend(
  run: AnalysisRun,
  parts: TrendParts,
  question: TrendQuestion,
): Promise<Computed<typeof QueryTrendResponseSchema>> {
  const bins = await binsOf(run, question);
  const current = await plannedSeries(run, parts, binned(run, question.current, bins));
  const isRanked = current.length > 1 || question.lines.some(({ formula }) => formula.kind !== "series");
  const tops = await inParallel(current, parallelMax, (asked, index) => {
    const limit = isRanked ? asked.question.limit : question.limit;
    return readTop(readingOf(run, asked, index), { ...asked, question: { ...asked.question, limit } });
  });
  const asked = current.map((each) => each.question);
  const ranked = rankedValues(question, asked, tops);
  const linesIn = (series: readonly AskedSeries[], when: string) =>
    inParallel(series, parallelMax, (each, index) =>
      readBuckets(readingOf(run, each, index, when), each, ranked.values),
    );
  const lines = await linesIn(current, "");
  const { previous } = question;
  const before = previous && (await plannedSeries(run, parts, binned(run, previous, bins)));
  const earlier = before && (await linesIn(before, ", earlier"));
  const [events, late] = [
    sumOf(lines, ({ events: each }) => each),
    sumOf(lines, ({ lateEvents }) => lateEvents),
  ];
  const open = openBuckets(question.current.buckets, run.applied.watermarkMs);
  return {
    response: {
      buckets: startsOf(question, question.current),
      lines: trendLines(question, { ranked, bins, series: lines }),
      otherValues: BigInt(ranked.others),
      openBuckets: question.display === TrendDisplay.TOTAL ? [] : open,
      ...(previous === undefined || earlier === undefined
        ? {}
        : {
            previous: {
              range: {
                from: timestampFromMs(previous.range.fromMs),
                to: timestampFromMs(previous.range.toMs),
              },
              buckets: startsOf(question, previous),
              lines: trendLines(question, { ranked, bins, series: earlier }),
            },
          }),
    },
    lateShare: events === 0 ? 0 : late / events,
  };
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, each) => sum + of(each), 0);
}

function startsOf({ display }: TrendQuestion, { buckets }: Period) {
  return display === TrendDisplay.TOTAL ? [] : buckets.starts.map((startMs) => timestampFromMs(startMs));
}

type TrendBins = SeriesQuestion["bins"] & {};

/** The numbers of the range decide on the bins, those of the earlier time are sorted into the same. */
function binsOf(run: AnalysisRun, question: TrendQuestion): Promise<TrendBins> {
  const series = binned(run, question.current, []);
  return inParallel(question.bins, parallelMax, async (asked, index) =>
    asked === undefined ? undefined : readBins(run, series, { index, asked }),
  );
}

function binned(run: AnalysisRun, { series }: Period, bins: TrendBins): SeriesQuestion[] {
  return series.map((each) => {
    const registered = asksForProperties(each) ? run.kinds.get(each.type) : undefined;
    return { ...each, bins, ...(registered === undefined ? {} : { registered }) };
  });
}

async function plannedSeries(
  run: AnalysisRun,
  { expiry, projectId, zone }: TrendParts,
  series: readonly SeriesQuestion[],
): Promise<AskedSeries[]> {
  const rows = { projectId, tenant: run.tenant, signal: run.signal };
  const facts = { zone, peopleMapped: run.people.mapped };
  return inParallel(series, parallelMax, async (question) => {
    const { plan, completeFromMs } = await planSeries(expiry, rows, { question, facts });
    if (completeFromMs !== undefined && completeFromMs > readRange(question).fromMs)
      throw dataExpired(completeFromMs);
    return { question, plan };
  });
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

function readingOf(run: AnalysisRun, { plan }: AskedSeries, index: number, when = ""): SeriesReading {
  const { tenant, people } = run;
  const read = (statement: Statement, part: "top" | "buckets") =>
    run.read(statement, {
      purpose: `series ${letters[index] ?? index}: ${part === "top" ? "greatest values" : "buckets"}${when}`,
      source: plan.source,
      reason: reasonOf(plan),
    });
  return { tenant, people, read };
}

function reasonOf({ table, tailFromMs }: Plan): string {
  if (tailFromMs !== undefined) {
    const seam = new Date(tailFromMs).toISOString();
    return `rollup_quarter up to ${seam}, events from it on: its last quarter of an hour is not whole in the range`;
  }
  switch (table) {
    case "rollup_quarter":
      return "rollup_quarter: all edges are whole quarters of an hour, and it keeps all that is asked";
    case "rollup_minute":
      return "rollup_minute: all edges are whole minutes, and it keeps all that is asked";
    case "rollup_day":
      return "rollup_day: whole days of the project's zone, and the finer rollups have expired";
    default:
      return "events: no rollup keeps all that is asked, or none with these edges";
  }
}
