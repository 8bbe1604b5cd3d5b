// Where a proof about numbers, texts and single values stops.
import { canonicalJson } from "./canonical-value.js";
import { isMultipleOf } from "./decimal.js";
import { formatType } from "./evaluate.js";
import { type Facts, typeBits } from "./facts.js";
import { gapAt } from "./gap.js";
import type { Claim, Gap, Prover } from "./prover.js";
import type { SchemaNode } from "./schema-graph.js";

type Schema = Readonly<Record<string, unknown>>;

/** Patterns that say by themselves that they take everything. */
const openPatterns = new Set(["", ".*", "^", "$", "^.*", ".*$", "(.*)", "[\\s\\S]*", "^[\\s\\S]*$", ".*?"]);
const INTEGERS_MAX = 200;

const schemaOf = (node: SchemaNode): Schema => node.schema as Schema;

/** `type`. */
export function typeGaps(prover: Prover, { reader }: Claim, facts: Facts): readonly Gap[] {
  const { type, nullable } = schemaOf(reader);
  const taken = prover.factsOf([prover.made(nullable === true ? { type, nullable } : { type })]).types;
  const left = facts.types & ~taken;
  if (left === 0) return [];
  const names = Object.entries(typeBits)
    .filter(([name, bit]) => name !== "number" && (left & bit) === bit)
    .map(([name]) => (name === "fraction" ? "number" : name));
  const few = names.length > 3 ? "all types that older events may use" : names.join(" and ");
  return [gapAt("JSON_TYPE_NARROWED", reader, "type", `Take ${few} as well.`)];
}

/** The values there can be, where they are few. */
const fewValues = ({ types, values, range }: Facts): readonly unknown[] | undefined => {
  if (values !== undefined) return values;
  const few: unknown[] = [];
  if ((types & typeBits.null) !== 0) few.push(null);
  if ((types & typeBits.boolean) !== 0) few.push(true, false);
  const others = types & ~(typeBits.null | typeBits.boolean);
  if (others === 0) return few;
  if (others !== typeBits.integer || range.most - range.least > INTEGERS_MAX) return undefined;
  for (let value = Math.ceil(range.least); value <= range.most; value++) few.push(value);
  return few;
};

/** `enum` and `const`. */
export function valueGaps({ reader }: Claim, facts: Facts, keyword: string): readonly Gap[] {
  const schema = schemaOf(reader);
  const taken = keyword === "const" ? [schema["const"]] : (schema["enum"] as readonly unknown[]);
  const texts = new Set(taken.map(canonicalJson));
  if (fewValues(facts)?.every((value) => texts.has(canonicalJson(value))) === true) return [];
  const advice = "Keep all values that older events may use, or leave the list out.";
  return [gapAt("JSON_VALUES_NARROWED", reader, keyword, advice)];
}

/** Whether the facts keep all numbers at or above a bound, or, turned round, at or below it. */
const keepsTo = (facts: Facts, bound: number, how: { isOpen: boolean; isLeast: boolean }): boolean => {
  const { range, types } = facts;
  const end = how.isLeast ? range.least : range.most;
  const endIsOpen = how.isLeast ? range.leastIsOpen : range.mostIsOpen;
  const beyond = how.isLeast ? end > bound : end < bound;
  if (beyond || (end === bound && (endIsOpen || !how.isOpen))) return true;
  if ((types & typeBits.fraction) !== 0 || !Number.isFinite(end) || Math.abs(end) > 1e15) return false;
  const rounded = how.isLeast ? Math.ceil(end) : Math.floor(end);
  const nearest = Number.isInteger(end) && endIsOpen ? rounded + (how.isLeast ? 1 : -1) : rounded;
  if (nearest === bound) return !how.isOpen;
  return how.isLeast ? nearest > bound : nearest < bound;
};

/** `minimum`, `maximum` and their exclusive spellings, those of draft-04 too. */
export function rangeGaps({ reader }: Claim, facts: Facts, keyword: string): readonly Gap[] {
  const schema = schemaOf(reader);
  const bound = schema[keyword];
  // A flag of draft-04 counts with its bound.
  if (typeof bound !== "number") return [];
  const isLeast = keyword.toLowerCase().endsWith("minimum");
  const flag = schema[isLeast ? "exclusiveMinimum" : "exclusiveMaximum"];
  const isOpen = keyword.startsWith("exclusive") || flag === true;
  if (keepsTo(facts, bound, { isOpen, isLeast })) return [];
  const advice = `Widen ${keyword} to what older events may hold, or leave it out.`;
  return [gapAt("JSON_NUMBER_RANGE_NARROWED", reader, keyword, advice)];
}

