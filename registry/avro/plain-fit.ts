// The quick way of checking JSON properties against an Avro record: over values as JSON.parse makes them, for those
// that fit as they stand. Whatever is doubtful is left to `check-json.ts`, which is exact and says what is wrong.
import type { AvroRecord, AvroType } from "./type.js";

/** Subvalues looked at: what has more is left to the exact check, which bounds it. */
const stepsMax = 10_000;
/** Numbers of so many digits may have lost some. */
const longDigits = /\d{16}/;

let stepsLeft = 0;

/** The properties as JSON.parse reads them, where they fit the record as they stand; undefined: not known yet. */
export function plainFit(record: AvroRecord, json: string): object | undefined {
  if (longDigits.test(json)) return undefined;
  const value: unknown = JSON.parse(json);
  stepsLeft = stepsMax;
  return recordFits(record, value) ? (value as object) : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const recordFits = (record: AvroRecord, value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { fields } = record;
  for (const { name, type } of fields)
    if (!Object.hasOwn(value, name) || !fits(type, value[name])) return false;
  let members = 0;
  for (const name in value) if (Object.hasOwn(value, name)) members++;
  return members === fields.length;
};

const fits = (type: AvroType, value: unknown): boolean => {
  if (stepsLeft-- <= 0) return false;
  switch (type.kind) {
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "int":
      return typeof value === "number" && (value | 0) === value;
    case "long":
      return Number.isSafeInteger(value);
    case "float":
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "enum":
      return typeof value === "string" && type.symbols.includes(value);
    case "array":
      return Array.isArray(value) && value.every((item) => fits(type.items, item));
    case "map":
      return isObject(value) && Object.values(value).every((member) => fits(type.values, member));
    case "union":
      return type.branches.some((branch) => fits(branch, value));
    case "record":
      return recordFits(type, value);
    default:
      return false; // Bytes and fixed have rules of their own for their text.
  }
};
