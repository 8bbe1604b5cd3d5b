import type { Miss } from "./run-random.js";

const shownMax = 20;
const failuresMax = 4;

/** What went wrong, each with all that it takes to look at it alone. */
export function missesText(misses: readonly Miss[]): string {
  const shown = misses.slice(0, shownMax).map(({ given, failures }) => {
    const { name, kind, timezone, week_start, now, tags, semantics, query } = given;
    const about = { kind, timezone, week_start, now, tags, semantics, query };
    const lines = failures
      .slice(0, failuresMax)
      .map(
        ({ where, expected, got }) =>
          `  ${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`,
      );
    return [`FAILED ${name}`, `  ${JSON.stringify(about)}`, ...lines].join("\n");
  });
  const more = misses.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
