import { ExperimentMeasure } from "../../../gen/ts/tideline/query/v1/experiment_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { EventReaders } from "../analysis/event-readers.js";
import { instant } from "../sql/instant.js";
import { lateSql, timeMs } from "../sql/late.js";
import { anyOf, bind, listOf, nothing, type Sql, sql } from "../sql/sql.js";
import type { AskedMetric, ExperimentQuestion } from "./query-experiment.js";

/** A row: a variant, how many it was shown to beside others; then of those who saw no other, and metric by metric. */
export type ExperimentRow = readonly [
  variant: string,
  inSeveral: number,
  users: number,
  firstExposureMs: number,
  events: number,
  late: number,
  /** Per metric converted users, total, mean and variance (null below two users). */
  ...metrics: (number | null)[],
];

/** Values of a metric in a row. */
export const valuesOfMetric = 4;
/** Values of a row before those of its metrics. */
export const valuesBefore = 6;

/**
 * Every person once: variant by the first exposure, then what each metric counts from there on.
 *
 * @throws Fault REQUEST_INVALID that names the field.
 */
export function experimentSql(readers: EventReaders, question: ExperimentQuestion): Sql {
  const { frame, exposure, variant, metrics } = question;
  const { fromMs, toMs } = frame.range;
  const person = readers.person();
  const named = readers.of(exposure.type).property(variant, "variant.name").text;
  const isExposed = sql`(${readers.selects(exposure, "exposure")} AND isNotNull(${named}))`;
  const selected = metrics.map(({ event }, index) => readers.selects(event, `metrics[${index}].event`));
  const values = metrics.map((metric, index) => valueSql(readers, metric, index));
  const order = sql`(${timeMs}, e.producer_id, e.sequence, e.event_id)`;
  const gathered = metrics.map((_metric, index) => {
    const isIt = selected[index] ?? nothing;
    return sql`groupArrayIf((${timeMs}, ${values[index] ?? nothing}), ${isIt}) AS ${names[index]?.events ?? nothing}`;
  });
  const persons = sql`SELECT argMinIf(assumeNotNull(${named}), ${order}, ${isExposed}) AS variant,
      uniqExactIf(assumeNotNull(${named}), ${isExposed}) AS variants, minIf(${timeMs}, ${isExposed}) AS exposed,
      count() AS events, countIf(${lateSql(sql`${bind.int64(toMs)}`)}) AS late, ${listOf(gathered)}
    ${readers.joins.from("events")} AND e.time >= ${instant(fromMs)} AND e.time < ${instant(toMs)}
      AND ${anyOf([isExposed, ...selected])} AND ${person} != ''
    GROUP BY ${person} HAVING variants > 0`;
  const until =
    question.windowMs === undefined ? sql`1` : sql`x.1 <= exposed + ${bind.int64(question.windowMs)}`;
  const counted = metrics.map(({ measure }, index) => {
    const { events, value } = names[index] ?? missingName();
    const own = sql`arrayFilter(x -> x.1 >= exposed AND ${until}, ${events})`;
    if (measure === ExperimentMeasure.CONVERSION) return sql`toFloat64(notEmpty(${own})) AS ${value}`;
    if (measure === ExperimentMeasure.COUNT) return sql`toFloat64(length(${own})) AS ${value}`;
    return sql`arraySum(arrayMap(x -> x.2, ${own})) AS ${value}`;
  });
  const had = metrics.map((_metric, index) => {
    const { events, had: name } = names[index] ?? missingName();
    return sql`arrayExists(x -> x.1 >= exposed AND ${until}, ${events}) AS ${name}`;
  });
  const users = sql`SELECT variant, variants, exposed, events, late, ${listOf([...counted, ...had])} FROM (${persons})`;
  const figures = metrics.flatMap((_metric, index) => {
    const { value, had: name } = names[index] ?? missingName();
    return [
      sql`toFloat64(countIf(${name} AND variants = 1))`,
      sql`sumKahanIf(${value}, variants = 1)`,
      sql`avgIf(${value}, variants = 1)`,
      sql`if(countIf(variants = 1) < 2, NULL, varSampStableIf(${value}, variants = 1))`,
    ];
  });
  return sql`SELECT variant, toFloat64(countIf(variants > 1)), toFloat64(countIf(variants = 1)),
      toFloat64(minIf(exposed, variants = 1)), toFloat64(sum(events)), toFloat64(sum(late)), ${listOf(figures)}
    FROM (${users}) GROUP BY variant ORDER BY variant LIMIT ${bind.uint64(variantsMax + 1)}`;
}

/** Variants that an experiment may have. */
export const variantsMax = 50;

function valueSql(readers: EventReaders, { event, measure, property }: AskedMetric, index: number): Sql {
  if (measure !== ExperimentMeasure.SUM) return sql`toFloat64(0)`;
  const field = `metrics[${index}].property`;
  if (property === undefined) throw requestInvalid(field, "required", "a sum needs a property");
  const { number, typed } = readers.of(event.type).property(property, `${field}.name`);
  if (typed?.kind === "time") throw requestInvalid(field, "time", "is registered as time: times have no sum");
  return sql`ifNull(${number}, 0)`;
}

interface MetricNames {
  readonly events: Sql;
  readonly value: Sql;
  readonly had: Sql;
}

function missingName(): never {
  throw new Error("more metrics than the contract allows");
}

/** Names of a metric's columns; a statement's text comes from our source alone. */
const names: readonly MetricNames[] = [
  { events: sql`e0`, value: sql`v0`, had: sql`h0` },
  { events: sql`e1`, value: sql`v1`, had: sql`h1` },
  { events: sql`e2`, value: sql`v2`, had: sql`h2` },
  { events: sql`e3`, value: sql`v3`, had: sql`h3` },
  { events: sql`e4`, value: sql`v4`, had: sql`h4` },
  { events: sql`e5`, value: sql`v5`, had: sql`h5` },
  { events: sql`e6`, value: sql`v6`, had: sql`h6` },
  { events: sql`e7`, value: sql`v7`, had: sql`h7` },
  { events: sql`e8`, value: sql`v8`, had: sql`h8` },
  { events: sql`e9`, value: sql`v9`, had: sql`h9` },
];
