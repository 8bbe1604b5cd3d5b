// The words of a .proto text.
import { type Position, ProtoError } from "./refusal.js";

export interface Token {
  readonly kind: "name" | "integer" | "float" | "string" | "symbol" | "end";
  /** As it is written; of a string, its bytes, one UTF-16 unit each. */
  readonly text: string;
  readonly at: Position;
}

const isNameStart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "?": "?",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

/** Reads a text word by word; comments and space are skipped. */
export class Tokens {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    // A byte order mark is allowed at the start.
    this.#text = text.startsWith("\ufeff") ? text.slice(1) : text;
  }

  /** @throws ProtoError where there is no word */
  next(): Token {
    this.#skip();
    const at = this.#position();
    const code = this.#text.charCodeAt(this.#at);
    if (Number.isNaN(code)) return { kind: "end", text: "", at };
    if (isNameStart(code)) return { kind: "name", text: this.#match(/[A-Za-z_][A-Za-z0-9_]*/y), at };
    if (isDigit(code) || (code === 46 && isDigit(this.#text.charCodeAt(this.#at + 1))))
      return this.#number(at);
    if (code === 34 || code === 39) return { kind: "string", text: this.#string(code), at };
    if (!"{}[]()<>;,.=:-+/".includes(String.fromCharCode(code))) {
      const found = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
      throw new ProtoError(`the character ${JSON.stringify(found)} has no meaning here`, at);
    }
    this.#at++;
    return { kind: "symbol", text: String.fromCharCode(code), at };
  }

  #position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #skip(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 10) {
        this.#at++;
        this.#line++;
        this.#lineStart = this.#at;
      } else if (code === 32 || (code >= 9 && code <= 13)) this.#at++;
      else if (text.startsWith("//", this.#at)) {
        const end = text.indexOf("\n", this.#at);
        this.#at = end < 0 ? text.length : end;
      } else if (text.startsWith("/*", this.#at)) this.#blockComment();
      else return;
    }
  }

  #blockComment(): void {
    const at = this.#position();
    const end = this.#text.indexOf("*/", this.#at + 2);
    if (end < 0) throw new ProtoError("a comment has no end", at);
    for (let line = this.#text.indexOf("\n", this.#at); line >= 0 && line < end; ) {
      this.#line++;
      this.#lineStart = line + 1;
      line = this.#text.indexOf("\n", line + 1);
    }
    this.#at = end + 2;
  }

  #number(at: Position): Token {
    const text = this.#match(/0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?/y);
    if (isNameStart(this.#text.charCodeAt(this.#at)) || isDigit(this.#text.charCodeAt(this.#at)))
      throw new ProtoError("a number must be followed by space", at);
    if (/^(0|[1-9]\d*|0[0-7]+|0[xX][\da-fA-F]+)$/.test(text)) return { kind: "integer", text, at };
    if (/^0\d+$/.test(text)) throw new ProtoError("an octal number has a digit of 8 or 9", at);
    return { kind: "float", text, at };
  }

  /** One string literal's bytes. */
  #string(quote: number): string {
    const at = this.#position();
    const text = this.#text;
    let bytes = "";
    this.#at++;
    for (;;) {
      const start = this.#at;
      let code = text.charCodeAt(this.#at);
      while (code !== quote && code !== 92 && code !== 10 && !Number.isNaN(code)) {
        code = text.charCodeAt(++this.#at);
      }
      bytes += utf8(text.slice(start, this.#at));
      if (code === 10 || Number.isNaN(code)) throw new ProtoError("a string has no end on its line", at);
      this.#at++;
      if (code === quote) return bytes;
      bytes += this.#escape();
    }
  }

  #escape(): string {
    const at = this.#position();
    const hex = this.#match(/[xX][\da-fA-F]{1,2}/y);
    if (hex !== "") return String.fromCharCode(Number.parseInt(hex.slice(1), 16));
    const octal = this.#match(/[0-7]{1,3}/y);
    if (octal !== "") return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    const unicode = this.#match(/u[\da-fA-F]{4}|U[\da-fA-F]{8}/y);
    if (unicode !== "") {
      const point = Number.parseInt(unicode.slice(1), 16);
      if (point > 0x10_ff_ff || (point >= 0xd8_00 && point <= 0xdf_ff))
        throw new ProtoError("an escape stands for no character", at);
      return utf8(String.fromCodePoint(point));
    }
    const simple = simpleEscapes[this.#text[this.#at] ?? ""];
    if (simple === undefined) throw new ProtoError("a string has an escape that means nothing", at);
    this.#at++;
    return simple;
  }
}
