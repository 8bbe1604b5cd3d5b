import type { FieldReader, Item, Source } from "../record.js";
import { type Line, lineRuns } from "./text-lines.js";

/** Records that are JSON objects, one a line. A line that is none is unreadable; blank lines are passed over. */
export function openNdjson(pieces: AsyncIterable<string>): Source {
  return {
    field: pathReader,
    fieldsOf: (record) => Object.keys(record as object),
    async *runs() {
      for await (const run of lineRuns(pieces))
        yield run.filter(({ text }) => text?.trim() !== "").map(itemOfLine);
    },
  };
}

function itemOfLine({ line, text }: Line): Item {
  return text === undefined ? { line, unreadable: "the line is too long" } : itemOfJson(line, text);
}

/** The record in a JSON text, or why there is none. */
export function itemOfJson(line: number, text: string): Item {
  try {
    const record: unknown = JSON.parse(text);
    const isObject = typeof record === "object" && record !== null && !Array.isArray(record);
    return isObject ? { line, record } : { line, unreadable: "not a JSON object" };
  } catch {
    return { line, unreadable: "not valid JSON" };
  }
}

/** Reads a path with dots into nested objects; a dot in a name is written "\." and a list's item by its index. */
export function pathReader(path: string): FieldReader {
  const names = path.split(/(?<!\\)\./).map((name) => name.replaceAll("\\.", "."));
  const [only] = names;
  if (names.length === 1 && only !== undefined) return (record) => emptyToMissing(own(record, only));
  return (record) => {
    let value = record;
    for (const name of names) value = own(value, name);
    return emptyToMissing(value);
  };
}

/** An object's own property; never one of its prototype. */
function own(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function emptyToMissing(value: unknown): unknown {
  return value === "" || value === null ? undefined : value;
}