/** `multipleOf`. */
export function multipleGaps({ reader }: Claim, facts: Facts): readonly Gap[] {
  const divisor = Number(schemaOf(reader)["multipleOf"]);
  const steps = (facts.types & typeBits.fraction) === 0 ? [...facts.multiples, 1] : [...facts.multiples];
  if (steps.some((step) => isMultipleOf(step, divisor))) return [];
  const advice = "Set multipleOf to a number that divides the older one, or leave it out.";
  return [gapAt("JSON_MULTIPLE_OF_CHANGED", reader, "multipleOf", advice)];
}

/** How long texts of a format are, where that is bounded. */
const formatLengths: Readonly<Record<string, readonly [least: number, most: number]>> = {
  date: [10, 10],
  ipv4: [7, 15],
  ipv6: [2, 45],
  uuid: [36, 45],
};

/** `minLength` and `maxLength`. */
export function lengthGaps({ reader }: Claim, facts: Facts, keyword: string): readonly Gap[] {
  const bound = Number(schemaOf(reader)[keyword]);
  const lengths = [...facts.formats].map((it) => formatLengths[it] ?? [0, Number.POSITIVE_INFINITY]);
  const least = Math.max(facts.length.least, ...lengths.map(([from]) => from));
  const most = Math.min(facts.length.most, ...lengths.map(([, to]) => to));
  const holds = keyword === "minLength" ? least >= bound : most <= bound;
  if (holds) return [];
  const advice = `Widen ${keyword} to what older events may hold, or leave it out.`;
  return [gapAt("JSON_LENGTH_NARROWED", reader, keyword, advice)];
}

/** `pattern`. */
export function patternGaps(prover: Prover, { reader, isName }: Claim, facts: Facts): readonly Gap[] {
  const pattern = String(schemaOf(reader)["pattern"]);
  if (facts.patterns.has(pattern) || openPatterns.has(pattern)) return [];
  // One that was meant to narrow and does not is no promise to build on.
  if (!isName && prover.texts.implies([], pattern)) {
    const advice = "Put ^ and $ around the pattern, or leave it out.";
    return [gapAt("JSON_PATTERN_MATCHES_EVERYTHING", reader, "pattern", advice)];
  }
  if (prover.texts.implies([...facts.patterns], pattern)) return [];
  const advice = "Let the pattern match all texts that older events may hold, or leave it out.";
  return [gapAt("JSON_PATTERN_CHANGED", reader, "pattern", advice)];
}

/** `format`. Those that the validator does not know are for readers to keep: only LENIENT passes over them. */
export function formatGaps({ reader, isLenient }: Claim, facts: Facts): readonly Gap[] {
  const format = String(schemaOf(reader)["format"]);
  if (facts.formats.has(format)) return [];
  const type = formatType(format);
  if (type === undefined && isLenient) return [];
  const bits = type === "number" ? typeBits.number : type === "string" ? typeBits.string : 0;
  const isOther = type !== undefined && (facts.types & bits) === 0;
  const isPlain = (facts.types & (typeBits.string | typeBits.number)) === 0;
  if (isOther || isPlain) return [];
  const hint = type === undefined ? " LENIENT takes it, since no validator knows the format." : "";
  const advice = `Leave the format as it was, or leave it out.${hint}`;
  return [gapAt("JSON_FORMAT_CHANGED", reader, "format", advice)];
}

/** `contentEncoding`, `contentMediaType` and `contentSchema`: what readers decode by. */
export function contentGaps(claim: Claim, facts: Facts, keyword: string): readonly Gap[] {
  const { reader, isLenient } = claim;
  if (isLenient || facts.contents.has(`${keyword}:${canonicalJson(schemaOf(reader)[keyword])}`)) return [];
  const advice = `Leave ${keyword} as it was, or leave it out. LENIENT takes it, since no validator looks inside.`;
  return [gapAt("JSON_CONTENT_CHANGED", reader, keyword, advice)];
}

/** Whether all of the few values that there can be meet one plain keyword. */
export function meetsByValue(prover: Prover, { reader }: Claim, facts: Facts, keyword: string): boolean {
  if (facts.values === undefined || reader.graph.document.draft === "draft-04") return false;
  const node = prover.made({ [keyword]: schemaOf(reader)[keyword] });
  return facts.values.every((value) => prover.evaluator.accepts(node, value) === true);
}
