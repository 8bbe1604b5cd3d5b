/** One turn of ownership of a partition. */
export interface Turn {
  readonly partition: number;
  /** Counts up with each owner; fences whoever had the partition before. */
  readonly epoch: bigint;
  /** Aborted when the partition is to be given up. */
  readonly signal: AbortSignal;
}

/** Thrown inside a turn that is over: nothing is wrong. */
export class TurnOverError extends Error {
  override readonly name = "TurnOverError";
}

/** Thrown where a newer owner was found: this one must write nothing more. */
export class StaleOwnerError extends Error {
  override readonly name = "StaleOwnerError";
}

/** Thrown where the log or Redis stand elsewhere than thought: the turn begins anew by looking. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/** @throws TurnOverError */
export function mustGoOn({ signal }: Turn): void {
  if (signal.aborted) throw new TurnOverError("the turn is over");
}

/** Waits; ends early by throwing when the turn is over. */
export async function pause(turn: Turn, waitMs: number): Promise<void> {
  const { signal } = turn;
  mustGoOn(turn);
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    signal.addEventListener("abort", done);
  });
  mustGoOn(turn);
}

/** How long to wait before the next of several tries: doubled each time, up to two seconds. */
export function backOffMs(attempt: number): number {
  return Math.min(2_000, 20 * 2 ** Math.min(attempt, 10));
}
