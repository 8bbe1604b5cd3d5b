import { create } from "@bufbuild/protobuf";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  type Property,
  PropertySchema,
  PropertyScope,
} from "../../gen/ts/tideline/query/v1/question_pb.js";
import { UserError } from "../target.js";

/** How a property is named on the command line; part of help texts. */
export const propertyHelp =
  "name = the event's property, field:name = the event's own or enriched field, user:name = trait";

/** A property by its name, with field: or user: before it where it is no property of the event. */
export function parseProperty(text: string): Property {
  const [, prefix, name = ""] = /^(?:(field|user):)?(.*)$/s.exec(text) ?? [];
  if (name === "") throw new UserError(`${JSON.stringify(text)} names no property; ${propertyHelp}`);
  const scopes = { field: PropertyScope.FIELD, user: PropertyScope.USER };
  const scope = prefix === "field" || prefix === "user" ? scopes[prefix] : PropertyScope.EVENT;
  return create(PropertySchema, { scope, name });
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

/** How a condition is written on the command line; part of help texts. */
export const filterHelp =
  "name=a|b, !=, ~ (contains), !~, =~ (regular expression), !=~, >, >=, <, <=, name? (is there), !name? (is not)";

/** One condition. @throws UserError */
export function parseFilter(text: string): Filter {
  const presence = /^(!?)([^=~<>]+)\?$/s.exec(text);
  if (presence !== null) {
    const op = presence[1] === "!" ? FilterOp.NOT_SET : FilterOp.SET;
    return create(FilterSchema, { property: parseProperty(presence[2] ?? ""), op });
  }
  const at = text.search(/!?[=~<>]/);
  const found = at < 1 ? undefined : operators.find(([sign]) => text.startsWith(sign, at));
  if (found === undefined) throw new UserError(`${JSON.stringify(text)} is no condition: ${filterHelp}`);
  const [sign, op] = found;
  const value = text.slice(at + sign.length);
  return create(FilterSchema, {
    property: parseProperty(text.slice(0, at)),
    op,
    values: listed.has(op) ? value.split("|") : [value],
  });
}
