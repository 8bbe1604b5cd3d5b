import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  LifecycleBirth,
  LifecycleStatus,
  type QueryLifecycleRequest,
} from "../../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import { type AskedFrame, bucketsOfFrame } from "../analysis/frame.js";
import { type Buckets, bucketsOf } from "../calendar.js";

/** What QueryLifecycle is asked, complete and checked. */
export interface LifecycleQuestion {
  readonly frame: AskedFrame;
  readonly event: Pick<EventSelector, "type" | "filters">;
  /** The bucket before the range's first, and those of the range. */
  readonly periods: Buckets;
  readonly birth: "first_matching" | "first_ever";
  /** How many of the periods have begun: nobody is dormant in others. */
  readonly begun: number;
}

const bucketsMax = 1_000;

/** The statuses by the numbers that the contract has for them. */
export const statuses = [
  LifecycleStatus.NEW,
  LifecycleStatus.RETURNING,
  LifecycleStatus.RESURRECTING,
  LifecycleStatus.DORMANT,
] as const;

/** @throws Fault REQUEST_INVALID that names the field. */
export function lifecycleQuestion(request: QueryLifecycleRequest, frame: AskedFrame): LifecycleQuestion {
  const interval = request.interval === Interval.UNSPECIFIED ? Interval.DAY : request.interval;
  const { starts, ends } = bucketsOfFrame(frame, interval);
  if (starts.length > bucketsMax) {
    throw requestInvalid("interval", "max_buckets", `the range has more than ${bucketsMax} buckets`);
  }
  const { timeZone, weekStart } = frame;
  const [first = 0] = starts;
  const before = bucketsOf({ fromMs: first - 1, toMs: first, interval, timeZone, weekStart });
  const periods = { starts: [before?.starts[0] ?? first, ...starts], ends: [first, ...ends] };
  const { event } = request;
  return {
    frame,
    event: { type: event?.type ?? "", filters: event?.filters ?? [] },
    periods,
    birth: birthOf(request, frame),
    begun: periods.starts.filter((start) => start <= frame.nowMs).length,
  };
}

function birthOf({ birth }: QueryLifecycleRequest, { semantics }: AskedFrame): LifecycleQuestion["birth"] {
  if (birth === LifecycleBirth.FIRST_EVER) return "first_ever";
  if (birth === LifecycleBirth.FIRST_MATCHING) return "first_matching";
  return semantics === "posthog" ? "first_ever" : "first_matching";
}
