// Scalars in JSON: what Protobuf's JSON mapping takes, in the form that events are kept in.
import { ExactNumber } from "../../platform/json/exact.js";
import { Refused } from "./event-plan.js";
import type { ScalarType } from "./syntax.js";

/** Thrown where a double may not have the digits that the text has: the text is to be read again, exactly. */
export class NeedsDigits extends Error {}

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const rangeNames: Readonly<Partial<Record<ScalarType, string>>> = {
  int32: "int32",
  sint32: "int32",
  sfixed32: "int32",
  uint32: "uint32",
  fixed32: "uint32",
  int64: "int64",
  sint64: "int64",
  sfixed64: "int64",
  uint64: "uint64",
  fixed64: "uint64",
};

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const FLOAT_MAX = 3.402_823_466_385_289e38;
/** No number of 64 bits is longer, and a longer one would cost time. */
const DIGITS_MAX = 40;

/** The value as it is kept, itself where nothing is to be changed. @throws Refused, NeedsDigits */
export function scalarValue(type: ScalarType, value: unknown, path: string): unknown {
  switch (type) {
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "bytes":
      if (typeof value === "string") return base64(value, path);
      break;
    case "float":
    case "double":
      return floating(type, value, path);
    case "int32":
    case "sint32":
    case "sfixed32":
      if (typeof value === "number" && Number.isInteger(value) && value >= INT32_MIN && value <= INT32_MAX)
        return value;
      return integer(type, value, path);
    default:
      if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= INT32_MAX)
        return value;
      return integer(type, value, path);
  }
  throw new Refused(type, `The value is no ${type}.`, path);
}

function integer(type: ScalarType, value: unknown, path: string): unknown {
  if (typeof value === "number" && !Number.isSafeInteger(value) && Number.isInteger(value))
    throw new NeedsDigits();
  const text = value instanceof ExactNumber ? value.text : String(value);
  const isNumber = typeof value === "number" || value instanceof ExactNumber || typeof value === "string";
  const whole = isNumber ? wholeOf(text) : undefined;
  const name = rangeNames[type] ?? "int64";
  const [min, max] = ranges[name] ?? [0n, 0n];
  if (whole === undefined || whole < min || whole > max)
    throw new Refused(type, `The value is no whole number in the range of ${name}.`, path);
  if (typeof value === "number" || (value instanceof ExactNumber && value.text === String(whole)))
    return value;
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : new ExactNumber(String(whole));
}

/** A whole number, also one written as 1e3 or 5.0. */
function wholeOf(text: string): bigint | undefined {
  if (text.length > DIGITS_MAX) return undefined;
  if (/^-?(0|[1-9]\d*)$/.test(text)) return BigInt(text);
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? BigInt(number) : undefined;
}

function floating(type: "float" | "double", value: unknown, path: string): unknown {
  const isText = typeof value === "string" && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value);
  const number =
    typeof value === "number"
      ? value
      : value instanceof ExactNumber
        ? Number(value.text)
        : isText
          ? Number(value)
          : undefined;
  if (typeof value === "string" && /^(NaN|-?Infinity)$/.test(value))
    throw new Refused("finite_number", "A number is not finite.", path);
  if (number === undefined || !Number.isFinite(number) || (type === "float" && Math.abs(number) > FLOAT_MAX))
    throw new Refused(type, `The value is no ${type}.`, path);
  return isText ? number : value;
}

/** Bytes in base64, standard or for URLs, with or without padding; kept in the standard form with padding. */
export function base64(value: string, path: string): string {
  const body = value.replace(/={1,2}$/, "");
  if (body.length % 4 === 1 || !/^[A-Za-z0-9+/_-]*$/.test(body)) {
    throw new Refused("bytes", "The value is no base64.", path);
  }
  const isStandard = value.length % 4 === 0 && !/[-_]/.test(value);
  return isStandard ? value : Buffer.from(value, "base64").toString("base64");
}
