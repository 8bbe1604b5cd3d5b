// Metrics that every project has.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type MetricDefinition,
  MetricDefinitionSchema,
  type MetricDimension,
  MetricDimensionSchema,
  MetricKind,
  type MetricTrendSchema,
  VisitFigure,
} from "../../../gen/ts/tideline/query/v1/metric_pb.js";
import { FilterOp, PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { TrendMath } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import type { EffectiveSettings } from "../../../platform/control/projects.js";

type Init = MessageInitShape<typeof MetricDefinitionSchema>;

const field = (name: string): MetricDimension =>
  create(MetricDimensionSchema, { name, property: { scope: PropertyScope.FIELD, name } });

/** What everything can be broken down by. */
const dimensions = [
  "type",
  "country",
  "device_class",
  "browser",
  "os",
  "referrer_source",
  "campaign_source",
  "campaign_name",
  "page_path",
].map(field);

const ofEvents = (trend: MessageInitShape<typeof MetricTrendSchema>): NonNullable<Init["source"]> => ({
  case: "trend",
  value: trend,
});

/** By name. */
export function readyMade({ amountProperty }: Pick<EffectiveSettings, "amountProperty">): MetricDefinition[] {
  // The setting names a key, of which a dot is a part.
  const amount = { scope: PropertyScope.EVENT, name: amountProperty.replace(/[\\.]/g, "\\$&") };
  const hasAmount = { property: amount, op: FilterOp.SET };
  const purchasers = { event: { filters: [hasAmount] }, math: TrendMath.UNIQUE_USERS };
  const users = (name: string, math: TrendMath, description: string): Init => ({
    ...{ name, kind: MetricKind.GAUGE, unit: "users", description },
    source: ofEvents({ series: [{ math }] }),
  });
  const metrics: Init[] = [
    {
      name: "active_sessions",
      kind: MetricKind.GAUGE,
      unit: "sessions",
      description: "Visits, by when they began; a pause of 30 minutes ends one.",
      source: { case: "visits", value: { figure: VisitFigure.VISITS } },
    },
    {
      name: "average_order_value",
      kind: MetricKind.RATIO,
      description: `The mean of the property "${amountProperty}", of events that have it as a number.`,
      source: ofEvents({ series: [{ math: TrendMath.AVG, property: amount }] }),
    },
    {
      name: "conversion_rate",
      kind: MetricKind.RATIO,
      unit: "%",
      description: `Users with an event that has the property "${amountProperty}", of all active users.`,
      source: ofEvents({ series: [{ math: TrendMath.UNIQUE_USERS }, purchasers], formula: "B / A * 100" }),
    },
    users("dau", TrendMath.UNIQUE_USERS, "Daily active users: users with any event, in buckets of days."),
    {
      name: "events_by_country",
      kind: MetricKind.COUNTER,
      unit: "events",
      description: "Events by the country that they came from.",
      source: ofEvents({ series: [{ math: TrendMath.COUNT }] }),
      defaultDimensions: ["country"],
    },
    users("mau", TrendMath.MONTHLY_ACTIVE, "Monthly active users: users with any event in the last 30 days."),
    {
      name: "revenue",
      kind: MetricKind.COUNTER,
      description: `The sum of the property "${amountProperty}", the amount property of the project's settings.`,
      source: ofEvents({ series: [{ math: TrendMath.SUM, property: amount }] }),
    },
    users("wau", TrendMath.WEEKLY_ACTIVE, "Weekly active users: users with any event in the last 7 days."),
  ];
  return metrics.map((metric) => Object.assign(create(MetricDefinitionSchema, metric), { dimensions }));
}
