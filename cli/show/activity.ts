import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { QueryLifecycleResponse } from "../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import type { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { QueryStickinessResponse } from "../../gen/ts/tideline/query/v1/stickiness_pb.js";
import { bar } from "./bars.js";
import { notesOf, shownTime } from "./series.js";
import { textTable } from "./table.js";

const statuses = ["new", "returning", "resurrecting", "dormant"];

/** The counts of each bucket, in the order of `statuses`. */
function lifecycleRows(answer: QueryLifecycleResponse, interval: Interval) {
  const { buckets, newUsers, returningUsers, resurrectingUsers, dormantUsers, info } = answer;
  return buckets.map((bucket, index) => ({
    time: shownTime(timestampMs(bucket), info?.timeZone || "UTC", interval),
    counts: [newUsers, returningUsers, resurrectingUsers, dormantUsers].map((of) => Number(of[index] ?? 0n)),
  }));
}

/** A row for each bucket, with a bar of the users who were active. */
export function lifecycleTable(answer: QueryLifecycleResponse, interval: Interval): string {
  const rows = lifecycleRows(answer, interval);
  const active = ([fresh = 0, back = 0, awake = 0]: readonly number[]): number => fresh + back + awake;
  const most = Math.max(0, ...rows.map(({ counts }) => active(counts)));
  const table = textTable(
    ["time", ...statuses, "active", ""],
    rows.map(({ time, counts }) => [time, ...counts, active(counts), bar(active(counts), most)]),
  );
  return [table, ...notesOf({ ...answer, otherValues: 0n }, [])].join("\n");
}

/** One row for each bucket. */
export function lifecycleCsv(answer: QueryLifecycleResponse, interval: Interval): string {
  const lines = lifecycleRows(answer, interval).map(({ time, counts }) => [time, ...counts].join(","));
  return [["time", ...statuses].join(","), ...lines].join("\n");
}

/** A row for each number of intervals, with a bar of its users. */
export function stickinessTable(answer: QueryStickinessResponse): string {
  const { users, activeUsers } = answer;
  const most = Math.max(0, ...users.map(Number));
  const rows = users.map((count, index) => [index + 1, Number(count), bar(Number(count), most)]);
  const notes = notesOf({ ...answer, otherValues: 0n }, [`${activeUsers} users active`]);
  return [textTable(["intervals", "users", ""], rows), ...notes].join("\n");
}

/** One row for each number of intervals. */
export function stickinessCsv({ users }: QueryStickinessResponse): string {
  return ["intervals,users", ...users.map((count, index) => `${index + 1},${count}`)].join("\n");
}
