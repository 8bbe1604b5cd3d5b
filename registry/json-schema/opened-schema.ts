import { dataKeywords, mapKeywords } from "./keywords.js";

/** A copy of a schema whose objects take every property that they do not name. */
export function openedSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(openedSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.entries(schema).filter(
    ([name]) => name !== "additionalProperties" && name !== "unevaluatedProperties",
  );
  return Object.fromEntries(
    members.map(([name, value]) => {
      if (dataKeywords.has(name)) return [name, value];
      if (!mapKeywords.has(name) || typeof value !== "object" || value === null)
        return [name, openedSchema(value)];
      return [name, Object.fromEntries(Object.entries(value).map(([key, it]) => [key, openedSchema(it)]))];
    }),
  );
}
