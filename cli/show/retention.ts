import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { QueryRetentionResponse, RetentionSeries } from "../../gen/ts/tideline/query/v1/retention_pb.js";
import { csvCell, nameOf, notesOf, shownTime } from "./series.js";
import { type Cell, safeText, textTable } from "./table.js";

/** A triangle of percentages for each series: cohorts downwards, periods after them to the right. */
export function retentionTable(answer: QueryRetentionResponse, interval: Interval): string {
  const tables = answer.series.map((series) => {
    const name = nameOf(series);
    const table = triangle(answer, series, interval);
    return name === "" ? table : `${safeText(name, 60)}\n${table}`;
  });
  return [...tables, ...notesOf(answer, [])].join("\n\n");
}

function triangle(
  { cohorts, info }: QueryRetentionResponse,
  series: RetentionSeries,
  interval: Interval,
): string {
  const zone = info?.timeZone || "UTC";
  const columns = series.average.map((_, column) => String(column));
  const rows = cohorts.map((start, index): Cell[] => {
    const { users = 0n, cells = [] } = series.cohorts[index] ?? {};
    const shares = cells.map(({ users: back, hasValue }) =>
      hasValue && users > 0n ? percent(Number(back) / Number(users)) : "",
    );
    return [shownTime(timestampMs(start), zone, interval), Number(users), ...shares];
  });
  const all = rows.reduce((sum, row) => sum + Number(row[1]), 0);
  const average = series.average.map(({ value, hasValue }) => (hasValue ? percent(value) : ""));
  return textTable(["cohort", "users", ...columns], [...rows, ["average", all, ...average]]);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`.padStart(6);
}

/** One row for each cell that has a value. */
export function retentionCsv({ cohorts, series, info }: QueryRetentionResponse, interval: Interval): string {
  const zone = info?.timeZone || "UTC";
  const lines = series.flatMap((one) =>
    one.cohorts.flatMap(({ cells, users }, index) => {
      const start = cohorts[index];
      const time = start === undefined ? "" : shownTime(timestampMs(start), zone, interval);
      return cells.flatMap(({ users: back, hasValue }, column) =>
        hasValue ? [[nameOf(one), time, users, column, back].map(String).map(csvCell).join(",")] : [],
      );
    }),
  );
  return ["by,cohort,cohort_users,column,users", ...lines].join("\n");
}
