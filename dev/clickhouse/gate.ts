import { EngineError } from "./engine-error.js";

/** Lets at most `running` callers in at once; at most `waiting` wait, in their order, each for `waitMs` at most. */
export class Gate {
  readonly #limits: { running: number; waiting: number; waitMs: number };
  readonly #queue: { enter: () => void }[] = [];
  #running = 0;

  constructor(limits: { running: number; waiting: number; waitMs: number }) {
    this.#limits = limits;
  }

  /** Callers inside and in the queue. */
  get load(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#queue.length };
  }

  /**
   * Runs a task as soon as there is room.
   * @throws EngineError 202 where the queue is full or the wait was too long.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.running) this.#running += 1;
    else await this.#wait();
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next) next.enter();
      else this.#running -= 1;
    }
  }

  #wait(): Promise<void> {
    if (this.#queue.length >= this.#limits.waiting) throw tooMany("the queue is full");
    return new Promise((resolve, reject) => {
      const place = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(place), 1);
        reject(tooMany(`no room within ${this.#limits.waitMs} ms`));
      }, this.#limits.waitMs);
      this.#queue.push(place);
    });
  }
}

function tooMany(why: string): EngineError {
  return new EngineError(202, `Too many simultaneous queries: ${why}`, "TOO_MANY_SIMULTANEOUS_QUERIES");
}
