// Takes a JSON request apart into its events by position, without parsing it: so that one bad event does not refuse
// its batch, and so that properties given as a plain object keep every digit that was sent.

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;
const CLOSE_OBJECT = 125;
const CLOSE_ARRAY = 93;

/** A part of a text: from its first byte to after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Member extends Span {
  readonly name: string;
}

/** Thrown where a text can't be taken apart: brackets or quotes that don't match, or nothing where a value is due. */
export class JsonShapeError extends Error {
  override readonly name = "JsonShapeError";
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 32 || byte === 10 || byte === 13 || byte === 9;

const skipSpace = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
};

/** The position after the string that begins at `from`. */
const skipString = (bytes: Uint8Array, from: number): number => {
  let at = from + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === undefined) throw new JsonShapeError("a string does not end");
    at += byte === BACKSLASH ? 2 : 1;
  }
};

/** The position after the object or array that begins at `from`; depth costs a count, not a stack. */
const skipContainer = (bytes: Uint8Array, from: number): number => {
  let depth = 0;
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) throw new JsonShapeError("an object or array does not end");
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      continue;
    }
    at++;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at;
  }
};

/** The position after the value that begins at `from`; only its outline is looked at. */
const skipValue = (bytes: Uint8Array, from: number): number => {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipContainer(bytes, from);
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (
      byte === undefined ||
      byte === COMMA ||
      byte === CLOSE_OBJECT ||
      byte === CLOSE_ARRAY ||
      isSpace(byte)
    )
      break;
    at++;
  }
  if (at === from) throw new JsonShapeError("a value is missing");
  return at;
};

/** The items of the array or the members of the object that begins at `from`, and the position after it. */
const readItems = <T>(
  bytes: Uint8Array,
  from: number,
  close: number,
  readItem: (at: number) => { item: T; end: number },
): { items: T[]; end: number } => {
  const items: T[] = [];
  let at = skipSpace(bytes, from + 1);
  if (bytes[at] === close) return { items, end: at + 1 };
  for (;;) {
    const { item, end } = readItem(at);
    items.push(item);
    at = skipSpace(bytes, end);
    if (bytes[at] === close) return { items, end: at + 1 };
    if (bytes[at] !== COMMA) throw new JsonShapeError("a comma or the end of an object or array is missing");
    at = skipSpace(bytes, at + 1);
  }
};

const nameIn = (bytes: Uint8Array, start: number, end: number): string => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    throw new JsonShapeError("a name has an escape that is not JSON");
  }
};

const readMembers = (bytes: Uint8Array, from: number): { items: Member[]; end: number } =>
  readItems(bytes, from, CLOSE_OBJECT, (at) => {
    if (bytes[at] !== QUOTE) throw new JsonShapeError("a name is missing");
    const nameEnd = skipString(bytes, at);
    const colonAt = skipSpace(bytes, nameEnd);
    if (bytes[colonAt] !== COLON) throw new JsonShapeError("a colon is missing");
    const start = skipSpace(bytes, colonAt + 1);
    const end = skipValue(bytes, start);
    return { item: { name: nameIn(bytes, at, nameEnd), start, end }, end };
  });

const readElements = (bytes: Uint8Array, from: number): { items: Span[]; end: number } =>
  readItems(bytes, from, CLOSE_ARRAY, (start) => {
    const end = skipValue(bytes, start);
    return { item: { start, end }, end };
  });

/** Where the elements of the list lie that begins at `from`. @throws JsonShapeError where none does. */
export function elementsOf(bytes: Uint8Array, from = 0): Span[] {
  if (bytes[from] !== OPEN_ARRAY) throw new JsonShapeError("a list is missing");
  return readElements(bytes, from).items;
}

/** Where the members of an object lie, by their names. @throws JsonShapeError where the text is none. */
export function membersOf(bytes: Uint8Array): ReadonlyMap<string, Span> {
  if (bytes[0] !== OPEN_OBJECT) throw new JsonShapeError("an object is missing");
  const { items, end } = readMembers(bytes, 0);
  expectEnd(bytes, end);
  return new Map(items.map(({ name, start, end: to }) => [name, { start, end: to }]));
}

/** A request of events: where each lies, and the request's other members, as JSON text. */
export interface EventSpans {
  readonly events: readonly Span[];
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Finds the events of a request: {"events": [...]}, an array of events, or one event; only the first of these where
 * the text must be a `message`.
 * @throws JsonShapeError where the outline of the text is not that of JSON.
 */
export function findEvents(bytes: Uint8Array, form: "any" | "message" = "any"): EventSpans {
  const start = skipSpace(bytes, 0);
  const isArray = bytes[start] === OPEN_ARRAY && form === "any";
  if (!isArray && bytes[start] !== OPEN_OBJECT) throw new JsonShapeError("neither an object nor an array");
  const others = new Map<string, string>();
  if (isArray) {
    const { items, end } = readElements(bytes, start);
    expectEnd(bytes, end);
    return { events: items, others };
  }
  const { items, end } = readMembers(bytes, start);
  expectEnd(bytes, end);
  const list = items.findLast((member) => member.name === "events");
  if (list === undefined) return { events: form === "any" ? [{ start, end }] : [], others };
  for (const { name, start: from, end: to } of items) {
    if (name !== "events") others.set(name, Buffer.from(bytes.subarray(from, to)).toString());
  }
  if (bytes[list.start] === OPEN_ARRAY) return { events: readElements(bytes, list.start).items, others };
  // As in protobuf's JSON, null stands for the empty list.
  if (bytes[list.start] !== 110) throw new JsonShapeError("events is not an array");
  return { events: [], others };
}

const expectEnd = (bytes: Uint8Array, end: number): void => {
  if (skipSpace(bytes, end) < bytes.length) throw new JsonShapeError("more follows after the request");
};

/**
 * The JSON text of one event in which properties are a string: their own text, byte for byte, where they were given
 * as anything but a string or null. The rest of the event is as it was, right or wrong.
 * @throws JsonShapeError where the outline of an object is broken.
 */
export function eventWithTextProperties(bytes: Uint8Array, { start, end }: Span): string {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes[start] !== OPEN_OBJECT) return source.toString("utf8", start, end);
  let text = "";
  let copied = start;
  for (const member of readMembers(bytes, start).items) {
    const first = bytes[member.start];
    if (member.name !== "properties" || first === QUOTE || first === 110) continue;
    text +=
      source.toString("utf8", copied, member.start) +
      JSON.stringify(source.toString("utf8", member.start, member.end));
    copied = member.end;
  }
  return text + source.toString("utf8", copied, end);
}
