import { FunnelFirstTime } from "../../../gen/ts/tideline/query/v1/funnel_pb.js";
import type { EventReaders } from "../analysis/event-readers.js";
import type { Buckets } from "../calendar.js";
import { bucketSql } from "../sql/buckets.js";
import { instant } from "../sql/instant.js";
import { lateSql, timeMs } from "../sql/late.js";
import { anyOf, bind, listOf, nothing, type Sql, sql } from "../sql/sql.js";
import type { Tenant } from "../sql/tenant.js";
import { ofOwnType, ofTypes } from "../sql/types.js";
import { asksFirst, type FunnelQuestion, looksAtAll, typesOf } from "./funnel-question.js";

/** Which persons a statement reads. */
export interface SequencesPart {
  /** Those whose hash leaves this remainder; of 1 all. */
  readonly chunk: number;
  readonly chunks: number;
  /** Also who they are, in the order of their ids, so many of those after this id. */
  readonly persons?: { readonly after: string | undefined; readonly count: number };
}

/** Bits of the steps in an item: it is (milliseconds since the question's first instant) * 2^20 + steps. */
export const stepBits = 20;

/** What a row of the sequences holds, in this order. */
export interface SequenceColumns {
  /** The person, a String. */
  readonly hasPerson: boolean;
  /** After the items, which are an Array(UInt64): which exclusions each is, an Array(UInt32). */
  readonly hasExclusions: boolean;
  /** Then of each property of the breakdown the values, an Array(Nullable(String)). */
  readonly values: number;
  // At the end two UInt32: events that match a step within the range, and how many of them were late.
}

export function columnsOf({ exclusions, breakdown }: FunnelQuestion, part: SequencesPart): SequenceColumns {
  return {
    hasPerson: part.persons !== undefined,
    hasExclusions: exclusions.length > 0,
    values: breakdown?.properties.length ?? 0,
  };
}

/**
 * A row for each person with an entry: the events that matter to the funnel, in their order, as small as can be.
 *
 * @param buckets of the entries; they say which events are late
 * @throws Fault REQUEST_INVALID that names the field.
 */
export function sequencesSql(
  readers: EventReaders,
  { question, buckets, part }: { question: FunnelQuestion; buckets: Buckets; part: SequencesPart },
): Sql {
  const events = new FunnelEvents(readers, question, buckets);
  const rows = events.rows();
  const ofChunk =
    part.chunks === 1
      ? sql`1`
      : sql`cityHash64(person) % ${bind.uint32(part.chunks)} = ${bind.uint32(part.chunk)}`;
  const page = part.persons;
  const afterId = page?.after === undefined ? sql`1` : sql`person > ${bind.text(page.after)}`;
  const columns = columnsOf(question, part);
  const own = sql`SELECT person, ${events.sequence(columns)} AS own, ${events.firsts()}
      toUInt32(countIf(is_counted)) AS counted, toUInt32(countIf(is_counted AND is_late)) AS late
    FROM (${rows}) WHERE ${ofChunk} AND ${afterId} GROUP BY person HAVING max(is_entry)
    ${page === undefined ? nothing : sql`ORDER BY person LIMIT ${bind.uint64(page.count)}`}`;
  const person = columns.hasPerson ? sql`person,` : nothing;
  const order = columns.hasPerson ? sql`ORDER BY person` : nothing;
  return sql`SELECT ${person} ${events.arrays(columns)}, counted, late FROM (${own}) ${order}`;
}

/** How many events of the funnel's types its range has, at most: from the rollup, so without system events. */
export function estimateSql(tenant: Tenant, question: FunnelQuestion): Sql {
  const { fromMs, toMs } = question.looksAt;
  const from = asksFirst(question) ? sql`1` : sql`e.bucket >= ${instant(fromMs - 15 * 60_000)}`;
  return sql`SELECT toFloat64(sum(e.events)) ${tenant.from("rollup_quarter")} AND ${from}
    AND e.bucket < ${instant(toMs)} AND ${ofTypes(typesOf(question))}`;
}

/** The order of a user's events. */
const orderKey: Sql = sql`${timeMs} AS ms, e.producer_id AS producer, e.sequence AS sequence, e.event_id AS id`;

class FunnelEvents {
  readonly #readers: EventReaders;
  readonly #question: FunnelQuestion;
  readonly #buckets: Buckets;
  /** Whether the order of events at one instant matters. */
  readonly #isOrdered: boolean;

  constructor(readers: EventReaders, question: FunnelQuestion, buckets: Buckets) {
    this.#readers = readers;
    this.#question = question;
    this.#buckets = buckets;
    this.#isOrdered = minds(question);
  }

