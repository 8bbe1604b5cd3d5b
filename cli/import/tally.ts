import { fromBinary } from "@bufbuild/protobuf";
import { EventVerdictSchema, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";

/** One thing that happened to events, how often, and where it did first. */
export interface TallyLine {
  /** An outcome's name in lower case, or "unreadable". */
  readonly outcome: string;
  /** The fault's reason, or why a record can't be read; empty where there is none. */
  readonly reason: string;
  count: number;
  /** The first few: "line 17: properties.amount: must be number". */
  readonly examples: string[];
}

const EXAMPLES_MAX = 3;
const LINES_MAX = 200;

/** Counts verdicts by outcome and reason. Can be written as JSON and read back, so that a resumed import goes on. */
export class Tally {
  readonly #lines = new Map<string, TallyLine>();

  static from(lines: readonly TallyLine[]): Tally {
    const tally = new Tally();
    for (const line of lines) tally.#add(line);
    return tally;
  }

  /** Counts a batch's verdicts; `places[i]` is the line of the i-th event. */
  addVerdicts(verdicts: readonly Uint8Array[], places: readonly number[]): void {
    let accepted = 0;
    verdicts.forEach((bytes, index) => {
      // The two bytes of a verdict that says nothing but ACCEPTED.
      if (bytes.length === 2 && bytes[0] === 8 && bytes[1] === Outcome.ACCEPTED) accepted++;
      else this.#addVerdict(bytes, places[index] ?? 0);
    });
    if (accepted > 0) this.#add({ outcome: "accepted", reason: "", count: accepted, examples: [] });
  }

  addUnreadable(line: number, why: string): void {
    this.#add({ outcome: "unreadable", reason: why, count: 1, examples: [`line ${line}`] });
  }

  merge(other: Tally): void {
    for (const line of other.lines()) this.#add(line);
  }

  /** By outcome, the most frequent reason first. */
  lines(): TallyLine[] {
    return [...this.#lines.values()].sort((one, other) => other.count - one.count);
  }

  /** How many events had one of these outcomes; of all where none is named. */
  count(...outcomes: readonly string[]): number {
    let sum = 0;
    for (const { outcome, count } of this.#lines.values()) {
      if (outcomes.length === 0 || outcomes.includes(outcome)) sum += count;
    }
    return sum;
  }

  #addVerdict(bytes: Uint8Array, line: number): void {
    const verdict = fromBinary(EventVerdictSchema, bytes);
    const outcome = (Outcome[verdict.outcome] ?? "unknown").toLowerCase();
    const { fault } = verdict;
    const isMishap = fault !== undefined && outcome !== "duplicate";
    const reason = isMishap ? (FaultReason[fault.reason] ?? String(fault.reason)) : "";
    const at = isMishap ? `line ${line}: ${[fault.field, fault.message].filter(Boolean).join(": ")}` : "";
    this.#add({ outcome, reason, count: 1, examples: isMishap ? [at] : [] });
  }

  #add({ outcome, reason, count, examples }: TallyLine): void {
    const key = `${outcome}\0${reason}`;
    const known = this.#lines.get(key);
    if (known !== undefined) {
      known.count += count;
      if (known.examples.length < EXAMPLES_MAX) {
        known.examples.push(...examples.slice(0, EXAMPLES_MAX - known.examples.length));
      }
    } else if (this.#lines.size < LINES_MAX) {
      this.#lines.set(key, { outcome, reason, count, examples: examples.slice(0, EXAMPLES_MAX) });
    } else if (reason !== "other reasons") {
      this.#add({ outcome, reason: "other reasons", count, examples });
    }
  }
}
