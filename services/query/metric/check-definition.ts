import { create, toBinary } from "@bufbuild/protobuf";
import { FrameSchema } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import {
  type MetricDefinition,
  MetricDefinitionSchema,
  type MetricDimension,
  MetricKind,
  type MetricTrend,
} from "../../../gen/ts/tideline/query/v1/metric_pb.js";
import { type Filter, FilterOp } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { QueryTrendRequestSchema, TrendMath } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import type { EffectiveSettings } from "../../../platform/control/projects.js";
import { Fault, requestInvalid } from "../../../platform/fault.js";
import { askedFrame } from "../analysis/frame.js";
import { badPattern, type FilterGroup } from "../patterns.js";
import type { Plan } from "../plan.js";
import type { Analytics } from "../ports.js";
import { filtersSql } from "../sql/filter.js";
import { StatementJoins } from "../sql/joins.js";
import { metricsSql } from "../sql/metrics.js";
import { nobodyMapped } from "../sql/people.js";
import { PropertyReader } from "../sql/property.js";
import { Tenant } from "../sql/tenant.js";
import { trendQuestion } from "../trend/trend-question.js";

const definitionBytesMax = 16_384;
const raw: Plan = { table: "events", source: "raw" };

export interface Checking {
  readonly projectId: string;
  readonly settings: Pick<EffectiveSettings, "timeZone" | "weekStart">;
  readonly analytics: Analytics;
  readonly signal: AbortSignal;
}

/**
 * Whether a metric can be asked for: what it names exists, its formula and patterns can be read, and its kind is what
 * it computes.
 *
 * @throws Fault REQUEST_INVALID that names the field; ENGINE_UNAVAILABLE
 */
export async function checkDefinition(definition: MetricDefinition, checking: Checking): Promise<void> {
  if (toBinary(MetricDefinitionSchema, definition).length > definitionBytesMax) {
    throw requestInvalid("definition", "max_bytes", `larger than ${definitionBytesMax} bytes`);
  }
  checkDimensions(definition);
  const { source, filters } = definition;
  if (source.case === "trend") checkTrend(definition, source.value, checking);
  else checkVisits(definition, checking);
  const groups: FilterGroup[] = [{ field: "definition.filters", filters }];
  if (source.case === "trend") groups.push(...trendGroups(source.value));
  if (source.case === "visits") {
    groups.push({ field: "definition.visits.event.filters", filters: source.value.event?.filters ?? [] });
  }
  await checkPatterns(groups, checking);
}

function checkDimensions({ dimensions, defaultDimensions }: MetricDefinition): void {
  const names = dimensions.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0)
    throw requestInvalid(`definition.dimensions[${twice}].name`, "unique", "another has this name");
  const unknown = defaultDimensions.findIndex((name) => !names.includes(name));
  if (unknown < 0) return;
  throw requestInvalid(`definition.default_dimensions[${unknown}]`, "known_dimension", "no such dimension");
}

function checkTrend(
  definition: MetricDefinition,
  trend: MetricTrend,
  { projectId, settings }: Pick<Checking, "projectId" | "settings">,
): void {
  const { series, formula } = trend;
  if (series.length > 1 && formula === "") {
    throw requestInvalid(
      "definition.trend.formula",
      "required",
      "a metric of several series is a formula of them",
    );
  }
  const frame = askedFrame(create(FrameSchema, { filters: definition.filters }), settings, Date.now());
  const rowed = { tenant: new Tenant(projectId), people: nobodyMapped };
  const formulas = formula === "" ? [] : [formula];
  // Each dimension by itself: a question names three of them at most.
  for (const [index, dimension] of [undefined, ...definition.dimensions].entries()) {
    const breakdown = dimension === undefined ? [] : [dimensionAsked(dimension)];
    asPartOf(index - 1, () => {
      const request = create(QueryTrendRequestSchema, { series, formulas, breakdown });
      for (const each of trendQuestion(request, frame).current.series)
        metricsSql(rowed, each, raw).buckets([]);
    });
  }
  checkKind(definition.kind, trend);
}

/** A dimension as questions name it. */
export function dimensionAsked({ property, bins }: MetricDimension) {
  return { ...(property === undefined ? {} : { property }), bins };
}

/** Names the field of the definition instead of that of the question it makes. */
function asPartOf(dimension: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { field = "", rule = "" } = error instanceof Fault ? error.facts : {};
    if (!(error instanceof Fault) || field === "") throw error;
    const place = field
      .replace(/^series/, "definition.trend.series")
      .replace(/^formulas\[0\]/, "definition.trend.formula")
      .replace(/^frame\./, "definition.")
      .replace(/^breakdown\[0\]/, `definition.dimensions[${dimension}]`);
    throw requestInvalid(place, rule, error.message.slice(`${field}: `.length));
  }
}

const counting: ReadonlySet<TrendMath> = new Set([TrendMath.UNSPECIFIED, TrendMath.COUNT, TrendMath.SUM]);
const spread: ReadonlySet<TrendMath> = new Set([
  TrendMath.AVG,
  TrendMath.MIN,
  TrendMath.MAX,
  TrendMath.PERCENTILE,
  TrendMath.AVG_PER_USER,
  TrendMath.MIN_PER_USER,
  TrendMath.MAX_PER_USER,
  TrendMath.PERCENTILE_PER_USER,
]);
const means: ReadonlySet<TrendMath> = new Set([TrendMath.AVG, TrendMath.AVG_PER_USER]);

function checkKind(kind: MetricKind, { series, formula }: MetricTrend): void {
  const allIn = (maths: ReadonlySet<TrendMath>): boolean => series.every(({ math }) => maths.has(math));
  const refused = (message: string) => requestInvalid("definition.kind", "kind", message);
  if (kind === MetricKind.COUNTER && !allIn(counting)) throw refused("a counter is made of COUNT and SUM");
  if (kind === MetricKind.RATIO && formula === "" && !allIn(means)) {
    throw refused("a ratio is a formula, or a mean");
  }
  const isSpread = kind === MetricKind.HISTOGRAM || kind === MetricKind.TIMER;
  if (isSpread && (formula !== "" || !allIn(spread))) {
    throw refused("a histogram or timer is AVG, MIN, MAX or PERCENTILE of one series");
  }
}

function checkVisits({ source, filters, dimensions }: MetricDefinition, { projectId }: Checking): void {
  const reader = () => new PropertyReader(new StatementJoins(new Tenant(projectId), nobodyMapped));
  const own = source.case === "visits" ? (source.value.event?.filters ?? []) : [];
  filtersSql(filters, reader(), "definition.filters");
  filtersSql(own, reader(), "definition.visits.event.filters");
  for (const [index, { property, bins }] of dimensions.entries()) {
    const field = `definition.dimensions[${index}]`;
    if (bins > 0) throw requestInvalid(`${field}.bins`, "visits", "visits are not sorted into bins");
    if (property !== undefined) reader().property(property, `${field}.property.name`);
  }
}

function trendGroups({ series }: MetricTrend): FilterGroup[] {
  return series.map(({ event }, index) => ({
    field: `definition.trend.series[${index}].event.filters`,
    filters: event?.filters ?? [],
  }));
}

const isPattern = ({ op }: Pick<Filter, "op">): boolean => op === FilterOp.REGEX || op === FilterOp.NOT_REGEX;

async function checkPatterns(groups: readonly FilterGroup[], { analytics, signal }: Checking): Promise<void> {
  if (!groups.some(({ filters }) => filters.some(isPattern))) return;
  const found = await badPattern(groups, analytics, signal);
  if (found instanceof Fault) throw found;
}
