import { bind, listOf, type Sql, sql } from "./sql.js";

/** Bits of one number. */
const wordBits = 64;

export interface PeriodBitsParts {
  /** How many periods there are; at most 2,000. */
  readonly periods: number;
  /** Whether a row counts; its period is in a column `period`, UInt16. */
  readonly is: Sql;
  /** A statement may fold two kinds of rows. */
  readonly name: "a" | "b";
}

/** In which periods a group has rows, folded into a few numbers: a third of the time that arrays of periods take. */
export interface PeriodBits {
  /** The aggregates, to be selected. */
  readonly folded: Sql;
  /** The names of the aggregates: groups in which they are the same have the same periods. */
  readonly names: Sql;
  /** Of these: Array(UInt8), 1 or 0 for each period; entries of 0 may follow. */
  readonly bits: Sql;
  /** Of these: the periods' indexes, rising. */
  readonly which: Sql;
  /** Of these: how many periods. */
  readonly count: Sql;
}

export function periodBits({ periods, is, name }: PeriodBitsParts): PeriodBits {
  const words = (name === "a" ? wordsA : wordsB).slice(0, Math.ceil(periods / wordBits));
  const bit = sql`bitShiftLeft(toUInt64(1), period % ${bind.uint32(wordBits)})`;
  const isIn = (index: number): Sql =>
    words.length === 1 ? is : sql`${is} AND intDiv(period, ${bind.uint32(wordBits)}) = ${bind.uint32(index)}`;
  const size = words.length === 1 ? periods : wordBits;
  const each = words.map((word) => sql`arrayMap(at -> bitTest(${word}, at), range(${bind.uint32(size)}))`);
  const bits = words.length === 1 ? sql`${listOf(each)}` : sql`arrayConcat(${listOf(each)})`;
  const all = sql`range(${bind.uint32(words.length * size)})`;
  return {
    folded: listOf(words.map((word, index) => sql`groupBitOrIf(${bit}, ${isIn(index)}) AS ${word}`)),
    names: listOf(words),
    bits,
    which: sql`arrayFilter((at, is) -> is, ${all}, ${bits})`,
    count: words.map((word) => sql`bitCount(${word})`).reduce((sum, word) => sql`${sum} + ${word}`),
  };
}

/** A thousand cohorts and a thousand columns. */
const wordsA: readonly Sql[] = [
  ...[sql`a0`, sql`a1`, sql`a2`, sql`a3`, sql`a4`, sql`a5`, sql`a6`, sql`a7`],
  ...[sql`a8`, sql`a9`, sql`a10`, sql`a11`, sql`a12`, sql`a13`, sql`a14`, sql`a15`],
  ...[sql`a16`, sql`a17`, sql`a18`, sql`a19`, sql`a20`, sql`a21`, sql`a22`, sql`a23`],
  ...[sql`a24`, sql`a25`, sql`a26`, sql`a27`, sql`a28`, sql`a29`, sql`a30`, sql`a31`],
];
const wordsB: readonly Sql[] = [
  ...[sql`b0`, sql`b1`, sql`b2`, sql`b3`, sql`b4`, sql`b5`, sql`b6`, sql`b7`],
  ...[sql`b8`, sql`b9`, sql`b10`, sql`b11`, sql`b12`, sql`b13`, sql`b14`, sql`b15`],
  ...[sql`b16`, sql`b17`, sql`b18`, sql`b19`, sql`b20`, sql`b21`, sql`b22`, sql`b23`],
  ...[sql`b24`, sql`b25`, sql`b26`, sql`b27`, sql`b28`, sql`b29`, sql`b30`, sql`b31`],
];
