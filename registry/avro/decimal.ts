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
