import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { QueryMetricsResponse, Series } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { AnswerInfo, SeriesValue } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { zoneOffsetMs } from "../../platform/local-time.js";
import { bar, shownNumber } from "./bars.js";
import { safeText, textTable } from "./table.js";

/** An answer in rows: one for each bucket of each series. */
interface SeriesRow {
  readonly time: string;
  readonly name: string;
  readonly value: number | undefined;
}

/** The answer as a table with bars, and a line on what it stands on. */
export function seriesTable(answer: QueryMetricsResponse, interval: Interval): string {
  const rows = rowsOf(answer, interval);
  const greatest = Math.max(0, ...rows.map(({ value }) => value ?? 0));
  const hasTimes = interval !== Interval.UNSPECIFIED;
  const hasNames = answer.series.some(({ breakdown, isOther }) => breakdown.length > 0 || isOther);
  const head = [...(hasTimes ? ["time"] : []), ...(hasNames ? ["by"] : []), "value", ""];
  const valueWidth = Math.max(5, ...rows.map(({ value }) => shown(value).length));
  const lines = rows.map(({ time, name, value }) => [
    ...(hasTimes ? [time] : []),
    ...(hasNames ? [safeText(name, 60)] : []),
    shown(value).padStart(valueWidth),
    bar(value ?? 0, greatest),
  ]);
  const { series } = answer;
  const totals = hasTimes && series.length === 1 ? [`total ${shown(numberOf(series[0]?.total))}`] : [];
  return [textTable(head, lines), ...notesOf(answer, totals)].join("\n");
}

export function shown(value: number | undefined): string {
  return value === undefined ? "-" : shownNumber(value);
}

/** What an answer says of itself. */
export interface Noted {
  readonly info?: AnswerInfo | undefined;
  readonly otherValues: bigint;
  readonly openBuckets: readonly number[];
}

/** A line on what an answer stands on; none where nothing is to be said. */
export function notesOf({ info, otherValues, openBuckets }: Noted, totals: readonly string[]): string[] {
  const facts = [
    ...totals,
    ...(otherValues > 0n ? [`${otherValues} more values`] : []),
    ...(openBuckets.length > 0
      ? [`${openBuckets.length} bucket${openBuckets.length === 1 ? "" : "s"} still open`]
      : []),
    ...(info?.timeZone ? [info.timeZone] : []),
    ...(info?.watermark ? [`up to ${new Date(timestampMs(info.watermark)).toISOString()}`] : []),
    ...(info?.completeFrom
      ? [
          `whole from ${new Date(timestampMs(info.completeFrom)).toISOString()}: older events may have expired`,
        ]
      : []),
    ...(info?.historyFrom
      ? [`what came first is known from ${new Date(timestampMs(info.historyFrom)).toISOString()} on`]
      : []),
    ...(info?.stale === true ? ["older than it should be"] : []),
    ...(info?.source
      ? [`from ${info.source}${info.cached ? ", cached" : ""}, ${info.engineMs.toFixed(0)} ms`]
      : []),
  ];
  return facts.length === 0 ? [] : [facts.join(" · ")];
}

/** The answer as CSV (RFC 4180), one row for each bucket of each series. */
export function seriesCsv(answer: QueryMetricsResponse, interval: Interval): string {
  const rows = rowsOf(answer, interval).map(({ time, name, value }) =>
    [time, name, value === undefined ? "" : String(value)].map(csvCell).join(","),
  );
  return ["time,by,value", ...rows].join("\n");
}

export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function rowsOf({ buckets, series, info }: QueryMetricsResponse, interval: Interval): SeriesRow[] {
  const zone = info?.timeZone || "UTC";
  const times = buckets.map((bucket) => shownTime(timestampMs(bucket), zone, interval));
  return series.flatMap((one) => {
    const name = nameOf(one);
    if (interval === Interval.UNSPECIFIED) {
      return [{ time: times[0] ?? "", name, value: numberOf(one.total ?? one.values[0]) }];
    }
    return times.map((time, index) => ({ time, name, value: numberOf(one.values[index]) }));
  });
}

/** What a row of a breakdown is of. */
export function nameOf({ breakdown, isOther }: Pick<Series, "breakdown" | "isOther">): string {
  if (isOther) return "Other";
  return breakdown
    .map(({ value, missing }) => (missing ? "(missing)" : value === "" ? '""' : value))
    .join(" / ");
}

export function numberOf(value: SeriesValue | undefined): number | undefined {
  return value?.hasValue === true ? value.value : undefined;
}

/** A bucket's start by the wall clock of its zone. */
export function shownTime(ms: number, zone: string, interval: Interval): string {
  const wall = new Date(ms + zoneOffsetMs(zone, ms)).toISOString();
  if (interval === Interval.MONTH) return wall.slice(0, 7);
  const isDay = interval === Interval.DAY || interval === Interval.WEEK || interval === Interval.UNSPECIFIED;
  return isDay ? wall.slice(0, 10) : wall.slice(0, 16).replace("T", " ");
}
