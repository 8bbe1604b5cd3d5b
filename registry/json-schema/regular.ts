// Questions about the texts that patterns take.
import type { Budget } from "../rules/budget.js";
import { type Automaton, readPattern } from "./regular-parse.js";

/** Patterns that a text has to match, and ones that it must not match. */
export interface TextQuestion {
  readonly in: readonly string[];
  readonly out: readonly string[];
}

/** The states that an automaton may be in; "found" where a match is certain. */
type Position = readonly number[] | "found";

const PRODUCT_MAX = 2_000;
/** Characters that are easily read are tried first. */
const pleasant = "abcxyzABCXYZ0123456789_- .,:/@";

const closed = (
  automaton: Automaton,
  from: Iterable<number>,
  at: { start: boolean; end: boolean },
): Position => {
  const found = new Set<number>(from);
  for (const index of found) {
    const state = automaton.states[index];
    if (state === undefined) continue;
    if (state.only !== undefined && !at[state.only]) continue;
    for (const next of state.free) found.add(next);
  }
  if (found.has(automaton.found)) return "found";
  return [...found].sort((one, other) => one - other);
};

/** Whether the text may end here with a match. */
const isMatch = (automaton: Automaton, position: Position, isStart: boolean): boolean =>
  position === "found" || closed(automaton, position, { start: isStart, end: true }) === "found";

const moved = (automaton: Automaton, position: Position, char: number): Position => {
  if (position === "found") return position;
  const next: number[] = [];
  for (const index of position) {
    const state = automaton.states[index];
    if (state?.on.some(([from, to]) => from <= char && char <= to)) next.push(state.to);
  }
  return closed(automaton, next, { start: false, end: false });
};

/** One character for every set of characters that the automata don't tell apart. */
const representatives = (automata: readonly Automaton[], positions: readonly Position[]): number[] => {
  const edges = new Set<number>([0]);
  for (const [index, position] of positions.entries()) {
    if (position === "found") continue;
    for (const at of position) {
      for (const [from, to] of automata[index]?.states[at]?.on ?? []) {
        edges.add(from);
        if (to < 0xffff) edges.add(to + 1);
      }
    }
  }
  const sorted = [...edges].sort((one, other) => one - other);
  return sorted.map((from, index) => {
    const until = (sorted[index + 1] ?? 0x10000) - 1;
    for (const char of pleasant) {
      const code = char.charCodeAt(0);
      if (from <= code && code <= until) return code;
    }
    return from;
  });
};

interface Reached {
  readonly positions: readonly Position[];
  readonly text: string;
}

/** Looks for texts as a pattern's automaton reads them, shortest first. Patterns are read once. */
export class TextSearch {
  readonly #budget: Budget;
  readonly #read = new Map<string, Automaton | undefined>();
  readonly #answers = new Map<string, string | "unknown" | undefined>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The automaton of a pattern; undefined where it can't be read. */
  #automaton(pattern: string): Automaton | undefined {
    if (!this.#read.has(pattern)) {
      this.#budget.spend(pattern.length);
      this.#read.set(pattern, readPattern(pattern));
    }
    return this.#read.get(pattern);
  }

  isReadable(pattern: string): boolean {
    return this.#automaton(pattern) !== undefined;
  }

  /** A shortest text; undefined where there is none; `null` where that can't be said. */
  find(question: TextQuestion): string | null | undefined {
    const key = JSON.stringify(question);
    if (!this.#answers.has(key)) {
      const found = this.#search(question);
      this.#answers.set(key, found === null ? "unknown" : found === undefined ? undefined : `=${found}`);
    }
    const answer = this.#answers.get(key);
    if (answer === undefined) return undefined;
    return answer === "unknown" ? null : answer.slice(1);
  }

  #search({ in: wanted, out: unwanted }: TextQuestion): string | null | undefined {
    const automata: Automaton[] = [];
    for (const pattern of [...wanted, ...unwanted]) {
      const automaton = this.#automaton(pattern);
      if (automaton === undefined) return null;
      automata.push(automaton);
    }
    const begin = automata.map((it) => closed(it, [it.start], { start: true, end: false }));
    const seen = new Set<string>();
    let edge: Reached[] = [{ positions: begin, text: "" }];
    while (edge.length > 0) {
      const next: Reached[] = [];
      for (const { positions, text } of edge) {
        this.#budget.spend(1 + positions.length);
        if (this.#isAnswer(automata, { positions, text }, wanted.length)) return text;
        for (const char of representatives(automata, positions)) {
          const after = automata.map((it, index) => moved(it, positions[index] ?? [], char));
          if (unwanted.length > 0 && after.slice(wanted.length).includes("found")) continue;
          const key = after.join("|");
          if (seen.has(key)) continue;
          seen.add(key);
          if (seen.size > PRODUCT_MAX) return null;
          next.push({ positions: after, text: text + String.fromCharCode(char) });
        }
      }
      edge = next;
    }
    return undefined;
  }

  #isAnswer(automata: readonly Automaton[], { positions, text }: Reached, wanted: number): boolean {
    return automata.every((it, index) => {
      const matches = isMatch(it, positions[index] ?? [], text === "");
      return matches === index < wanted;
    });
  }

  /** Whether every text that matches all of `given` is known to match `pattern`. */
  implies(given: readonly string[], pattern: string): boolean {
    if (given.includes(pattern)) return true;
    return this.find({ in: given, out: [pattern] }) === undefined;
  }
}
