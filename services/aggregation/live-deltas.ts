import { create, toBinary } from "@bufbuild/protobuf";
import { LiveDeltaSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { AppliedRange } from "./partition-worker.js";
import type { MinuteCount } from "./range-content.js";

/** A delta tells at most so many counts apart; what is over is summed by minute and type, then by minute. */
export const liveCountsMax = 2_000;

/** What a range added, a message per project. */
export function liveDeltas({
  partition,
  to,
  content,
}: AppliedRange): { projectId: string; payload: Uint8Array }[] {
  const byProject = new Map<string, MinuteCount[]>();
  for (const count of content.counts.values()) {
    const counts = byProject.get(count.projectId);
    if (counts === undefined) byProject.set(count.projectId, [count]);
    else counts.push(count);
  }
  return [...byProject].map(([projectId, counts]) => {
    const delta = create(LiveDeltaSchema, {
      projectId,
      partition,
      sequence: BigInt(to),
      watermarkMs: BigInt(content.watermarkMs),
      counts: bounded(counts).map((count) => ({ ...count, minuteMs: BigInt(count.minuteMs) })),
    });
    return { projectId, payload: toBinary(LiveDeltaSchema, delta) };
  });
}

/** The same counts in fewer pieces where they are too many. */
export function bounded(counts: readonly MinuteCount[], most = liveCountsMax): readonly MinuteCount[] {
  if (counts.length <= most) return counts;
  const byType = summed(counts, (count) => ({ ...count, country: "", deviceClass: "" }));
  if (byType.length <= most) return byType;
  const byMinute = summed(byType, (count) => ({ ...count, type: "" }));
  return byMinute.length <= most ? byMinute : summed(byMinute, (count) => ({ ...count, minuteMs: 0 }));
}

function summed(counts: readonly MinuteCount[], coarser: (count: MinuteCount) => MinuteCount): MinuteCount[] {
  const sums = new Map<string, MinuteCount>();
  for (const count of counts) {
    const coarse = coarser(count);
    const key = `${coarse.minuteMs}\0${coarse.country}\0${coarse.deviceClass}\0${coarse.type}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, coarse);
    else {
      sum.events += count.events;
      sum.amount += count.amount;
    }
  }
  return [...sums.values()];
}
