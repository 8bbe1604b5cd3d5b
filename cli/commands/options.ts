import { InvalidArgumentError } from "commander";

/** Gathers an option that may be given several times. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** A whole number of an option, 1 to 1,000. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000) throw new InvalidArgumentError("1 to 1000");
  return value;
}
