// Patterns as automata, so that it can be decided whether every text that one takes is taken by another. What the
// linear-time engine takes is regular; the few forms that are not read here make a question unproven, never wrong.

/** Characters as ranges of UTF-16 code units, both ends included, sorted, none touching another. */
export type CharRanges = readonly (readonly [from: number, to: number])[];

/** A state: what it moves to with a character, without one, and what it asks about the position. */
export interface State {
  on: CharRanges;
  to: number;
  /** States reached without reading. */
  readonly free: number[];
  /** The free moves hold only at the beginning or the end of the text. */
  only?: "start" | "end";
}

/** A nondeterministic automaton that has read a pattern's text; `found` is the state of a match. */
export interface Automaton {
  readonly states: readonly State[];
  readonly start: number;
  readonly found: number;
}

const LAST = 0xffff;
const STATES_MAX = 1_500;
const none: CharRanges = [];

const digits: CharRanges = [[48, 57]];
const words: CharRanges = [[48, 57], [65, 90], [95, 95], [97, 122]]; // biome-ignore format: a table
const spaces: CharRanges = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029], // biome-ignore format: a table
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff], // biome-ignore format: a table
];
const lineEnds: CharRanges = [[10, 10], [13, 13], [0x2028, 0x2029]]; // biome-ignore format: a table

/** Sorted and merged. */
export const merged = (ranges: CharRanges): CharRanges => {
  const result: [number, number][] = [];
  for (const [from, to] of ranges.toSorted(([one], [other]) => one - other)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
};

const inverted = (ranges: CharRanges): CharRanges => {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of merged(ranges)) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) result.push([next, LAST]);
  return result;
};

const classes: Readonly<Record<string, CharRanges>> = {
  d: digits,
  D: inverted(digits),
  w: words,
  W: inverted(words),
  s: spaces,
  S: inverted(spaces),
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };

/** Thrown by what is not read here. */
class NotRead extends Error {}

interface Piece {
  readonly start: number;
  readonly end: number;
}

class PatternReader {
  readonly states: State[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Automaton {
    const piece = this.#alternatives();
    if (this.#at < this.#text.length) throw new NotRead();
    // A match may begin anywhere.
    const start = this.#state();
    const skip = this.#state([[0, LAST]]);
    this.states[start]?.free.push(skip, piece.start);
    const skipped = this.states[skip];
    if (skipped !== undefined) skipped.to = start;
    return { states: this.states, start, found: piece.end };
  }

  #state(on: CharRanges = none): number {
    if (this.states.length >= STATES_MAX) throw new NotRead();
    return this.states.push({ on, to: -1, free: [] }) - 1;
  }

  #free(from: number, to: number): void {
    this.states[from]?.free.push(to);
  }

  #alternatives(): Piece {
    const start = this.#state();
    const end = this.#state();
    for (;;) {
      const one = this.#sequence();
      this.#free(start, one.start);
      this.#free(one.end, end);
      if (this.#text[this.#at] !== "|") return { start, end };
      this.#at++;
    }
  }

