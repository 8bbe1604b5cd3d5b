import { expect } from "chai";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../fault.js";
import { ReadBudget, type Reading } from "./read-budget.js";

/** Takes single bytes until it is refused; how many. */
const fill = (reading: Reading): number => {
  for (let taken = 0; ; taken++) {
    try {
      reading.take(1);
    } catch (error) {
      expect(error).to.be.instanceOf(Fault).and.to.have.property("reason", FaultReason.OVERLOADED);
      expect((error as Fault).facts).to.deep.equal({ retry_after_ms: "1000" });
      return taken;
    }
  }
};

describe("the budget of bytes that are being read", () => {
  it("gives one owner a half however many calls it makes, and leaves room for others", () => {
    const budget = new ReadBudget(1_200);
    const calls = Array.from({ length: 10 }, () => budget.open("a"));
    expect(calls.map(fill)).to.deep.equal([600, ...Array(9).fill(0)]);
    expect(fill(budget.open("b"))).to.equal(300);
    expect(fill(budget.open("c"))).to.equal(150);
    expect(budget.bytes).to.equal(1_050);
    // As others go, whoever was refused has room again.
    calls[0]?.giveBack();
    expect(fill(budget.open("b"))).to.equal(225);
  });

  it("counts what is handed on, in parts or whole", () => {
    const budget = new ReadBudget(100);
    const reading = budget.open("a");
    reading.take(40);
    reading.giveBack(30);
    reading.take(30);
    expect(budget.bytes).to.equal(40);
    expect(() => reading.take(21)).to.throw(Fault);
    expect(budget.bytes).to.equal(40);
    reading.giveBack();
    reading.giveBack();
    expect(budget.bytes).to.equal(0);
  });
});
