import { create, type MessageInitShape, type MessageShape, toJson } from "@bufbuild/protobuf";
import { durationMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  ExperimentMeasure,
  type ExperimentMetric,
  type ExperimentResultSchema,
  type QueryExperimentRequest,
  QueryExperimentRequestSchema,
  QueryExperimentResponseSchema,
  type VariantResultSchema,
} from "../../../gen/ts/tideline/query/v1/experiment_pb.js";
import { type Property, PropertySchema } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import {
  type Analysis,
  type AnalysisPorts,
  answerAnalysis,
  askedOf,
  type Computed,
} from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { canonicalRequest } from "../cache/answer-key.js";
import { areComparable, compareMeans, compareRates, type Sample, sampleRatio } from "./compare.js";
import {
  type ExperimentRow,
  experimentSql,
  valuesBefore,
  valuesOfMetric,
  variantsMax,
} from "./experiment-sql.js";

type Response = typeof QueryExperimentResponseSchema;

/** A metric, checked. */
export interface AskedMetric {
  readonly name: string;
  readonly event: Pick<EventSelector, "type" | "filters">;
  readonly measure: ExperimentMeasure;
  readonly property?: Property;
}

/** What QueryExperiment is asked, complete and checked. */
export interface ExperimentQuestion {
  readonly frame: AskedFrame;
  readonly exposure: Pick<EventSelector, "type" | "filters">;
  readonly variant: Property;
  readonly control: string;
  readonly metrics: readonly AskedMetric[];
  readonly shares: Readonly<Record<string, number>>;
  readonly confidence: number;
  readonly windowMs?: number;
}

const confidenceDefault = 0.95;
/** A sample ratio so unlikely is a mismatch. */
const mismatchBelow = 0.001;

