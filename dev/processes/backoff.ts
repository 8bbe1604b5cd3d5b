const firstMs = 250;
const mostMs = 10_000;

/** How long to wait before the n-th restart in a row, counted from 1: doubling, at most ten seconds. */
export function restartDelayMs(restarts: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(restarts - 1, 16));
}

/** A process that was up for this long is healthy: the next restart begins from the shortest wait again. */
export const healthyAfterMs = 30_000;
