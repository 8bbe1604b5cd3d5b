import { type AvroType, logicalOf } from "../avro/type.js";
import { eitherKind, plain, type Shape, scalar, type TimeKind, time, unknownShape } from "./field-kind.js";

/** Logical types of long that are times. */
const longTimes: ReadonlyMap<string, TimeKind> = new Map([
  ["timestamp-millis", time("millis")],
  ["timestamp-micros", time("micros")],
  ["timestamp-nanos", time("nanos")],
  ["local-timestamp-millis", time("millis", true)],
  ["local-timestamp-micros", time("micros", true)],
  ["local-timestamp-nanos", time("nanos", true)],
]);

/** As events have it in their properties: see avro/scalar-reading.ts. */
export function avroShape(type: AvroType): Shape {
  switch (type.kind) {
    case "record":
      return {
        kind: undefined,
        members: () => type.fields.map((field) => [field.name, avroShape(field.type)] as const),
      };
    case "union":
      return unionShape(type.branches);
    case "int":
      return scalar(logicalOf(type) === "date" ? time("days", true) : plain.integer);
    case "long":
      return scalar(longTimes.get(logicalOf(type)) ?? plain.integer);
    case "float":
    case "double":
      return scalar(plain.number);
    case "boolean":
      return scalar(plain.boolean);
    case "string":
    case "enum":
      return scalar(plain.text);
    case "bytes":
      return scalar(type.decimal === undefined ? plain.text : plain.number);
    case "fixed":
      if (type.decimal !== undefined) return scalar(plain.number);
      return type.logical === "duration" && type.size === 12 ? unknownShape : scalar(plain.text);
    default:
      return unknownShape;
  }
}

function unionShape(branches: readonly AvroType[]): Shape {
  const [first, ...others] = branches.filter(({ kind }) => kind !== "null").map(avroShape);
  if (first === undefined) return unknownShape;
  if (others.length === 0) return first;
  const kind = others.reduce((known, { kind: next }) => eitherKind(known, next), first.kind);
  return kind === undefined ? unknownShape : scalar(kind);
}
