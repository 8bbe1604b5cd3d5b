// Formulas over series: a letter each, numbers, + - * / % and parentheses.
import { requestInvalid } from "../../../platform/fault.js";

/** A formula's parts. */
export type Formula =
  | { readonly kind: "number"; readonly value: number }
  /** Of the series at an index. */
  | { readonly kind: "series"; readonly index: number }
  | { readonly kind: "negative"; readonly of: Formula }
  | { readonly kind: Operator; readonly left: Formula; readonly right: Formula };

type Operator = "+" | "-" | "*" | "/" | "%";

/** What series a formula may name, and where the request has it. */
export interface FormulaPlace {
  readonly seriesCount: number;
  readonly field: string;
}

/** Parentheses and signs within one another. */
const depthMax = 50;

/** @throws Fault REQUEST_INVALID that names the field and the place in the text. */
export function parseFormula(text: string, place: FormulaPlace): Formula {
  return new Parser(text, place).whole();
}

const token = /\s*(?:((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z])|([-+*/%()]))/y;

interface Token {
  readonly at: number;
  /** "number", a letter, a sign; empty at the end. */
  readonly kind: string;
  readonly text: string;
}

class Parser {
  readonly #place: FormulaPlace;
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #next = 0;
  #depth = 0;

  constructor(text: string, place: FormulaPlace) {
    this.#place = place;
    this.#end = text.length;
    this.#tokens = this.#tokensOf(text);
  }

  whole(): Formula {
    const formula = this.#sum();
    const left = this.#tokens[this.#next];
    if (left !== undefined) throw this.#refused(`an operator was expected before "${left.text}"`, left.at);
    return formula;
  }

  #tokensOf(text: string): Token[] {
    const tokens: Token[] = [];
    token.lastIndex = 0;
    for (let at = 0; text.slice(at).trim() !== ""; at = token.lastIndex) {
      const found = token.exec(text);
      if (found === null) throw this.#refused("only letters, numbers, + - * / % and parentheses", at);
      const [all, number, letter, sign = ""] = found;
      const kind = number === undefined ? (letter === undefined ? sign : "letter") : "number";
      tokens.push({ at: token.lastIndex - all.trimStart().length, kind, text: all.trim() });
    }
    return tokens;
  }

  #take(...kinds: readonly string[]): Token | undefined {
    const found = this.#tokens[this.#next];
    if (found === undefined || !kinds.includes(found.kind)) return undefined;
    this.#next++;
    return found;
  }

  #sum(): Formula {
    return this.#chain(["+", "-"], () => this.#product());
  }

  #product(): Formula {
    return this.#chain(["*", "/", "%"], () => this.#operand());
  }

  #chain(operators: readonly Operator[], part: () => Formula): Formula {
    let left = part();
    for (let sign = this.#take(...operators); sign !== undefined; sign = this.#take(...operators)) {
      left = { kind: sign.kind as Operator, left, right: part() };
    }
    return left;
  }

  #operand(): Formula {
    const found = this.#take("number", "letter", "-", "+", "(");
    if (found === undefined) {
      const { at = this.#end, text = "the end" } = this.#tokens[this.#next] ?? {};
      throw this.#refused(`a letter, a number or a parenthesis was expected instead of ${text}`, at);
    }
    if (found.kind === "number") return { kind: "number", value: Number(found.text) };
    if (found.kind === "letter") return this.#series(found);
    if (++this.#depth > depthMax) throw this.#refused(`more than ${depthMax} levels`, found.at);
    const inner = found.kind === "(" ? this.#inParentheses(found) : this.#operand();
    this.#depth--;
    return found.kind === "-" ? { kind: "negative", of: inner } : inner;
  }

  #inParentheses(opened: Token): Formula {
    const inner = this.#sum();
    if (this.#take(")") === undefined) throw this.#refused("this parenthesis is not closed", opened.at);
    return inner;
  }

  #series({ text, at }: Token): Formula {
    const index = text.toUpperCase().charCodeAt(0) - "A".charCodeAt(0);
    if (index < this.#place.seriesCount) return { kind: "series", index };
    throw this.#refused(`there is no series ${text.toUpperCase()}`, at);
  }

  #refused(message: string, at: number): Error {
    return requestInvalid(this.#place.field, "formula", `at character ${at + 1}: ${message}`);
  }
}

/**
 * The value of a formula; undefined where it has none.
 *
 * @param operand of the series at an index; undefined where it has no value
 * @param missing what has no value, and what is divided by zero; undefined: then the formula has none
 */
export function formulaValue(
  formula: Formula,
  operand: (index: number) => number | undefined,
  missing: number | undefined,
): number | undefined {
  const within = (part: Formula): number | undefined => formulaValue(part, operand, missing);
  switch (formula.kind) {
    case "number":
      return formula.value;
    case "series":
      return operand(formula.index) ?? missing;
    case "negative": {
      const value = within(formula.of);
      return value === undefined ? undefined : 0 - value;
    }
    default: {
      const [left, right] = [within(formula.left), within(formula.right)];
      if (left === undefined || right === undefined) return undefined;
      if (right === 0 && (formula.kind === "/" || formula.kind === "%")) return missing;
      return combined(formula.kind, left, right);
    }
  }
}

function combined(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      return left % right;
  }
}
