import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { AnswerInfo, AnswerInfoSchema } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { answerInfo } from "../answer-info.js";
import { canonicalRange } from "../cache/answer-key.js";
import type { Answered } from "../cache/cached-answers.js";
import { type Asked, askedProject } from "../caller.js";
import { dataExpired } from "../compute-metrics.js";
import type { AskedRows } from "../expiry.js";
import { badPattern, type FilterGroup } from "../patterns.js";
import { type Applied, BadPattern } from "../ports.js";

import type { QueryMetricsPorts } from "../query-metrics.js";
import { eventYears } from "../question.js";
import type { RegisteredKinds } from "../registered-kinds.js";
import { type Cohorts, nobodyMapped } from "../sql/people.js";
import { Tenant } from "../sql/tenant.js";
import { hasSystemType } from "../sql/types.js";
import type { AskedData } from "../sql/version.js";
import { AnalysisRun } from "./analysis-run.js";
import type { AskedFrame } from "./frame.js";

export type AnalysisPorts = QueryMetricsPorts;

type ResponseOf<Desc extends DescMessage> = MessageShape<Desc> & { info?: AnswerInfo };

/** An answer without what every answer says of itself. */
export interface Computed<Desc extends DescMessage> {
  readonly response: MessageInitShape<Desc>;
  /** The share of late events among those counted, 0 to 1. */
  readonly lateShare: number;
}

/** One question of an analysis, checked, and how it is answered. */
export interface Analysis<Desc extends DescMessage> {
  /** The analysis's name, such as "funnel". */
  readonly name: string;
  readonly response: Desc;
  readonly frame: AskedFrame;
  /** Everything of the request but its frame that the answer depends on, as JSON; see `canonicalRequest`. */
  readonly canonical: unknown;
  /** The events and persons that the answer is made of; its range may reach beyond the frame's. */
  readonly data: AskedData;
  /** Whether it also asks what came before `data`: what is first, who is new. */
  readonly asksHistory: boolean;
  /** Until when the answer changes with the clock alone, ms since 1970; not set: never, but for ranges that end now. */
  readonly movesUntilMs?: number;
  /**
   * From which instant on all that it asks is there; undefined: from the beginning. Not set: that of its events, for it
   * is answered from nothing else.
   */
  completeFrom?(rows: AskedRows): Promise<number | undefined>;
  /** Every list of conditions, the frame's too: names the one whose regular expression can't be compiled. */
  readonly filterGroups: readonly FilterGroup[];
  /** @throws Fault REQUEST_INVALID, and what the engine throws. */
  compute(run: AnalysisRun): Promise<Computed<Desc>>;
  /** Brings what depends on the watermark up to date in an answer that is kept. */
  retell?(response: MessageShape<Desc>, applied: Applied): void;
}

/** Makes the analysis of a frame: of the one that is asked for, or of what is left of its range. */
export type Prepare<Desc extends DescMessage> = (frame: AskedFrame) => Analysis<Desc>;

/**
 * Answers an analysis: from the cache where the data are the same, else computed once for all who wait for it.
 *
 * What may have expired is not passed over: a range whose start nobody chose begins where all is there, others are
 * refused.
 *
 * @throws Fault DATA_EXPIRED, REQUEST_INVALID, QUERY_TOO_LARGE, QUERY_TIMEOUT or ENGINE_UNAVAILABLE
 */
export async function answerAnalysis<Desc extends DescMessage>(
  ports: AnalysisPorts,
  { projectId, signal }: { readonly projectId: string; readonly signal: AbortSignal },
  { frame, prepare }: { readonly frame: AskedFrame; readonly prepare: Prepare<Desc> },
): Promise<MessageShape<Desc>> {
  const asked = prepare(frame);
  const kinds = await kindsOf(ports, projectId, asked.data.types);
  const question = canonicalOf(asked, kinds);
  const cohorts = await ports.people.cohorts(projectId, question, frame);
  // Who is in a cohort hangs on events of other types and times.
  const endsNow =
    frame.range.endsNow ||
    cohorts !== undefined ||
    (frame.isNowClock && (asked.movesUntilMs ?? 0) > frame.nowMs);
  const answered = await ports.answers.answer({
    projectId,
    canonical: cohorts === undefined ? question : [question, cohorts.version],
    // An event of old times may change what is first.
    data: asked.asksHistory ? { ...asked.data, fromMs: eventYears.fromMs } : asked.data,
    endsNow,
    maxStalenessMs: frame.maxStalenessMs,
    signal,
    compute: async (applied, shared) => {
      const computing = { projectId, kinds, applied, signal: shared, cohorts };
      const response = await computed(ports, computing, { asked, prepare });
      return toBinary(asked.response, create(asked.response, response));
    },
  });
  return told(answered, asked);
}

/** The frame's own project: the first thing that the handler of an analysis asks for. */
export function askedOf(ports: AnalysisPorts, call: { readonly projectId: string }): Promise<Asked> {
  return askedProject(call, ports.projects);
}

type Kinds = ReadonlyMap<string, RegisteredKinds>;

