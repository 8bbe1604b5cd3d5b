import { durationMs } from "@bufbuild/protobuf/wkt";
import { type Frame, Semantics } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import type { Filter, Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { EffectiveSettings } from "../../../platform/control/projects.js";
import { requestInvalid } from "../../../platform/fault.js";
import { type Buckets, bucketsMax, bucketsOf, type WeekStart } from "../calendar.js";
import { instantOf, type Range, rangeOf, weekStartOf, zoneOf } from "../question.js";

/** A frame complete and checked. */
export interface AskedFrame {
  readonly range: Range;
  readonly timeZone: string;
  readonly weekStart: WeekStart;
  /** On every event that is looked at. */
  readonly filters: readonly Filter[];
  readonly semantics: "native" | "posthog";
  /** The present of the question. */
  readonly nowMs: number;
  /** True where the present is the clock's: what depends on it moves. */
  readonly isNowClock: boolean;
  readonly explain: boolean;
  readonly maxStalenessMs: number;
}

/** The age of an answer that will do where the request doesn't say; with the pipeline's own it stays under 5 s. */
export const maxStalenessDefaultMs = 2_000;

/** @throws Fault REQUEST_INVALID that names the field. */
export function askedFrame(
  frame: Frame | undefined,
  settings: Pick<EffectiveSettings, "timeZone" | "weekStart">,
  clockMs: number,
): AskedFrame {
  const said = instantOf(frame?.now, "frame.now");
  const nowMs = said ?? clockMs;
  const range = rangeOf(frame?.range, nowMs, "frame.range");
  const stands = { endsNow: false, startsOpen: false };
  return {
    range: said === undefined ? range : { ...range, ...stands },
    timeZone: zoneOf(frame?.timeZone, settings, "frame.time_zone"),
    weekStart: weekStartOf(frame?.weekStart ?? "", settings.weekStart),
    filters: frame?.filters ?? [],
    semantics: frame?.semantics === Semantics.POSTHOG ? "posthog" : "native",
    nowMs,
    isNowClock: said === undefined,
    explain: frame?.explain ?? false,
    maxStalenessMs:
      frame?.maxStaleness === undefined ? maxStalenessDefaultMs : Math.max(0, durationMs(frame.maxStaleness)),
  };
}

/** The buckets of a frame's range. @throws Fault REQUEST_INVALID where there are too many. */
export function bucketsOfFrame({ range, timeZone, weekStart }: AskedFrame, interval: Interval): Buckets {
  const buckets = bucketsOf({ ...range, interval, timeZone, weekStart });
  if (buckets !== undefined) return buckets;
  const message = `the range has more than ${bucketsMax} buckets of this width`;
  throw requestInvalid("interval", "max_buckets", message);
}
