// What a schema says to people: docs, deprecations, units, personal data. Avro takes any attribute; JSON Schema has
// `description` and `deprecated`, and the rest behind "x-".
import type { Remarks } from "./model.js";

type Json = Readonly<Record<string, unknown>>;

const DOC_MAX = 4_000;

export const noRemarks: Remarks = { doc: "", deprecated: undefined, facts: [] };

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, DOC_MAX) : "");

const deprecationOf = (value: unknown): string | undefined => {
  if (value === true) return "";
  return typeof value === "string" && value !== "" ? textOf(value) : undefined;
};

/** The remarks of a schema or a field, and `facts` besides. */
export function remarksOf(json: Json, facts: readonly string[] = []): Remarks {
  const unit = textOf(json["unit"] ?? json["x-unit"]);
  const personal = json["pii"] ?? json["x-pii"];
  const isPersonal = personal === true || (typeof personal === "string" && !["", "none"].includes(personal));
  return {
    doc: textOf(json["doc"] ?? json["description"] ?? json["title"]),
    deprecated: deprecationOf(json["deprecated"] ?? json["x-deprecated"]),
    facts: [
      ...(unit === "" ? [] : [`Unit: ${unit}.`]),
      ...(isPersonal ? [`Personal data${personal === true ? "" : `: ${personal}`}.`] : []),
      ...facts,
    ],
  };
}

/** Remarks as the lines of a comment without its marks, the deprecation left out. */
export function remarkLines({ doc, facts }: Remarks): string[] {
  const lines = doc === "" ? [] : doc.split(/\r\n|[\n\r\u2028\u2029\u0085\v\f]/);
  return [...lines, ...facts]
    .map(plainLine)
    .filter((line, index, all) => line !== "" || all[index - 1] !== "");
}

/** The sentence of a deprecation. */
export function deprecationLine({ deprecated }: Remarks): string | undefined {
  if (deprecated === undefined) return undefined;
  return plainLine(deprecated) || "Not to be used any more.";
}

/** One line: no line ends, no other control characters, nothing that changes how the text around it is shown. */
export function plainLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, " ")
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .trimEnd();
}
