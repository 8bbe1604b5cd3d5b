// Patterns of customers' schemas run on customers' texts. A backtracking engine can take exponential time for them, so
// they run on V8's linear-time engine (flag "l"), which refuses what it can't do: look-around, back references, and
// everything that needs Unicode mode.
import { setFlagsFromString } from "node:v8";

/** A pattern that is run in time linear in the text. */
export interface LinearPattern {
  test(text: string): boolean;
  toString(): string;
}

const PATTERN_MAX = 1_000;
/** Counted repetitions are unrolled by the engine: their product is bounded. */
const REPEATS_MAX = 10_000;

let isPrepared = false;

/** Only read where a RegExp is made; changes nothing for those without the flag "l". */
const prepare = (): void => {
  if (isPrepared) return;
  setFlagsFromString("--enable-experimental-regexp-engine");
  isPrepared = true;
};

const repeatsOf = (pattern: string): number => {
  let product = 1;
  for (const [, from = "0", to] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    product *= Math.max(Number(from), Number(to === undefined || to === "" ? from : to), 1);
  }
  return product;
};

/** @throws Error that says in one sentence why a pattern is not taken. */
export function linearPattern(pattern: string): LinearPattern {
  if (pattern.length > PATTERN_MAX) throw new Error(`a pattern is longer than ${PATTERN_MAX} characters`);
  if (repeatsOf(pattern) > REPEATS_MAX) throw new Error(`a pattern repeats more than ${REPEATS_MAX} times`);
  // Without Unicode mode these would silently mean something else.
  if (/\\[pPu]\{/.test(pattern) || /[\ud800-\udfff]/.test(pattern)) {
    throw new Error(
      "a pattern uses \\p{}, \\u{} or a character beyond U+FFFF, which can't be run in linear time",
    );
  }
  prepare();
  try {
    return new RegExp(pattern, "l");
  } catch (error) {
    const reason =
      error instanceof Error && error.message.includes("linear time")
        ? "can't be run in linear time"
        : "is not valid";
    throw new Error(`a pattern ${reason}: ${pattern.slice(0, 80)}`);
  }
}
