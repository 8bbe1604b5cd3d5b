// JSON text written anew, nothing of its meaning lost: numbers keep their digits, names their order.

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

class Printer {
  readonly #tokens: readonly string[];
  readonly #isSorted: boolean;
  #at = 0;

  constructor(text: string, isSorted: boolean) {
    this.#tokens = text.match(token) ?? [];
    this.#isSorted = isSorted;
  }

  value(): string {
    const next = this.#tokens[this.#at++] ?? "";
    if (next === "{") return this.#object();
    if (next === "[") return this.#array();
    return next.startsWith('"') ? JSON.stringify(JSON.parse(next)) : next;
  }

  #object(): string {
    const members = new Map<string, string>();
    while (this.#tokens[this.#at] !== "}") {
      if (this.#tokens[this.#at] === ",") this.#at++;
      const name = String(JSON.parse(this.#tokens[this.#at] ?? '""'));
      this.#at += 2;
      // Where a name stands twice, the last one counts, as for every reader of JSON.
      members.set(name, this.value());
    }
    this.#at++;
    const names = this.#isSorted ? [...members.keys()].sort() : [...members.keys()];
    return `{${names.map((name) => `${JSON.stringify(name)}:${members.get(name)}`).join()}}`;
  }

  #array(): string {
    const items: string[] = [];
    while (this.#tokens[this.#at] !== "]") {
      if (this.#tokens[this.#at] === ",") this.#at++;
      items.push(this.value());
    }
    this.#at++;
    return `[${items.join()}]`;
  }
}

/**
 * Writes JSON text without white space, its names in their order or sorted. The text must be one that JSON.parse takes.
 */
export const compactJson = (text: string, isSorted = false): string => new Printer(text, isSorted).value();
