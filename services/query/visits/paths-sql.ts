import type { PathItem } from "../../../gen/ts/tideline/query/v1/paths_pb.js";
import type { EventReaders } from "../analysis/event-readers.js";
import { allOf, bind, type Sql, sql } from "../sql/sql.js";
import type { PathsQuestion } from "./query-paths.js";
import { visitsSql } from "./visits-sql.js";

/** A row: an edge, how many paths have it and their mean seconds; then edges, paths and users in all. */
export type PathRow = readonly [
  source: string,
  sourceStep: number,
  target: string,
  paths: number,
  averageSeconds: number,
  edges: number,
];

/** A row: how many paths, and users who have them. */
export type PathTotalsRow = readonly [paths: number, users: number];

export interface PathsSql {
  readonly edges: Sql;
  readonly totals: Sql;
  /** Whether an event lies on a path. */
  readonly selected: Sql;
}

/** @throws Fault REQUEST_INVALID that names the field. */
export function pathsSql(readers: EventReaders, question: PathsQuestion): PathsSql {
  const name = nameSql(readers, question.items);
  const selected = sql`isNotNull(${name})`;
  const visits = visitsSql(readers, { ...question, selected, columns: [sql`assumeNotNull(${name})`] });
  const paths = sql`SELECT person, ${cutSql(question)} AS path FROM (${visits}) WHERE notEmpty(path)`;
  const edge = sql`arrayZip(arrayPopBack(path), arrayPopFront(path), arrayEnumerate(arrayPopBack(path)))`;
  const edges = sql`SELECT edge.1.2 AS source, edge.3 AS step, edge.2.2 AS target, count() AS counted,
      avg(edge.2.1 - edge.1.1) / 1000 AS seconds
    FROM (${paths}) ARRAY JOIN (${edge}) AS edge GROUP BY source, step, target`;
  return {
    selected,
    edges: sql`SELECT source, step, target, toFloat64(counted), seconds, toFloat64(count() OVER ())
      FROM (${edges}) ORDER BY counted DESC, step, source, target LIMIT ${bind.uint64(question.edgeLimit)}`,
    totals: sql`SELECT toFloat64(count()), toFloat64(uniqExact(person)) FROM (${paths})`,
  };
}

/** The name of an event's item, Nullable(String); NULL where the event lies on no path. */
function nameSql(readers: EventReaders, items: readonly PathItem[]): Sql {
  if (items.length === 0) {
    const isOwn = readers.selects({ type: "", filters: [] }, "items");
    return sql`if(${isOwn}, ${tidy(sql`if(e.page_path = '', toString(e.type), e.page_path)`)}, NULL)`;
  }
  return items.reduceRight<Sql>((otherwise, { event, name }, index) => {
    const { type = "", filters = [] } = event ?? {};
    const selected = readers.selects({ type, filters }, `items[${index}].event`);
    const text =
      name === undefined
        ? sql`toNullable(toString(e.type))`
        : readers.of(type).property(name, `items[${index}].name.name`).text;
    // An empty name is none: the event is there, but nowhere.
    return sql`if(${allOf([selected])}, nullIf(${tidy(text)}, ''), ${otherwise})`;
  }, sql`CAST(NULL, 'Nullable(String)')`);
}

/** Without the slash at its end, but for a slash alone. */
function tidy(text: Sql): Sql {
  return sql`replaceRegexpOne(${text}, '(.)/$', '\\1')`;
}

/** The part of a visit that is asked for; of the same item several times in a row, the last. Empty: no path. */
function cutSql({ startPoint, endPoint, stepLimit }: PathsQuestion): Sql {
  const compact = sql`arrayFilter((x, next) -> isNull(next) OR x.2 != next,
    visit, arrayPushBack(arrayMap(x -> toNullable(x.2), arrayPopFront(visit)), NULL))`;
  const limit = bind.int64(stepLimit);
  const from = startPoint === "" ? compact : fromItem(compact, startPoint);
  if (endPoint === "") return sql`arraySlice(${from}, 1, ${limit})`;
  const until = untilItem(from, endPoint);
  return startPoint === "" ? sql`arraySlice(${until}, -${limit})` : sql`arraySlice(${until}, 1, ${limit})`;
}

function fromItem(path: Sql, item: string): Sql {
  const at = sql`arrayFirstIndex(x -> x.2 = ${bind.text(item)}, ${path})`;
  return sql`if(${at} = 0, arraySlice(${path}, 1, 0), arraySlice(${path}, ${at}))`;
}

function untilItem(path: Sql, item: string): Sql {
  return sql`arraySlice(${path}, 1, arrayFirstIndex(x -> x.2 = ${bind.text(item)}, ${path}))`;
}
