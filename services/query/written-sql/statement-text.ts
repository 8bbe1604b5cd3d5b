// Where something stands in a statement, so that a fault can say it. What a statement may do never hangs on this: that
// the engine's own analysis decides.

/** A place in a text, both from 1; columns count characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of the character at an index. */
export function placeOf(text: string, index: number): Place {
  const before = text.slice(0, index).split("\n");
  return { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
}

/** The index of the character that begins at a byte of the text's UTF-8 form. */
export function indexOfByte(text: string, byte: number): number {
  return Buffer.from(text).subarray(0, Math.max(0, byte)).toString().length;
}

/** A name in a statement: a word, or what stands in quotes. */
interface Name {
  readonly name: string;
  readonly index: number;
  readonly isQuoted: boolean;
}

const blank = /\s+/y;
const word = /[\p{L}_][\p{L}\w]*|\d[\w.]*/uy;
const heredoc = /\$\w*\$/y;

/** The names of a statement, past texts and comments; what never ends goes on to the end. */
function* namesOf(text: string): Generator<Name> {
  let at = 0;
  while (at < text.length) {
    const sign = text[at] ?? "";
    const isComment = text.startsWith("--", at) || text.startsWith("# ", at) || text.startsWith("#!", at);
    const found = matchAt(blank, text, at) ?? matchAt(word, text, at);
    const start = at;
    if (found !== undefined) at += found.length;
    else if (isComment) at = after(text, "\n", at);
    else if (text.startsWith("/*", at)) at = after(text, "*/", at + 2);
    else if (sign === "$") {
      const tag = matchAt(heredoc, text, at);
      at = tag === undefined ? at + 1 : after(text, tag, at + tag.length);
    } else if (sign === "'" || sign === '"' || sign === "`") {
      at = quotedEnd(text, at, sign);
      if (sign !== "'") yield { name: text.slice(start + 1, at - 1), index: start, isQuoted: true };
    } else at += 1;
    if (found !== undefined && !/^[\s\d]/.test(found)) yield { name: found, index: start, isQuoted: false };
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

/** The index after the closing quote, which may stand inside doubled or after a backslash. */
function quotedEnd(text: string, from: number, quote: string): number {
  let at = from + 1;
  while (at < text.length) {
    if (text[at] === "\\") at += 2;
    else if (text[at] !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return text.length;
}

/**
 * The place of the first of the names, the last one of a path deciding; in any case of letters. Undefined where the
 * statement has no such name, such as that of a function that is written as an operator.
 */
export function placeOfName(text: string, name: string): Place | undefined {
  const wanted = name.toLowerCase();
  const [first = wanted] = wanted.split(".");
  const names = [...namesOf(text)];
  const found =
    names.find((each) => each.name.toLowerCase() === wanted) ??
    names.find((each) => each.name.toLowerCase() === first);
  return found === undefined ? undefined : placeOf(text, found.index);
}

/** Whether a name in quotes holds what could pass for something else where names are listed: line breaks, escapes. */
export function hasUnclearName(text: string): boolean {
  return [...namesOf(text)].some(({ name, isQuoted }) => isQuoted && /[\p{Cc}\\]/u.test(name));
}

/** Whether a word stands in the statement, outside of quotes, in just this form. */
export function hasWord(text: string, wanted: string): boolean {
  return [...namesOf(text)].some(({ name, isQuoted }) => !isQuoted && name === wanted);
}

/** The word that the statement begins with, in capitals; "" where it has none. */
export function firstWord(text: string): string {
  for (const { name } of namesOf(text)) return name.toUpperCase();
  return "";
}