async function kindsOf(ports: AnalysisPorts, projectId: string, types: readonly string[]): Promise<Kinds> {
  const named = [...new Set(types)].filter((type) => type !== "");
  const found = await Promise.all(
    named.map(async (type) => [type, await ports.kinds.kindsOf(projectId, type)] as const),
  );
  return new Map(found.flatMap(([type, kinds]) => (kinds === undefined ? [] : [[type, kinds]])));
}

/** By another schema the same values may be other numbers, or times. */
function canonicalOf({ name, canonical, frame }: Analysis<DescMessage>, kinds: Kinds): unknown {
  const { range, timeZone, weekStart, semantics } = frame;
  const schemas = [...kinds].map(([type, { schema }]) => [type, schema]).sort();
  const now = frame.isNowClock ? "clock" : frame.nowMs;
  return [name, canonicalRange(range), timeZone, weekStart, semantics, now, canonical, schemas];
}

interface Computing {
  readonly projectId: string;
  readonly kinds: Kinds;
  readonly cohorts: Cohorts | undefined;
  /** Looked at first: what the answer says it covers is in it. */
  readonly applied: Applied;
  readonly signal: AbortSignal;
}

async function computed<Desc extends DescMessage>(
  ports: AnalysisPorts,
  computing: Computing,
  { asked, prepare }: { readonly asked: Analysis<Desc>; readonly prepare: Prepare<Desc> },
): Promise<MessageInitShape<Desc>> {
  const { projectId, applied, signal, kinds, cohorts } = computing;
  const tenant = new Tenant(projectId);
  const left = await leftOf(ports, computing, { asked, prepare });
  const { analysis } = left;
  const asksForPersons = analysis.data.persons || cohorts !== undefined;
  const persons = asksForPersons ? await ports.people.people(projectId, tenant, signal) : nobodyMapped;
  const people = cohorts === undefined ? persons : { ...persons, cohorts };
  const { frame } = analysis;
  const readers = { kinds, timeZone: frame.timeZone, filters: frame.filters };
  const run = new AnalysisRun({ analytics: ports.analytics, tenant, people, applied, signal, readers });
  try {
    const { response, lateShare } = await analysis.compute(run);
    const { range, timeZone, weekStart } = frame;
    const about = { applied, asOfMs: ports.clock.now(), range, timeZone, weekStart, lateShare };
    const info: MessageInitShape<typeof AnswerInfoSchema> = {
      ...answerInfo({ ...about, ...run.work(), source: run.source() }),
      plan: run.plan(),
      ...(left.completeFromMs === undefined ? {} : { completeFrom: timestampFromMs(left.completeFromMs) }),
      ...(left.historyFromMs === undefined ? {} : { historyFrom: timestampFromMs(left.historyFromMs) }),
    };
    return { ...response, info };
  } catch (error) {
    throw error instanceof BadPattern
      ? await badPattern(analysis.filterGroups, ports.analytics, signal)
      : error;
  }
}

interface Left<Desc extends DescMessage> {
  readonly analysis: Analysis<Desc>;
  readonly completeFromMs?: number;
  readonly historyFromMs?: number;
}

/** The question over what is left of its events. @throws Fault DATA_EXPIRED */
async function leftOf<Desc extends DescMessage>(
  ports: AnalysisPorts,
  { projectId, signal }: Computing,
  { asked, prepare }: { readonly asked: Analysis<Desc>; readonly prepare: Prepare<Desc> },
): Promise<Left<Desc>> {
  const rows = { projectId, tenant: new Tenant(projectId), signal };
  const { types, fromMs, toMs } = asked.data;
  const scope = { types, system: hasSystemType(types) };
  const history = asked.asksHistory
    ? (await ports.expiry.gaps(rows, { ...scope, fromMs: eventYears.fromMs, toMs: fromMs })).events
    : undefined;
  const completeFromMs =
    asked.completeFrom === undefined
      ? (await ports.expiry.gaps(rows, { ...scope, fromMs, toMs })).events
      : await asked.completeFrom(rows);
  const historyFrom = history === undefined ? {} : { historyFromMs: history };
  if (completeFromMs === undefined) return { analysis: asked, ...historyFrom };
  const { frame } = asked;
  if (!frame.range.isStartChosen || completeFromMs >= frame.range.toMs) throw dataExpired(completeFromMs);
  const startMs = Math.max(completeFromMs, frame.range.fromMs);
  const analysis = prepare({ ...frame, range: { ...frame.range, fromMs: startMs } });
  return { analysis, completeFromMs, ...historyFrom };
}

/** The answer as it is told: one that is kept says so, and what it covers by now where that was looked up. */
function told<Desc extends DescMessage>(
  { response, isCached, isStale, applied, holdsAtMs }: Answered,
  { response: schema, frame, retell }: Analysis<Desc>,
): MessageShape<Desc> {
  const message = fromBinary(schema, response) as ResponseOf<Desc>;
  const { info } = message;
  if (info === undefined) return message;
  if (!frame.explain) info.plan = [];
  if (!isCached) return message;
  info.cached = true;
  info.stale = isStale;
  if (applied === undefined) return message;
  info.positions = Object.fromEntries(applied.positions);
  info.asOf = timestampFromMs(holdsAtMs);
  if (applied.watermarkMs > 0) info.watermark = timestampFromMs(applied.watermarkMs);
  retell?.(message, applied);
  return message;
}
