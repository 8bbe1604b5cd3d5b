interface Run<T> {
  readonly startedAt: number;
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * One computation for many callers: who asks for what is being computed waits for it. It is given up when the last
 * of its callers has gone.
 */
export class SharedRuns<T> {
  readonly #runs = new Map<string, Run<T>>();

  /**
   * @param maxAgeMs how long ago the computation may have begun
   * @param compute must end when its signal fires
   */
  async join(
    key: string,
    { maxAgeMs, signal }: { readonly maxAgeMs: number; readonly signal: AbortSignal },
    compute: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const running = this.#runs.get(key);
    // One that everybody has left is being stopped: nobody may join it any more.
    const isJoinable = running !== undefined && !running.controller.signal.aborted;
    const isYoung = isJoinable && performance.now() - running.startedAt <= maxAgeMs;
    const run = isYoung ? running : this.#start(key, compute);
    run.waiting++;
    const leave = (): void => {
      run.waiting--;
      if (run.waiting === 0) run.controller.abort();
    };
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    try {
      return await run.result;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #start(key: string, compute: (signal: AbortSignal) => Promise<T>): Run<T> {
    const controller = new AbortController();
    const result = compute(controller.signal).finally(() => {
      if (this.#runs.get(key)?.result === result) this.#runs.delete(key);
    });
    // Its callers are told; when they have all gone nobody is.
    result.catch(() => undefined);
    const run = { startedAt: performance.now(), result, controller, waiting: 0 };
    this.#runs.set(key, run);
    return run;
  }
}
