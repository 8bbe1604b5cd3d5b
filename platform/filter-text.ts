// Conditions as one line of text, as the command line and addresses have them.
import { create } from "@bufbuild/protobuf";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  type Property,
  PropertySchema,
  PropertyScope,
} from "../gen/ts/tideline/query/v1/question_pb.js";

const scopes: ReadonlyMap<string | undefined, PropertyScope> = new Map([
  ["field", PropertyScope.FIELD],
  ["user", PropertyScope.USER],
  ["cohort", PropertyScope.COHORT],
]);

/** How a property is named; part of help texts. */
export const propertyHelp =
  "name = the event's property, field:name = the event's own or enriched field, user:name = trait, cohort:id";

/** A property by its name, with its scope before it where it is none of the event; undefined for no name. */
export function propertyOfText(text: string): Property | undefined {
  const [, prefix, name = ""] = /^(?:(field|user|cohort):)?(.*)$/s.exec(text) ?? [];
  if (name === "") return undefined;
  return create(PropertySchema, { scope: scopes.get(prefix) ?? PropertyScope.EVENT, name });
}

/** The signs of conditions; of two that fit at one place the longer stands first. */
const operators: readonly (readonly [sign: string, op: FilterOp])[] = [
  ["!=~", FilterOp.NOT_REGEX],
  ["=~", FilterOp.REGEX],
  ["!~", FilterOp.NOT_CONTAINS],
  ["!=", FilterOp.NOT_EQUALS],
  [">=", FilterOp.GREATER_OR_EQUAL],
  ["<=", FilterOp.LESS_OR_EQUAL],
  ["~", FilterOp.CONTAINS],
  ["=", FilterOp.EQUALS],
  [">", FilterOp.GREATER],
  ["<", FilterOp.LESS],
];

/** Operators whose value may be several, of which any will do. */
const listed = new Set([FilterOp.EQUALS, FilterOp.NOT_EQUALS, FilterOp.CONTAINS, FilterOp.NOT_CONTAINS]);

/** How a condition is written; part of help texts. */
export const filterHelp =
  "name=a|b, !=, ~ (contains), !~, =~ (regular expression), !=~, >, >=, <, <=, name? (is there), !name? (is not)";

/** One condition; undefined where the text is none. */
export function filterOfText(text: string): Filter | undefined {
  const presence = /^(!?)([^=~<>]+)\?$/s.exec(text);
  if (presence !== null) {
    const op = presence[1] === "!" ? FilterOp.NOT_SET : FilterOp.SET;
    return filterOn(presence[2] ?? "", op, []);
  }
  const at = text.search(/!?[=~<>]/);
  const found = at < 1 ? undefined : operators.find(([sign]) => text.startsWith(sign, at));
  if (found === undefined) return undefined;
  const [sign, op] = found;
  const value = text.slice(at + sign.length);
  return filterOn(text.slice(0, at), op, listed.has(op) ? value.split("|") : [value]);
}

function filterOn(name: string, op: FilterOp, values: string[]): Filter | undefined {
  const property = propertyOfText(name);
  return property === undefined ? undefined : create(FilterSchema, { property, op, values });
}
