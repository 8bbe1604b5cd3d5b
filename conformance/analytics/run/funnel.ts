import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  FunnelAttribution,
  type FunnelBreakdownSchema,
  FunnelExclusionEffect,
  FunnelFirstTime,
  FunnelOrder,
  FunnelRangeCut,
  type FunnelRow,
  type FunnelSchema,
  FunnelUniverse,
  type FunnelUser,
  type ListFunnelUsersRequestSchema,
  type QueryFunnelResponse,
} from "../../../gen/ts/tideline/query/v1/funnel_pb.js";
import type { BreakdownValue } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { Answer, Attribution, CaseOf, FunnelQuery, Unit } from "../case-shape.js";
import { frame, interval, property, selector, shown } from "./question.js";
import type { Asked } from "./stand.js";

type FunnelCase = CaseOf<"funnel">;
type Api = Asked["query"];
type UsersOf = Pick<MessageInitShape<typeof ListFunnelUsersRequestSchema>, "step" | "lost">;

export async function askFunnel(
  given: FunnelCase,
  { query: api }: Asked,
  areListed: boolean,
): Promise<Answer> {
  const asked = commonOf(given);
  const answer = await api.queryFunnel({ ...asked, ...extrasOf(given) });
  const { viz = "steps", steps } = given.query;
  if (viz === "trends") return overTime(answer, given.query);
  if (viz === "time_to_convert") return { time_to_convert: timesOf(answer) };
  const users = async (of: UsersOf): Promise<FunnelUser[]> => usersOf(api, { ...asked, ...of });
  const listedSteps = areListed ? steps : [];
  const at = await Promise.all(listedSteps.map((_, step) => users({ step })));
  const lost = await Promise.all(
    listedSteps.slice(1).map((_, step) => users({ step: step + 1, lost: true })),
  );
  const usersAt = (isOwn: (user: FunnelUser) => boolean): Answer => ({
    users_at_step: Object.fromEntries(at.map((of, step) => [step + 1, ids(of.filter(isOwn))])),
    user_counts: Object.fromEntries(at.map((of, step) => [step + 1, ids(of.filter(isOwn)).length])),
    users_dropped_before_step: Object.fromEntries(lost.map((of, step) => [step + 2, ids(of.filter(isOwn))])),
  });
  const rowOf = (row: FunnelRow, isOwn: (user: FunnelUser) => boolean): Answer => ({
    ...figuresOf(row),
    ...(areListed ? usersAt(isOwn) : {}),
  });
  if (given.query.breakdown === undefined) {
    const [row] = answer.rows;
    return row === undefined ? {} : { ...rowOf(row, () => true), pending: Number(row.pending) };
  }
  const listed = new Set(
    answer.rows.filter(({ isOther }) => !isOther).map(({ breakdown }) => keyOf(breakdown)),
  );
  const rows = answer.rows.map((row) => ({
    value: shownValue(row),
    ...rowOf(row, ({ breakdown }) =>
      row.isOther ? !listed.has(keyOf(breakdown)) : keyOf(breakdown) === keyOf(row.breakdown),
    ),
  }));
  return {
    breakdown: rows,
    breakdown_rows: rows.length,
    breakdown_values: rows.map(({ value }) => value),
  };
}

/** The values of a row that a case writes without telling a missing one from an empty text. */
function keyOf(values: readonly BreakdownValue[]): string {
  return JSON.stringify(values.map(({ value, missing }) => [value, missing]));
}

function shownValue({ isOther, breakdown }: FunnelRow): string[] {
  return isOther ? ["Other"] : breakdown.map(({ value }) => value);
}

function ids(users: readonly FunnelUser[]): string[] {
  return [...new Set(users.map(({ userId }) => userId))];
}

