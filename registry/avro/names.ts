// Names as the specification has them: parts of [A-Za-z_][A-Za-z0-9_]*, joined by dots.
import type { AvroNamed } from "./type.js";

const PART = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const isSimpleName = (text: string): boolean => PART.test(text);

export const isDottedName = (text: string): boolean => text.split(".").every(isSimpleName);

/** The full name of a name that stands where `space` is the namespace. */
export const fullNameIn = (name: string, space: string): string =>
  name.includes(".") || space === "" ? name : `${space}.${name}`;

/** A full name's namespace, or the empty text, and the name without it. */
export const splitName = (fullName: string): { space: string; name: string } => {
  const dot = fullName.lastIndexOf(".");
  return { space: fullName.slice(0, Math.max(dot, 0)), name: fullName.slice(dot + 1) };
};

/**
 * Whether a reader's type takes what was written as the writer's: their names without namespaces are equal, or the
 * reader has the writer's full name as an alias.
 */
export const namesMatch = (writer: AvroNamed, reader: AvroNamed): boolean =>
  reader.name === writer.name || reader.aliases.includes(writer.fullName);
