import { expect } from "chai";
import { Fault } from "../../../platform/fault.js";
import { formulaValue, parseFormula } from "./formula.js";

const place = { seriesCount: 3, field: "formulas[0]" };
const values = [12, 4, undefined];

function of(text: string, missing?: number): number | undefined {
  return formulaValue(parseFormula(text, place), (index) => values[index], missing);
}

function refusal(text: string): string {
  try {
    parseFormula(text, place);
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
  return "taken";
}

describe("a formula", () => {
  it("binds as arithmetic does, from left to right", () => {
    expect(of("A + 2 * B")).to.equal(20);
    expect(of("(A + 2) * B")).to.equal(56);
    expect(of("A - B - 1")).to.equal(7);
    expect(of("A / B / 3")).to.equal(1);
    expect(of("a % 5 * b")).to.equal(8);
    expect(of("-A + +B")).to.equal(-8);
    expect(of("A--B")).to.equal(16);
    expect(of("2*-B")).to.equal(-8);
  });

  it("knows decimal numbers", () => {
    expect(of("1.5e2 + .5")).to.equal(150.5);
    expect(of(" A*100. ")).to.equal(1200);
    // No number of its own: A, times nothing.
    expect(refusal("2A")).to.equal('formulas[0]: at character 2: an operator was expected before "A"');
  });

  it("has no value where an operand has none or is divided by zero, unless that counts as 0", () => {
    for (const text of ["A / (B - 4)", "A % 0", "A + C", "C", "-C"])
      expect(of(text), text).to.equal(undefined);
    expect(of("A / (B - 4)", 0)).to.equal(0);
    expect(of("1 + A / 0", 0)).to.equal(1);
    expect(of("A + C", 0)).to.equal(12);
    expect(Object.is(of("-C", 0), 0)).to.equal(true);
  });

  it("is refused with the place of what is wrong", () => {
    for (const [text, message] of [
      ["", "at character 1: a letter, a number or a parenthesis was expected instead of the end"],
      ["A +", "at character 4: a letter, a number or a parenthesis was expected instead of the end"],
      ["A + D", "at character 5: there is no series D"],
      ["A ? B", "at character 2: only letters, numbers, + - * / % and parentheses"],
      ["(A", "at character 1: this parenthesis is not closed"],
      ["A)", 'at character 2: an operator was expected before ")"'],
      ["AB", 'at character 2: an operator was expected before "B"'],
      ["A ** B", "at character 4: a letter, a number or a parenthesis was expected instead of *"],
      ["1; DROP TABLE events", "at character 2: only letters, numbers, + - * / % and parentheses"],
      [`${"(".repeat(51)}A${")".repeat(51)}`, "at character 51: more than 50 levels"],
      [`${"-".repeat(400)}A`, "at character 51: more than 50 levels"],
    ] as const) {
      expect(refusal(text), text).to.equal(`formulas[0]: ${message}`);
    }
    expect(refusal(`${"(".repeat(50)}A${")".repeat(50)}`)).to.equal("taken");
    // Side by side there is no depth.
    expect(refusal(Array(120).fill("(A)").join("+"))).to.equal("taken");
  });
});
