// Steps through the words of a .proto text, with the parts that every statement is made of.
import { type Position, ProtoError, shown } from "./refusal.js";
import type { OptionMember, OptionNode, OptionValue } from "./syntax.js";
import { type Token, Tokens } from "./tokens.js";

/** Messages, and values in braces, nest no deeper. */
export const nestingMax = 32;
/** Words of one text. */
const tokensMax = 100_000;

const said = ({ kind, text }: Token): string => {
  if (kind === "end") return "the end";
  return kind === "string" ? "a string" : shown(text);
};

export class Cursor {
  readonly #tokens: Tokens;
  #token: Token;
  #count = 0;

  constructor(text: string) {
    this.#tokens = new Tokens(text);
    this.#token = this.#tokens.next();
  }

  get token(): Token {
    return this.#token;
  }

  get at(): Position {
    return this.#token.at;
  }

  fail(expected: string): never {
    throw new ProtoError(`expected ${expected}, found ${said(this.#token)}`, this.at);
  }

  take(): Token {
    const token = this.#token;
    if (++this.#count > tokensMax) throw new ProtoError(`it has more than ${tokensMax} words`, token.at);
    this.#token = this.#tokens.next();
    return token;
  }

  isSymbol(text: string): boolean {
    return this.#token.kind === "symbol" && this.#token.text === text;
  }

  isName(text: string): boolean {
    return this.#token.kind === "name" && this.#token.text === text;
  }

  skipSymbol(text: string): boolean {
    const found = this.isSymbol(text);
    if (found) this.take();
    return found;
  }

  skipName(text: string): boolean {
    const found = this.isName(text);
    if (found) this.take();
    return found;
  }

  symbol(text: string): void {
    if (!this.skipSymbol(text)) this.fail(`"${text}"`);
  }

  name(what: string): string {
    if (this.#token.kind !== "name") this.fail(what);
    return this.take().text;
  }

  /** Names with dots between them, and one before them where that is allowed. */
  typeName(what: string): string {
    let text = this.skipSymbol(".") ? "." : "";
    text += this.name(what);
    while (this.skipSymbol(".")) text += `.${this.name(what)}`;
    return text;
  }

  fullName(what: string): string {
    if (this.isSymbol(".")) this.fail(what);
    return this.typeName(what);
  }

  /** String literals that follow one another are one string. */
  bytes(what: string): string {
    if (this.#token.kind !== "string") this.fail(what);
    let bytes = "";
    while (this.#token.kind === "string") bytes += this.take().text;
    return bytes;
  }

  text(what: string): string {
    return Buffer.from(this.bytes(what), "latin1").toString();
  }

  /** A whole number, with a sign where `min` is below 0. */
  integer(what: string, min: number, max: number): number {
    const { at } = this;
    const isNegative = min < 0 && this.skipSymbol("-");
    if (this.#token.kind !== "integer") this.fail(what);
    const { text } = this.take();
    const digits = /^0[0-7]/.test(text) ? `0o${text.slice(1)}` : text;
    const value = Number(isNegative ? -BigInt(digits) : BigInt(digits));
    if (value < min || value > max) {
      throw new ProtoError(`${what} is ${value}, and must be between ${min} and ${max}`, at);
    }
    return value;
  }

  /** `option NAME = VALUE;` after its first word. */
  optionStatement(): OptionNode {
    const option = this.option();
    this.symbol(";");
    return option;
  }

  /** Options in brackets, where there are any. */
  optionList(): OptionNode[] {
    const options: OptionNode[] = [];
    if (!this.skipSymbol("[")) return options;
    do options.push(this.option());
    while (this.skipSymbol(","));
    this.symbol("]");
    return options;
  }

  option(): OptionNode {
    const { at } = this;
    let name = this.#optionPart();
    while (this.skipSymbol(".")) name += `.${this.#optionPart()}`;
    this.symbol("=");
    return { name, value: this.#value(0), at };
  }

  #optionPart(): string {
    if (!this.skipSymbol("(")) return this.name("an option's name");
    const name = this.typeName("an option's name");
    this.symbol(")");
    return `(${name})`;
  }

  #value(depth: number): OptionValue {
    if (depth > nestingMax) throw new ProtoError(`an option is nested deeper than ${nestingMax}`, this.at);
    const { kind, text } = this.#token;
    if (kind === "string") return { kind: "string", bytes: this.bytes("a value") };
    if (kind === "name") return { kind: "name", text: this.take().text };
    if (this.isSymbol("{") || this.isSymbol("<")) return this.#message(depth);
    if (depth > 0 && this.isSymbol("[")) return this.#list(depth);
    const sign = this.skipSymbol("-") ? "-" : "";
    if (sign === "") this.skipSymbol("+");
    const number = this.#token;
    if (number.kind === "name" && sign !== "") return { kind: "name", text: `-${this.take().text}` };
    if (number.kind !== "integer" && number.kind !== "float") {
      this.fail(`a value${kind === "symbol" && text === "[" ? " (a list stands only in braces)" : ""}`);
    }
    return { kind: "number", text: `${sign}${this.take().text}` };
  }

  #list(depth: number): OptionValue {
    const items: OptionValue[] = [];
    this.symbol("[");
    while (!this.isSymbol("]")) {
      items.push(this.#value(depth + 1));
      if (!this.skipSymbol(",")) break;
    }
    this.symbol("]");
    return { kind: "list", items };
  }

  #message(depth: number): OptionValue {
    const close = this.take().text === "{" ? "}" : ">";
    const members: OptionMember[] = [];
    while (!this.isSymbol(close)) {
      const name = this.#memberName();
      const hasColon = this.skipSymbol(":");
      if (!hasColon && !this.isSymbol("{") && !this.isSymbol("<") && !this.isSymbol("[")) this.fail('":"');
      members.push({ name, value: this.#value(depth + 1) });
      if (!this.skipSymbol(",")) this.skipSymbol(";");
    }
    this.symbol(close);
    return { kind: "message", members };
  }

  #memberName(): string {
    if (!this.skipSymbol("[")) return this.name("a name");
    let name = this.typeName("a name");
    while (this.skipSymbol("/")) name += `/${this.typeName("a name")}`;
    this.symbol("]");
    return `[${name}]`;
  }
}
