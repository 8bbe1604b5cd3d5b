import { UserError } from "../target.js";

/** The number of an enum's word, in capitals or not. @throws UserError that names the words there are */
export function word<T extends number>(
  text: string,
  words: Readonly<Record<string, T | string>>,
  what: string,
): T {
  const found = words[text.toUpperCase()];
  if (typeof found === "number" && found !== 0) return found;
  const known = Object.keys(words).filter((name) => /^[A-Z_]+$/.test(name) && words[name] !== 0);
  throw new UserError(`${what} ${text}: one of ${known.join(", ")}`);
}
