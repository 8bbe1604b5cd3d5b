/** One record of a file, or the place of one that can't be read. */
export type Item = RecordItem | UnreadableItem;

/** A record that was read. */
export interface RecordItem {
  /** Where it begins: the line in the file from 1, or in a JSON array the item from 1. */
  readonly line: number;
  /** What a FieldReader of the same source takes. */
  readonly record: unknown;
}

/** What stands where no record can be read; the records after it are not touched. */
export interface UnreadableItem {
  readonly line: number;
  /** Why, in one sentence without the value. */
  readonly unreadable: string;
}

/** The value of one field of a record; undefined where it is missing or empty. */
export type FieldReader = (record: unknown) => unknown;

/** Records of one file, in order, in runs of some hundreds. */
export interface Source {
  /** How to read a field. Called before the first record; @throws MappingError for a field no record can have. */
  field(path: string): FieldReader;
  /** All names at the top level that a record may hold, in order; for the rest of a record. */
  fieldsOf(record: unknown): readonly string[];
  runs(): AsyncIterable<Item[]>;
}

/** A mapping that can't be used: says where in it and why. */
export class MappingError extends Error {
  override readonly name = "MappingError";
}

/** A record that a mapping can't make an event of: says which field and why, never the value. */
export class UnmappableError extends Error {
  override readonly name = "UnmappableError";
}

/** Whether an item is a record. */
export function isRecord(item: Item): item is RecordItem {
  return "record" in item;
}
