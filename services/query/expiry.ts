import type { Clock } from "../../platform/clock.js";
import type { Retention } from "../../platform/retention.js";
import type { Analytics } from "./ports.js";
import {
  type ExpiredDays,
  type ExpiredRow,
  type ExpiredScope,
  expiredSql,
  firstReceivedSql,
} from "./sql/expired.js";
import type { Tenant } from "./sql/tenant.js";

/** What of a range may have expired. An instant is where a table is whole from; not set where it is whole. */
export interface Gaps {
  readonly events?: number;
  readonly rollup_minute?: number;
  readonly rollup_quarter?: number;
  /** The first day of receipt (days since 1970) of what is gone from any of them. */
  readonly firstReceivedDay?: number;
}

const dayMs = 86_400_000;
const quarterMs = 15 * 60_000;
const knownMs = 60_000;
const projectsMax = 1_000;
/** Dates expire when they do where the engine is; that may be ahead of UTC by this. */
const aheadMs = 14 * 3_600_000;

/** Of each table the last day of receipt whose rows may be gone at an instant. */
export function expiredDays(retention: Retention, nowMs: number): ExpiredDays {
  const byDate = (days: number): number => Math.floor((nowMs + aheadMs) / dayMs) - days;
  return {
    // Of the day that the instant lies in some are gone, some are not.
    events: Math.floor(nowMs / dayMs) - retention.eventsDays,
    rollup_minute: byDate(retention.minutesDays),
    rollup_quarter: byDate(retention.quartersDays),
  };
}

export interface ExpiryParts {
  readonly analytics: Analytics;
  readonly retention: Retention;
  readonly clock: Clock;
}

/** Knows which events of a range may be gone by their retention, so that no answer leaves them out without a word. */
export class Expiry {
  readonly #parts: ExpiryParts;
  /** Per project the first day of receipt of all it has: most have nothing so old, and are not looked at closer. */
  readonly #first = new Map<string, { readonly day: number; readonly readAtMs: number }>();

  constructor(parts: ExpiryParts) {
    this.#parts = parts;
  }

  /** @throws as Analytics does. */
  async gaps(asked: AskedRows, scope: ExpiredScope): Promise<Gaps> {
    const gone = expiredDays(this.#parts.retention, this.#parts.clock.now());
    const first = await this.#firstReceivedDay(asked);
    if (first > Math.max(gone.events, gone.rollup_minute, gone.rollup_quarter)) return {};
    const { rows } = await this.#parts.analytics.read(expiredSql(asked.tenant, scope, gone), asked.signal);
    const [events, minutes, quarters, day] = (rows[0] ?? []) as unknown as ExpiredRow;
    return {
      ...whole("events", events),
      ...whole("rollup_minute", minutes),
      ...whole("rollup_quarter", quarters),
      ...(typeof day === "number" ? { firstReceivedDay: day } : {}),
    };
  }

  async #firstReceivedDay({ projectId, tenant, signal }: AskedRows): Promise<number> {
    const nowMs = this.#parts.clock.now();
    const known = this.#first.get(projectId);
    if (known !== undefined && Math.abs(nowMs - known.readAtMs) < knownMs) return known.day;
    const { rows } = await this.#parts.analytics.read(firstReceivedSql(tenant), signal);
    const found = rows[0]?.[0];
    const day = typeof found === "number" ? found : Number.POSITIVE_INFINITY;
    this.#first.delete(projectId);
    this.#first.set(projectId, { day, readAtMs: nowMs });
    const [oldest] = this.#first.keys();
    if (this.#first.size > projectsMax && oldest !== undefined) this.#first.delete(oldest);
    return day;
  }
}

export interface AskedRows {
  readonly projectId: string;
  readonly tenant: Tenant;
  readonly signal: AbortSignal;
}

/** From the next quarter of an hour on: every table has an edge there. */
function whole(table: "events" | "rollup_minute" | "rollup_quarter", endMs: unknown): Gaps {
  return typeof endMs === "number" ? { [table]: Math.ceil(endMs / quarterMs) * quarterMs } : {};
}
