/**
 * Runs work, and what has to be done after it in any case: also where it fails, and where somebody stops the runner,
 * which then ends once that is done.
 */
export async function withCleanUp<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  let isStopped = false;
  const stop = (): void => {
    // A signal may come twice: from the terminal, and from who started the runner.
    if (isStopped) return;
    isStopped = true;
    cleanUp()
      .catch((error: unknown) => {
        console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => process.exit(130));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work();
  } finally {
    // Whoever was stopped is about to end.
    if (!isStopped) await cleanUp();
    for (const signal of signals) process.off(signal, stop);
  }
}
