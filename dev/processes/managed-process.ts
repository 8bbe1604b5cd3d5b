import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { healthyAfterMs, restartDelayMs } from "./backoff.js";
import { BoundedLog } from "./bounded-log.js";
import { bound } from "./parent-bound.js";

/** One process of the stack: how it is started, told to be ready, and stopped. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** A command that it is run by: one that enters a namespace or becomes another user. */
  readonly inside?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether it can be used by now; asked again and again, false or a throw is "not yet". */
  readonly ready: () => Promise<boolean>;
  readonly readyMsMax: number;
  readonly stopSignal?: NodeJS.Signals;
  readonly stopMsMax?: number;
  /** Has an end: exit code 0 means that its work is done, and it is not started again. */
  readonly ends?: boolean;
  /** Writes to our terminal instead of its log: for what draws progress. */
  readonly onTerminal?: boolean;
}

export type ProcessState = "stopped" | "starting" | "ready" | "waiting";

export interface ProcessOptions {
  readonly logFile: string;
  /** Told in one line each: an unexpected end, a restart, readiness after a restart. */
  readonly tell: (line: string) => void;
  /** Whether it comes back by itself after it was ready once. */
  readonly restarts: boolean;
}

const readyPollMs = 40;
const stopMsDefault = 12_000;

/** Runs one process, restarts it when it ends by itself, and stops it for good when asked. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  readonly #options: ProcessOptions;
  readonly #log: BoundedLog;
  #child: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve("never started");
  #stopping = new AbortController();
  #state: ProcessState = "stopped";
  #restarts = 0;

  constructor(spec: ProcessSpec, options: ProcessOptions) {
    this.spec = spec;
    this.#options = options;
    this.#log = new BoundedLog(options.logFile);
  }

  get state(): ProcessState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Starts it and waits until it is ready.
   * @throws Error with the last words of its log where it ended or took too long; then it is stopped.
   */
  async start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#spawn();
    const failure = await this.#becomeReady();
    if (failure !== undefined) {
      const said = this.#log.tail(8);
      await this.stop();
      throw new Error(`${this.spec.name} ${failure}${said === "" ? "" : `; its last words:\n${said}`}`);
    }
    if (this.#options.restarts) void this.#watch();
  }

  /** Stops it for good: asked first, killed when it takes too long. Returns once it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill(this.spec.stopSignal ?? "SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), this.spec.stopMsMax ?? stopMsDefault);
      await this.#exited;
      clearTimeout(late);
    }
    this.#state = "stopped";
  }

  /** Kills it as a crash would, for tests and fault drills; it comes back where restarts are on. */
  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.#child?.kill(signal);
  }

  #spawn(): void {
    this.#state = "starting";
    const { command, args } = bound(this.spec);
    const child = spawn(command, args, {
      cwd: this.spec.cwd,
      env: { ...process.env, ...this.spec.env },
      // A group of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops all in order.
      detached: true,
      stdio: this.spec.onTerminal ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdout?.on("data", (chunk: Buffer) => this.#log.write(chunk));
    child.stderr?.on("data", (chunk: Buffer) => this.#log.write(chunk));
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
    });
  }

  /** Undefined once ready, else what went wrong. */
  async #becomeReady(): Promise<string | undefined> {
    const giveUpAt = Date.now() + this.spec.readyMsMax;
    let ended: string | undefined;
    void this.#exited.then((how) => {
      ended = how;
    });
    while (!this.#stopping.signal.aborted) {
      if (await this.spec.ready().catch(() => false)) {
        // Something else may have answered in its place: a process that is gone is not ready.
        if (ended !== undefined) return ended;
        this.#state = "ready";
        return undefined;
      }
      if (ended !== undefined) return ended;
      if (Date.now() > giveUpAt) return `was not ready within ${Math.round(this.spec.readyMsMax / 1000)} s`;
      await sleep(readyPollMs);
    }
    return "was stopped while it started";
  }

  async #watch(): Promise<void> {
    const { tell } = this.#options;
    let inARow = 0;
    while (!this.#stopping.signal.aborted) {
      const upSince = Date.now();
      const how = await this.#exited;
      if (this.#stopping.signal.aborted) return;
      if (this.spec.ends && this.#child?.exitCode === 0) {
        this.#state = "stopped";
        return;
      }
      inARow = Date.now() - upSince > healthyAfterMs ? 1 : inARow + 1;
      this.#state = "waiting";
      const delayMs = restartDelayMs(inARow);
      tell(`${this.spec.name} ${how}; started again in ${delayMs} ms`);
      await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      this.#restarts += 1;
      this.#spawn();
      const failure = await this.#becomeReady();
      if (failure === undefined) tell(`${this.spec.name} is back`);
      else if (!this.#stopping.signal.aborted) {
        // One that hangs is made to end, so that the next turn of the loop starts it anew.
        this.#child?.kill("SIGKILL");
      }
    }
  }
}
