// Texts of schemas as literals and comments of a language: whatever they hold, they end where they should.

/** How a language writes characters that can't stand as they are in a text between double quotes. */
export interface LiteralRules {
  /** By the number of a character within the first 65,536, or beyond them. */
  readonly escaped: (code: number) => string;
  /** Characters that need a backslash besides `"` and `\`. */
  readonly special?: string;
}

const hex = (code: number, width: number): string => code.toString(16).padStart(width, "0");

/** Two escapes of four digits for what lies beyond the first 65,536 characters. */
const utf16 = (code: number): string => {
  if (code < 0x10000) return `\\u${hex(code, 4)}`;
  const offset = code - 0x10000;
  return `\\u${hex(0xd800 + (offset >> 10), 4)}\\u${hex(0xdc00 + (offset & 0x3ff), 4)}`;
};

const braces = (code: number): string => `\\u{${hex(code, 1)}}`;

export const literalRules = {
  typescript: { escaped: braces },
  swift: { escaped: braces },
  python: { escaped: (code) => (code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`) },
  go: { escaped: (code) => (code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`) },
  // javac reads \u before it reads texts, so that a line end must not be written by it.
  java: { escaped: (code) => (code < 0x20 ? `\\${code.toString(8).padStart(3, "0")}` : utf16(code)) },
  kotlin: { escaped: utf16, special: "$" },
} satisfies Record<string, LiteralRules>;

/** A text between double quotes; letters and digits of every script stay, all else outside of ASCII is escaped. */
export function literal(text: string, { escaped, special = "" }: LiteralRules): string {
  const characters = [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === "\\" || special.includes(character)) return `\\${character}`;
    const isPlain = (code >= 0x20 && code < 0x7f) || (code < 0x10000 && /[\p{L}\p{Nd}]/u.test(character));
    return isPlain ? character : escaped(code);
  });
  return `"${characters.join("")}"`;
}

/** A comment between slash and star, as docs are in TypeScript, Java and Kotlin; none for no lines. */
export function blockComment(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  // Java reads \u within comments too; Kotlin's comments nest.
  const safe = lines.map((line) =>
    line.replaceAll("*/", "*&#47;").replaceAll("/*", "&#47;*").replaceAll("\\", "&#92;"),
  );
  if (safe.length === 1) return [`/** ${safe[0]} */`];
  return ["/**", ...safe.map((line) => ` * ${line}`.trimEnd()), " */"];
}

/** Comments to the end of the line, with their mark. */
export function lineComment(mark: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${mark} ${line}`.trimEnd());
}

/** Lines one level deeper; empty ones stay empty. */
export function indented(lines: readonly string[], by = "  "): string[] {
  return lines.map((line) => (line === "" ? "" : `${by}${line}`));
}
