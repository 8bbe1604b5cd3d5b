import { EngineError } from "./engine-error.js";

/**
 * A statement as the engine is to be given it.
 *
 * An insert with data never reaches the engine as one text: the engine ends inline data at the first empty line and
 * runs what follows as SQL. It is cut here, so that the data can go by a file.
 */
export type Statement =
  | { readonly kind: "plain"; readonly sql: string; readonly reads: boolean }
  | {
      readonly kind: "insert";
      /** `INSERT INTO t (a, b)`: where `FROM INFILE` follows. */
      readonly target: string;
      /** `SETTINGS ...`, or nothing. */
      readonly settings: string;
      readonly format: string;
      /** Where the data begins, in bytes from the beginning of the text. */
      readonly dataAt: number;
    };

interface Token {
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly depth: number;
  readonly kind: "word" | "sign" | "quoted";
}

/** Bytes of a statement that are looked at, the data of an insert left out. */
export const statementBytesMax = 16 * 1024 * 1024;

/**
 * Splits the text of a request into what is a statement and what is data.
 *
 * The text is bytes, since data may be of any format. One statement only, as on a server: a second one is refused, and
 * so are clauses that read or write files of the machine.
 */
export function readStatement(bytes: Buffer): Statement {
  const text = bytes.toString("latin1", 0, Math.min(bytes.length, statementBytesMax));
  const tokens = tokensOf(text);
  const first = tokens.next();
  if (first.done) throw new EngineError(62, "Syntax error: empty query", "SYNTAX_ERROR");
  const word = wordOf(first.value);
  if (word === "INSERT") return readInsert(bytes, tokens);
  return readPlain(bytes, word, tokens);
}

const readingWords = new Set([
  "SELECT",
  "WITH",
  "SHOW",
  "DESCRIBE",
  "DESC",
  "EXISTS",
  "EXPLAIN",
  "FROM",
  "(",
]);

function readPlain(bytes: Buffer, first: string, tokens: Iterator<Token, undefined>): Statement {
  if (bytes.length > statementBytesMax)
    throw refused(62, "the statement is longer than 16 MiB", "SYNTAX_ERROR");
  let end = bytes.length;
  let ended = false;
  let before = first;
  for (let next = tokens.next(); !next.done; next = tokens.next()) {
    const token = next.value;
    if (ended) throw refused(62, "Syntax error (Multi-statements are not allowed)", "SYNTAX_ERROR");
    if (token.kind === "sign" && token.text === ";") {
      ended = true;
      end = token.at;
    }
    const word = wordOf(token);
    if (word === "OUTFILE" && before === "INTO") {
      throw refused(48, "INTO OUTFILE is for a client, not for a server", "NOT_IMPLEMENTED");
    }
    if (word === "INTO" && before === "INSERT") {
      throw refused(
        48,
        "an INSERT after WITH or EXPLAIN is not supported here: begin with INSERT",
        "NOT_IMPLEMENTED",
      );
    }
    if (first === "KILL" && word === "SYNC") {
      throw refused(48, "KILL ... SYNC never returns in the embedded engine: use ASYNC", "NOT_IMPLEMENTED");
    }
    before = word;
  }
  return { kind: "plain", sql: bytes.toString("utf8", 0, end), reads: readingWords.has(first) };
}

/** The words that end the target of an insert. */
const clauses = new Set(["FORMAT", "VALUES", "SELECT", "WITH", "SETTINGS", "FROM"]);

function readInsert(bytes: Buffer, tokens: Iterator<Token, undefined>): Statement {
  const target = skipTarget(tokens);
  let settingsAt: number | undefined;
  for (let next: IteratorResult<Token, undefined> = target; !next.done; next = tokens.next()) {
    const token = next.value;
    const word = wordOf(token);
    if (token.depth > 0 || !clauses.has(word)) {
      if (token.kind === "sign" && token.text === ";") break;
      continue;
    }
    if (word === "SELECT" || word === "WITH") return readInsertSelect(bytes, token, tokens);
    if (word === "FROM")
      throw refused(48, "INSERT FROM INFILE is for a client, not for a server", "NOT_IMPLEMENTED");
    if (word === "SETTINGS") {
      settingsAt ??= token.at;
      continue;
    }
    const named = word === "FORMAT" ? tokens.next() : undefined;
    if (named?.done || (named && named.value.kind !== "word")) break;
    const cut = settingsAt ?? token.at;
    return {
      kind: "insert",
      target: bytes.toString("utf8", 0, cut),
      settings: bytes.toString("utf8", cut, token.at),
      format: named ? named.value.text : "Values",
      dataAt: named ? dataAfter(bytes, named.value.end) : token.end,
    };
  }
  throw refused(62, "Syntax error: INSERT without VALUES, FORMAT or SELECT", "SYNTAX_ERROR");
}

