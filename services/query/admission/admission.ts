import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";

/** How much of the engine's work runs at once on this instance, and how much of it waits. */
export interface AdmissionLimits {
  /** Statements of all projects. */
  readonly running: number;
  /** Statements of one project; below `running`, so that one project never has every place. */
  readonly projectRunning: number;
  /** Statements of all projects that wait for a place. */
  readonly waiting: number;
  /** Statements of one project that wait for a place. */
  readonly projectWaiting: number;
  /** How long one waits. */
  readonly waitMs: number;
}

export const admissionDefaults: AdmissionLimits = {
  running: 8,
  projectRunning: 4,
  waiting: 1_024,
  projectWaiting: 128,
  waitMs: 15_000,
};

/** How the times of statements are averaged, and between what bounds a caller is told to come back. */
const newest = 0.2;
const retryMs = { min: 250, max: 10_000 };

interface Waiting {
  readonly enter: () => void;
}

interface Line {
  running: number;
  readonly waiting: Set<Waiting>;
}

export interface Asks {
  readonly projectId: string;
  readonly signal: AbortSignal;
}

/**
 * Who of those that ask may work on the engine now.
 *
 * Each project has a line of its own, in the order of arrival. A place that becomes free goes to the projects that wait
 * in turn, one each, however long their lines are; a project that has as many places as it may have is passed over.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  /** Projects that work or wait; the one whose turn is next comes first. */
  readonly #lines = new Map<string, Line>();
  #running = 0;
  #waiting = 0;
  /** How long a statement has its place. */
  #meanMs = 100;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** What runs and what waits, of all projects. */
  get load(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#waiting };
  }

  /** Runs the work as soon as there is a place. @throws as `enter` does */
  async run<T>(asks: Asks, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(asks);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * Takes a place; what it gives is called once to give the place back, and does nothing afterwards.
   *
   * @throws Fault QUERY_BUSY with fact "retry_after_ms" where a line is full or the wait was too long, QUERY_TIMEOUT
   * where the caller has left before it had a place.
   */
  async enter({ projectId, signal }: Asks): Promise<() => void> {
    if (signal.aborted) throw left(signal);
    const line = this.#lines.get(projectId) ?? { running: 0, waiting: new Set() };
    const mayEnter = this.#mayRun(line) && line.waiting.size === 0;
    if (!mayEnter) await this.#wait(projectId, line, signal);
    else this.#take(projectId, line);
    const since = performance.now();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#meanMs += newest * (performance.now() - since - this.#meanMs);
      this.#giveBack(projectId, line);
    };
  }

  #mayRun({ running }: Line): boolean {
    return this.#running < this.#limits.running && running < this.#limits.projectRunning;
  }

  #take(projectId: string, line: Line): void {
    line.running++;
    this.#running++;
    // To the end of the round.
    this.#lines.delete(projectId);
    this.#lines.set(projectId, line);
  }

  #wait(projectId: string, line: Line, signal: AbortSignal): Promise<void> {
    const { waiting, projectWaiting, waitMs } = this.#limits;
    if (line.waiting.size >= projectWaiting) throw this.#busy("project_waiting", projectWaiting, line);
    if (this.#waiting >= waiting) throw this.#busy("waiting", waiting, line);
    this.#lines.set(projectId, line);
    return new Promise((resolve, reject) => {
      const place: Waiting = { enter: () => settle(resolve) };
      const settle = (then: () => void): void => {
        line.waiting.delete(place);
        this.#waiting--;
        clearTimeout(timer);
        signal.removeEventListener("abort", leave);
        then();
      };
      const giveUp = (error: Fault): void =>
        settle(() => {
          this.#forget(projectId, line);
          reject(error);
        });
      const leave = (): void => giveUp(left(signal));
      const timer = setTimeout(() => giveUp(this.#busy("wait_ms", waitMs, line)), waitMs).unref();
      signal.addEventListener("abort", leave, { once: true });
      line.waiting.add(place);
      this.#waiting++;
    });
  }

  #giveBack(projectId: string, line: Line): void {
    line.running--;
    this.#running--;
    this.#forget(projectId, line);
    for (const [next, theirs] of this.#lines) {
      const [first] = theirs.waiting;
      if (first === undefined || !this.#mayRun(theirs)) continue;
      this.#take(next, theirs);
      first.enter();
      return;
    }
  }

  #forget(projectId: string, line: Line): void {
    if (line.running === 0 && line.waiting.size === 0) this.#lines.delete(projectId);
  }

  /** Comes back when the line that is there now will have been worked off, as far as the last ones tell. */
  #busy(limit: string, most: number, line: Line): Fault {
    const rounds = (line.waiting.size + 1) / this.#limits.projectRunning;
    const after = Math.min(retryMs.max, Math.max(retryMs.min, Math.ceil(rounds * this.#meanMs)));
    const facts = { limit, most: String(most), retry_after_ms: String(after) };
    const message = "too many questions at once; try again a little later";
    return new Fault(FaultReason.QUERY_BUSY, message, facts);
  }
}

function left(signal: AbortSignal): Fault {
  const message = "the caller did not wait until there was a place";
  return new Fault(FaultReason.QUERY_TIMEOUT, message, { limit: "time" }, { cause: signal.reason });
}
