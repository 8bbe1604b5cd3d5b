import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { Gate } from "./gate.js";

describe("the gate of the engine", () => {
  it("lets so many in at once, the others in their order", async () => {
    const gate = new Gate({ running: 2, waiting: 10, waitMs: 1000 });
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const tasks = [1, 2, 3, 4, 5].map((task) =>
      gate.run(async () => {
        inside += 1;
        most = Math.max(most, inside);
        await turn();
        order.push(task);
        inside -= 1;
      }),
    );
    await Promise.all(tasks);
    expect(order).to.deep.equal([1, 2, 3, 4, 5]);
    expect(most).to.equal(2);
    expect(gate.load).to.deep.equal({ running: 0, waiting: 0 });
  });

  it("refuses where the queue is full or the wait too long, and goes on after a failure", async () => {
    const gate = new Gate({ running: 1, waiting: 1, waitMs: 5 });
    let leave: () => void = () => undefined;
    const first = gate.run(() => new Promise<void>((resolve) => (leave = resolve)));
    const second = gate.run(async () => "never").catch((error: Error) => error.message);
    const third = await gate.run(async () => "never").catch((error: Error) => error.message);
    expect(third).to.contain("the queue is full");
    expect(await second).to.contain("no room within 5 ms");
    leave();
    await first;
    expect(
      await gate.run(() => Promise.reject(new Error("own"))).catch((error: Error) => error.message),
    ).to.equal("own");
    expect(await gate.run(async () => "next")).to.equal("next");
  });
});
