// Mocha's spec reporter, which also writes what it counted to the file that TIDELINE_TEST_SUMMARY names: the runner
// adds the counts of all files up, and a file that wrote none has crashed.
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export default class SummaryReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const target = process.env.TIDELINE_TEST_SUMMARY;
      const { passes, failures, pending } = this.stats;
      if (target)
        writeFileSync(target, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
}