async function usersOf(api: Api, asked: UsersOf & ReturnType<typeof commonOf>): Promise<FunnelUser[]> {
  const found: FunnelUser[] = [];
  let pageToken = "";
  do {
    const page = await api.listFunnelUsers({ ...asked, pageSize: 1_000, pageToken });
    found.push(...page.users);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return found;
}

/** What QueryFunnel and ListFunnelUsers are asked alike. */
function commonOf(given: FunnelCase) {
  const { breakdown } = given.query;
  return {
    frame: frame(given),
    funnel: funnelOf(given),
    ...(breakdown === undefined ? {} : { breakdown: breakdownOf(breakdown) }),
  };
}

function extrasOf(given: FunnelCase) {
  const { viz, bin_count, from_step = 0, to_step, interval: unit = "day" } = given.query;
  const span = { fromStep: from_step, ...(to_step === undefined ? {} : { toStep: to_step }) };
  return {
    ...(viz === "trends" ? { overTime: { interval: interval(unit), ...span } } : {}),
    ...(viz === "time_to_convert" ? { timeToConvert: { bins: bin_count ?? 0, ...span } } : {}),
  };
}

const orders = {
  ordered: FunnelOrder.ORDERED,
  strict: FunnelOrder.STRICT,
  unordered: FunnelOrder.UNORDERED,
} as const;

const firstTimes = {
  first_time_for_user: FunnelFirstTime.OF_TYPE,
  first_time_for_user_with_filters: FunnelFirstTime.OF_MATCHING,
} as const;

const unitSeconds: Readonly<Record<Unit, number>> = {
  ...{ second: 1, minute: 60, hour: 3_600, day: 86_400, week: 7 * 86_400 },
  month: 30 * 86_400,
};

function funnelOf({ query, semantics = {} }: FunnelCase): MessageInitShape<typeof FunnelSchema> {
  const { funnelRange, exclusionMet, universe, simultaneityMs } = semantics;
  return {
    steps: query.steps.map((step) => ({
      event: selector(step),
      ...(step.math === undefined ? {} : { firstTime: firstTimes[step.math] }),
    })),
    order: orders[query.order],
    window: { seconds: BigInt(query.window.value * unitSeconds[query.window.unit]) },
    // What no number of a step can be is refused as one that is too great.
    exclusions: (query.exclusions ?? []).map((exclusion) => ({
      event: selector(exclusion),
      fromStep: exclusion.from_step < 0 ? 99 : exclusion.from_step,
      toStep: exclusion.to_step < 0 ? 99 : exclusion.to_step,
    })),
    ...(funnelRange === undefined
      ? {}
      : { rangeCut: funnelRange === "entry" ? FunnelRangeCut.ENTRY : FunnelRangeCut.EVERY_STEP }),
    ...(exclusionMet === undefined ? {} : { exclusionEffect: effects[exclusionMet] }),
    ...(universe === "funnel_events" ? { universe: FunnelUniverse.FUNNEL_EVENTS } : {}),
    ...(simultaneityMs === undefined ? {} : { simultaneity: durationOf(simultaneityMs) }),
  };
}

const effects = {
  drop_at_step: FunnelExclusionEffect.DROP_AT_STEP,
  drop_user: FunnelExclusionEffect.DROP_USER,
} as const;

function durationOf(ms: number): { seconds: bigint; nanos: number } {
  return { seconds: BigInt(Math.floor(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 };
}

const attributions: Readonly<Record<Attribution, FunnelAttribution>> = {
  first_touch: FunnelAttribution.FIRST_TOUCH,
  last_touch: FunnelAttribution.LAST_TOUCH,
  all_events: FunnelAttribution.ALL_STEPS,
  step: FunnelAttribution.STEP,
};

function breakdownOf(
  of: NonNullable<FunnelQuery["breakdown"]>,
): MessageInitShape<typeof FunnelBreakdownSchema> {
  const { scope = "event", properties, attribution = "first_touch", step = 0, limit = 0 } = of;
  return {
    properties: properties.map((name) => property(scope, name)),
    attribution: attributions[attribution],
    step: attribution === "step" ? step : 0,
    limit,
  };
}

function figuresOf({ steps }: FunnelRow): Answer {
  return {
    counts: steps.map(({ users }) => Number(users)),
    average_conversion_seconds: steps.map(({ averageSeconds }) => averageSeconds ?? null),
    median_conversion_seconds: steps.map(({ medianSeconds }) => medianSeconds ?? null),
  };
}

function overTime({ rows, buckets }: QueryFunnelResponse, { breakdown }: FunnelQuery): Answer {
  const trendOf = (row: FunnelRow | undefined) =>
    (row?.overTime ?? []).map(({ entered, converted, conversionPercent }, index) => {
      const start = buckets[index];
      return {
        time: start === undefined ? null : shown(start),
        ...{ entered: Number(entered), converted: Number(converted) },
        conversion_percent: conversionPercent,
      };
    });
  if (breakdown === undefined) return { trend: trendOf(rows[0]) };
  return {
    trend_by_breakdown: rows.map((row) => ({ value: shownValue(row), trend: trendOf(row) })),
    trend_percent_by_breakdown: rows.map((row) => ({
      value: shownValue(row),
      conversion_percent: row.overTime.map(({ conversionPercent }) => conversionPercent),
    })),
    breakdown_rows: rows.length,
  };
}

function timesOf({ rows }: QueryFunnelResponse): Answer {
  const { averageSeconds, bins = [] } = rows[0]?.timeToConvert ?? {};
  return {
    average_seconds: averageSeconds ?? null,
    bins: bins.map(({ fromSeconds, users }) => [fromSeconds, Number(users)]),
  };
}
