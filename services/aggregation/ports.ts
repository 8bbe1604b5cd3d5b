import type { PartitionProgress } from "../../gen/ts/tideline/pipeline/v1/ownership_pb.js";
import type { LogPlace, RangeContent } from "./range-content.js";
import type { Expected, Found, RollupName } from "./recovery.js";
import type { WindowAddition } from "./window-counts.js";

/** One message of EVENTS: a block of one partition. */
export interface LogMessage {
  /** Its sequence in the stream; grows within a partition, with gaps. */
  readonly sequence: number;
  /** A Block, in bytes; it may be without events. */
  readonly data: Uint8Array;
  /** The received time of the last raw block that it covers, ms since 1970; 0 where it is not said. */
  readonly receivedMs: number;
  /** True where the rest of its last raw block comes with the next message. */
  readonly endsInBlock: boolean;
}

/** Reads one partition of EVENTS in order, each message once, without gaps. */
export interface LogReader {
  /** The next message; undefined when there is none within `waitMs`, or the log can't be read. */
  next(waitMs: number): Promise<LogMessage | undefined>;
  /** Messages of the partition in the log that were not given yet; at least 1 while it is not known. */
  lag(): number;
  close(): Promise<void>;
}

export interface EventLog {
  /** A reader of what comes after the sequence `after`. */
  open(partition: number, after: number): LogReader;
}

/** A progress with the revision that the next write must replace. */
export interface ProgressEntry {
  readonly progress: PartitionProgress;
  readonly revision: number;
}

/** Thrown when another owner has written meanwhile: whoever meets it has lost the partition and writes nothing more. */
export class ProgressLostError extends Error {
  override readonly name = "ProgressLostError";
}

/** Where each partition is, written by compare-and-set. */
export interface ProgressStore {
  /** Undefined for a partition that nobody ever had. */
  read(partition: number): Promise<ProgressEntry | undefined>;
  /**
   * Replaces the entry of that revision, 0 for none; resolves with the new revision.
   * @throws ProgressLostError when the entry is another's.
   */
  write(partition: number, progress: PartitionProgress, revision: number): Promise<number>;
  /** True while a replay swaps tables: no new range may be written down. */
  held(): Promise<boolean>;
}

/** Thrown when the engine refused rows for what they are; other errors are of the engine or the way to it. */
export class RowsRefusedError extends Error {
  override readonly name = "RowsRefusedError";
}

/** The tables that a range goes into. */
export interface EventTables {
  /** Names the engine's present run: another name means that it was started again. */
  boot(): Promise<string>;
  /**
   * One insert into all tables, which stores nothing where a row is refused. Repeated with the same token and content
   * while the engine has not been restarted, it changes nothing.
   * @throws RowsRefusedError
   */
  insert(content: RangeContent, token: string): Promise<void>;
  /** Runs rows through the same casts without any effect. @throws RowsRefusedError */
  probe(events: readonly Uint8Array[]): Promise<void>;
  /** What the tables hold of a range. */
  look(partition: number, expected: Expected): Promise<Found>;
  /** The insert of what belongs to one table partition, into all tables. */
  insertMonth(content: RangeContent, month: number, token: string): Promise<void>;
  /** Brings the events of one table partition into the table of events alone. */
  attachEvents(partition: number, content: RangeContent, month: number): Promise<void>;
  /** Fills one rollup's table partition from the events of a range. */
  fillRollup(
    what: { readonly rollup: RollupName; readonly month: number },
    partition: number,
    expected: Expected,
    token: string,
  ): Promise<void>;
  /** Fills identities and traits from the events of a range; these may be repeated. */
  fillPeople(partition: number, expected: Expected): Promise<void>;
}

/** Keeps aside what no table can take. Repeated for the same event, it is stored once. */
export interface Quarantine {
  keep(partition: number, content: RangeContent, indexes: readonly number[]): Promise<void>;
}

/** What a piece of the log adds to the windows. */
export interface WindowRange {
  readonly partition: number;
  /** The place that it follows. */
  readonly after: LogPlace;
  /** Where it ends. */
  readonly to: LogPlace;
  readonly additions: readonly WindowAddition[];
}

export interface WindowStore {
  /**
   * Adds a piece of the log, once: resolves with its end when it is counted, now or before. When the windows are
   * anywhere else than at `after`, nothing is added and the place they are at is given. When they know nothing at all,
   * they begin with this piece and say from when on they are complete.
   */
  add(range: WindowRange): Promise<LogPlace>;
}
