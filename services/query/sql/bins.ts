import type { Bins } from "../question.js";
import { bind, type Sql, sql } from "./sql.js";

/**
 * Nullable(String): the number of the bin that a number is in, from 0; NULL where there is no number. What lies outside
 * of all bins, as numbers of an earlier time can, is in none of them: "outside".
 */
export function binSql(number: Sql, { edges }: Bins): Sql {
  const [least, greatest] = [bind.float64(edges[0] ?? 0), bind.float64(edges.at(-1) ?? 0)];
  const inner = bind.float64s(edges.slice(1, -1));
  const bin = sql`arrayCount(edge -> edge <= assumeNotNull(${number}), ${inner})`;
  const isOutside = sql`${number} < ${least} OR ${number} > ${greatest}`;
  return sql`multiIf(isNull(${number}), NULL, ${isOutside}, 'outside', toString(${bin}))`;
}
