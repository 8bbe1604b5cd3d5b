import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { FunnelRow, QueryFunnelResponse } from "../../gen/ts/tideline/query/v1/funnel_pb.js";
import { bar, shownNumber } from "./bars.js";
import { csvCell } from "./series.js";
import { safeText, textTable } from "./table.js";

/** The names of the steps, as they were asked for. */
export type StepNames = readonly string[];

/** The answer as tables with bars, and a line on what it stands on. */
export function funnelTable(answer: QueryFunnelResponse, steps: StepNames): string {
  const hasNames = answer.rows.some((row) => row.breakdown.length > 0 || row.isOther);
  const head = [...(hasNames ? ["by"] : []), "step", "users", "share", "median", "average", ""];
  const lines = answer.rows.flatMap((row) =>
    row.steps.map(({ users, share, medianSeconds, averageSeconds }, step) => [
      ...(hasNames ? [step === 0 ? safeText(nameOf(row), 40) : ""] : []),
      `${step + 1} ${safeText(steps[step] ?? "", 40)}`,
      shownNumber(Number(users)).padStart(5),
      percent(share).padStart(6),
      duration(medianSeconds).padStart(8),
      duration(averageSeconds).padStart(8),
      bar(share, 1),
    ]),
  );
  const times = answer.rows.flatMap((row) => timesTable(row, hasNames));
  const overTime = answer.rows.flatMap((row) => bucketsTable(answer, row, hasNames));
  return [textTable(head, lines), ...overTime, ...times, notesOf(answer)].join("\n");
}

function bucketsTable({ buckets }: QueryFunnelResponse, row: FunnelRow, hasNames: boolean): string[] {
  if (row.overTime.length === 0) return [];
  const lines = row.overTime.map(({ entered, converted, conversionPercent }, index) => [
    timeOf(buckets[index]),
    shownNumber(Number(entered)).padStart(7),
    shownNumber(Number(converted)).padStart(9),
    percent(conversionPercent / 100).padStart(6),
    bar(conversionPercent, 100),
  ]);
  return ["", ...titleOf(row, hasNames), textTable(["entry", "entered", "converted", "share", ""], lines)];
}

function timesTable(row: FunnelRow, hasNames: boolean): string[] {
  const { bins = [], averageSeconds } = row.timeToConvert ?? {};
  if (row.timeToConvert === undefined || bins.length === 0) return [];
  const most = Math.max(...bins.map(({ users }) => Number(users)));
  const lines = bins.map(({ fromSeconds, users }) => [
    duration(fromSeconds).padStart(8),
    shownNumber(Number(users)).padStart(5),
    bar(Number(users), most),
  ]);
  const average = `time to convert, average ${duration(averageSeconds)}`;
  return ["", ...titleOf(row, hasNames), average, textTable(["from", "users", ""], lines)];
}

function titleOf(row: FunnelRow, hasNames: boolean): string[] {
  return hasNames ? [safeText(nameOf(row), 60)] : [];
}

function notesOf({ rows, info, otherValues, openBuckets }: QueryFunnelResponse): string {
  const pending = rows.reduce((sum, row) => sum + Number(row.pending), 0);
  return [
    ...(pending > 0 ? [`${shownNumber(pending)} with an open window`] : []),
    ...(otherValues > 0n ? [`${otherValues} more values`] : []),
    ...(openBuckets.length > 0 ? [`${openBuckets.length} open buckets`] : []),
    ...(info?.timeZone ? [info.timeZone] : []),
    ...(info?.watermark ? [`up to ${timeOf(info.watermark)}`] : []),
    ...(info?.completeFrom ? [`whole from ${timeOf(info.completeFrom)}: older events may have expired`] : []),
    ...(info?.historyFrom ? [`first since ${timeOf(info.historyFrom)}`] : []),
    ...(info?.cached ? ["cached"] : []),
    ...(info ? [`${info.engineMs.toFixed(0)} ms`] : []),
  ].join(" · ");
}

/** The answer as CSV (RFC 4180): one row for each step of each value. */
export function funnelCsv({ rows }: QueryFunnelResponse, steps: StepNames): string {
  const lines = rows.flatMap((row) =>
    row.steps.map(({ users, share, medianSeconds, averageSeconds }, step) =>
      [nameOf(row), step + 1, steps[step] ?? "", users, share, medianSeconds ?? "", averageSeconds ?? ""]
        .map((cell) => csvCell(String(cell)))
        .join(","),
    ),
  );
  return ["by,step,name,users,share,median_seconds,average_seconds", ...lines].join("\n");
}

function nameOf({ breakdown, isOther }: FunnelRow): string {
  if (isOther) return "Other";
  return breakdown
    .map(({ value, missing }) => (missing ? "(missing)" : value === "" ? '""' : value))
    .join(" / ");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** Seconds in the unit that suits them. */
function duration(seconds: number | undefined): string {
  if (seconds === undefined) return "-";
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 7_200) return `${(seconds / 60).toFixed(1)} min`;
  if (seconds < 172_800) return `${(seconds / 3_600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}

function timeOf(time: Parameters<typeof timestampMs>[0] | undefined): string {
  return time === undefined ? "" : new Date(timestampMs(time)).toISOString().replace(".000Z", "Z");
}
