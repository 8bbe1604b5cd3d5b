// Random .proto files that are valid, in random spelling: what a parser and a printer have to agree on.

/** The same numbers for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const scalars =
  "double float int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool string bytes";
const keys = "int32 int64 uint32 sint64 fixed32 bool string";

type Syntax = "proto2" | "proto3" | "2023";

class Writer {
  readonly syntax: Syntax;
  readonly #random: (below: number) => number;
  #names = 0;
  /** Full names of types declared so far. */
  readonly #messages: string[] = [];
  readonly #enums: string[] = [];

  constructor(random: (below: number) => number) {
    this.#random = random;
    this.syntax = this.#one(["proto2", "proto3", "proto3", "2023"] as const);
  }

  file(): string {
    const parts = [
      this.syntax === "2023" ? 'edition = "2023";' : `syntax = "${this.syntax}";`,
      "package p.q;",
    ];
    if (this.#chance(3)) parts.push('option java_package = "a\\tb";', "option java_multiple_files = true;");
    if (this.#chance(2)) parts.push(this.#enum("p.q"));
    for (let count = 1 + this.#random(4); count > 0; count--) parts.push(this.#message("p.q", 0));
    if (this.#chance(4)) {
      const type = this.#one(this.#messages);
      parts.push(`service S { rpc Do (.${type}) returns (stream .${type}) { option deprecated = true; } }`);
    }
    return parts.join(this.#space());
  }

  #chance(of: number): boolean {
    return this.#random(of) === 0;
  }

  #one<T>(all: readonly T[]): T {
    return all[this.#random(all.length)] as T;
  }

  #space(): string {
    return this.#one([" ", "\n", "\n\n  ", " // said\n", " /* said\n twice */ ", "\t"]);
  }

  #name(): string {
    return `${this.#one(["a", "some_name", "camelCase", "_x", "Value", "message", "optional_"])}${++this.#names}`;
  }

  #enum(scope: string): string {
    const name = this.#name();
    const values: string[] = [];
    for (let number = 0; number < 1 + this.#random(4); number++) {
      values.push(`V${++this.#names} = ${number}${this.#chance(5) ? " [deprecated = true]" : ""};`);
    }
    this.#enums.push(`${scope}.${name}`);
    const reserved = this.#chance(4) ? 'reserved 20 to 30, 77; reserved "OLD";' : "";
    return `enum ${name} {${this.#space()}${values.join(this.#space())} ${reserved}}`;
  }

  #message(scope: string, depth: number): string {
    const name = this.#name();
    const full = `${scope}.${name}`;
    this.#messages.push(full);
    const parts: string[] = [];
    if (depth < 3 && this.#chance(3)) parts.push(this.#message(full, depth + 1));
    if (this.#chance(4)) parts.push(this.#enum(full));
    let number = 0;
    const next = (): number => {
      number += 1 + this.#random(this.#chance(6) ? 300 : 2);
      return number;
    };
    for (let count = this.#random(7); count > 0; count--) parts.push(this.#field(next()));
    if (this.#chance(3)) {
      const fields = [this.#single(next(), ""), this.#single(next(), "")];
      parts.push(`oneof ${this.#name()} { ${fields.join(" ")} }`);
    }
    if (this.#chance(4))
      parts.push(`reserved ${10_000 + this.#random(9)}, 11000 to 12000;`, 'reserved "gone";');
    return `message ${name} {${parts.map((part) => this.#space() + part).join("")}${this.#space()}}`;
  }

  #type(): string {
    if (this.#chance(4)) return `.${this.#one(this.#messages)}`;
    // An enum that is closed and a field without presence don't go together, which all of one file keep.
    if (this.#chance(5) && this.#enums.length > 0) return `.${this.#one(this.#enums)}`;
    return this.#one(scalars.split(" "));
  }

  #field(number: number): string {
    if (this.#chance(6))
      return `map<${this.#one(keys.split(" "))},${this.#type()}> ${this.#name()} = ${number};`;
    const labels = {
      proto2: ["optional", "repeated"],
      proto3: ["", "optional", "repeated"],
      "2023": ["", "repeated"],
    };
    return this.#single(number, this.#one(labels[this.syntax]));
  }

  #single(number: number, label: string): string {
    const options = this.#chance(5)
      ? ["deprecated = true", `json_name = "j${++this.#names}"`].slice(this.#random(2))
      : [];
    const inBrackets = options.length === 0 ? "" : ` [${options.join(", ")}]`;
    return `${label} ${this.#type()} ${this.#name()} = ${number}${inBrackets};`;
  }
}

export const randomProto = (random: (below: number) => number): string => new Writer(random).file();
