/** An instant, or a date. */
export interface TimeKind {
  readonly kind: "time";
  /** As ISO 8601 text, or as a number since 1970 in this unit. */
  readonly stored: "text" | "days" | "seconds" | "millis" | "micros" | "nanos";
  /** A date, or the time on a clock of nobody knows which zone. */
  readonly isLocal: boolean;
}

export type FieldKind =
  | { readonly kind: "integer" }
  | { readonly kind: "number" }
  | { readonly kind: "boolean" }
  | { readonly kind: "text" }
  | TimeKind;

/** By `propertyPath`. What is not in it is unknown: nothing is said of it, or several things, or it is no scalar. */
export type FieldKinds = ReadonlyMap<string, FieldKind>;

export const noKinds: FieldKinds = new Map();

/** Keys as one text, as questions write them: a dot between, "\." for a dot in a key, "\\" for a backslash. */
export const propertyPath = (keys: readonly string[]): string =>
  keys.map((key) => key.replace(/[\\.]/g, "\\$&")).join(".");

/** A part of a schema: a scalar with its kind, or an object with its members, or nothing that is known. */
export interface Shape {
  readonly kind: FieldKind | undefined;
  members(): Iterable<readonly [name: string, shape: Shape]>;
}

const none: readonly (readonly [string, Shape])[] = [];

/** Nothing is known of it. */
export const unknownShape: Shape = { kind: undefined, members: () => none };

export const scalar = (kind: FieldKind): Shape => ({ kind, members: () => none });

export const plain = {
  integer: { kind: "integer" },
  number: { kind: "number" },
  boolean: { kind: "boolean" },
  text: { kind: "text" },
} as const satisfies Record<string, FieldKind>;

export const time = (stored: TimeKind["stored"], isLocal = false): TimeKind => ({
  kind: "time",
  stored,
  isLocal,
});

const isNumeric = ({ kind }: FieldKind): boolean => kind === "integer" || kind === "number";

const isSame = (left: FieldKind, right: FieldKind): boolean =>
  left.kind === right.kind &&
  (left.kind !== "time" ||
    right.kind !== "time" ||
    (left.stored === right.stored && left.isLocal === right.isLocal));

/** The kind of what is of one kind or of the other; undefined where that is ambiguous. */
export function eitherKind(left: FieldKind | undefined, right: FieldKind | undefined): FieldKind | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (isSame(left, right)) return left;
  return isNumeric(left) && isNumeric(right) ? plain.number : undefined;
}

/** The kind of what two parts of a schema speak of; undefined where they contradict each other. */
export function bothKinds(left: FieldKind | undefined, right: FieldKind | undefined): FieldKind | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  if (isSame(left, right)) return left;
  if (isNumeric(left) && isNumeric(right)) return plain.integer;
  const times = [left, right].find((one): one is TimeKind => one.kind === "time");
  const other = times === left ? right : left;
  if (times === undefined) return undefined;
  const fits = times.stored === "text" ? other.kind === "text" : isNumeric(other);
  return fits ? times : undefined;
}
