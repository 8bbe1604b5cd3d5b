import type { Analytics } from "../ports.js";
import type { ConfinedSql } from "../written-sql/ports.js";
import type { JobProgress } from "./job-store.js";

/** How far statements are that run on the engine now, by the ids that they were given. */
export interface RunningStatements {
  /** The sum over those that begin with this; undefined where the engine doesn't say. Never rejects. */
  progress(idPrefix: string): Promise<JobProgress | undefined>;
}

/** The engine's work for one job: its statements bear ids by which the engine says how far they are. */
export class JobWork {
  readonly #idPrefix: string;
  readonly #statements: RunningStatements;
  #next = 0;
  #running = 0;
  #isLooking = false;
  #rowsRead = 0;
  #told: JobProgress = { rowsRead: 0, rowsTotal: 0 };

  constructor(idPrefix: string, statements: RunningStatements) {
    this.#idPrefix = idPrefix;
    this.#statements = statements;
  }

  /** What the engine has read, and reads in all, as far as it has said; neither ever grows less. */
  get progress(): JobProgress {
    return this.#told;
  }

  /** Asks the engine how far it is, unless it is being asked; nobody waits for what it says. */
  look(): void {
    if (this.#running === 0 || this.#isLooking) return;
    this.#isLooking = true;
    // What ends meanwhile is in what the engine says, and not counted twice.
    const before = this.#rowsRead;
    void this.#statements.progress(this.#idPrefix).then((now) => {
      this.#isLooking = false;
      if (now !== undefined) this.#tell(before + now.rowsRead, before + now.rowsTotal);
    });
  }

  #tell(read: number, total: number): void {
    const rowsRead = Math.max(this.#told.rowsRead, read);
    this.#told = { rowsRead, rowsTotal: Math.max(this.#told.rowsTotal, rowsRead, total) };
  }

  analytics(analytics: Analytics): Analytics {
    return {
      read: (statement, signal) => this.#one((queryId) => analytics.read({ ...statement, queryId }, signal)),
      readBinary: (statement, signal) =>
        this.#one((queryId) => analytics.readBinary({ ...statement, queryId }, signal)),
      compiles: (pattern, signal) => analytics.compiles(pattern, signal),
    };
  }

  sql(sql: ConfinedSql): ConfinedSql {
    return {
      syntax: (written, projectId, signal) => sql.syntax(written, projectId, signal),
      resolved: (written, confinement, signal) => sql.resolved(written, confinement, signal),
      database: (confinement) => sql.database(confinement),
      run: (written, confinement, how) =>
        this.#one((queryId) => sql.run(written, confinement, { ...how, queryId })),
    };
  }

  async #one<T extends { readonly rowsRead: number }>(work: (queryId: string) => Promise<T>): Promise<T> {
    this.#running++;
    try {
      const found = await work(`${this.#idPrefix}${this.#next++}`);
      this.#rowsRead += found.rowsRead;
      this.#tell(this.#rowsRead, this.#rowsRead);
      return found;
    } finally {
      this.#running--;
    }
  }
}
