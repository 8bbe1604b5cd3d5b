import { expect } from "chai";

/** Numbers by what they are of, such as "2010-12 / United Kingdom" -> 676,742.62. */
export type Figures = ReadonlyMap<string, number>;

/**
 * Whether each pair of numbers is no further apart than `within`: 0 for counts, which have to be equal. What is not
 * there counts as 0, as a bucket without events does. A failure names every figure that differs.
 */
export function expectFigures(actual: Figures, wanted: Figures, within = 0): void {
  expect(wanted.size, "figures to compare with").to.be.greaterThan(0);
  const differing: string[] = [];
  for (const key of new Set([...wanted.keys(), ...actual.keys()])) {
    const [own, other] = [actual.get(key), wanted.get(key)];
    const isEqual = Math.abs((own ?? 0) - (other ?? 0)) <= within;
    if (!isEqual) differing.push(`${key}: ${own ?? "none"}, expected ${other ?? "none"}`);
  }
  expect(differing.join("\n")).to.equal("");
}
