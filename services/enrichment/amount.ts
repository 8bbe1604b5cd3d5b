// Finds one numeric property in the properties' JSON text without parsing it.

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const COMMA = 44;
const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;
const CLOSE_OBJECT = 125;
const CLOSE_ARRAY = 93;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const powersOfTen = Array.from({ length: 16 }, (_, power) => 10 ** power);

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

/** Up to here, walking over the text at once beats looking whether the name is in it at all. */
const shortTextBytes = 1_024;

/**
 * The number that an object's own member of that name holds; 0 where it has none, or one that is no finite number. Of
 * members with the same name the last counts. The text is JSON that was checked; anything else gives 0.
 */
export function amountOf({ bytes, start, end }: JsonText, { name, quoted }: WantedProperty): number {
  if (end - start > shortTextBytes) {
    const whole = bytes.subarray(start, end);
    // A name may be written with escapes; then, and only then, it is not found as it is.
    if (!whole.includes(quoted) && !whole.includes(BACKSLASH)) return 0;
  }
  let found = 0;
  let depth = 0;
  let isKeyNext = false;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const close = endOfString(bytes, at, end);
      if (isKeyNext && depth === 1 && nameIs({ bytes, start: at, end: close }, name, quoted)) {
        found = numberAfter(bytes, close, end);
      }
      isKeyNext = false;
      at = close;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth++;
      isKeyNext = true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    else if (byte === COMMA) isKeyNext = true;
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

function nameIs({ bytes, start, end }: JsonText, name: string, quoted: Buffer): boolean {
  let isEqual = end - start === quoted.length;
  let hasEscape = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) hasEscape = true;
    if (byte !== quoted[at - start]) isEqual = false;
  }
  if (isEqual || !hasEscape) return isEqual;
  try {
    return JSON.parse(bytes.toString("utf8", start, end)) === name;
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
  const plain = plainNumber(bytes, start, at);
  if (plain !== undefined) return plain;
  const token = bytes.toString("latin1", start, at);
  const value = numberText.test(token) ? Number(token) : 0;
  return Number.isFinite(value) ? value : 0;
}

/**
 * A number of at most 15 digits without exponent; undefined for anything else. The digits as a whole number and the
 * power of ten are exact, so that one division rounds correctly (W. Clinger, How to read floating point numbers
 * accurately, 1990).
 */
function plainNumber(bytes: Buffer, start: number, end: number): number | undefined {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  if (end - first > 16 || end === first) return undefined;
  let digits = 0;
  let decimals = -1;
  let count = 0;
  for (let at = first; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === POINT && decimals < 0 && count > 0) decimals = 0;
    else if (byte >= ZERO && byte <= ZERO + 9) {
      digits = digits * 10 + byte - ZERO;
      count++;
      if (decimals >= 0) decimals++;
    } else return undefined;
  }
  if (count > 15 || count === 0 || decimals === 0) return undefined;
  const value = digits / (powersOfTen[Math.max(0, decimals)] ?? 1);
  return isNegative ? -value : value;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}
