import type { Item, Source } from "../record.js";
import { itemOfJson, pathReader } from "./json.js";
import { lineLengthMax } from "./text-lines.js";

/**
 * The objects of one JSON array, read item by item without holding the array. An item that is no object is
 * unreadable; where the text stops being an array the last item says so, and reading ends.
 */
export function openJsonArray(pieces: AsyncIterable<string>): Source {
  return {
    field: pathReader,
    fieldsOf: (record) => Object.keys(record as object),
    async *runs() {
      const splitter = new ArraySplitter();
      for await (const piece of pieces) {
        const run = splitter.push(piece);
        if (run.length > 0) yield run;
        if (splitter.isBroken) return;
      }
      if (!splitter.isWhole)
        yield [{ line: splitter.count + 1, unreadable: "the file ends within the array" }];
    },
  };
}

/** Finds the ends of an array's items by counting brackets outside of strings; JSON.parse then judges each item. */
class ArraySplitter {
  count = 0;
  isBroken = false;
  isWhole = false;
  #rest = "";
  #at = 0;
  /** 0 before the array, 1 between its items, above within an item. */
  #depth = 0;
  #itemStart = -1;
  #inString = false;
  #escaped = false;

  push(piece: string): Item[] {
    const text = this.#rest + piece;
    const run: Item[] = [];
    let at = this.#at;
    for (; at < text.length && !this.isBroken; at++) {
      if (this.#inString) this.#passInString(text.charCodeAt(at));
      else this.#step(text, at, run);
    }
    const keep = this.#itemStart >= 0 ? this.#itemStart : text.length;
    this.#rest = text.slice(keep);
    this.#at = at - keep;
    if (this.#itemStart >= 0) this.#itemStart = 0;
    if (this.#rest.length > lineLengthMax) this.#break(run, "the item is too long");
    return run;
  }

  /** One character within a string: it ends at a quote that no backslash stands before. */
  #passInString(character: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (character === 92) this.#escaped = true;
    else if (character === 34) this.#inString = false;
  }

  #step(text: string, at: number, run: Item[]): void {
    const character = text[at] ?? "";
    if (character === "[" || character === "{") {
      if (this.#depth === 1) this.#itemStart = this.#itemStart < 0 ? at : this.#itemStart;
      if (this.#depth === 0 && character === "{") this.#break(run, "the file is no JSON array");
      this.#depth++;
    } else if (character === "]" || character === "}") {
      if (this.#depth === 1) this.#finish(text, at, run);
      this.#depth--;
      if (this.#depth < 0) this.#break(run, "the array ends too early");
      this.isWhole = this.#depth === 0;
    } else if (character === "," && this.#depth === 1) {
      this.#finish(text, at, run);
    } else if (!/\s|\uFEFF/.test(character)) {
      if (this.#depth === 0) this.#break(run, "the file is no JSON array");
      if (this.#depth === 1 && this.#itemStart < 0) this.#itemStart = at;
      this.#inString = character === '"';
    }
  }

  #finish(text: string, at: number, run: Item[]): void {
    if (this.#itemStart < 0) return;
    this.count++;
    run.push(itemOfJson(this.count, text.slice(this.#itemStart, at)));
    this.#itemStart = -1;
  }

  #break(run: Item[], unreadable: string): void {
    this.isBroken = true;
    run.push({ line: this.count + 1, unreadable });
  }
}
