// JSON values without a loss: numbers that a double can't hold keep their digits, and no name means more than itself.

/** A number whose digits a double would change. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type ExactValue =
  | null
  | boolean
  | number
  | string
  | ExactNumber
  | ExactValue[]
  | Map<string, ExactValue>;

/** A text that JSON.parse takes is all this reads: its recursion is bounded by the depth that the check allows. */
class Reader {
  readonly #text: string;
  readonly #everyDigit: boolean;
  #at = 0;

  constructor(text: string, everyDigit: boolean) {
    this.#text = text;
    this.#everyDigit = everyDigit;
  }

  value(): ExactValue {
    const first = this.#next();
    if (first === "{") return this.#object();
    if (first === "[") return this.#array();
    if (first === '"') return this.#string();
    const literal = /[^\s,\]}]*/y;
    literal.lastIndex = this.#at;
    const [text = ""] = literal.exec(this.#text) ?? [];
    this.#at += text.length;
    if (text === "true" || text === "false") return text === "true";
    return text === "null" ? null : exactNumber(text, this.#everyDigit);
  }

  #object(): Map<string, ExactValue> {
    const members = new Map<string, ExactValue>();
    this.#at++;
    while (this.#next() !== "}") {
      if (this.#next() === ",") this.#at++;
      this.#next();
      const name = this.#string();
      this.#next();
      this.#at++;
      members.set(name, this.value());
    }
    this.#at++;
    return members;
  }

  #array(): ExactValue[] {
    const items: ExactValue[] = [];
    this.#at++;
    while (this.#next() !== "]") {
      if (this.#next() === ",") this.#at++;
      items.push(this.value());
    }
    this.#at++;
    return items;
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (this.#text[end] !== '"') {
      if (end >= this.#text.length) throw new SyntaxError("not JSON");
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    this.#at = end + 1;
    return String(JSON.parse(this.#text.slice(start, end + 1)));
  }

  /** Skips white space; the character that follows. */
  #next(): string {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
    const next = this.#text[this.#at];
    if (next === undefined) throw new SyntaxError("not JSON");
    return next;
  }
}

/** A double where it says the same as the text, else the text. */
const exactNumber = (text: string, everyDigit: boolean): number | ExactNumber => {
  const value = Number(text);
  const isSame = String(value) === text || (Number.isSafeInteger(value) && !everyDigit);
  return isSame ? value : new ExactNumber(text);
};

/**
 * Reads a text that has passed `checkJsonObject`, or that `JSON.parse` takes and that is not nested deeply. With
 * `everyDigit` also 1.0 stays what it is.
 */
export function parseExact(text: string, { everyDigit = false } = {}): ExactValue {
  return new Reader(text, everyDigit).value();
}

/** Writes a value, exact numbers with the digits they came with. */
export function stringifyExact(value: ExactValue): string {
  if (value instanceof ExactNumber) return value.text;
  if (value instanceof Map) {
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${stringifyExact(member)}`).join()}}`;
  }
  if (Array.isArray(value)) return `[${value.map(stringifyExact).join()}]`;
  return JSON.stringify(value);
}
