import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { QueryTrendResponse, TrendLine } from "../../gen/ts/tideline/query/v1/trend_pb.js";
import { bar, sparkline } from "./bars.js";
import { csvCell, nameOf, notesOf, numberOf, shown, shownTime } from "./series.js";
import { safeText, textTable } from "./table.js";

/** A trend as a chart: one line by its buckets with bars, several beside one another; and what it stands on. */
export function trendTable(answer: QueryTrendResponse, interval: Interval, name = ""): string {
  const { lines, buckets } = answer;
  const [only] = lines;
  const isOne = lines.length === 1 && only !== undefined && buckets.length > 0;
  const chart = isOne ? bucketRows(answer, only, interval) : lineRows(answer, name);
  const total = isOne ? [`${title(only, name)}: total ${shown(numberOf(only.total))}`] : [];
  return [chart, ...notesOf(answer, total), ...planOf(answer)].join("\n");
}

function bucketRows(
  { buckets, previous, info }: QueryTrendResponse,
  line: TrendLine,
  interval: Interval,
): string {
  const zone = info?.timeZone || "UTC";
  const values = line.values.map(numberOf);
  const before = previous?.lines[0]?.values.map(numberOf);
  const greatest = Math.max(0, ...[...values, ...(before ?? [])].map((value) => value ?? 0));
  const rows = buckets.map((bucket, index) => [
    shownTime(timestampMs(bucket), zone, interval),
    shown(values[index]),
    ...(before === undefined ? [] : [shown(before[index]), change(values[index], before[index])]),
    bar(values[index] ?? 0, greatest),
  ]);
  const head = ["time", "value", ...(before === undefined ? [] : ["before", "change"]), ""];
  return textTable(head, toTheRight(rows, before === undefined ? 1 : 3));
}

function lineRows({ lines, previous }: QueryTrendResponse, name: string): string {
  const greatest = Math.max(0, ...lines.map(({ total }) => numberOf(total) ?? 0));
  const hasBuckets = lines.some(({ values }) => values.length > 0);
  const rows = lines.map((line, index) => {
    const [total, before] = [numberOf(line.total), numberOf(previous?.lines[index]?.total)];
    return [
      safeText(title(line, name), 60),
      shown(total),
      ...(previous === undefined ? [] : [shown(before), change(total, before)]),
      hasBuckets ? sparkline(line.values.map(numberOf)) : bar(total ?? 0, greatest),
    ];
  });
  const head = ["line", "total", ...(previous === undefined ? [] : ["before", "change"]), ""];
  return textTable(head, toTheRight(rows, previous === undefined ? 1 : 3));
}

/** Sets this many columns after the first to the right. */
function toTheRight(rows: readonly string[][], columns: number): string[][] {
  const width = (column: number) => Math.max(6, ...rows.map((row) => row[column]?.length ?? 0));
  const widths = Array.from({ length: columns }, (_, index) => width(index + 1));
  return rows.map((row) =>
    row.map((text, index) => (index === 0 ? text : text.padStart(widths[index - 1] ?? 0))),
  );
}

/** How much more it is than before. */
function change(value: number | undefined, before: number | undefined): string {
  if (value === undefined || before === undefined || before === 0) return "-";
  const percent = (100 * (value - before)) / Math.abs(before);
  return `${percent > 0 ? "+" : ""}${percent.toFixed(1)} %`;
}

function title(line: TrendLine, name: string): string {
  const own = name || line.name || "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[line.index] || "";
  const of = nameOf(line);
  return of === "" ? own : `${own}  ${of}`;
}

/** How it was found, where that was asked for. */
function planOf({ info }: QueryTrendResponse): string[] {
  return (info?.plan ?? []).map(
    ({ purpose, source, reason, rowsRead, engineMs }) =>
      `${purpose}: ${source}, ${rowsRead.toLocaleString("en")} rows, ${engineMs.toFixed(0)} ms (${reason})`,
  );
}

/** The same as CSV (RFC 4180), one row for each bucket of each line; totals where there are no buckets. */
export function trendCsv({ buckets, lines, previous, info }: QueryTrendResponse, interval: Interval): string {
  const zone = info?.timeZone || "UTC";
  const times = buckets.map((bucket) => shownTime(timestampMs(bucket), zone, interval));
  const text = (value: number | undefined): string => (value === undefined ? "" : String(value));
  const rows = lines.flatMap((line, at) => {
    const before = previous?.lines[at];
    const own = [title({ ...line, breakdown: [], isOther: false }, ""), nameOf(line)];
    const row = (time: string, value: number | undefined, earlier: number | undefined): string[] => [
      time,
      ...own,
      text(value),
      ...(before === undefined ? [] : [text(earlier)]),
    ];
    if (times.length === 0) return [row("", numberOf(line.total), numberOf(before?.total))];
    return times.map((time, index) =>
      row(time, numberOf(line.values[index]), numberOf(before?.values[index])),
    );
  });
  const head = ["time", "line", "by", "value", ...(previous === undefined ? [] : ["before"])];
  return [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\n");
}
