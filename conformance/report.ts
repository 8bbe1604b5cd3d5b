import { SingleBar } from "cli-progress";

/** How a case went. */
export interface CaseResult {
  readonly id: string;
  readonly name: string;
  /** What was answered: a verdict, or the answers to a sequence; undefined where nothing was. */
  readonly got: unknown;
  /** The verdict under the lenient policy, where the case asks for it. */
  readonly gotLenient?: boolean;
  /** Empty: as expected. Undefined: the case expects nothing. */
  readonly failures: readonly Failure[] | undefined;
}

/** One expectation that was not met. */
export interface Failure {
  readonly where: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** Shows on stderr how far a run is: a bar, or a line every few seconds where stderr is no terminal. */
export function openMeter(total: number): { step: () => void; stop: () => void } {
  const bar = new SingleBar({
    format: "[{bar}] {value} of {total} cases, {duration_formatted}",
    hideCursor: true,
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  bar.start(total, 0);
  return { step: () => bar.increment(), stop: () => bar.stop() };
}

/** Prints what failed and, last, the counts. @returns the exit code */
export function printFailures(results: readonly CaseResult[]): number {
  let failed = 0;
  for (const { id, name, failures } of results) {
    if (failures === undefined || failures.length === 0) continue;
    failed++;
    console.log(`FAILED ${id === name ? name : `${id} ${name}`}`);
    for (const failure of failures) {
      console.log(`  ${failure.where}`);
      console.log(`    expected ${text(failure.expected)}`);
      console.log(`    got      ${text(failure.got)}`);
    }
  }
  const judged = results.filter(({ failures }) => failures !== undefined).length;
  if (judged < results.length) console.log(`${results.length - judged} answered without an expectation`);
  console.log(`${judged - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const shownMax = 600;

function text(value: unknown): string {
  const whole = JSON.stringify(value) ?? "nothing";
  return whole.length <= shownMax ? whole : `${whole.slice(0, shownMax)}…`;
}
