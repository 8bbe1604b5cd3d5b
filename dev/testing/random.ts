/** The seed of this run's randomized tests: `SEED=7` replays a run. Put it into the test's title. */
export const seed: number = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(from: number = seed): () => number {
  let state = from | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
