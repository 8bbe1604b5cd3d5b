// What makes a JSON text unacceptable as properties: the rules, their limits and what is said of them.

/** The rule of form that a text breaks. */
export type JsonRule =
  | "json"
  | "object"
  | "utf8"
  | "max_depth"
  | "max_names"
  | "max_name_bytes"
  | "unique_names"
  | "finite_number"
  | "integer_range"
  | "unicode_escape";

/** Where and how a text is not acceptable; `path` is like "items[2].price", empty for the text as a whole. */
export interface JsonRefusal {
  readonly path: string;
  readonly rule: JsonRule;
  /** One sentence; never the value. */
  readonly message: string;
}

/** The limits of a checked text. */
export const jsonLimits = { depth: 32, names: 1_000, nameBytes: 256 } as const;

/** One sentence for each rule; never a value. */
export const jsonMessages: Record<JsonRule, string> = {
  json: "The text is not JSON.",
  object: "The text is not a JSON object.",
  utf8: "The text is not valid UTF-8.",
  max_depth: `Objects and arrays are nested deeper than ${jsonLimits.depth} levels.`,
  max_names: `The text has more than ${jsonLimits.names} names.`,
  max_name_bytes: `A name is longer than ${jsonLimits.nameBytes} bytes.`,
  unique_names: "An object has the same name twice.",
  finite_number: "A number is out of the range of doubles.",
  integer_range:
    "A whole number is out of the range of 64 bits; with a fraction or an exponent it is a double.",
  unicode_escape: "An escape stands for half of a surrogate pair.",
};
