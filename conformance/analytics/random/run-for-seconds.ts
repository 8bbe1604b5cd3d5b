import type { StackFile } from "../../../dev/stack-file.js";
import { withCleanUp } from "../../clean-up.js";
import { askableKinds } from "../run/ask.js";
import { openStand } from "../run/stand.js";
import { missesText } from "./print-misses.js";
import { runRandom } from "./run-random.js";

const roundWorlds = 4;
const roundQuestions = 45;

/** Asks in rounds, each of its own seed, until the time is up; prints misses and counts. @returns the exit code */
export async function runForSeconds(
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
  stack: StackFile,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  const stand = openStand(stack);
  let asked = 0;
  let failed = 0;
  const ask = async (): Promise<void> => {
    for (let round = 0; round === 0 || performance.now() < end; round++) {
      const run = { seed: seed + round, worlds: roundWorlds, questions: roundQuestions, kinds: askableKinds };
      const result = await runRandom(run, stand);
      asked += result.asked;
      failed += result.misses.length;
      console.log(`seed ${run.seed}: ${result.asked} asked, ${result.misses.length} answered otherwise`);
      if (result.misses.length > 0) console.log(missesText(result.misses));
    }
  };
  await withCleanUp(ask, () => stand.close());
  console.log(`${asked - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
