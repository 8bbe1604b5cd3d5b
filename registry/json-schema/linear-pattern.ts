// Patterns of customers' schemas run on customers' texts. A backtracking engine can take exponential time for them, so
// they run on V8's linear-time engine (flag "l"), which refuses what it can't do: look-around, back references, and
// everything that needs Unicode mode. It also refuses counts over sixteen; those are written out for it.
import { setFlagsFromString } from "node:v8";

/** A pattern that is run in time linear in the text. */
export interface LinearPattern {
  test(text: string): boolean;
  /** Steps that one test of a text takes. */
  stepsOf(text: string): number;
  toString(): string;
}

const PATTERN_MAX = 1_000;
/** Characters that a pattern may have once its counts are written out. */
const WRITTEN_MAX = 8_000;
/** The engine takes time for each character of the text times each one of the pattern. */
const STATES_MAX = 500;
/** Characters of the text times those of the pattern that take as long as a step; some microseconds. */
const STEP_CHARACTERS = 64;
/** What a test takes however short text and pattern are, in steps. */
const TEST_STEPS = 0.25;
/** The greatest product of counts that the engine takes. */
const COUNT_MAX = 16;

let isPrepared = false;

/** Only read where a RegExp is made; changes nothing for those without the flag "l". */
const prepare = (): void => {
  if (isPrepared) return;
  setFlagsFromString("--enable-experimental-regexp-engine");
  isPrepared = true;
};

const counted = /\{(\d{1,9})(?:(,)(\d{0,9}))?\}\??/y;
const plain = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/y;

/** Writes a pattern without counts, so that `a{2,3}` is `aaa?`; its groups catch nothing. */
class Writer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  alternatives(): string {
    let written = "";
    while (this.#at < this.#text.length && this.#text[this.#at] !== ")") {
      if (this.#text[this.#at] === "|") {
        written += "|";
        this.#at++;
      } else written += this.#repeated(this.#atom());
      if (written.length > WRITTEN_MAX) throw new Error("a pattern repeats too much");
    }
    return written;
  }

  #atom(): string {
    if (this.#text[this.#at] !== "(") {
      const atom = this.#match(plain)?.[0] ?? "";
      // Without groups that catch, back references would mean something else.
      if (/^\\[1-9k]/.test(atom)) throw new Error("a pattern can't be run in linear time: it refers back");
      return atom;
    }
    this.#at++;
    const named = /\?<[A-Za-z_$][\w$]*>|\?:/y;
    this.#match(named);
    // Look-around stays as it is, for the engine to refuse.
    const written = `(${this.#text[this.#at] === "?" ? "" : "?:"}${this.alternatives()})`;
    this.#at++;
    return written;
  }

  #repeated(atom: string): string {
    const found = this.#match(counted);
    if (found === null) return atom;
    const [, least = "0", comma, most = ""] = found;
    const from = Number(least);
    const to = comma === undefined ? from : most === "" ? from : Number(most);
    if (from > to) throw new Error("a pattern is not valid: a count is out of order");
    if (Math.max(from, to) * atom.length > WRITTEN_MAX) throw new Error("a pattern repeats too much");
    const rest = comma !== undefined && most === "" ? `${atom}*` : `${atom}?`.repeat(to - from);
    return `(?:${atom.repeat(from)}${rest})`;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }
}

const statesOf = (written: string): number =>
  written.match(/\\.|\[(?:\\.|[^\]\\])*\]|[^()|?*+:]/gs)?.length ?? 0;

const writtenOut = (pattern: string): string => {
  const written = new Writer(pattern).alternatives();
  if (statesOf(written) > STATES_MAX) throw new Error("a pattern repeats too much");
  return written;
};

/** The product of a pattern's counts. */
const countsOf = (pattern: string): number => {
  let product = 1;
  for (const [, from = "0", , to] of pattern.matchAll(/\{(\d+)(,(\d*))?\}/g)) {
    product *= Math.max(Number(from), Number(to || 0), 1);
  }
  return product;
};

/** Whether the counts of a pattern may be more than the engine takes. */
const hasManyCounts = (pattern: string): boolean => countsOf(pattern) > COUNT_MAX;

/** @throws Error that says in one sentence why a pattern is not taken. */
export function linearPattern(pattern: string): LinearPattern {
  if (pattern.length > PATTERN_MAX) throw new Error(`a pattern is longer than ${PATTERN_MAX} characters`);
  // Without Unicode mode these would silently mean something else.
  if (/\\[pPu]\{/.test(pattern) || /[\ud800-\udfff]/.test(pattern)) {
    throw new Error(
      "a pattern uses \\p{}, \\u{} or a character beyond U+FFFF, which can't be run in linear time",
    );
  }
  prepare();
  try {
    // Says whether it is a pattern at all: writing it out must not make one of what is none.
    new RegExp(pattern);
  } catch {
    throw new Error(`a pattern is not valid: ${pattern.slice(0, 80)}`);
  }
  const written = hasManyCounts(pattern) ? writtenOut(pattern) : pattern;
  let engine: RegExp;
  try {
    engine = new RegExp(written, "l");
  } catch {
    throw new Error(`a pattern can't be run in linear time: ${pattern.slice(0, 80)}`);
  }
  // Counts that the engine takes itself multiply its states all the same.
  const states = Math.min(statesOf(written) * (written === pattern ? countsOf(pattern) : 1), WRITTEN_MAX);
  return {
    test: (text) => engine.test(text),
    stepsOf: (text) => TEST_STEPS + (states * text.length) / STEP_CHARACTERS,
    toString: () => String(engine),
  };
}