/** Goes past `INTO [TABLE | FUNCTION] name[.name]`, whatever the table is called; gives back what follows. */
function skipTarget(tokens: Iterator<Token, undefined>): IteratorResult<Token, undefined> {
  let next = tokens.next();
  if (!next.done && wordOf(next.value) === "INTO") next = tokens.next();
  if (!next.done && ["TABLE", "FUNCTION"].includes(wordOf(next.value))) next = tokens.next();
  next = tokens.next();
  while (!next.done && next.value.text === ".") {
    tokens.next();
    next = tokens.next();
  }
  return next;
}

function readInsertSelect(bytes: Buffer, from: Token, tokens: Iterator<Token, undefined>): Statement {
  let end = bytes.length;
  let before = wordOf(from);
  for (let next = tokens.next(); !next.done; next = tokens.next()) {
    const token = next.value;
    if (token.kind === "sign" && token.text === ";") {
      if (!tokens.next().done)
        throw refused(62, "Syntax error (Multi-statements are not allowed)", "SYNTAX_ERROR");
      end = token.at;
      break;
    }
    const word = wordOf(token);
    if (before === "INPUT" && token.text === "(") {
      throw refused(48, "input() is not supported by the embedded engine", "NOT_IMPLEMENTED");
    }
    if (word === "FORMAT" && token.depth === 0) {
      throw refused(48, "INSERT ... SELECT takes no data, hence no FORMAT", "NOT_IMPLEMENTED");
    }
    before = word;
  }
  return { kind: "plain", sql: bytes.toString("utf8", 0, end), reads: false };
}

/** Data follows the format's name after blanks, at most one semicolon and one end of line. */
function dataAfter(bytes: Buffer, from: number): number {
  const skip = (at: number, characters: string) => {
    let to = at;
    while (to < bytes.length && characters.includes(String.fromCharCode(bytes[to] ?? 0))) to += 1;
    return to;
  };
  let at = skip(from, " \t\f");
  if (bytes[at] === 0x3b) at = skip(at + 1, " \t\f");
  if (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) return at + 2;
  return bytes[at] === 0x0a ? at + 1 : at;
}

const wordOf = (token: Token) => (token.kind === "quoted" ? "" : token.text.toUpperCase());

const refused = (code: number, message: string, name: string) => new EngineError(code, message, name);

const word = /[A-Za-z_\x80-\xff][\w$\x80-\xff]*|\d[\w.]*/y;
const blank = /(?:[\s\0]+|--[^\n]*|#[ !][^\n]*)+/y;

/** The engine's tokens: words, signs and quoted texts, comments left out; lazily, since data may follow. */
function* tokensOf(text: string): Generator<Token, undefined> {
  let at = 0;
  let depth = 0;
  while (at < text.length) {
    const skipped = matchAt(blank, text, at);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    if (text.startsWith("/*", at)) {
      at = endOf(text, "*/", at + 2);
      continue;
    }
    const sign = text[at] ?? "";
    const end = quotedEnd(text, at, sign);
    if (end !== undefined) {
      yield { text: text.slice(at, end), at, end, depth, kind: "quoted" };
      at = end;
      continue;
    }
    const found = matchAt(word, text, at);
    const token = found ?? sign;
    if (token === ")" || token === "]" || token === "}") depth = Math.max(0, depth - 1);
    yield { text: token, at, end: at + token.length, depth, kind: found === undefined ? "sign" : "word" };
    if (token === "(" || token === "[" || token === "{") depth += 1;
    at += token.length;
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  if (found < 0) throw refused(62, `Syntax error: no ${mark} to end what was begun`, "SYNTAX_ERROR");
  return found + mark.length;
}

const heredoc = /\$\w*\$/y;

/** Where the quoted text ends that begins here; undefined where none begins. */
function quotedEnd(text: string, at: number, sign: string): number | undefined {
  if (sign === "$") {
    const tag = matchAt(heredoc, text, at);
    return tag === undefined ? undefined : endOf(text, tag, at + tag.length);
  }
  if (sign !== "'" && sign !== '"' && sign !== "`") return undefined;
  for (let to = at + 1; to < text.length; to += 1) {
    if (text[to] === "\\") to += 1;
    else if (text[to] === sign) {
      if (text[to + 1] !== sign) return to + 1;
      to += 1;
    }
  }
  throw refused(62, `Syntax error: no ${sign} to end what was begun`, "SYNTAX_ERROR");
}
