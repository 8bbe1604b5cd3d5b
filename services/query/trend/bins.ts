// Numeric bins of a breakdown: their edges, and how they read.
import { BinEdges } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import type { Plan } from "../plan.js";
import type { Bins, SeriesQuestion } from "../question.js";
import { seriesRows } from "../sql/series-rows.js";
import { bind, listOf, type Sql, sql } from "../sql/sql.js";

/** How the numbers of one property are sorted. */
export interface AskedBins {
  readonly count: number;
  readonly edges: BinEdges.EQUAL_WIDTH | BinEdges.VALUE_QUANTILES;
}

const raw: Plan = { table: "events", source: "raw" };

/** The bins of all numbers that the series have in the property at this place of the breakdown. */
export async function readBins(
  run: AnalysisRun,
  series: readonly SeriesQuestion[],
  { index, asked }: { readonly index: number; readonly asked: AskedBins },
): Promise<Bins> {
  const numbers = series
    .map((question) => {
      const rows = seriesRows(run, { ...question, bins: [] }, raw);
      return sql`SELECT ${rows.breakdownNumbers[index] ?? sql`NULL`} AS number ${rows.rows}`;
    })
    .reduce<Sql>((all, part, at) => (at === 0 ? part : sql`${all} UNION ALL ${part}`), sql``);
  const different = sql`SELECT DISTINCT assumeNotNull(number) AS number FROM (${numbers}) WHERE isNotNull(number)`;
  const levels = levelsOf(asked).map((level) => bind.float64(level));
  const edges = sql`SELECT count(), quantilesExactInclusive(${listOf(levels)})(number) FROM (${different})`;
  const purpose = `edges of the bins of breakdown[${index}]`;
  const [row] = await run.read(run.tenant.statement(edges), { purpose });
  const [found, quantiles] = (row ?? [0, []]) as readonly [number | string, readonly number[]];
  return { edges: Number(found) === 0 ? [0, 0] : edgesOf(asked, quantiles) };
}

/** The quantiles that the edges are made of. */
function levelsOf({ count, edges }: AskedBins): number[] {
  if (edges === BinEdges.EQUAL_WIDTH) return [0, 1];
  return Array.from({ length: count + 1 }, (_bin, index) => Number((index / count).toFixed(2)));
}

/** @param quantiles of the different numbers, at `levelsOf` */
export function edgesOf({ count, edges }: AskedBins, quantiles: readonly number[]): number[] {
  if (edges === BinEdges.VALUE_QUANTILES) {
    const cut = quantiles.map((value) => Math.floor(hundredths(value)) / 100);
    const different = cut.filter((value, index) => index === 0 || value !== cut[index - 1]);
    const last = different.at(-1) ?? 0;
    const upper = (Math.round(last * 100) + 1) / 100;
    // A number that is rounded up to a hundredth by the bits it lacks is in the first bin all the same.
    const first = Math.min(different[0] ?? 0, quantiles[0] ?? 0);
    return [first, ...different.slice(1, -1), upper];
  }
  const [least = 0, greatest = 0] = quantiles;
  if (least === greatest) return [least, greatest];
  return Array.from({ length: count + 1 }, (_bin, index) =>
    index === count ? greatest : least + ((greatest - least) * index) / count,
  );
}

/** A hundred times a decimal number, as it is written: 4.35 is 435 hundredths, although 4.35 * 100 is less. */
function hundredths(value: number): number {
  return Number((value * 100).toPrecision(15));
}

/** How a bin reads: "[10,17.5)", the last "[32.5,40]"; by quantiles, as PostHog has it, "[10,17.5]". */
export function binLabel(bins: Bins, index: number, { edges }: AskedBins): string {
  const shown = (edge: number | undefined) => String(Number((edge ?? 0).toPrecision(12)));
  const isClosed = edges === BinEdges.VALUE_QUANTILES || index === bins.edges.length - 2;
  return `[${shown(bins.edges[index])},${shown(bins.edges[index + 1])}${isClosed ? "]" : ")"}`;
}