  /** Rows of events: person, ms, steps, and what else the question asks of each. */
  rows(): Sql {
    const { steps, exclusions, rules, looksAt, frame } = this.#question;
    const readers = this.#readers;
    const person = readers.person();
    const stepsSql = bits(
      steps.map(({ event }, index) => readers.selects(event, `funnel.steps[${index}].event`)),
    );
    const exclusionsSql = bits(
      exclusions.map((event, index) => readers.selects(event, `funnel.exclusions[${index}].event`)),
    );
    const values = this.#values();
    const isEntry = rules.order === "unordered" ? sql`steps != 0` : sql`bitTest(steps, 0)`;
    const inRange = sql`e.time >= ${instant(frame.range.fromMs)} AND e.time < ${instant(frame.range.toMs)}`;
    const isLookedAt = sql`e.time >= ${instant(looksAt.fromMs)}`;
    const all = looksAtAll(this.#question) ? readers.selects({ type: "", filters: [] }, "frame") : sql`0`;
    const firsts = this.#firstConditions();
    const matters = anyOf([sql`steps != 0`, ...(exclusions.length > 0 ? [sql`exclusions != 0`] : []), all]);
    const isRead = anyOf([sql`${isLookedAt} AND ${matters}`, ...firsts]);
    const columns = listOf([
      sql`${person} AS person, ${stepsSql} AS steps`,
      ...(this.#isOrdered ? [orderKey] : [sql`${timeMs} AS ms`]),
      ...(exclusions.length > 0 ? [sql`${exclusionsSql} AS exclusions`] : []),
      ...(values.length > 0 ? [sql`[${listOf(values)}] AS said`] : []),
      ...(firsts.length > 0 ? [sql`[${listOf(firsts)}] AS may_be_first`] : []),
      sql`(${matters} AND ${isLookedAt}) AS is_kept, (${inRange}) AS is_in, (is_in AND steps != 0) AS is_counted`,
      sql`(is_in AND ${isEntry}) AS is_entry, (${lateSql(bucketSql(this.#buckets, timeMs).end)}) AS is_late`,
    ]);
    return sql`SELECT ${columns} ${readers.joins.from("events")} AND ${ofTypes(typesOf(this.#question))}
      AND ${firsts.length > 0 ? sql`1` : isLookedAt} AND e.time < ${instant(looksAt.toMs)}
      AND ${person} != '' AND ${isRead}`;
  }

  /** The values of the breakdown; those of an event's properties by the schema of its type. */
  #values(): Sql[] {
    const { breakdown, steps } = this.#question;
    const types = [...new Set(steps.map(({ event }) => event.type))].filter((type) => type !== "");
    return (breakdown?.properties ?? []).map((property, index) => {
      const field = `breakdown.properties[${index}].name`;
      const plain = this.#readers.of("").property(property, field).text;
      const typed = types.flatMap((type) => {
        const { text, typed: kind } = this.#readers.of(type).property(property, field);
        return kind === undefined ? [] : [sql`e.type = ${bind.text(type)}, ${text}`];
      });
      return typed.length === 0 ? plain : sql`multiIf(${listOf([...typed, plain])})`;
    });
  }

  /** Which events can be the first of a step of first times, by step. */
  #firstConditions(): Sql[] {
    return this.#question.steps.flatMap(({ event, firstTime }, index) => {
      if (firstTime === FunnelFirstTime.UNSPECIFIED) return [];
      return [
        firstTime === FunnelFirstTime.OF_TYPE
          ? sql`(${ofOwnType(event.type)})`
          : sql`bitTest(steps, ${bind.uint32(index)})`,
      ];
    });
  }

  /** The events of a person in their order. */
  sequence({ hasExclusions, values }: SequenceColumns): Sql {
    if (!this.#isOrdered && !hasExclusions && values === 0)
      return sql`arraySort(groupArray(${item(sql`steps`, this.#base)}))`;
    const key = this.#isOrdered ? sql`(ms, producer, sequence, id)` : sql`(ms, steps)`;
    const parts = listOf([
      key,
      sql`steps`,
      ...(hasExclusions ? [sql`exclusions`] : []),
      ...(values > 0 ? [sql`said`] : []),
    ]);
    return sql`arraySort(x -> x.1, groupArrayIf((${parts}), is_kept))`;
  }

  get #base(): Sql {
    return sql`${bind.int64(this.#question.looksAt.fromMs)}`;
  }

  /** Of each step of first times its first event: a column, and a comma. */
  firsts(): Sql {
    const firsts = this.#firstConditions().map(
      (_, index) => sql`minIf((ms, producer, sequence, id), may_be_first[${bind.uint32(index + 1)}])`,
    );
    return firsts.length === 0 ? nothing : sql`[${listOf(firsts)}] AS firsts,`;
  }

  /** The columns that `SequenceColumns` names. */
  arrays({ hasExclusions, values }: SequenceColumns): Sql {
    if (!this.#isOrdered && !hasExclusions && values === 0) return sql`own`;
    // Only its first event fills a step of first times.
    const steps = this.#question.steps
      .flatMap(({ firstTime }, step) => (firstTime === FunnelFirstTime.UNSPECIFIED ? [] : [step]))
      .reduce<Sql>(
        (mask, step, index) =>
          sql`if(x.1 = firsts[${bind.uint32(index + 1)}], ${mask},
            bitAnd(${mask}, ${bind.uint32(~(1 << step) >>> 0)}))`,
        sql`x.2`,
      );
    const said = hasExclusions ? sql`x.4` : sql`x.3`;
    return listOf([
      sql`arrayMap(x -> ${item(steps, this.#base, sql`x.1.1`)}, own)`,
      ...(hasExclusions ? [sql`arrayMap(x -> x.3, own)`] : []),
      ...Array.from(
        { length: values },
        (_, index) => sql`arrayMap(x -> ${said}[${bind.uint32(index + 1)}], own)`,
      ),
    ]);
  }
}

function item(steps: Sql, base: Sql, ms: Sql = sql`ms`): Sql {
  return sql`bitOr(bitShiftLeft(toUInt64(${ms} - ${base}), 20), ${steps})`;
}

/** One bit for each condition, as a UInt32. */
function bits(conditions: readonly Sql[]): Sql {
  const parts = conditions.map(
    (condition, index) => sql`bitShiftLeft(toUInt32(${condition}), ${bind.uint32(index)})`,
  );
  return parts.reduce<Sql>((all, part) => sql`bitOr(${all}, ${part})`, sql`toUInt32(0)`);
}

/** Whether it matters which of two events of one instant is the first. */
function minds(question: FunnelQuestion): boolean {
  const { steps, breakdown } = question;
  const types = steps.map(({ event }) => event.type);
  const areDistinct = new Set(types).size === types.length && !types.includes("");
  return !areDistinct || breakdown !== undefined || asksFirst(question);
}
