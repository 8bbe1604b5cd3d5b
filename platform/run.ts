import { createLog, type Log } from "./log.js";
import type { Env } from "./settings.js";

/** What a process holds, given back in reverse order when it stops. */
export interface Life {
  readonly log: Log;
  /** Registers how to give something back. */
  onStop(name: string, giveBack: () => void | Promise<void>): void;
  /** Registers and returns a thing that must be closed. */
  own<T>(name: string, thing: T, close: (thing: T) => void | Promise<void>): T;
}

/** All that a stop may take; then the process ends by force. */
const stopLimitMs = 15_000;

/**
 * Runs a service, in its main, until SIGTERM or SIGINT, then stops it gracefully: exit code 0. What can't start, or
 * throws unexpectedly later, ends the process with 1; its supervisor starts it again.
 */
export async function runService(
  name: string,
  env: Env,
  start: (life: Life, env: Env) => Promise<void>,
): Promise<void> {
  const log = createLog(name, env["TIDELINE_LOG_LEVEL"] ?? "info");
  const closers: { name: string; giveBack: () => void | Promise<void> }[] = [];
  const life: Life = {
    log,
    onStop: (what, giveBack) => void closers.push({ name: what, giveBack }),
    own: (what, thing, close) => {
      closers.push({ name: what, giveBack: () => close(thing) });
      return thing;
    },
  };

  let stopping = false;
  const stop = async (code: number): Promise<never> => {
    if (stopping) return new Promise<never>(() => undefined);
    stopping = true;
    setTimeout(() => process.exit(code === 0 ? 1 : code), stopLimitMs).unref();
    for (const closer of closers.reverse()) {
      try {
        await closer.giveBack();
      } catch (error) {
        log.warn({ err: error, what: closer.name }, "could not be closed");
      }
    }
    log.info("stopped");
    process.exit(code);
  };

  process.on("SIGTERM", () => void stop(0));
  process.on("SIGINT", () => void stop(0));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "bug");
    void stop(1);
  });
  process.on("unhandledRejection", (error) => {
    log.fatal({ err: error }, "bug: unhandled rejection");
    void stop(1);
  });

  try {
    await start(life, env);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.fatal({ err: error }, `can't start: ${message}`);
    await stop(1);
  }
}
