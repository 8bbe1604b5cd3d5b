// Where in a JSON text a byte lies, as a path for people: "items[2].price". Runs only once a fault is found.

const QUOTE = 34;
const BACKSLASH = 92;
/** A path is cut here: it goes into verdicts. */
const PATH_MAX = 256;

interface Level {
  /** The name at hand in an object; undefined in an array. */
  name: string | undefined;
  /** The index at hand in an array; -1 in an object. */
  index: number;
}

/** The position after the string that begins at `at`, or `end`. */
const afterString = (bytes: Uint8Array, at: number, end: number): number => {
  let position = at + 1;
  while (position < end && bytes[position] !== QUOTE) position += bytes[position] === BACKSLASH ? 2 : 1;
  return Math.min(position + 1, end);
};

const nameOf = (bytes: Uint8Array, start: number, end: number): string => {
  const text = Buffer.from(bytes.subarray(start, end)).toString();
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, 65);
  }
};

/** Appends a name or an index to a path. */
export const joinJsonPath = (path: string, step: string | number): string => {
  if (typeof step === "number") return `${path}[${step}]`;
  const isPlain = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step);
  if (!isPlain) return `${path}[${JSON.stringify(step)}]`;
  return path === "" ? step : `${path}.${step}`;
};

/**
 * The path of the value or name at `offset` of the text that begins at `start`; the text up to there must be JSON, or
 * the path is a guess.
 */
export function jsonPathAt(bytes: Uint8Array, start: number, offset: number): string {
  const levels: Level[] = [];
  let at = start;
  while (at < offset) {
    const byte = bytes[at];
    const top = levels.at(-1);
    if (byte === QUOTE) {
      const after = afterString(bytes, at, bytes.length);
      // A string right after the brace or comma of an object is a name.
      if (top !== undefined && top.index < 0 && top.name === undefined) {
        top.name = nameOf(bytes, at, after);
      }
      if (after > offset) break;
      at = after;
      continue;
    }
    if (byte === 123) levels.push({ name: undefined, index: -1 });
    else if (byte === 91) levels.push({ name: undefined, index: 0 });
    else if (byte === 125 || byte === 93) levels.pop();
    else if (byte === 44 && top !== undefined) {
      if (top.index < 0) top.name = undefined;
      else top.index++;
    }
    at++;
  }
  const top = levels.at(-1);
  if (top !== undefined && top.index < 0 && top.name === undefined && bytes[offset] === QUOTE) {
    top.name = nameOf(bytes, offset, afterString(bytes, offset, bytes.length));
  }
  let path = "";
  for (const { name, index } of levels.slice(0, 40)) {
    if (index >= 0) path = joinJsonPath(path, index);
    else if (name !== undefined) path = joinJsonPath(path, name);
  }
  return path.length > PATH_MAX ? path.slice(0, PATH_MAX) : path;
}
