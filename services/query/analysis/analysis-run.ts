import { create } from "@bufbuild/protobuf";
import { type PlanPart, PlanPartSchema } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { Analytics, Applied, Bytes, Rows, Work } from "../ports.js";
import { StatementJoins } from "../sql/joins.js";
import type { People } from "../sql/people.js";
import type { Statement, Tenant } from "../sql/tenant.js";
import { EventReaders, type ReadersParts } from "./event-readers.js";

export interface RunParts {
  readonly analytics: Analytics;
  readonly tenant: Tenant;
  readonly people: People;
  readonly applied: Applied;
  readonly signal: AbortSignal;
  readonly readers: ReadersParts;
}

/** What a statement of a run is for, as the plan says it. */
export interface Purpose {
  readonly purpose: string;
  readonly source?: "raw" | "rollup" | "windows";
  /** Why it is read there. */
  readonly reason?: string;
}

/** One computation of an analysis: reads the engine, and keeps account of what that took. */
export class AnalysisRun {
  readonly tenant: Tenant;
  readonly people: People;
  /** What is registered for the types that the question names. */
  readonly kinds: ReadersParts["kinds"];
  readonly applied: Applied;
  readonly signal: AbortSignal;
  readonly #parts: RunParts;
  readonly #plan: PlanPart[] = [];
  readonly #work: Work[] = [];

  constructor(parts: RunParts) {
    this.tenant = parts.tenant;
    this.people = parts.people;
    this.kinds = parts.readers.kinds;
    this.applied = parts.applied;
    this.signal = parts.signal;
    this.#parts = parts;
  }

  /** Readers of events for one statement; a statement's parts share them. */
  readers(): EventReaders {
    const { tenant, people, readers } = this.#parts;
    return new EventReaders(new StatementJoins(tenant, people), readers);
  }

  /** @throws as Analytics does. */
  async read(statement: Statement, purpose: Purpose): Promise<Rows["rows"]> {
    const { analytics } = this.#parts;
    return (await this.#counted(purpose, () => analytics.read(statement, this.signal))).rows;
  }

  /** @throws as Analytics does. */
  async readBinary(statement: Statement, purpose: Purpose): Promise<Bytes["bytes"]> {
    const { analytics } = this.#parts;
    return (await this.#counted(purpose, () => analytics.readBinary(statement, this.signal))).bytes;
  }

  async #counted<Found extends Work>(
    { purpose, source = "raw", reason = "" }: Purpose,
    read: () => Promise<Found>,
  ): Promise<Found> {
    const started = performance.now();
    const found = await read();
    const { rowsRead, bytesRead, engineMs } = found;
    const totalMs = performance.now() - started;
    this.#work.push({ rowsRead, bytesRead, engineMs });
    const [rowsReadNow, bytesReadNow] = [rowsRead, bytesRead].map((each) => BigInt(Math.round(each)));
    const counted = { rowsRead: rowsReadNow ?? 0n, bytesRead: bytesReadNow ?? 0n };
    this.#plan.push(create(PlanPartSchema, { purpose, source, reason, engineMs, totalMs, ...counted }));
    return found;
  }

  /** All that the engine did so far. */
  work(): Work {
    const sum = (of: (work: Work) => number): number => this.#work.reduce((all, work) => all + of(work), 0);
    return {
      rowsRead: sum(({ rowsRead }) => rowsRead),
      bytesRead: sum(({ bytesRead }) => bytesRead),
      engineMs: sum(({ engineMs }) => engineMs),
    };
  }

  plan(): PlanPart[] {
    return this.#plan;
  }

  /** Where it was read: a rollup where that is all that was. */
  source(): "raw" | "rollup" {
    const isRolled = this.#plan.length > 0 && this.#plan.every(({ source }) => source === "rollup");
    return isRolled ? "rollup" : "raw";
  }
}
