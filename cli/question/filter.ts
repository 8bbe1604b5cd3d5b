import type { Filter, Property } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { filterHelp, filterOfText, propertyHelp, propertyOfText } from "../../platform/filter-text.js";
import { UserError } from "../target.js";

export { filterHelp, propertyHelp };

/** A property by its name. @throws UserError */
export function parseProperty(text: string): Property {
  const property = propertyOfText(text);
  if (property !== undefined) return property;
  throw new UserError(`${JSON.stringify(text)} names no property; ${propertyHelp}`);
}

/** One condition. @throws UserError */
export function parseFilter(text: string): Filter {
  const filter = filterOfText(text);
  if (filter !== undefined) return filter;
  throw new UserError(`${JSON.stringify(text)} is no condition: ${filterHelp}`);
}
