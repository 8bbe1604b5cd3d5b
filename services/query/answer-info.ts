import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { AnswerInfoSchema } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { Gaps } from "./expiry.js";
import type { Applied, Work } from "./ports.js";
import type { Range } from "./question.js";

export interface InfoParts extends Omit<Work, "bytesRead"> {
  readonly applied: Applied;
  readonly asOfMs: number;
  readonly source: "raw" | "rollup" | "windows";
  readonly range?: Range;
  readonly timeZone?: string;
  readonly weekStart?: string;
  readonly lateShare?: number;
  readonly cached?: boolean;
  readonly stale?: boolean;
  readonly completeFromMs?: number;
}

/** What an answer says of itself. */
export function answerInfo(parts: InfoParts): MessageInitShape<typeof AnswerInfoSchema> {
  const { applied, range } = parts;
  return {
    // Not set while nothing is known of the log.
    ...(applied.watermarkMs > 0 ? { watermark: timestampFromMs(applied.watermarkMs) } : {}),
    asOf: timestampFromMs(parts.asOfMs),
    positions: Object.fromEntries(applied.positions),
    timeZone: parts.timeZone ?? "",
    weekStart: parts.weekStart ?? "",
    lateShare: parts.lateShare ?? 0,
    ...(range === undefined
      ? {}
      : { range: { from: timestampFromMs(range.fromMs), to: timestampFromMs(range.toMs) } }),
    ...(parts.completeFromMs === undefined ? {} : { completeFrom: timestampFromMs(parts.completeFromMs) }),
    cached: parts.cached ?? false,
    stale: parts.stale ?? false,
    source: parts.source,
    engineMs: parts.engineMs,
    rowsRead: BigInt(Math.round(parts.rowsRead)),
  };
}

/** What an answer made of events says where some of its range may be gone. */
export function wholeFrom({ events }: Gaps): Pick<InfoParts, "completeFromMs"> {
  return events === undefined ? {} : { completeFromMs: events };
}
