import { Aggregation } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { SeriesQuestion } from "../question.js";
import type { PropertyReader } from "./property.js";
import { bind, nothing, type Sql, sql } from "./sql.js";

/** An aggregate of rows, and the same in two steps: a state of a part of them, and states put together. */
interface Aggregate {
  readonly of: Sql;
  readonly state: Sql;
  /** `over` is a window or nothing. */
  readonly merged: (state: Sql, over: Sql) => Sql;
}

/** What a series computes: a value, and how many values or events are behind it; each made of some aggregates. */
export interface Measure {
  readonly aggregates: readonly Aggregate[];
  /** Nullable(Float64); takes each aggregate's expression. */
  readonly value: (of: readonly Sql[]) => Sql;
  readonly count: (of: readonly Sql[]) => Sql;
}

const counted = (values: Sql = nothing): Aggregate => ({
  of: sql`count(${values})`,
  state: sql`countState(${values})`,
  merged: (state, over) => sql`countMerge(${state}) ${over}`,
});

// Compensated: the order in which threads add up does not show.
const summed = (number: Sql): Aggregate => ({
  of: sql`sumKahan(${number})`,
  state: sql`sumKahanState(${number})`,
  merged: (state, over) => sql`sumKahanMerge(${state}) ${over}`,
});

const least = (number: Sql): Aggregate => ({
  of: sql`min(${number})`,
  state: sql`minState(${number})`,
  merged: (state, over) => sql`minMerge(${state}) ${over}`,
});

const greatest = (number: Sql): Aggregate => ({
  of: sql`max(${number})`,
  state: sql`maxState(${number})`,
  merged: (state, over) => sql`maxMerge(${state}) ${over}`,
});

function ranked(number: Sql, percentile: number): Aggregate {
  const level = bind.float64(percentile / 100);
  return {
    of: sql`quantileExactInclusive(${level})(${number})`,
    state: sql`quantileExactInclusiveState(${level})(${number})`,
    merged: (state, over) => sql`quantileExactInclusiveMerge(${level})(${state}) ${over}`,
  };
}

const different = (values: Sql): Aggregate => ({
  of: sql`uniqExact(${values})`,
  state: sql`uniqExactState(${values})`,
  merged: (state, over) => sql`uniqExactMerge(${state}) ${over}`,
});

const persons = (person: Sql): Aggregate => ({
  of: sql`uniqExactIf(${person}, ${person} != '')`,
  state: sql`uniqExactIfState(${person}, ${person} != '')`,
  merged: (state, over) => sql`uniqExactIfMerge(${state}) ${over}`,
});

const rolledEvents: Aggregate = {
  of: sql`sum(e.events)`,
  state: sql`sumState(e.events)`,
  merged: (state, over) => sql`sumMerge(${state}) ${over}`,
};

const rolledVisitors: Aggregate = {
  of: sql`uniqExactMerge(e.visitors)`,
  state: sql`uniqExactMergeState(e.visitors)`,
  merged: (state, over) => sql`uniqExactMerge(${state}) ${over}`,
};

const at = (of: readonly Sql[], index: number): Sql => of[index] ?? nothing;
const first = (of: readonly Sql[]): Sql => at(of, 0);
const second = (of: readonly Sql[]): Sql => at(of, 1);
const firstAsNumber = (of: readonly Sql[]): Sql => sql`toFloat64(${first(of)})`;

/** Over rows of a rollup: events, or visitors, who are the persons there. */
export function rollupMeasure({ aggregation }: Pick<SeriesQuestion, "aggregation">): Measure {
  if (aggregation === Aggregation.COUNT)
    return { aggregates: [rolledEvents], value: firstAsNumber, count: first };
  return { aggregates: [rolledVisitors, rolledEvents], value: firstAsNumber, count: second };
}

/** Over events. @throws Fault REQUEST_INVALID where the property has no such number. */
export function eventsMeasure(question: SeriesQuestion, reader: PropertyReader): Measure {
  const { aggregation, property, places } = question;
  if (aggregation === Aggregation.COUNT)
    return { aggregates: [counted()], value: firstAsNumber, count: first };
  if (aggregation === Aggregation.UNIQUE_USERS) {
    return { aggregates: [persons(reader.person()), counted()], value: firstAsNumber, count: second };
  }
  if (property === undefined) throw new Error("a question without its property was let through");
  const { text, number, typed } = reader.property(property, `${places?.property ?? "property"}.name`);
  if (typed?.kind === "time" && aggregation === Aggregation.SUM) {
    const message = "the property is registered as time: times have no sum";
    throw requestInvalid(places?.aggregation ?? "aggregation", "time", message);
  }
  if (aggregation === Aggregation.UNIQUE_VALUES) {
    return { aggregates: [different(text), counted(text)], value: firstAsNumber, count: second };
  }
  return numbersMeasure(question, number);
}

/** Over numbers, NULL where there is none. */
export function numbersMeasure(
  { aggregation, percentile }: Pick<SeriesQuestion, "aggregation" | "percentile">,
  number: Sql,
): Measure {
  const count = counted(number);
  switch (aggregation) {
    case Aggregation.SUM:
      return {
        aggregates: [summed(number), count],
        value: (of) => sql`ifNull(${first(of)}, 0)`,
        count: second,
      };
    case Aggregation.AVG:
      return {
        aggregates: [summed(number), count],
        value: (of) => sql`${first(of)} / ${second(of)}`,
        count: second,
      };
    case Aggregation.MIN:
      return { aggregates: [least(number), count], value: first, count: second };
    case Aggregation.MAX:
      return { aggregates: [greatest(number), count], value: first, count: second };
    default:
      return { aggregates: [ranked(number, percentile), count], value: first, count: second };
  }
}

/** The measure of the rows of a group, in one step. */
export function measured({ aggregates, value, count }: Measure): {
  readonly value: Sql;
  readonly count: Sql;
} {
  const of = aggregates.map((aggregate) => aggregate.of);
  return { value: value(of), count: count(of) };
}
