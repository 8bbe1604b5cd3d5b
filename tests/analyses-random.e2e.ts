// Random questions about random events, answered by the stack and by brute force.
import { expect } from "chai";
import { missesText } from "../conformance/analytics/random/print-misses.js";
import { runRandom } from "../conformance/analytics/random/run-random.js";
import { askableKinds } from "../conformance/analytics/run/ask.js";
import { openStand, type Stand } from "../conformance/analytics/run/stand.js";
import { useStack } from "./support/stack.js";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000_000);

describe(`Random questions of every analysis (SEED=${seed})`, () => {
  const stack = useStack();
  let stand: Stand;

  before(() => {
    stand = openStand(stack.file());
  });
  after(() => stand.close());

  it("are answered as by brute force, before and after late events and identities", async () => {
    const run = { seed, worlds: 5, questions: 30, kinds: askableKinds };
    const { asked, misses } = await runRandom(run, stand);
    expect(missesText(misses)).to.equal("");
    expect(asked).to.equal(run.worlds * (run.questions + Math.ceil(run.questions / 3)));
  });
});
