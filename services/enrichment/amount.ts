// Finds one numeric property in the properties' JSON text without parsing it.

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const COMMA = 44;
const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;
const CLOSE_OBJECT = 125;
const CLOSE_ARRAY = 93;

const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A property's name, ready to be looked for. */
export interface WantedProperty {
  readonly name: string;
  /** Its name in quotes, as JSON text without escapes has it. */
  readonly quoted: Buffer;
}

export function wantedProperty(name: string): WantedProperty {
  return { name, quoted: Buffer.from(JSON.stringify(name)) };
}

/** A JSON text within a buffer. */
export interface JsonText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * The number that an object's own member of that name holds; 0 where it has none, or one that is no finite number. Of
 * members with the same name the last counts. The text is JSON that was checked; anything else gives 0.
 */
export function amountOf(text: JsonText, { name, quoted }: WantedProperty): number {
  const { bytes, start, end } = text;
  const whole = bytes.subarray(start, end);
  // A name may be written with escapes; then, and only then, it is not found as it is.
  if (!whole.includes(quoted) && !whole.includes(BACKSLASH)) return 0;
  let found = 0;
  let depth = 0;
  let at = start;
  let keyStart = -1;
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const close = endOfString(bytes, at, end);
      if (depth === 1 && keyStart < 0) keyStart = at;
      if (depth === 1 && keyStart === at && nameIs(bytes.subarray(at, close), name, quoted)) {
        found = numberAfter(bytes, close, end);
      }
      at = close;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    else if (byte === COMMA && depth === 1) keyStart = -1;
    at++;
  }
  return found;
}

/** After the closing quote of the string that begins at `from`. */
function endOfString(bytes: Buffer, from: number, end: number): number {
  for (let at = from + 1; at < end; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at + 1;
  }
  return end;
}

function nameIs(text: Buffer, name: string, quoted: Buffer): boolean {
  if (text.equals(quoted)) return true;
  if (!text.includes(BACKSLASH)) return false;
  try {
    return JSON.parse(text.toString("utf8")) === name;
  } catch {
    return false;
  }
}

/** The number after a member's name and colon. */
function numberAfter(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (isSpace(bytes[at]) || bytes[at] === COLON)) at++;
  const start = at;
  while (at < end && bytes[at] !== COMMA && bytes[at] !== CLOSE_OBJECT && !isSpace(bytes[at])) at++;
  const token = bytes.toString("latin1", start, at);
  const value = numberText.test(token) ? Number(token) : 0;
  return Number.isFinite(value) ? value : 0;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}