/** QueryExperiment: what the variants of an experiment did to its metrics. */
export async function queryExperiment(
  ports: AnalysisPorts,
  request: QueryExperimentRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const prepare = (left: AskedFrame): Analysis<Response> => experiment(request, left);
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

function experiment(request: QueryExperimentRequest, frame: AskedFrame): Analysis<Response> {
  const question = experimentQuestion(request, frame);
  const { exposure, metrics } = question;
  const { frame: _frame, ...asked } = request;
  return {
    name: "experiment",
    response: QueryExperimentResponseSchema,
    frame,
    canonical: canonicalRequest([
      toJson(QueryExperimentRequestSchema, asked as QueryExperimentRequest),
      { filters: frame.filters },
    ]),
    data: {
      types: [exposure.type, ...metrics.map(({ event }) => event.type)],
      fromMs: frame.range.fromMs,
      toMs: frame.range.toMs,
      persons: true,
    },
    asksHistory: false,
    filterGroups: [
      { field: "exposure.filters", filters: exposure.filters },
      ...metrics.map(({ event }, index) => ({
        field: `metrics[${index}].event.filters`,
        filters: event.filters,
      })),
      { field: "frame.filters", filters: frame.filters },
    ],
    compute: (run) => computeExperiment(run, question),
  };
}

/** @throws Fault REQUEST_INVALID that names the field. */
function experimentQuestion(request: QueryExperimentRequest, frame: AskedFrame): ExperimentQuestion {
  const { exposure, variant, control, shares, confidence, window } = request;
  if (confidence !== 0 && confidence <= 0.5)
    throw requestInvalid("confidence", "gt", "must be above 0.5 and below 1");
  if (Object.keys(shares).length > 0 && shares[control] === undefined)
    throw requestInvalid("shares", "control", "must have the control");
  return {
    frame,
    exposure: selectorOf(exposure),
    variant: variant ?? create(PropertySchema),
    control,
    metrics: request.metrics.map(metricOf),
    shares,
    confidence: confidence || confidenceDefault,
    ...(window === undefined ? {} : { windowMs: durationMs(window) }),
  };
}

function metricOf({ name, event, measure, property }: ExperimentMetric): AskedMetric {
  const asked = { name, event: selectorOf(event), measure };
  return property === undefined ? asked : { ...asked, property };
}

function selectorOf(event: EventSelector | undefined): Pick<EventSelector, "type" | "filters"> {
  return { type: event?.type ?? "", filters: event?.filters ?? [] };
}

async function computeExperiment(
  run: AnalysisRun,
  question: ExperimentQuestion,
): Promise<Computed<Response>> {
  const statement = run.tenant.statement(experimentSql(run.readers(), question));
  const rows = (await run.read(statement, {
    purpose: "users by variant",
  })) as unknown as readonly ExperimentRow[];
  if (rows.length > variantsMax) {
    const message = `the property has more than ${variantsMax} values: it names no variants`;
    throw requestInvalid("variant", "max_variants", message);
  }
  const variants = variantsOf(rows, question);
  const [control] = variants;
  const counts = variants.map(({ users }) => users);
  const { shares } = question;
  const isPlanned = Object.keys(shares).length > 0;
  const ratio = sampleRatio(
    counts,
    variants.map(({ name }) => (isPlanned ? (shares[name] ?? 0) : 1)),
  );
  const sum = (of: (row: ExperimentRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const [events, late] = [sum(([, , , , count]) => count), sum(([, , , , , count]) => count)];
  return {
    response: {
      variants: variants.map(({ name, users, row }) => ({
        name,
        users: BigInt(users),
        ...(row === undefined || users === 0 ? {} : { firstExposure: timestampFromMs(row[3]) }),
      })),
      usersInSeveral: BigInt(sum(([, inSeveral]) => inSeveral)),
      sampleRatio: { ...ratio, isMismatch: ratio.pValue < mismatchBelow },
      results: question.metrics.map((metric, index) =>
        resultOf(metric, variants, { index, control, confidence: question.confidence }),
      ),
    },
    lateShare: events === 0 ? 0 : late / events,
  };
}

interface Variant {
  readonly name: string;
  readonly users: number;
  readonly row: ExperimentRow | undefined;
}

/** The control, what was seen, and what was planned; where shares are planned, variants without one are unplanned. */
function variantsOf(rows: readonly ExperimentRow[], { control, shares }: ExperimentQuestion): Variant[] {
  const known = new Map(rows.map((row) => [row[0], row]));
  const names = new Set([...known.keys(), ...Object.keys(shares)]);
  names.delete(control);
  return [control, ...[...names].sort()].map((name) => {
    const row = known.get(name);
    return { name, users: row?.[2] ?? 0, row };
  });
}

interface Against {
  readonly index: number;
  readonly control: Variant | undefined;
  readonly confidence: number;
}

function resultOf(
  { name, measure }: AskedMetric,
  variants: readonly Variant[],
  { index, control, confidence }: Against,
): MessageInitShape<typeof ExperimentResultSchema> {
  const isRate = measure === ExperimentMeasure.CONVERSION;
  const base = sampleOf(control, index, isRate);
  const compare = isRate ? compareRates : compareMeans;
  return {
    metric: name,
    variants: variants.map((variant): MessageInitShape<typeof VariantResultSchema> => {
      const sample = sampleOf(variant, index, isRate);
      const [converted, total] = valuesOf(variant, index);
      const own = {
        variant: variant.name,
        users: BigInt(variant.users),
        converted: BigInt(converted ?? 0),
        total: total ?? 0,
        mean: sample.mean,
        variance: sample.variance,
      };
      if (variant === control || !areComparable(sample, base)) return own;
      return { ...own, comparison: compare(sample, base, confidence) };
    }),
  };
}

function valuesOf(variant: Variant | undefined, index: number): readonly (number | null)[] {
  const at = valuesBefore + index * valuesOfMetric;
  return variant?.users ? ((variant.row?.slice(at, at + valuesOfMetric) ?? []) as (number | null)[]) : [];
}

function sampleOf(variant: Variant | undefined, index: number, isRate: boolean): Sample {
  const [, , mean, variance] = valuesOf(variant, index);
  const users = variant?.users ?? 0;
  const known = mean ?? 0;
  return { users, mean: known, variance: isRate ? known * (1 - known) : (variance ?? 0) };
}