  #sequence(): Piece {
    const start = this.#state();
    let end = start;
    while (this.#at < this.#text.length && !"|)".includes(this.#text[this.#at] ?? "")) {
      const piece = this.#repeated();
      this.#free(end, piece.start);
      end = piece.end;
    }
    return { start, end };
  }

  #repeated(): Piece {
    const from = this.#at;
    const first = this.#atom();
    const until = this.#at;
    const counts = this.#counts();
    if (counts === undefined) return first;
    if (this.#text[this.#at] === "?") this.#at++;
    const after = this.#at;
    const start = this.#state();
    let end = start;
    const again = (): Piece => {
      this.#at = from;
      const piece = this.#atom();
      if (this.#at !== until) throw new NotRead();
      return piece;
    };
    for (let count = 0; count < counts.least; count++) {
      const piece = again();
      this.#free(end, piece.start);
      end = piece.end;
    }
    const last = this.#state();
    if (counts.most === Number.POSITIVE_INFINITY) {
      const loop = this.#state();
      const piece = again();
      this.#free(end, loop);
      this.#free(loop, piece.start);
      this.#free(piece.end, loop);
      this.#free(loop, last);
    } else {
      for (let count = counts.least; count < counts.most; count++) {
        const piece = again();
        this.#free(end, last);
        this.#free(end, piece.start);
        end = piece.end;
      }
      this.#free(end, last);
    }
    this.#at = after;
    return { start, end: last };
  }

  #counts(): { least: number; most: number } | undefined {
    const sign = this.#text[this.#at];
    const infinite = Number.POSITIVE_INFINITY;
    if (sign === "*" || sign === "+" || sign === "?") {
      this.#at++;
      return { least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : infinite };
    }
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (counted === null) return undefined;
    const [whole, least = "0", comma, most = ""] = counted;
    this.#at += whole.length;
    if (comma === undefined) return { least: Number(least), most: Number(least) };
    return { least: Number(least), most: most === "" ? infinite : Number(most) };
  }

  #atom(): Piece {
    const sign = this.#text[this.#at++] ?? "";
    if (sign === "(") return this.#group();
    if (sign === "[") return this.#of(this.#class());
    if (sign === ".") return this.#of(inverted(lineEnds));
    if (sign === "^" || sign === "$") return this.#assertion(sign === "^" ? "start" : "end");
    if (sign === "\\") return this.#of(this.#escape(false));
    if ("*+?".includes(sign)) throw new NotRead();
    return this.#of([[sign.charCodeAt(0), sign.charCodeAt(0)]]);
  }

  #group(): Piece {
    if (this.#text[this.#at] === "?") {
      const opening = /^\?(:|<[A-Za-z_$][\w$]*>)/.exec(this.#text.slice(this.#at, this.#at + 100));
      if (opening === null) throw new NotRead();
      this.#at += opening[0].length;
    }
    const piece = this.#alternatives();
    if (this.#text[this.#at++] !== ")") throw new NotRead();
    return piece;
  }

  #of(on: CharRanges): Piece {
    const start = this.#state(merged(on));
    const end = this.#state();
    const state = this.states[start];
    if (state !== undefined) state.to = end;
    return { start, end };
  }

  #assertion(only: "start" | "end"): Piece {
    const start = this.#state();
    const end = this.#state();
    this.#free(start, end);
    const state = this.states[start];
    if (state !== undefined) state.only = only;
    return { start, end };
  }

  #escape(inClass: boolean): CharRanges {
    const sign = this.#text[this.#at++] ?? "";
    const named = classes[sign];
    if (named !== undefined) return named;
    const code = (length: number): CharRanges => {
      const hex = this.#text.slice(this.#at, this.#at + length);
      if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length !== length) throw new NotRead();
      this.#at += length;
      return [[Number.parseInt(hex, 16), Number.parseInt(hex, 16)]];
    };
    if (sign === "x") return code(2);
    if (sign === "u") return code(4);
    if (sign === "b" && inClass) return [[8, 8]];
    const isOctal = sign === "0" && /\d/.test(this.#text[this.#at] ?? "");
    const control = controls[sign];
    if (control !== undefined && !isOctal) return [[control, control]];
    // Back references, \b, \c and what else means more than the character.
    if (sign === "" || /[A-Za-z0-9]/.test(sign)) throw new NotRead();
    return [[sign.charCodeAt(0), sign.charCodeAt(0)]];
  }

  #class(): CharRanges {
    const isInverted = this.#text[this.#at] === "^";
    if (isInverted) this.#at++;
    const ranges: (readonly [number, number])[] = [];
    while (this.#text[this.#at] !== "]") {
      const first = this.#classAtom();
      const isRange = this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]";
      if (!isRange) {
        ranges.push(...first);
        continue;
      }
      this.#at++;
      const last = this.#classAtom();
      const [from, to] = [first[0], last[0]];
      // Ranges between classes, such as [\d-z], mean something else.
      if (first.length !== 1 || last.length !== 1 || from === undefined || to === undefined)
        throw new NotRead();
      if (from[0] !== from[1] || to[0] !== to[1]) throw new NotRead();
      ranges.push([from[0], to[0]]);
    }
    this.#at++;
    return isInverted ? inverted(ranges) : ranges;
  }

  #classAtom(): CharRanges {
    const sign = this.#text[this.#at++];
    if (sign === undefined) throw new NotRead();
    return sign === "\\" ? this.#escape(true) : [[sign.charCodeAt(0), sign.charCodeAt(0)]];
  }
}

/** Reads a pattern that the linear-time engine takes; undefined where it has a form that is not read here. */
export function readPattern(pattern: string): Automaton | undefined {
  try {
    return new PatternReader(pattern).read();
  } catch (error) {
    if (error instanceof NotRead) return undefined;
    throw error;
  }
}
