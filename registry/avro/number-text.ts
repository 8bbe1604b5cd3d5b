// Numbers as JSON text.

/** Bytes of a decimal, at most: a number of a thousand digits. */
const BYTES_MAX = 420;

/** A decimal's unscaled two's complement number as JSON text, with its point; undefined where it is too long. */
export const decimalText = (bytes: Buffer, scale: number): string | undefined => {
  if (bytes.length > BYTES_MAX) return undefined;
  const unscaled =
    bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/** The double with the fewest digits that is the float. */
export const shortestFloat = (value: number): number => {
  // A double so short has no shorter float.
  if (String(value).length < 8) return value;
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
};

/** From here on a double is written with its exponent: as a whole number it might be one of more than 64 bits. */
const EXPONENT_FROM = 1e18;

export const doubleText = (value: number): string =>
  value < EXPONENT_FROM && value > -EXPONENT_FROM ? String(value) : value.toExponential();
