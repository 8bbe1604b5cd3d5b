import { type FieldReader, type Item, MappingError, type Source } from "../record.js";
import { lineLengthMax } from "./text-lines.js";

/** How a CSV file is written. */
export interface CsvDialect {
  /** One character, or "whitespace" for columns set apart by runs of blanks, which then has no quotes. */
  readonly delimiter: string;
  /** The columns; undefined: the first record names them. */
  readonly columns: readonly string[] | undefined;
  /** Records at the start to pass over, such as a header of another form. */
  readonly skipRecords: number;
}

/** What a record is while it is read: its cells, in order. */
type Cells = string[];

/**
 * A CSV file (RFC 4180, with \n or \r\n, and cells over several lines). A quote inside an unquoted cell is taken as it
 * is. A record with too few or too many cells is unreadable, and so is a quoted cell that doesn't end: reading goes
 * on with the line after the one in which it began.
 */
export async function openCsv(pieces: AsyncIterable<string>, dialect: CsvDialect): Promise<Source> {
  const records = splitRecords(pieces, dialect.delimiter);
  let passed = dialect.skipRecords;
  let columns = dialect.columns;
  let first: Item[] = [];
  while (columns === undefined || passed > 0) {
    const run = await records.next();
    if (run.done === true) break;
    first = run.value;
    while (first.length > 0 && passed > 0) {
      first.shift();
      passed--;
    }
    const header = columns === undefined && passed === 0 ? first.shift() : undefined;
    if (header !== undefined) columns = namesOf(header);
  }
  return sourceOf(columns ?? [], first, records);
}

function namesOf(header: Item): string[] {
  if (!("record" in header)) throw new MappingError(`line ${header.line}: the header can't be read`);
  return (header.record as Cells).map((name) => name.replace(/^\uFEFF/, "").trim());
}

function sourceOf(columns: readonly string[], first: Item[], rest: AsyncGenerator<Item[]>): Source {
  const checked = (run: Item[]): Item[] => run.map((item) => withCells(item, columns.length));
  return {
    field(path): FieldReader {
      const index = columns.indexOf(path);
      if (index < 0)
        throw new MappingError(`no column ${JSON.stringify(path)}; there are ${columns.join(", ")}`);
      return (record) => (record as Cells)[index] || undefined;
    },
    fieldsOf: () => columns,
    async *runs() {
      if (first.length > 0) yield checked(first);
      for await (const run of rest) yield checked(run);
    },
  };
}

function withCells(item: Item, count: number): Item {
  if (!("record" in item)) return item;
  const cells = (item.record as Cells).length;
  if (cells === count) return item;
  return { line: item.line, unreadable: `${cells} cells where the header has ${count}` };
}

/** Splits a text into records of cells. Blank lines are none. */
async function* splitRecords(pieces: AsyncIterable<string>, delimiter: string): AsyncGenerator<Item[]> {
  const splitter = new RecordSplitter(delimiter);
  for await (const piece of pieces) {
    const run = splitter.push(piece);
    if (run.length > 0) yield run;
  }
  const last = splitter.end();
  if (last.length > 0) yield last;
}

class RecordSplitter {
  readonly #split: (line: string) => Cells;
  readonly #delimiter: string;
  #rest = "";
  #line = 1;

  constructor(delimiter: string) {
    const isWhitespace = delimiter === "whitespace";
    this.#delimiter = isWhitespace ? "" : delimiter;
    this.#split = isWhitespace ? (line) => line.trim().split(/\s+/) : (line) => line.split(delimiter);
  }

  push(piece: string): Item[] {
    this.#rest = this.#rest === "" ? piece : this.#rest + piece;
    return this.#take(false);
  }

  end(): Item[] {
    if (this.#rest !== "" && !this.#rest.endsWith("\n")) this.#rest += "\n";
    return this.#take(true);
  }

  /** All records that are whole; at the end of the file what is left is whole or unreadable. */
  #take(isEnd: boolean): Item[] {
    const text = this.#rest;
    const run: Item[] = [];
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      const line = text.slice(from, text.charCodeAt(to - 1) === 13 && to > from ? to - 1 : to);
      if (this.#delimiter === "" || !line.includes('"')) {
        if (line.trim() !== "") run.push({ line: this.#line, record: this.#split(line) });
        this.#line++;
        from = to + 1;
        continue;
      }
      const quoted = quotedRecord(text, from, this.#delimiter);
      if (quoted.kind === "open" && !isEnd && text.length - from <= lineLengthMax) break;
      if (quoted.kind === "whole") {
        run.push({ line: this.#line, record: quoted.cells });
        this.#line += quoted.lines;
        from = quoted.next;
      } else {
        const unreadable = quoted.kind === "open" ? "a quoted cell has no end" : "text after a closing quote";
        run.push({ line: this.#line++, unreadable });
        from = to + 1;
      }
    }
    this.#rest = text.slice(from);
    return run;
  }
}

type Quoted =
  | { readonly kind: "whole"; readonly cells: Cells; readonly next: number; readonly lines: number }
  | { readonly kind: "open" }
  | { readonly kind: "broken" };

/** The record that begins at `from` and has quotes; "open" where the text ends within it. */
function quotedRecord(text: string, from: number, delimiter: string): Quoted {
  const cells: Cells = [];
  let at = from;
  let lines = 1;
  for (;;) {
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end < 0) return { kind: "open" };
      const cell = text.slice(at + 1, end);
      lines += occurrences(cell, "\n");
      cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell);
      at = end + 1;
      if (text[at] === "\r" && text[at + 1] === "\n") at++;
    } else {
      const end = cellEnd(text, at, delimiter);
      if (end < 0) return { kind: "open" };
      const isReturn = text[end] === "\n" && text[end - 1] === "\r" && end > at;
      cells.push(text.slice(at, isReturn ? end - 1 : end));
      at = end;
    }
    if (at >= text.length) return { kind: "open" };
    if (text[at] === "\n") return { kind: "whole", cells, next: at + 1, lines };
    if (text[at] !== delimiter) return { kind: "broken" };
    at++;
  }
}

/** Where the quote stands that closes a cell: one that no other follows. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function cellEnd(text: string, from: number, delimiter: string): number {
  const newline = text.indexOf("\n", from);
  const next = text.indexOf(delimiter, from);
  return next >= 0 && next < newline ? next : newline;
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count++;
  return count;
}
