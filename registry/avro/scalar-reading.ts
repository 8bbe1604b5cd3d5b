// How the scalars of a datum become JSON: long with all its digits; float as the shortest text that gives the same
// float; bytes and fixed as a string of the code points U+0000 to U+00FF, as in Avro's own JSON encoding; decimal as a
// number with all its digits; duration as {"months", "days", "milliseconds"}; uuid as its text; dates, times and
// timestamps as the number they are encoded as, in their unit.
import { isUtf8 } from "node:buffer";
import type { Cursor } from "./cursor.js";
import { fixedText } from "./defaults.js";
import { decimalText, doubleText, shortestFloat } from "./number-text.js";
import { Refused } from "./refused.js";
import type { AvroBytes, AvroFixed, AvroType, Decimal } from "./type.js";

/** Reads one value from the cursor and writes it as JSON. */
export type Reading = (cursor: Cursor) => void;

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

const writeWhole = (cursor: Cursor, value: number | bigint): void => {
  if (typeof value === "number") cursor.out.whole(value);
  else cursor.out.ascii(value.toString());
};

/** A number as the reader's type has it. */
const writeNumber = (cursor: Cursor, value: number, readerKind: AvroType["kind"]): void => {
  const read = readerKind === "float" ? shortestFloat(Math.fround(value)) : value;
  cursor.out.ascii(doubleText(read));
};

const numberReading = (writer: "int" | "long" | "float", reader: AvroType["kind"]): Reading => {
  switch (writer) {
    case "int":
      return (cursor) => writeNumber(cursor, cursor.int(), reader);
    case "long":
      return (cursor) => writeNumber(cursor, Number(cursor.long()), reader);
    case "float":
      return (cursor) => writeNumber(cursor, cursor.float(), reader);
  }
};

/** ClickHouse's JSON type takes whole numbers of 64 bits, and JSON's others are doubles. */
const requireRange = (text: string): void => {
  if (text.length < 19) return;
  if (text.includes(".")) {
    if (Number.isFinite(Number(text))) return;
    throw new Refused("finite_number", "A number is out of the range of doubles.");
  }
  const value = BigInt(text);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) {
    throw new Refused(
      "integer_range",
      "A whole number is out of the range of 64 bits; with a fraction or an exponent it is a double.",
    );
  }
};

/** `start` to `end` of the datum as a decimal or as bytes. */
const writeBytes = (
  cursor: Cursor,
  { start, end, decimal }: { start: number; end: number; decimal: Decimal | undefined },
): void => {
  if (decimal === undefined) {
    cursor.out.latin1(cursor.bytes, start, end);
    return;
  }
  const text = decimalText(cursor.bytes.subarray(start, end), decimal.scale);
  if (text === undefined) throw new Refused("decimal", "A decimal has too many bytes.");
  requireRange(text);
  cursor.out.ascii(text);
};

const bytesReading =
  (decimal: Decimal | undefined): Reading =>
  (cursor) => {
    const length = cursor.length();
    const start = cursor.take(length);
    writeBytes(cursor, { start, end: start + length, decimal });
  };

const textReading: Reading = (cursor) => {
  const length = cursor.length();
  const start = cursor.take(length);
  cursor.out.utf8(cursor.bytes, start, start + length);
};

/** Bytes that are read as a string: what is no UTF-8 becomes U+FFFD, as Java's readers have it. */
const bytesAsText: Reading = (cursor) => {
  const length = cursor.length();
  const start = cursor.take(length);
  const part = cursor.bytes.subarray(start, start + length);
  const text = isUtf8(part) ? part : Buffer.from(part.toString());
  cursor.out.utf8(text, 0, text.length);
};

const fixedReading = (writer: AvroFixed, reader: AvroFixed): Reading => {
  const { size, logical } = reader;
  const decimal = decimalOfBoth(writer, reader);
  const isSpecial = (logical === "duration" && size === 12) || (logical === "uuid" && size === 16);
  if (decimal !== undefined || !isSpecial) {
    return (cursor) => {
      const start = cursor.take(size);
      writeBytes(cursor, { start, end: start + size, decimal });
    };
  }
  return (cursor) => {
    if (logical === "duration") cursor.name(3);
    const start = cursor.take(size);
    cursor.out.ascii(fixedText(reader, cursor.bytes.subarray(start, start + size)) ?? "null");
  };
};

/** A decimal keeps its value where its scale has changed: it is read with the scale it was written in. */
const decimalOfBoth = (writer: AvroType, reader: AvroBytes | AvroFixed): Decimal | undefined => {
  if (reader.decimal === undefined) return undefined;
  return ("decimal" in writer ? writer.decimal : undefined) ?? reader.decimal;
};

/** How a scalar is read that is sound as a pair; undefined for enums and what is no scalar. */
export function scalarReading(writer: AvroType, reader: AvroType): Reading | undefined {
  switch (writer.kind) {
    case "null":
      return (cursor) => cursor.out.raw(NULL);
    case "boolean":
      return (cursor) => cursor.out.raw(cursor.boolean() ? TRUE : FALSE);
    case "int":
      if (reader.kind === "float" || reader.kind === "double") return numberReading("int", reader.kind);
      return (cursor) => cursor.out.whole(cursor.int());
    case "long":
      if (reader.kind !== "long") return numberReading("long", reader.kind);
      return (cursor) => writeWhole(cursor, cursor.long());
    case "float":
      return numberReading("float", reader.kind);
    case "double":
      return (cursor) => cursor.out.ascii(doubleText(cursor.double()));
    case "string":
      return reader.kind === "bytes" ? bytesReading(reader.decimal) : textReading;
    case "bytes":
      return reader.kind === "bytes" ? bytesReading(decimalOfBoth(writer, reader)) : bytesAsText;
    case "fixed":
      return reader.kind === "fixed" ? fixedReading(writer, reader) : undefined;
    default:
      return undefined;
  }
}
