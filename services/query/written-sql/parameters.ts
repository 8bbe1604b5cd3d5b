import { requestInvalid } from "../../../platform/fault.js";

/** Bytes of all values: they travel in an address. */
const bytesMax = 64 * 1024;

/** Types whose texts have quotes of their own inside; all others are read as one escaped text. */
const composite = /^(?:(?:Nullable|LowCardinality)\s*\()*\s*(?:Array|Tuple|Map|Nested|Point|Ring|Polygon)/;

/**
 * Values as the engine takes them for {name:Type}: a list, tuple or map as it is written, anything else escaped, so
 * that every character stands for itself.
 *
 * @throws Fault REQUEST_INVALID (field "parameters")
 */
export function engineParameters(
  statement: string,
  parameters: Readonly<Record<string, string>>,
): Record<string, string> {
  const bytes = Object.entries(parameters)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > bytesMax) throw requestInvalid("parameters", "max_bytes", "at most 64 KiB in all");
  const types = new Map(
    [...statement.matchAll(/\{\s*(\w+)\s*:\s*([^}]*)\}/g)].map(([, name = "", type = ""]) => [name, type]),
  );
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      composite.test(types.get(name) ?? "") ? value : escaped(value),
    ]),
  );
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\0": "\\0",
};

function escaped(text: string): string {
  return text.replace(/[\\\t\n\r\0]/g, (sign) => escapes[sign] ?? sign);
}
