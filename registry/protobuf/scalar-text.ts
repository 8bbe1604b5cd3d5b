// Scalars of the wire as JSON text: whole numbers with all digits, bytes in base64, floats as short as they can be.
import type { WireType } from "@bufbuild/protobuf/wire";
import { Refused } from "./event-plan.js";
import type { ScalarType } from "./syntax.js";
import { asBuffer, type WireReader, wire } from "./wire-reader.js";

const wireTypes: Readonly<Record<ScalarType, WireType>> = {
  double: wire.bit64,
  float: wire.bit32,
  int64: wire.varint,
  uint64: wire.varint,
  int32: wire.varint,
  fixed64: wire.bit64,
  fixed32: wire.bit32,
  bool: wire.varint,
  string: wire.bytes,
  bytes: wire.bytes,
  uint32: wire.varint,
  sfixed32: wire.bit32,
  sfixed64: wire.bit64,
  sint32: wire.varint,
  sint64: wire.varint,
};

export const wireTypeOf = (type: ScalarType): WireType => wireTypes[type];

export const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new Refused("finite_number", "A number is not finite.");
  return value;
};

/** The shortest text that gives the same float. */
export const floatText = (value: number): string => {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
};

export const base64Of = (bytes: Uint8Array): string => asBuffer(bytes).toString("base64");

/** Reads one scalar and writes it as JSON. */
export function scalarText(reader: WireReader, type: ScalarType): string {
  switch (type) {
    case "string":
      return reader.jsonString();
    case "int32":
      return String(reader.int32());
    case "int64":
      return reader.text64(true);
    case "bool":
      return reader.bool() ? "true" : "false";
    case "double":
      return String(finite(reader.double()));
    case "float":
      return floatText(finite(reader.float()));
    case "uint32":
      return String(reader.uint32());
    case "uint64":
      return reader.text64(false);
    case "sint32":
      return String(reader.sint32());
    case "sint64":
      return String(reader.sint64());
    case "fixed32":
      return String(reader.fixed32());
    case "fixed64":
      return String(reader.fixed64());
    case "sfixed32":
      return String(reader.sfixed32());
    case "sfixed64":
      return String(reader.sfixed64());
    case "bytes":
      return JSON.stringify(base64Of(reader.bytes()));
  }
}
