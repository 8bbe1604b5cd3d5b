import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type {
  ActivityCriterion,
  QueryStickinessRequest,
} from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import { type AskedFrame, bucketsOfFrame } from "../analysis/frame.js";
import type { Buckets } from "../calendar.js";

/** What QueryStickiness is asked, complete and checked. */
export interface StickinessQuestion {
  readonly frame: AskedFrame;
  readonly event: Pick<EventSelector, "type" | "filters">;
  readonly intervals: Buckets;
  readonly criterion?: ActivityCriterion;
  readonly cumulative: boolean;
}

const intervalsMax = 1_000;

/** @throws Fault REQUEST_INVALID that names the field. */
export function stickinessQuestion(request: QueryStickinessRequest, frame: AskedFrame): StickinessQuestion {
  const { event, criterion, cumulative } = request;
  const interval = request.interval === Interval.UNSPECIFIED ? Interval.DAY : request.interval;
  const intervals = grouped(bucketsOfFrame(frame, interval), request.intervalCount || 1);
  if (intervals.starts.length > intervalsMax) {
    throw requestInvalid("interval", "max_intervals", `the range has more than ${intervalsMax} intervals`);
  }
  return {
    frame,
    event: { type: event?.type ?? "", filters: event?.filters ?? [] },
    intervals,
    cumulative,
    ...(criterion === undefined ? {} : { criterion }),
  };
}

/** Every so many buckets as one, from the first on; the last may be of fewer. */
function grouped({ starts, ends }: Buckets, count: number): Buckets {
  const firsts = starts.flatMap((_start, index) => (index % count === 0 ? [index] : []));
  return {
    starts: firsts.map((index) => starts[index] ?? 0),
    ends: firsts.map((index) => ends[Math.min(index + count, ends.length) - 1] ?? 0),
  };
}
