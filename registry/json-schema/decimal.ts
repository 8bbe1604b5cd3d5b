// Numbers as people write them: decimal, exact.

/** `digits` times ten to the power of `exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** The shortest decimal that is read as this number, which is what the text said up to 17 digits. */
const decimalOf = (value: number): Decimal => {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
};

/** Whether `value` is `divisor` times a whole number, as decimals. */
export function isMultipleOf(value: number, divisor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor))
    return divisor !== 0 && value % divisor === 0;
  if (!Number.isFinite(value) || !Number.isFinite(divisor) || divisor === 0) return false;
  const one = decimalOf(value);
  const other = decimalOf(divisor);
  const least = Math.min(one.exponent, other.exponent);
  const scaled = ({ digits, exponent }: Decimal) => digits * 10n ** BigInt(exponent - least);
  return scaled(one) % scaled(other) === 0n;
}
