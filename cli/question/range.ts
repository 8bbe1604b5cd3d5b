import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type TimeRange, TimeRangeSchema } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { isTimeZone, zoneOffsetMs } from "../../platform/local-time.js";
import { UserError } from "../target.js";

/** How a time is written on the command line; part of help texts. */
export const timeHelp =
  "2026-11-20, 2026-11-20T09:30 (in the zone asked for, else UTC), with Z or +01:00, or 7d, 12h, 30m ago";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time such as 90s, 15m, 24h or 30d, in ms. @throws UserError */
export function parseSpan(text: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (count === undefined || unitMs === undefined) throw new UserError(`${text}: write 90s, 15m, 24h or 30d`);
  return Number(count) * unitMs;
}

/** An instant, in ms. @throws UserError */
export function parseTime(text: string, zone: string, nowMs: number): number {
  if (text === "now") return nowMs;
  if (/^\d+[smhd]$/.test(text)) return nowMs - parseSpan(text);
  if (!isTimeZone(zone)) throw new UserError(`${zone} is no time zone; write one such as Europe/Vienna`);
  const wall = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const [, day, clock = "00:00", offset] = wall ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${clock}${offset ?? "Z"}`);
  if (Number.isNaN(ms)) throw new UserError(`${text} is no time; write ${timeHelp}`);
  if (offset !== undefined) return ms;
  const guess = ms - zoneOffsetMs(zone, ms);
  return ms - zoneOffsetMs(zone, guess);
}

/** The range that --from and --to name. */
export function parseRange(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  zone: string,
  nowMs: number,
): TimeRange {
  const at = (text: string | undefined): { at?: Timestamp } =>
    text === undefined ? {} : { at: timestampFromMs(parseTime(text, zone, nowMs)) };
  const [start, end] = [at(from).at, at(to).at];
  return create(TimeRangeSchema, {
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: end }),
  });
}
